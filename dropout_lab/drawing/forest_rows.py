"""The lines of a forest: comparisons under the heads of their groups, and the texts beside them.

Plain comparisons in, lines of text out; knows no axes and no page.
"""

import math
from collections.abc import Sequence

from dropout_lab.drawing.comparisons import Comparison
from dropout_lab.drawing.forest import Row, TextColumn
from dropout_lab.drawing.grid import Grid, unique
from dropout_lab.drawing.style import color_map, colors

_MAX_COLORS = 9  # settings of dropout that colours can tell apart


def forest_rows(grid: Grid, chosen: Sequence[Comparison]) -> list[Row]:
    """Return the lines of the forest: under a head for each group or, where groups have one row each, without heads."""
    families = unique([grid.family(one.condition) for one in chosen])
    is_one_shade = len({grid.shade(one.condition.dropout) for one in chosen}) == 1 and len(families) > 1
    color_of = color_map(grid.shades) if len(grid.shades) <= _MAX_COLORS else {}
    rows = []
    for family in families:
        members = [one for one in chosen if grid.family(one.condition) == family]
        if len(families) > 1 and not is_one_shade:
            rows.append(Row(grid.family_label(family), None, colors().ink))
        for one in members:
            dropout = one.condition.dropout
            label = grid.family_label(family) if is_one_shade else grid.shade_label(dropout)
            rows.append(Row(label, one, color_of.get(grid.shade(dropout), colors().single)))
    return rows


def text_columns(rows: Sequence[Row]) -> list[TextColumn]:
    """Return the columns beside the rows: the pairs where they differ, and p where there is any."""
    compared = [row.comparison for row in rows]
    pairs = tuple(str(one.n_pairs) if one else "" for one in compared)
    splits = tuple(p_text(one.split.p_holm) if one and one.split else "" for one in compared)
    populations = tuple(p_text(one.population.p_holm) if one and one.population else "" for one in compared)
    has_both = any(splits) and any(populations)
    columns = [TextColumn(("", "pairs"), pairs)] if len(set(pairs) - {""}) > 1 else []
    columns += [TextColumn(("Holm p,", "split") if has_both else ("", "Holm p"), splits)] if any(splits) else []
    return columns + ([TextColumn(("Holm p,", "population"), populations)] if any(populations) else [])


def p_text(p: float) -> str:
    """Write a p value: `0.24`, `0.031`, `<0.001`; nothing where there is none.

    >>> [p_text(p) for p in (0.2399, 0.0312, 0.0002, float("nan"))]
    ['0.24', '0.031', '<0.001', '']
    """
    if math.isnan(p):
        return ""
    return "<0.001" if p < 0.001 else f"{p:.2f}" if p >= 0.0995 else f"{p:.3f}"
