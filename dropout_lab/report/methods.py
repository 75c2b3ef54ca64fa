"""How the numbers were measured, in words for every reader and with this study's own numbers.

Owns the explanations of the honest gap, the estimands, the points and the tests, as plain text; must
not know which writer prints them. It exists so that a reader who meets the study in a report alone can judge it.
"""

from dataclasses import dataclass

from dropout_lab.findings import StudyView
from dropout_lab.metrics import TASKS
from dropout_lab.report.methods_noise import HEADING, noise_text
from dropout_lab.report.methods_tuning import tuning_text
from dropout_lab.results import Results
from dropout_lab.statistics.population import METHOD, METHOD_AT_CHOSEN_EPOCH, METHOD_OF_SHARED_ROWS

_NAMED = 10  # missing trials beyond this are counted

_METHODS = {
    "t": "Student's t",
    "paired t": "paired t",
    "sign-flip": "exact sign flips where the values look far from normal",
    "bootstrap-t": "the bootstrap-t where the values look far from normal",
    METHOD: "two-way random effects, seeds crossed with rows",
    METHOD_AT_CHOSEN_EPOCH: "the same at best and stop, where it is too narrow on val, since the epoch was chosen on "
    "these rows",
    METHOD_OF_SHARED_ROWS: "two-way random effects, seeds crossed with rows; approximate, since the splits share rows",
}
"""What the methods in the summary's columns are; one that is not here is named as it is."""


@dataclass(frozen=True)
class Paragraph:
    """A heading and its text."""

    heading: str
    text: str


def how_it_was_measured(study: StudyView) -> tuple[Paragraph, ...]:
    """Explain the study's numbers: the gap, the points, the intervals, the tests, and what is missing."""
    results = study.results
    summary = results.summary
    paragraphs = [_gap(study), _points(results)]
    if summary["ci95_low"].notna().any():
        paragraphs.append(Paragraph("What the intervals speak of", _intervals(study)))
    else:
        text = "An interval needs at least two complete trials of a condition. This study has none, so it shows none."
        paragraphs.append(Paragraph("Why there are no intervals", text))
    if summary["p"].notna().any():
        paragraphs.append(Paragraph("How conditions were compared", _tests(results)))
    if tuning := tuning_text(results):
        paragraphs.append(Paragraph("How settings were tuned", tuning))
    if noise := noise_text(results):
        paragraphs.append(Paragraph(HEADING, noise))
    return (*paragraphs, Paragraph("Trials", _trials(results)))


def _gap(study: StudyView) -> Paragraph:
    loss = TASKS[study.task].loss_definition
    noise = ""
    if study.has_label_noise:
        noise = (
            " Some train labels are wrong on purpose (label noise) while those of val and test are right, so train and "
            "val are not alike, and a gap can even be negative."
        )
    text = (
        "After each measured epoch one function measures train and val at the same weights, with dropout off (eval "
        "mode). The loss gap is val loss minus train loss: positive means worse on rows the net was not trained on. "
        "Most training programs print another train loss beside val loss: the objective loss, averaged while the "
        "weights were still moving and with dropout on. Dropout makes that loss larger, so the printed difference is "
        f"smaller than the gap, and can be negative, whether or not the net overfits. {loss}{noise}"
    )
    return Paragraph("The honest gap, and why fit prints something else", text)


def _points(results: Results) -> Paragraph:
    patience = results.study["training"].get("patience")
    text = (
        "Each trial is read at three points. Last: after the last epoch. Best: the epoch of the lowest val loss. Stop: "
        f"the best epoch so far when val loss had not improved for {patience} evaluations, where early stopping would "
        "have ended; training went on all the same. The best epoch and the best rate are chosen on val, which flatters "
        "val a little. Test rows choose nothing: they are shown for the baseline and for the condition that val chose."
    )
    return Paragraph("Last, best and stop", text)


def _intervals(study: StudyView) -> str:
    methods = _named(study.results, "interval_method")
    varied = (
        "training (initial weights, order, dropout noise) and which of these rows are train, val and test"
        if study.has_own_splits
        else "training alone (initial weights, order, dropout noise), on one split into train, val and test"
    )
    parts = [
        "Every interval is a 95 % interval of a mean over seeds. Two kinds are told apart.",
        f"Split: on these rows. The seeds vary {varied}. It says nothing of other rows.",
    ]
    if study.has_new_rows:
        trained = (
            "new splits and new rows"
            if study.has_own_splits
            else "nets trained on these train rows and measured on new rows"
        )
        parts.append(
            "Population: on data like this. The measured rows are a sample as well, so seeds and rows both vary; "
            f"it speaks of {trained}. It is the wider of the two as a rule, and the one for "
            "a claim beyond these rows. Train metrics have none: they have no new rows."
        )
    else:
        parts.append(
            "Population, on data like this, is missing: it needs the losses of single rows, kept for two seeds."
        )
    return " ".join([*parts, f"Methods: {methods}."])


def _tests(results: Results) -> str:
    smallest = results.summary["smallest_p"].min()
    return (
        "A condition and its baseline share every seed, and a seed gives both the same initial weights, order and "
        "random draws. So differences are taken seed by seed (paired), condition minus baseline, which removes what "
        "the seed does to both; the pairing gain says how many times more seeds an unpaired comparison would need. "
        f"Methods: {_named(results, 'test_method')}. p is two-sided; p (Holm) is corrected for all comparisons of the "
        "study with the same metric, point and estimand. A test that assumes symmetry alone cannot go below "
        f"p = {smallest:.3g} with the pairs of this study."
    )


def _trials(results: Results) -> str:
    trials, failures = results.trials, results.manifest["failures"]
    counts = trials["status"].value_counts()
    said = ", ".join(f"{count:,} {status}" for status, count in counts.items())
    text = (
        f"Planned: {len(trials):,} trials, a condition with a seed each; {said}. Only complete trials enter a mean, "
        "and a pair needs both of its trials."
    )
    missing = trials[trials["status"] != "complete"]
    if missing.empty:
        return text
    named = [
        f"{condition}, seed {seed} ({': '.join(filter(None, [status, failures.get(str(trial), '')]))})"
        for trial, condition, seed, status in missing[["trial", "condition", "seed", "status"]].head(_NAMED).to_numpy()
    ]
    more = f"; and {len(missing) - _NAMED:,} more" if len(missing) > _NAMED else ""
    return f"{text} Left out: {'; '.join(named)}{more}."


def _named(results: Results, column: str) -> str:
    """Name the methods in a column of the summary, by estimand."""
    used = results.summary[["estimand", column]].dropna().drop_duplicates()
    methods: dict[str, list[str]] = {}
    for estimand, method in used.itertuples(index=False):
        methods.setdefault(str(estimand), []).append(_METHODS.get(str(method), str(method)))
    return "; ".join(f"{estimand}: {', '.join(names)}" for estimand, names in methods.items())
