"""How a study chose its tuned settings, in words for every reader; nothing where it tunes none.

Owns this explanation, as plain text; must not know which writer prints it.
"""

from dropout_lab.results import Results, format_setting
from dropout_lab.statistics.tuning import JACKKNIFE
from dropout_lab.wording import plural


def tuning_text(results: Results) -> str:
    """Explain the tuned comparison of a study; empty where there is none."""
    tuned = results.tuned[(results.tuned["choice"] == "tuned") & (results.tuned["n"] > 0)]
    if tuned.empty:
        return ""
    named = "; ".join(
        f"{path.rpartition('.')[2].replace('_', ' ')} ({', '.join(map(format_setting, values))})"
        for path, values in results.study["tune"].items()
    )
    text = (
        f"Tuned was: {named}. Every condition, the baseline too, had the same "
        f"{plural(int(tuned['budget'].max()), 'candidate')}. For each seed the other seeds choose the candidate of "
        "lowest mean val loss at the best epochs, and the seed is measured there, so that no seed picks what happens "
        "to suit itself. Differences are to the baseline tuned likewise, paired by seed; p (Holm) is corrected over "
        "the tuned comparisons alone. Untuned: every condition at the config's own values."
    )
    if not (tuned[["interval_method", "test_method"]] == JACKKNIFE).any(axis=None):
        return text
    return (
        f"{text} Where leaving out a further seed changes what others choose, the seeds' numbers depend on each other. "
        "Intervals and p then come from the jackknife: the whole tuning is done again without each seed in turn. They "
        "can be much wider than at fixed settings, even where every choice named is the same."
    )
