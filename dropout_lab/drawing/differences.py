"""Differences: a forest plot of every condition against its baseline, paired by seed.

Draws what summary.csv says and computes no statistics of its own.
"""

from collections.abc import Sequence

from matplotlib.figure import Figure

from dropout_lab.drawing.forest import (
    Compared,
    choose_comparisons,
    chosen_points,
    comparison_rows,
    difference_limits,
    draw_forest,
    ends_of,
    forest_rows,
    heading,
    read_comparisons,
    room_for_columns,
    text_columns,
    write_columns,
    write_heads,
    write_sides,
)
from dropout_lab.drawing.page import EDGE, finish_page, open_page, text_width, wrap
from dropout_lab.drawing.picture import Picture, name_of
from dropout_lab.drawing.reference_lines import reference_values
from dropout_lab.drawing.style import sizes, style
from dropout_lab.drawing.wording import AT_POINT, Wording, join, thinning_note
from dropout_lab.findings import StudyView
from dropout_lab.phrases import glossary

MAX_ROWS = 40  # comparisons; more are a table
_MAX_LINES, _MAX_LINES_OF_SLIDE = 48, 14  # rows and the heads of groups
_LINE, _AROUND = 0.155, 0.45  # inches: of a row, of the x axis with its label
_NARROW = 118.0  # points of names and columns that leave room for bars in one column of a journal
_MOST_TELLING = 6  # pairs; of fewer, signs alone never give a p below 0.05
_BESIDE = 9.0  # points between the axes and the columns
_EDGES = 36.0  # points in a row that hold neither names, nor bars, nor columns
_LABEL_LINE = 1.15  # lines of the forest for a line of the axis label


def has_differences(study: StudyView) -> bool:
    """Tell whether a condition with dropout has a seed in common with its baseline, both trials complete."""
    return any(
        one.split for one in read_comparisons(study, Wording.of(study, "loss").grid, metric="val_loss", point="last")
    )


def differences(study: StudyView, *, metric: str = "loss", point: str = "last") -> Picture:
    """Draw the paired difference of a metric on val between every condition and its baseline, with its intervals.

    Args:
        study: the study.
        metric: `loss`, or the task's score: `accuracy` or `rmse`.
        point: `last`, `best` (lowest val loss of each trial) or `stop`.

    Returns:
        A figure of one row for each condition with dropout, in the order of the table; of more than 40, or than a slide
        has room for, an even choice, stated below the panel.

    Raises:
        ValueError: if no condition has a pair of trials, see `has_differences`.
    """
    with style():
        words = Wording.of(study, metric)
        every = read_comparisons(study, words.grid, metric=f"val_{metric}", point=point)
        if not any(one.split for one in every):
            raise ValueError("the summary must hold a difference to a baseline. Got none.")
        chosen = choose_comparisons(
            every,
            most=MAX_ROWS,
            fits=lambda some: len(forest_rows(words.grid, some)) <= _most_lines(),
            keep=words.kept(lambda one: (*one.dropout, *one.group)),
        )
        paths = (*words.grid.dropout_paths, *words.grid.group_paths)
        notes = [
            *_notes(words, chosen, point),
            *([] if any(one.population for one in chosen) else words.split_note()),
            *words.mark_note(one.condition for one in chosen),
            *reference_values(words),
            *words.left_out_note([one.condition for one in chosen]),
            *thinning_note("rows", paths, chosen_points(chosen), chosen_points(every)),
        ]
        title = words.title(f"val {words.metric_name} with dropout against without")
        data = comparison_rows(words.grid, chosen, metric=f"val_{metric}", point=point)
        return Picture(
            name_of("differences", metric),
            title,
            _draw(words, chosen, title, notes),
            _caption(words, every, point),
            data,
        )


def _most_lines() -> int:
    return _MAX_LINES_OF_SLIDE if sizes().height else _MAX_LINES


def _draw(words: Wording, chosen: Sequence[Compared], title: str, notes: Sequence[str]) -> Figure:
    rows = forest_rows(words.grid, chosen)
    columns = text_columns(rows)
    beside = room_for_columns(columns)
    small, scale = sizes().small, sizes().scale
    names = max(text_width(row.label, small, bold=True) for row in rows if row.comparison)
    has_heads = any(not row.comparison for row in rows)
    is_wide = has_heads or names + text_width(beside, small) > _NARROW * scale
    label = f"val {words.metric_name} minus the baseline's ({words.unit})"
    room = 72 * (sizes().wide if is_wide else sizes().narrow) - names - text_width(beside, small) - _EDGES * scale
    lines = len(rows) + heading(columns) + _LABEL_LINE * wrap(label, room, sizes().text).count("\n")
    page = open_page(
        [(0, 0)],
        panel_height=_AROUND + _LINE * lines,
        title=title,
        subtitle=words.subtitle,
        notes=notes,
        labels=[beside] if columns else [],
        is_wide=is_wide,
    )
    (axes,) = page.panels
    decimals = words.view.digits(words.metric)
    draw_forest(axes, rows, difference_limits(chosen), above=heading(columns), decimals=decimals)
    finish_page(page, x=label, y=[""])
    write_heads(axes, rows, left=None if page.is_users else EDGE * scale)
    if not page.is_users:
        write_columns(axes, columns, gap=_BESIDE * scale)
    write_sides(axes, ("worse", "better") if words.better == "higher" else ("better", "worse"))
    return page.figure


