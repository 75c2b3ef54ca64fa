"""What has no Monte-Carlo samples in a study that takes them: rates with a schedule, and noise that changed nothing.

The inference table in, names out.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from dropout_lab.findings.form import Form
from dropout_lab.findings.sampling import MONTE_CARLO
from dropout_lab.results import Results
from dropout_lab.results.axes import takes_samples


@dataclass(frozen=True)
class Unsampled:
    """What has no Monte-Carlo samples in a study that takes them.

    Attributes:
        scheduled: forms whose rate changes while training, so that no one rate could be sampled.
        refused: complete trials, as (condition, seed), whose samples did not vary.
    """

    scheduled: tuple[Form, ...] = ()
    refused: tuple[tuple[str, int], ...] = ()


def read_unsampled(results: Results, forms: Mapping[str, Form]) -> Unsampled:
    """Return which conditions and trials with dropout have no samples, in a study that takes them.

    Args:
        results: the study.
        forms: of every condition, by label.
    """
    if not takes_samples(results.study):
        return Unsampled()
    wanting = {entry["label"] for entry in results.manifest["conditions"] if not entry["is_baseline"]}
    complete = results.trials[results.trials["status"] == "complete"]
    sampled = results.inference.loc[results.inference["method"] == MONTE_CARLO, "trial"]
    without = complete[complete["condition"].isin(wanting) & ~complete["trial"].isin(sampled)]
    pairs = [(str(label), int(seed)) for label, seed in zip(without["condition"], without["seed"], strict=True)]
    scheduled = [forms[label] for label, _ in pairs if forms[label].schedule != Form.schedule]
    refused = [pair for pair in pairs if forms[pair[0]].schedule == Form.schedule]
    return Unsampled(tuple(dict.fromkeys(scheduled)), tuple(refused))
