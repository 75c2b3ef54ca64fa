"""What the test split says of the condition that val chose, as one sentence.

The test rows are shown for the baseline and the chosen condition alone, at the epoch of lowest val loss: both were
chosen on val.
"""

from dropout_lab.phrases.numbers import bracketed
from dropout_lab.report.contents import Contents
from dropout_lab.wording import listed

_METRIC, _POINT = "test_loss", "best"


def held_out(contents: Contents) -> str:
    """Return the sentence; empty where there is no test split, or no condition with dropout to speak of."""
    study = contents.study
    row = contents.condition(contents.focus) if contents.focus is not None else None
    if row is None or row.is_baseline:
        return ""
    chosen, baseline = (study.estimate(label, _METRIC, _POINT) for label in (row.label, row.baseline))
    if chosen is None or baseline is None:
        return ""
    decimals = study.digits(_METRIC)
    text = (
        "On the test examples, at the epoch of lowest validation loss, test loss was "
        f"{bracketed(baseline, decimals)} for the baseline and {bracketed(chosen, decimals)} for "
        f"{row.label}, which validation loss chose"
    )
    effects = [(name, study.effect(row.label, _METRIC, _POINT, name)) for name in contents.estimands]
    differences = [f"{bracketed(effect.estimate, decimals)} ({name})" for name, effect in effects if effect]
    return f"{text}; the difference was {listed(differences)}." if differences else f"{text}."