def _notes(words: Wording, chosen: Sequence[Compared], point: str) -> list[str]:
    ns = sorted({one.n_pairs for one in chosen if one.n_pairs})
    pairs = f"n = {ns[0]}" if len(ns) == 1 else f"n = {ns[0]} to {ns[-1]}"
    if ns == [1]:
        return [f"One seed (n = 1): single differences {AT_POINT[point]}, so there is no interval and no p."]
    has_population = any(one.population for one in chosen)
    lowest, highest = difference_limits(chosen)
    is_cut = any(min(ends_of(one)) < lowest or max(ends_of(one)) > highest for row in chosen for one in row.estimates)
    is_off = any(row.split and not lowest <= row.split.estimate.value <= highest for row in chosen)
    return [
        f"Dots: mean difference to the baseline {AT_POINT[point]}, paired by seed, {pairs} pairs. Thick bars: its 95 %"
        f" interval on these rows (split): {words.chance} vary."
        + (" Thin bars: on data like this (population): the val rows vary too." if has_population else "")
        + " Filled dots: the thick bar leaves out zero."
        + (" Arrow heads: runs on beyond the axis." if is_cut else "")
        + (" A number beside one: the mean difference, too far off to be drawn." if is_off else ""),
        "Holm p: corrected for all comparisons of the study."
        + (
            f" {glossary.SIGN_FLIP.sentence.format(n=ns[0], p=2.0 ** (1 - ns[0]))}" if 1 < ns[0] < _MOST_TELLING else ""
        ),
    ]


def _caption(words: Wording, every: Sequence[Compared], point: str) -> str:
    name = words.metric_name
    better, worse = ("right", "left") if words.better == "higher" else ("left", "right")
    return join(
        f"Every row compares one setting with its baseline, the same net without dropout, {AT_POINT[point]}: the dot is"
        f" how much the mean val {name} differs. Dots {better} of the zero line speak for dropout, dots {worse} of it"
        " against.",
        "Both nets of a pair start from the same weights and see the same batches, so their difference is known better"
        " than either value alone.",
        "The bars are 95 % intervals of the difference: a bar that crosses zero leaves open whether dropout helps. The"
        " thick one asks whether other seeds would agree on these very rows"
        + (
            ", the thin one whether other rows of the same kind would as well, which is the harder question."
            if any(one.population for one in every)
            else "."
        )
        if any(one.n_pairs > 1 for one in every)
        else "With one seed nobody can tell a difference from chance.",
        _counts(words, every),
    )


def _counts(words: Wording, every: Sequence[Compared]) -> str:
    """Count the conditions that are better and worse beyond chance, by the interval on these rows."""
    sign = words.measure.sign
    tested = [one.split for one in every if one.split and one.n_pairs > 1]
    if not tested:
        return ""
    clear = [sign * one.estimate.value for one in tested if one.excludes_zero]
    n_better, n_worse = sum(value < 0 for value in clear), sum(value > 0 for value in clear)
    n_untested = len(every) - len(tested)
    return (
        f"Here, by {'its thick bar' if len(every) == 1 else 'their thick bars'},"
        f" {_tally(n_better, n_worse, len(tested) - len(clear), n_all=len(every))}."
        + (f" For {n_untested} there are not two pairs to compare." if n_untested else "")
        + (" About one bar in twenty misses the truth by chance; Holm p allows for that." if len(tested) > 1 else "")
    )


def _tally(n_better: int, n_worse: int, n_open: int, *, n_all: int) -> str:
    """Say how many of all settings are better, worse, or neither beyond chance, and only what applies.

    >>> _tally(3, 0, 1, n_all=4)
    '3 of 4 settings are better than their baseline, and 1 cannot be told from it'
    """
    counts = ((n_better, "better"), (n_worse, "worse"), (n_open, ""))
    (n, verdict), *others = ((n, verdict) for n, verdict in counts if n)
    everyone = {1: "the one setting", 2: "both settings"}.get(n_all, f"all {n_all} settings")
    who, be, whose = everyone if n == n_all else f"{n} of {n_all} settings", _be(n), "its" if n == 1 else "their"
    said = [f"{who} {be} {verdict} than {whose} baseline" if verdict else f"{who} cannot be told from {whose} baseline"]
    said += [f"{n} {_be(n)} {verdict}" if verdict else f"{n} cannot be told from it" for n, verdict in others]
    return ", and ".join(filter(None, [", ".join(said[:-1]), said[-1]]))


def _be(n: int) -> str:
    return "is" if n == 1 else "are"
