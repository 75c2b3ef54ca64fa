"""The words on a figure and below it: what is shown, of what, over how many seeds, and what is missing.

It exists so that every figure states its interval, its n and its omissions in the same words; captions say it for
someone who has met neither dropout nor intervals.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from dropout_lab import wording
from dropout_lab.drawing.grid import Condition, Grid, Item, choose_evenly, read_grid, unique
from dropout_lab.drawing.style import sizes
from dropout_lab.findings import Series, StudyView
from dropout_lab.findings.tuned_view import CHOSEN, TunedStudy
from dropout_lab.metrics import TASKS, Metric
from dropout_lab.noise import KINDS
from dropout_lab.phrases import glossary, numbers
from dropout_lab.phrases.names import (
    ABSENT,
    CHOICE,
    Value,
    chosen_label,
    setting_names,
    settings_label,
    value_text,
)
from dropout_lab.results import CHOICES

_NAMED_TUNED = 6  # choices of tuning named one by one
_SUBTITLE = {
    "training.optimizer": "{}",
    "training.learning_rate": "learning rate {}",
    "training.batch_size": "batch size {}",
    "data.label_noise": "label noise {}",
}
MARK = "★"
_NAMED = 4  # omissions named one by one; more would crowd the page


@dataclass(frozen=True)
class Wording:
    """What the texts of one figure are about.

    Args:
        study: the study as it is shown.
        grid: its conditions.
        metric: `loss`, `accuracy` or `rmse`.
    """

    study: StudyView
    grid: Grid
    metric: str

    @classmethod
    def of(cls, study: StudyView, metric: str) -> "Wording":
        """Return the words for a study's figure of a metric."""
        return cls(study, read_grid(study.series.conditions.values()), metric)

    @property
    def view(self) -> StudyView:
        """Return the study as its folder has it."""
        return self.study.whole if isinstance(self.study, TunedStudy) else self.study

    @property
    def series(self) -> Series:
        """Return what was measured of what is shown."""
        return self.study.series

    def kept(self, key: Callable[[Condition], Item]) -> Iterator[Item]:
        """Yield what stays where a figure is thinned out: the keys of the conditions that the verdict speaks of."""
        named = {one.name: one for one in self.grid.conditions}
        yield from (key(named[name]) for name in self.study.headlined if name in named)

    def is_marked(self, condition: Condition) -> bool:
        """Tell whether a condition is what val chose, which the verdict speaks of and every figure marks."""
        return condition.name in self.study.marked

    def marked(self, label: str, condition: Condition) -> str:
        """Return a label, with the mark of what val chose."""
        return f"{label} {MARK}" if self.is_marked(condition) else label

    def mark_note(self, shown: Iterable[Condition]) -> list[str]:
        """Say what the mark means, where one of the conditions has it."""
        if not any(map(self.is_marked, shown)):
            return []
        if not self.grid.treated:
            return [f"{MARK} the lowest mean val loss at the best epochs."]
        return [f"{MARK} {glossary.CHOSEN}."]

    @property
    def measure(self) -> Metric:
        """Return what is known of the metric."""
        return TASKS[self.view.task].metric(self.metric)

    def number(self, value: float | None, metric: str = "", *, is_signed: bool = False) -> str:
        """Write a number of the figure's metric, or of another column, as all that speaks of the study does."""
        return numbers.number(value, self.view.digits(metric or self.metric), is_signed=is_signed)

    @property
    def metric_name(self) -> str:
        """Return the metric's name as in running text."""
        return self.measure.text

    @property
    def better(self) -> str:
        """Return which values of the metric are better: `lower` or `higher`."""
        return self.measure.better or "neither"

    @property
    def better_side(self) -> str:
        """Return where better values lie on an axis: `below` or `above`."""
        return "above" if self.measure.better == "higher" else "below"

    @property
    def unit(self) -> str:
        """Return the metric's unit."""
        return self.measure.axis_unit.format(target=self.view.shared("data.target") or "the target")

    @property
    def metric_label(self) -> str:
        """Return the label of an axis that shows the metric on train and val; a short one where height is short."""
        name = self.measure.axis_text if sizes().height is None else self.metric_name
        return f"{name} ({self.unit})"

    @property
    def gap_label(self) -> str:
        """Return the label of an axis that shows the gap, its sign spelled out unless height is short."""
        difference = "train − val" if self.measure.better == "higher" else "val − train"
        sign = f", {difference}" if sizes().height is None else ""
        return f"{self.metric_name} gap{sign}\n({self.unit})"

    def title(self, shown: str) -> str:
        """Return the title: the study's name and what is shown."""
        return f"{self.view.name or 'study'}: {shown}"

    @property
    def subtitle(self) -> str:
        """Describe data, network and training, as far as all conditions share them."""
        shared, parts = self.view.shared, []
        if source := shared("data.source"):
            parts.append(f"data {PurePath(str(source)).name}")
        rows = [self.series.range_of(column) for column in ("n_train", "n_val")]
        if all(rows):
            parts.append("{} train and {} val rows".format(*(_range(*ends) for ends in rows if ends)))
        hidden = shared("model.hidden")
        if hidden is not None:
            parts.append(f"hidden layers {'-'.join(map(str, hidden))}" if hidden else "no hidden layer")
        for path, words in _SUBTITLE.items():
            if value := shared(path):
                parts.append(words.format(value))
        return ", ".join(parts)

    def left_out_note(self, shown: Sequence[Condition]) -> list[str]:
        """Name what is left out, the trials of the shown conditions first, and say what is not what it seems.

        That is candidates of tuning, which are not shown, and rates that are learnt.
        """
        missing = [
            (f"{count} of {condition.n_trials} trials {status} at {self.grid.label(condition)}", count)
            for condition in unique([*shown, *self.grid.conditions])
            for status, count in condition.left_out
        ]
        if not missing:
            return [*self._tuned_note(), *self.start_note()]
        named = [words for words, _ in missing[:_NAMED]]
        rest = sum(count for _, count in missing[_NAMED:])
        left_out = f"Left out of the means: {'; '.join([*named, *([f'{rest} more elsewhere'] if rest else [])])}."
        return [left_out, *self._tuned_note(), *self.start_note()]

    def _tuned_note(self) -> list[str]:
        """Say, where conditions are shown untuned and tuned, at which settings that is."""
        if CHOICE not in self.grid.group_paths:
            return []
        chosen = {one.name: self.series.cell(one.name, CHOSEN) for one in self.grid.conditions}
        at = self.grid.group_paths.index(CHOICE)
        own = unique([chosen_label(chosen[one.name]) for one in self.grid.conditions if one.group[at] == CHOICES[0]])
        tuned = [
            f"{self._without_choice(one)}: {chosen_label(chosen[one.name])}"
            for one in self.grid.conditions
            if one.group[at] == CHOICES[1]
        ]
        more = f"; and {len(tuned) - _NAMED_TUNED} more" if len(tuned) > _NAMED_TUNED else ""
        return [
            f"Untuned: {', '.join(own)}. Tuned, chosen by the mean val loss of all seeds at their best epochs:"
            f" {'; '.join(tuned[:_NAMED_TUNED])}{more}. Other candidates are not shown."
        ]

    @property
    def learns_rates(self) -> bool:
        """Tell whether any condition learns its rates."""
        return self.view.learns_rates

    def start_note(self) -> list[str]:
        """Say, where rates are learnt, what a condition is named by."""
        said = f"{self.learnt_kind} learns its rates: its conditions are named by the rate they start from."
        return [said] if self.learns_rates else []

    @property
    def learnt_kind(self) -> str:
        """Name, at the beginning of a sentence, the noise of the study whose rates are learnt."""
        noun = wording.listed([KINDS[kind].noun for kind in self.view.learnt_kinds])
        return noun[:1].upper() + noun[1:]

    def _without_choice(self, condition: Condition) -> str:
        """Name a condition of a tuned study but for its choice."""
        paths = self.grid.group_paths
        kept = [(path, value) for path, value in zip(paths, condition.group, strict=True) if path != CHOICE]
        group = settings_label([path for path, _ in kept], [value for _, value in kept])
        return self.grid.dropout_label(condition.dropout) + (f" ({group})" if group else "")

    @property
    def has_label_noise(self) -> bool:
        """Tell whether any condition trains on wrong labels."""
        return self.view.has_label_noise

    @property
    def has_own_splits(self) -> bool:
        """Tell whether every seed splits the rows anew."""
        return self.view.has_own_splits

    @property
    def chance(self) -> str:
        """Name what differs from seed to seed."""
        return glossary.splits(has_own_splits=self.has_own_splits).chance

    def split_note(self) -> list[str]:
        """Say, where every seed has a split of its own, what the intervals speak of."""
        if not self.has_own_splits:
            return []
        return [f"{glossary.OWN_SPLITS}; the intervals speak of these rows, not of new ones."]

    def label_noise_note(self, *, has_dotted: bool = False) -> list[str]:
        """Warn, under label noise, that train and val are not alike; say what dotted lines are where there are any."""
        if not self.has_label_noise:
            return []
        dotted = " Dotted: train accuracy against the true labels." if has_dotted else ""
        return [f"{glossary.LABEL_NOISE.sentence}{dotted}"]


