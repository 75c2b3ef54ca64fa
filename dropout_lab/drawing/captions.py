"""Captions: a few plain sentences below a figure for someone who has met neither dropout nor intervals.

Words and plain numbers in, text out; knows no axes. What every caption says of means and intervals
stands here once.
"""

from collections.abc import Iterable, Mapping, Sequence

from dropout_lab.drawing.curve import Curve
from dropout_lab.drawing.facets import FacetCurves
from dropout_lab.drawing.grid import Condition
from dropout_lab.drawing.lines import Lines
from dropout_lab.drawing.wording import Wording, seeds_words

AT_POINT = {
    "last": "at the last epoch",
    "best": "at each trial's epoch of lowest val loss",
    "stop": "at the epoch where patience would have stopped each trial",
}


def join(*sentences: str) -> str:
    """Join sentences; empty ones leave no trace."""
    return " ".join(sentence for sentence in sentences if sentence)


def interval_caption(words: Wording, counts: Iterable[int], *, mean: str, interval: str) -> str:
    """Say what a mean and its interval are, and over how many seeds.

    Args:
        words: tell what chance varies in this study.
        counts: the seeds behind each mean that is drawn.
        mean: what shows a mean, plural: `Lines`.
        interval: what shows its interval, plural: `bands`.
    """
    ns = sorted(set(counts))
    if ns in ([], [1]):
        return (
            f"{mean} are single trainings, one seed each (n = 1): how far another seed would be from them is unknown."
        )
    lone = f"; where n = 1 there are no {interval}" if ns[0] == 1 else ""
    return (
        f"{mean} are means over {seeds_words(ns)}, trainings that differ only by chance ({words.chance}); {interval}"
        " are 95 % intervals of those means: how far off the mean of very many seeds may plausibly be, not where single"
        f" seeds lie{lone}."
    )


def label_noise_caption(words: Wording) -> str:
    """Say, under label noise, why val can look better than train."""
    if not words.has_label_noise:
        return ""
    return "Some train labels are wrong on purpose and no val label is, so val can look better than train."


def training_caption(words: Wording, shown: Sequence[Condition], lines: Mapping[str, Lines]) -> str:
    """Explain training curves.

    Args:
        words: what the figure is about.
        shown: the conditions that have a panel.
        lines: the lines of these and of their baselines, by the condition's name.
    """
    name, has_rates = words.metric_name, any(not one.is_baseline for one in shown)
    what = "Each panel follows the training at one dropout rate" if has_rates else "This follows the training"
    grey = " Grey, in every panel, is the baseline: the same net trained without dropout." if has_rates else ""
    helped = f"; a coloured dashed line {words.better_side} the grey one shows that dropout helped" if has_rates else ""
    return join(
        f"{what}: solid is the {name} on the train rows, dashed the {name} on the val rows, which the net never trains"
        f" on ({words.better} is better).{grey}",
        "A dashed line that pulls away from its solid one, or gets worse again after its dot (the epoch of the lowest"
        f" mean val loss), shows overfitting{helped}.",
        _best_epochs(words, shown, lines),
        interval_caption(words, (int(one.val.n[0]) for one in lines.values()), mean="Lines", interval="bands"),
        label_noise_caption(words),
    )


def _best_epochs(words: Wording, shown: Sequence[Condition], lines: Mapping[str, Lines]) -> str:
    """State the best epochs of a baseline and of the best condition with dropout, where there is one baseline."""
    baseline = words.grid.baseline(shown[0].group)
    drawn = [one for one in shown if one.name in lines and not one.is_baseline]
    if len({one.group for one in shown}) > 1 or baseline is None or baseline.name not in lines or not drawn:
        return ""
    best, reference = min(drawn, key=lambda one: lines[one.name].best_loss), lines[baseline.name]
    return (
        f"Here the baseline's mean val loss is lowest at epoch {reference.best_epoch:g} of {reference.val.x[-1]:g};"
        f" with dropout, the lowest is that of {words.grid.dropout_label(best.dropout)}, at epoch"
        f" {lines[best.name].best_epoch:g}."
    )


