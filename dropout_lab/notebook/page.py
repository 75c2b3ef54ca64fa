"""How a study shows itself at the end of a notebook's cell: the verdict's headline and the table.

Texts in, HTML out. Owns what stands there and that every text is escaped: labels and names are the
user's. Colours are left to the notebook, so that it reads on a light page and on a dark one.
"""

from collections.abc import Sequence
from html import escape
from math import isfinite
from typing import TYPE_CHECKING

from dropout_lab.findings import Estimate
from dropout_lab.metrics import LOSS, METRICS
from dropout_lab.report.numbers import bracketed, decimals_for

if TYPE_CHECKING:
    import pandas as pd

    from dropout_lab.verdict import Verdict

_MOST_ROWS = 30  # a screen of them; pandas shows as much of a long frame

_HEADINGS = {
    "train_loss": "train loss",
    "val_loss": "val loss",
    "loss_gap": "loss gap [95 % CI]",
    **{f"val_{metric.column}": f"val {metric.text}" for metric in METRICS.values() if metric.column != LOSS},
    "difference": "val loss − baseline’s [95 % CI]",
}


def study_html(name: str, table: "pd.DataFrame", said: "Verdict") -> str:
    """Return a study as a piece of HTML.

    Args:
        name: the study's.
        table: rows as `StudyResults.table` has them.
        said: the verdict.
    """
    shown = table.head(_MOST_ROWS)
    cells = {heading: _cells(shown, column) for column, heading in _HEADINGS.items() if column in shown}
    counts = [f"{int(n)}" for n in shown["n"].fillna(0)]
    head = _row(["condition", "n", *cells], 'th scope="col"')
    body = "".join(
        _row([str(label), *values], "td")
        for label, *values in zip(shown["condition"], counts, *cells.values(), strict=True)
    )
    n_more = len(table) - len(shown)
    more = f" {n_more:,} more conditions are in <code>table</code>." if n_more else ""
    return (
        f"<div><p><strong>{escape(name)}</strong>: {escape(said.headline)}</p>"
        f"<table><thead>{head}</thead><tbody>{body}</tbody></table>"
        "<p>Means over n seeds at the last epoch, train and val both measured without dropout; intervals over seeds, "
        f"on these rows.{more} The whole verdict: <code>verdict</code>.</p></div>"
    )


def _cells(table: "pd.DataFrame", column: str) -> list[str]:
    """Write a column, and its interval where it has one, with as many decimals as its uncertainty deserves."""
    edges = (f"{column}_ci95_low", f"{column}_ci95_high")
    missing = [float("nan")] * len(table)
    lows, highs = (table.get(edge, missing) for edge in edges)
    estimates = [_estimate(*map(float, cells)) for cells in zip(table[column], lows, highs, strict=True)]
    decimals = decimals_for([one for one in estimates if one])
    return [bracketed(one, decimals) for one in estimates]


def _estimate(value: float, low: float, high: float) -> Estimate | None:
    low_or_none, high_or_none = (end if isfinite(end) else None for end in (low, high))
    return Estimate(0, value, low_or_none, high_or_none) if isfinite(value) else None


def _row(cells: Sequence[str], tag: str) -> str:
    """Write a row of cells of a kind, `td` or `th` with its attributes: names to the left, numbers to the right."""
    sides = ["left", *["right"] * (len(cells) - 1)]
    texts = [
        f'<{tag} style="text-align: {side}">{escape(cell)}</{tag.partition(" ")[0]}>'
        for cell, side in zip(cells, sides, strict=True)
    ]
    return f"<tr>{''.join(texts)}</tr>"
