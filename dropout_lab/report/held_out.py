"""What the test split says of the condition that val chose, as one sentence.

Plain text; must not know LaTeX. The test rows are shown for the baseline and the chosen condition
alone, at the epoch of lowest val loss: both were chosen on val.
"""

from dropout_lab.report.contents import Contents
from dropout_lab.report.numbers import bracketed, decimals_for
from dropout_lab.wording import listed

_METRIC, _POINT = "test_loss", "best"


def held_out(contents: Contents) -> str:
    """Return the sentence; empty where there is no test split, or no condition with dropout to speak of."""
    row = contents.condition(contents.focus) if contents.focus is not None else None
    if row is None or row.is_baseline:
        return ""
    chosen = row.found(_METRIC, _POINT)
    baseline = contents.condition(row.baseline).found(_METRIC, _POINT)
    if chosen is None or baseline is None or not (chosen.mean and baseline.mean):
        return ""
    decimals = decimals_for([chosen.mean, baseline.mean])
    text = (
        "On the test examples, at the epoch of lowest validation loss, test loss was "
        f"{bracketed(baseline.mean, decimals)} for the baseline and {bracketed(chosen.mean, decimals)} for "
        f"{row.label}, which validation loss chose"
    )
    named = [(name, row.found(_METRIC, _POINT, name)) for name in contents.estimands]
    differences = [(name, one.effect.estimate) for name, one in named if one is not None and one.effect]
    decimals = decimals_for([difference for _, difference in differences])
    said = listed(f"{bracketed(difference, decimals)} ({name})" for name, difference in differences)
    return f"{text}; the difference was {said}." if said else f"{text}."
