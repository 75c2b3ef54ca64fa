"""Tuning: every condition against its baseline as the config sets both and as both are tuned, and what a budget buys.

The differences are those of tuned.csv. All of it speaks of the best epochs,
by which candidates are chosen: what a choice brings elsewhere is another question, and no candidate was chosen for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dropout_lab.drawing.forest import SIDES, Compared, Row, difference_limits, draw_forest, number_of, write_sides
from dropout_lab.drawing.grid import Condition, Grid, choose_evenly, evenly, read_grid
from dropout_lab.drawing.limits import Limits, metric_limits
from dropout_lab.drawing.lines import draw_curve
from dropout_lab.drawing.page import EndLabel, finish_page, head_panel, open_page, text_width, wrap
from dropout_lab.drawing.picture import Picture, name_of, settings_of, stack
from dropout_lab.drawing.style import color_map, colors, epoch_ticks, sizes, style, use_log_axis, value_ticks
from dropout_lab.drawing.wording import AT_POINT, Wording, interval_caption, interval_note, join, listed, thinning_note
from dropout_lab.findings import Curve, StudyView, TunedRow, over_points, over_seeds, read_measured, read_tuned
from dropout_lab.phrases import numbers
from dropout_lab.phrases.names import Value, chosen_label
from dropout_lab.results import CHOICES, TunedCondition, tuned_conditions
from dropout_lab.statistics import best_so_far, candidate_values

_MAX_LINES, _MAX_LINES_OF_SLIDE = 9, 5  # settings with dropout in one pair of panels
_MOST_FAMILIES = 3  # pairs of panels on a page; a slide has room for one
_HEIGHT, _AROUND, _LINE = 2.2, 0.9, 0.155  # inches: a panel at least; around rows; a row
_ROOM = 1.5  # inches, for the names of conditions on either side
_MOST_BANDS = 4  # more bands than this hide one another
_POINT = "best"
_TUNABLE = ("learning_rate", "batch_size")
_NAMED = 6  # choices named one by one
UNTUNED, TUNED = CHOICES


@dataclass(frozen=True)
class TunedLine:
    """One condition, whatever its tuned settings.

    Args:
        condition: the condition.
        so_far: what is to be expected of the metric after so many candidates, and its t interval over seeds; points
            at which there may be nothing to report are left out.
        untuned, tuned: the metric at the config's own values, and at what was chosen; None where there is no such row.
    """

    condition: Condition
    so_far: Curve
    untuned: TunedRow | None
    tuned: TunedRow | None

    def at(self, choice: str) -> TunedRow | None:
        """Return one of the two by the name of its choice."""
        return self.tuned if choice == TUNED else self.untuned

    def mean(self, choice: str) -> float:
        """Return the mean of the metric at a choice; NaN where there is none."""
        row = self.at(choice)
        return row.mean.value if row and row.mean else np.nan

    def against(self, choice: str) -> Compared | None:
        """Return the comparison with the baseline of the same choice; None for a baseline."""
        row = self.at(choice)
        effect = row.effect if row else None
        return None if self.condition.is_baseline else Compared(self.condition, effect, None, is_chosen=False)

    @property
    def budget(self) -> int:
        """Return the number of candidates tried."""
        return self.tuned.budget if self.tuned else 0


def tuned_grid(tuned: pd.DataFrame) -> Grid:
    """Return the conditions of tuned.csv as a grid."""
    rows = tuned.drop_duplicates("condition")
    swept = list(tuned.columns)[list(tuned.columns).index("input_rate") + 1 : list(tuned.columns).index("choice")]
    head = {name: rows[name].to_numpy() for name in ("condition", "rate", "input_rate")}
    settings = {name: rows[name].to_numpy() for name in swept}
    ends = {"trial": head["condition"], "seed": 0, **settings, "status": "complete"}
    return read_grid(read_measured(pd.DataFrame(head | ends)))


def read_tuned_lines(study: StudyView, grid: Grid, *, metric: str, point: str) -> list[TunedLine]:
    """Return a line for every condition of tuned.csv, in drawing order.

    Args:
        study: the study.
        grid: that of `tuned_grid`.
        metric: `loss`, `accuracy` or `rmse`, on val.
        point: `last`, `best` or `stop`, at which it is reported; candidates are always chosen by val loss at `best`.
    """
    at = {(row.condition, row.choice): row for row in read_tuned(study.results, f"val_{metric}", point)}
    tuned = {one.label: one for one in tuned_conditions(study.results.study, study.results.manifest["conditions"])}
    column = f"{point}_val_{metric}"
    return [
        TunedLine(
            one, _so_far(study.results.trials, tuned[one.name], column), *(at.get((one.name, c)) for c in CHOICES)
        )
        for one in grid.conditions
        if one.name in tuned
    ]


def _so_far(trials: pd.DataFrame, tuned: TunedCondition, column: str) -> Curve:
    to_choose = candidate_values(trials, tuned)
    table = trials[trials["status"] == "complete"].pivot(index="seed", columns="condition", values=column)
    reported = table.reindex(index=to_choose.index, columns=list(tuned.candidates))
    expected = best_so_far(to_choose.to_numpy(), reported.to_numpy(dtype=np.float64))
    there = np.isfinite(expected).all(axis=0) if len(expected) else np.zeros(expected.shape[1], dtype=bool)
    return over_seeds(np.arange(1, expected.shape[1] + 1, dtype=np.float64)[there], expected[:, there])


def tuned_rows(grid: Grid, one: TunedLine, *, metric: str, point: str) -> pd.DataFrame:
    """Return the numbers drawn, a row for every number of candidates and one for each choice.

    Returns:
        Columns `condition`, `rate`, `input_rate`, the swept settings, `point`, `metric`, `choice` (`untuned`, `tuned`,
        and empty for the line), `candidates` (how many were tried), `n`, `mean`, `ci95_low`, `ci95_high`, `n_pairs`,
        `difference`, `difference_ci95_low`, `difference_ci95_high`, `p_holm`, `chosen` and `chosen_share`.
    """
    curve, n = one.so_far, len(one.so_far.x)
    lines = {"n": curve.n, "mean": curve.mean, "ci95_low": curve.low, "ci95_high": curve.high}
    of_line = pd.DataFrame({"choice": [""] * n, "candidates": curve.x.astype(np.int64), **lines})
    of_choices = pd.DataFrame([_choice_row(one, choice) for choice in CHOICES])
    measured = pd.concat([of_line, of_choices], ignore_index=True)
    head = pd.DataFrame(settings_of(grid, [one.condition] * len(measured)))
    measured.insert(0, "point", point)
    measured.insert(1, "metric", f"val_{metric}")
    return pd.concat([head, measured], axis="columns")


def _choice_row(one: TunedLine, choice: str) -> dict[str, object]:
    row, compared, is_tuned = one.at(choice), one.against(choice), choice == TUNED
    effect = compared.split if compared else None
    estimate = effect.estimate if effect else None
    return {
        "choice": choice,
        "candidates": one.budget if is_tuned else 1,
        "n": row.mean.n if row and row.mean else 0,
        "mean": one.mean(choice),
        "n_pairs": compared.n_pairs if compared else np.nan,
        "difference": number_of(estimate.value if estimate else None),
        "difference_ci95_low": number_of(estimate.low if estimate else None),
        "difference_ci95_high": number_of(estimate.high if estimate else None),
        "p_holm": number_of(effect.p_holm if effect else None),
        "chosen": row.chosen if row else "",
        "chosen_share": number_of(row.share if row and is_tuned else None),
    }


@dataclass(frozen=True)
class _Pair:
    """The two panels of one family: its conditions, the baseline first, and the y axis of the right one."""

    family: tuple[Value, ...]
    lines: list[TunedLine]
    limits: Limits

    @property
    def compared(self) -> list[TunedLine]:
        """Return the conditions with dropout."""
        return [one for one in self.lines if not one.condition.is_baseline]


@dataclass(frozen=True)
class _Shown:
    """What the figure shows: the pairs of panels, and the notes."""

    words: Wording
    grid: Grid
    pairs: list[_Pair]
    notes: list[str]


def has_tuning(study: StudyView) -> bool:
    """Tell whether a condition was tuned by enough seeds to be compared with its baseline."""
    tuned = study.results.tuned
    return bool(((tuned["choice"] == TUNED) & (tuned["n_pairs"] > 0)).any())


def how_to_tune(study: StudyView) -> str:
    """Tell how a study comes to be tuned: its own value must be among those tried, and no axis be tuned as well."""
    training, swept = study.results.study["training"], study.results.study.get("sweep") or {}
    name = next((name for name in _TUNABLE if f"training.{name}" not in swept), _TUNABLE[0])
    values = f"{training[name]:g}, {2 * training[name]:g}"
    return f'Run it with values to try and 3 seeds or more: {{"tune": {{"training.{name}": [{values}]}}}}.'


def tuning(study: StudyView, *, metric: str = "loss") -> Picture:
    """Draw differences to the baseline, untuned and tuned, beside what to expect after so many candidates.

    Args:
        study: the study.
        metric: `loss`, or the task's score: `accuracy` or `rmse`.

    Returns:
        A figure of a pair of panels for each combination of the other swept settings, at most 3, one on a slide, of at
        most 9 settings of dropout each, 5 on a slide; where there are more, an even choice, stated below the panels.

    Raises:
        ValueError: if no condition was tuned and compared, see `has_tuning`.
    """
    if not has_tuning(study):
        raise ValueError("tuned must hold a tuned condition with a pair. Got none.")
    with style():
        shown = _read(study, metric)
        words = shown.words
        title = words.title(f"val {words.metric_name} untuned and tuned")
        data = stack(
            tuned_rows(shown.grid, one, metric=metric, point=_POINT) for pair in shown.pairs for one in pair.lines
        )
        return Picture(name_of("tuning", metric), title, _draw(shown, title), _caption(shown), data)


def _read(study: StudyView, metric: str) -> _Shown:
    words, grid = Wording.of(study, metric), tuned_grid(study.results.tuned)
    every = read_tuned_lines(study, grid, metric=metric, point=_POINT)
    families = choose_evenly(grid.families, 1 if sizes().height else _MOST_FAMILIES)
    shades = evenly(grid.shades, _MAX_LINES_OF_SLIDE if sizes().height else _MAX_LINES)
    pairs = []
    for family in families:
        group = family[len(grid.word_paths) :]
        members = [
            one
            for one in every
            if one.condition.group == group
            and (
                one.condition.is_baseline
                or (grid.family(one.condition) == family and grid.shade(one.condition.dropout) in shades)
            )
        ]
        pairs.append(_Pair(family, members, _limits(members, metric)))
    notes = [
        *_notes(words, grid, pairs),
        *_choices_note(grid, pairs),
        *thinning_note("settings", grid.shade_paths, shades, grid.shades),
        *thinning_note("pairs of panels", grid.family_paths, families, grid.families),
    ]
    return _Shown(words, grid, pairs, notes)


def _limits(lines: Sequence[TunedLine], metric: str) -> Limits:
    """Choose the y axis that shows all but what few candidates may give."""
    curves = [replace(one.so_far, unsettled=max(len(one.so_far.x) // 2, 0)) for one in lines if len(one.so_far.x)]
    levels = [
        over_points([1.0], [np.array([mean])]) for one in lines for mean in map(one.mean, CHOICES) if np.isfinite(mean)
    ]
    return metric_limits(metric, [*curves, *levels], guide=[*curves, *levels])


def _notes(words: Wording, grid: Grid, pairs: Sequence[_Pair]) -> list[str]:
    lines = [one for pair in pairs for one in pair.lines]
    ns = sorted({there.n_pairs for one in lines for there in map(one.against, CHOICES) if there and there.n_pairs})
    n = f"n = {ns[0]}" if len(ns) == 1 else f"n = {ns[0]} to {ns[-1]}"
    counts = [int(curve.n[0]) for curve in (one.so_far for one in lines) if len(curve.x)]
    is_off = any(pair.limits.excludes(one.so_far.mean) for pair in pairs for one in pair.lines)
    return [
        f"Left: mean difference to the baseline {AT_POINT[_POINT]}, both untuned or both tuned, paired by seed, {n}"
        " pairs, with its 95 % interval; filled dots: it leaves out zero. A tuned value of a seed is that of the"
        " candidate that the other seeds chose by val loss.",
        f"Right: expected after trying so many candidates in random order. {interval_note(counts, where='there')}"
        + ("" if _has_bands(pairs) else " Bands are left out, they are in the numbers of the figure.")
        + " Diamonds: untuned, the config's own values; dots: tuned."
        + ("" if _names_ends(grid, pairs) else " Colours as on the left, grey: the baseline.")
        + (" Few candidates run off the axis." if is_off else ""),
        *words.split_note(),
    ]


def _choices_note(grid: Grid, pairs: Sequence[_Pair]) -> list[str]:
    """Name what every condition chose, with how many of the choices without one seed agree."""
    lines = [(one, one.tuned) for pair in pairs for one in pair.lines if one.tuned and one.tuned.chosen]
    named = [
        f"{grid.label(one.condition)}: {chosen_label(row.chosen)} ({numbers.share(row.share or 0.0)})"
        for one, row in lines
    ]
    more = f"; and {len(named) - _NAMED} more" if len(named) > _NAMED else ""
    return [
        f"All seeds together choose (share of choices without one seed that agree): {'; '.join(named[:_NAMED])}{more}."
    ]


def _has_bands(pairs: Sequence[_Pair]) -> bool:
    return max(len(pair.lines) for pair in pairs) <= _MOST_BANDS + 1


def _draw(shown: _Shown, title: str) -> Figure:
    words, grid, pairs = shown.words, shown.grid, shown.pairs
    color_of = color_map(grid.shades)
    rows = [_rows(grid, pair, color_of) for pair in pairs]
    n_lines = max(len(own) * max(row.label.count("\n") + 1 for row in own) for own in rows)
    is_named = _names_ends(grid, pairs)
    ends = [labels for pair in pairs for labels in ([], _ends(grid, pair, color_of) if is_named else [])]
    page = open_page(
        [(row, column) for row in range(len(pairs)) for column in range(2)],
        panel_height=max(_HEIGHT, _AROUND + _LINE * n_lines),
        title=title,
        subtitle=words.subtitle,
        notes=shown.notes,
        labels=[label.text for panel in ends for label in panel],
    )
    span = difference_limits([row.comparison for own in rows for row in own if row.comparison])
    for left, right, pair, own in zip(page.panels[::2], page.panels[1::2], pairs, rows, strict=True):
        draw_forest(left, own, span, above=SIDES, decimals=words.view.digits(words.metric))
        _draw_lines(right, grid, pair, color_of, has_bands=_has_bands(pairs))
        head_panel(page, left, grid.family_label(pair.family), [])
        left.set_xlabel(f"val {words.metric_name} minus the baseline's ({words.unit})")
        right.set_xlabel("candidates tried")
        right.set_ylabel(f"val {words.metric_name} ({words.unit}{', log axis' if pair.limits.is_log else ''})")
    finish_page(page, x=None, ends=ends)
    for left in page.panels[::2]:
        write_sides(left, ("worse", "better") if words.better == "higher" else ("better", "worse"))
    return page.figure


def _color(grid: Grid, one: TunedLine, color_of: dict[tuple[Value, ...], str]) -> str:
    if one.condition.is_baseline:
        return colors().neutral
    return color_of[grid.shade(one.condition.dropout)]


def _label(grid: Grid, one: TunedLine) -> str:
    return grid.shade_label(one.condition.dropout)


def _rows(grid: Grid, pair: _Pair, color_of: dict[tuple[Value, ...], str]) -> list[Row]:
    """Return two rows for each condition with dropout: untuned, and below it tuned."""
    return [
        Row(wrap(label, _room(), sizes().small), one.against(choice), _color(grid, one, color_of))
        for one in pair.compared
        for choice, label in ((UNTUNED, f"{_label(grid, one)}, {UNTUNED}"), (TUNED, TUNED))
    ]


def _room() -> float:
    return 72 * _ROOM * sizes().scale


def _names_ends(grid: Grid, pairs: Sequence[_Pair]) -> bool:
    """Tell whether the names of the lines are short enough to stand beside their ends."""
    return all(text_width(_label(grid, one), sizes().small) <= _room() for pair in pairs for one in pair.lines)


def _ends(grid: Grid, pair: _Pair, color_of: dict[tuple[Value, ...], str]) -> list[EndLabel]:
    return [
        EndLabel(float(one.so_far.x[-1]), float(one.so_far.mean[-1]), _label(grid, one), _color(grid, one, color_of))
        for one in pair.lines
        if len(one.so_far.x)
    ]


def _draw_lines(
    axes: Axes, grid: Grid, pair: _Pair, color_of: dict[tuple[Value, ...], str], *, has_bands: bool
) -> None:
    if pair.limits.is_log:
        use_log_axis(axes, *pair.limits.ends)
    else:
        axes.yaxis.set_major_locator(value_ticks(5))
    axes.set_ylim(*pair.limits.ends)
    axes.xaxis.set_major_locator(epoch_ticks())
    budget = max(one.budget for one in pair.lines)
    axes.set_xlim(1 - 0.06 * budget, budget * 1.06)
    for one in pair.lines:
        color = _color(grid, one, color_of)
        if len(one.so_far.x):
            draw_curve(axes, one.so_far, color=color, band=pair.limits.ends if has_bands else None)
        _mark(axes, 1, one.mean(UNTUNED), color, "D")
        _mark(axes, one.budget, one.mean(TUNED), color, "o")


def _mark(axes: Axes, x: float, y: float, color: str, marker: str) -> None:
    """Put a mark that is never hollow: on the left, hollow says that an interval includes zero."""
    scale = sizes().scale
    axes.scatter(
        x, y, s=20 * scale**2, marker=marker, color=color, edgecolors=colors().paper, linewidths=scale, zorder=5
    )


def _caption(shown: _Shown) -> str:
    words, lines = shown.words, [one for pair in shown.pairs for one in pair.lines]
    counts = [int(one.so_far.n[0]) for one in lines if len(one.so_far.x)]
    return join(
        "Dropout often wants other settings than the plain net, such as a larger learning rate, so at the same settings"
        " for all a comparison may be unfair to one of them. Here every condition, the baseline too, tried the same"
        f" {_budgets(lines)} settings.",
        f"Left is how much the val {words.metric_name} differs from the baseline's ({words.better} is better),"
        f" {AT_POINT[_POINT]}: untuned, with the config's own settings for both, and tuned, each with the settings that"
        " suit it. A bar that crosses zero leaves open whether dropout helps.",
        _verdicts(shown),
        "Right is what to expect from a smaller budget: the line falls as long as trying more pays."
        if words.better == "lower"
        else "Right is what to expect from a smaller budget: the line rises as long as trying more pays.",
        "Settings are always chosen by seeds other than the one that is reported, so that luck in the choice does not"
        " count as gain.",
        interval_caption(words, counts, mean="Lines", interval="bands"),
    )


def _budgets(lines: Sequence[TunedLine]) -> str:
    ns = sorted({one.budget for one in lines})
    return str(ns[0]) if len(ns) == 1 else f"{ns[0]} to {ns[-1]}"


def _verdicts(shown: _Shown) -> str:
    """State, for the conditions of the first pair, both differences."""
    pair = shown.pairs[0]
    said = []
    for one in pair.compared:
        splits = [compared.split if compared else None for compared in (one.against(UNTUNED), one.against(TUNED))]
        values = [shown.words.number(one.estimate.value, is_signed=True) if one else "unknown" for one in splits]
        said.append(f"{values[0]} untuned and {values[1]} tuned for {_label(shown.grid, one)}")
    where = f" ({shown.grid.family_label(pair.family)})" if len(shown.pairs) > 1 else ""
    return f"Here{where} the mean difference is {listed(said, most=3)}."