def gap_caption(words: Wording, drawn: Mapping[str, Curve], *, has_bands: bool, panels: int) -> str:
    """Explain gap curves.

    Args:
        words: what the figure is about.
        drawn: the lines by what they are called beside them, of the first panel that has any.
        has_bands: whether intervals are bands, or bars at the last epoch.
        panels: how many panels there are.
    """
    name, counts = words.metric_name, [int(curve.n[0]) for curve in drawn.values()]
    gap = f"train {name} minus val {name}" if words.better == "higher" else f"val {name} minus train {name}"
    where = " in the first panel" if panels > 1 else ""
    ends = " and ".join(f"{curve.mean[-1]:.3g} for {label}" for label, curve in _two_ends(drawn).items())
    ends = ends.replace("baseline", "the baseline")
    held = "; a coloured line below the grey one, the baseline, shows that dropout holds it back"
    return join(
        f"The gap is {gap} at the same weights, dropout off: how much worse the net does on rows it has not seen.",
        "A line that rises above zero shows overfitting that grows with the training; dots mark each line's epoch of"
        f" the lowest mean val loss{held if words.grid.treated else ''}.",
        "A small gap alone makes no good net, for one that learns nothing has none: read it beside the val curves.",
        f"Here the gap at the last epoch is {ends}{where}.",
        interval_caption(words, counts, mean="Lines", interval="bands" if has_bands else "bars at the right"),
        label_noise_caption(words),
    )


def _two_ends(drawn: Mapping[str, Curve]) -> dict[str, Curve]:
    """Return the first and the last line: the baseline and the highest rate."""
    labels = list(drawn)
    return {label: drawn[label] for label in dict.fromkeys([*labels[:1], *labels[-1:]])}


def validation_caption(
    words: Wording, drawn: Sequence[FacetCurves], *, dropped: str, point: str, best: str, may_be_best: Sequence[str]
) -> str:
    """Explain a validation curve.

    Args:
        words: what the figure is about.
        drawn: the curves of every facet.
        dropped: what the rate on the x axis drops: `units` or `inputs`.
        point: `last`, `best` or `stop`.
        best: the label of the condition with the lowest mean val loss; empty where there are several facets.
        may_be_best: the labels of all that may be best, this one among them; empty where it is not known.
    """
    name, counts = words.metric_name, [int(n) for curves in drawn for n in curves.val.n]
    rings = listed([label for label in may_be_best if label != best])
    tell = f"; the seeds cannot tell {rings} from it (rings)" if rings else ""
    here = f"Here the mean val loss is lowest at {best}, the large dot{tell}."
    paired = "All rates share their seeds, so overlapping bars do not mean that two rates are alike."
    return join(
        f"From left to right more {dropped} are dropped: filled dots are the {name} on the train rows, hollow dots on"
        f" the val rows ({words.better} is better), {AT_POINT[point]}, and below them is the gap between the two.",
        f"Val dots {words.better_side} the grey band, the baseline without dropout, speak for dropout; where train and"
        " val get worse together the rate is too high, and the net underfits.",
        here if best else "Large dots mark the lowest mean val loss of each panel.",
        *words.start_note(),
        interval_caption(words, counts, mean="Dots", interval="bars"),
        paired if max(counts, default=0) > 1 else "",
        label_noise_caption(words),
    )


def listed(labels: Sequence[str], most: int = 4) -> str:
    """Join labels in a sentence, the first `most` of them by name.

    >>> listed(["rate 0.1", "rate 0.2", "rate 0.3"], most=2)
    'rate 0.1, rate 0.2 and 1 more'
    """
    named = [*labels[:most], *([f"{len(labels) - most} more"] if len(labels) > most else [])]
    return " and ".join(filter(None, [", ".join(named[:-1]), *named[-1:]]))