def interval_note(
    counts: Iterable[int], *, where: str, means: str = "Lines", drawn: str = "Bands", methods: Iterable[str] = ()
) -> str:
    """State what lines and intervals are, over how many seeds.

    Args:
        counts: the seeds behind each mean that is drawn.
        where: the place of an interval, such as `at each epoch`.
        means: what shows a mean: `Lines` or `Dots`.
        drawn: what shows the interval: `Bands` or `Bars`.
        methods: of the intervals, see `curve.Curve`; none are t.
    """
    ns = sorted(set(counts))
    if ns in ([], [1]):
        return "One seed (n = 1): single runs, so there is no interval."
    lone = " Where n = 1 there is no interval." if ns[0] == 1 else ""
    return f"{means}: mean over {seeds_words(ns)}. {drawn}: 95 % {_method(methods)} of that mean {where}.{lone}"


def _method(methods: Iterable[str]) -> str:
    others = sorted(set(methods) - {"", "t"})
    return (
        f"interval (t; {wording.listed(others, 'or')} where the seeds look far from normal)" if others else "t interval"
    )


def seeds_words(ns: Sequence[int]) -> str:
    """Write ascending numbers of seeds: `n = 5 seeds`, `n = 3 to 5 seeds`."""
    return f"n = {ns[0]} seeds" if len(ns) == 1 else f"n = {ns[0]} to {ns[-1]} seeds"


def thinning_note(
    what: str, paths: Sequence[str], shown: Sequence[tuple[Value, ...]], points: Sequence[tuple[Value, ...]]
) -> list[str]:
    """State which points of a grid are shown, axis by axis, where some are not.

    Args:
        what: what a point is drawn as: `panels`, `lines`.
        paths: the config path of every axis.
        shown: the chosen points.
        points: all points.
    """
    if len(shown) == len(points):
        return []
    axes = zip(setting_names(paths), zip(*shown, strict=True), zip(*points, strict=True), strict=True)
    parts = [
        f"{name} {', '.join(value_text(one) for one in unique(chosen) if one != ABSENT)}"
        for name, chosen, every in axes
        if len(unique(every)) > 1
    ]
    is_even = list(shown) == choose_evenly(points, len(shown))
    how = "chosen evenly" if is_even else "chosen evenly beside what the verdict speaks of"
    return [f"Showing {len(shown)} of {len(points)} {what}, {how}: {'; '.join(parts)}."]


def _range(low: int, high: int) -> str:
    return str(low) if low == high else f"{low} to {high}"


AT_POINT = {name: point.of_trials for name, point in glossary.POINTS.items()}


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
    return glossary.LABEL_NOISE.sentence if words.has_label_noise else ""


def listed(labels: Sequence[str], most: int = 4) -> str:
    """Join labels in a sentence, the first `most` of them by name.

    >>> listed(["rate 0.1", "rate 0.2", "rate 0.3"], most=2)
    'rate 0.1, rate 0.2 and 1 more'
    """
    named = [*labels[:most], *([f"{len(labels) - most} more"] if len(labels) > most else [])]
    return wording.listed(named)
