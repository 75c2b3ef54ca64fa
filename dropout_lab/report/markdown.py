"""A study's report in GitHub-flavoured Markdown: what a pull request or an issue has room for.

Owns the order, the markup and the three lines on how it was measured; the numbers come from
`comparison_table`. Users' texts are escaped, and a table stays short enough to read.
"""

from collections.abc import Sequence

from dropout_lab.report.comparison_table import columns, tested
from dropout_lab.report.contents import ConditionRow, Contents, gather
from dropout_lab.report.escaping import markdown_block, markdown_code, markdown_text
from dropout_lab.report.extra_tables import ExtraTable
from dropout_lab.report.selection import select
from dropout_lab.results import Results
from dropout_lab.verdict import Verdict

MOST_ROWS = 40
"""Rows of a table: what a reader of a pull request still scrolls through."""

_CI = " [95\u00a0%\u00a0CI]"


def markdown_report(results: Results, *, said: Verdict | None = None) -> str:
    """Return a study's report in GitHub-flavoured Markdown.

    Args:
        results: the study.
        said: its verdict, where it is known already; None works it out.

    Returns:
        Headline, verdict, the table of conditions, notes, how it was measured, and the commands that train it.
    """
    contents = gather(results, said=said)
    chosen = select(contents, MOST_ROWS)
    parts = [
        f"## {markdown_text(contents.name)}",
        f"**{markdown_text(contents.verdict.headline)}**",
        *_answers(contents.verdict),
        _table(contents, chosen.rows, "split"),
        _beneath(contents, chosen.note),
        _on_data_like_this(contents, chosen.rows),
        *(_extra(table.first(MOST_ROWS)) for table in contents.extras),
        _list("Notes", [markdown_text(note) for note in contents.verdict.notes]),
        _list("How it was measured", _measured(contents)),
        *(f"**{markdown_text(one.purpose)}**\n\n{markdown_block(one.command)}" for one in contents.rerun[:2]),
        f"<sub>{markdown_text(contents.citation)} Results of {contents.updated[:10]}.</sub>",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _answers(said: Verdict) -> list[str]:
    """Return a paragraph for every question, but for what the headline says already."""
    return [
        f"**{markdown_text(question)}** {markdown_text(answer)}"
        for question, answer in said.answers.items()
        if answer != said.headline
    ]


def _table(contents: Contents, rows: Sequence[ConditionRow], estimand: str) -> str:
    measured = columns(contents, rows, estimand)
    names = [f"**{markdown_code(row.label)}**" if row.is_chosen else markdown_code(row.label) for row in rows]
    head = ["condition", *(column.name + _CI * column.has_intervals for column in measured)]
    body = zip(names, *(map(_unbroken, column.cells) for column in measured), strict=True)
    lines = [head, ["---", *["--:"] * len(measured)], *body]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _unbroken(cell: str) -> str:
    """Let a narrow cell break before an interval, and nowhere within."""
    return cell.replace(", ", ",\u00a0").replace("< ", "<\u00a0")


def _beneath(contents: Contents, note: str) -> str:
    chosen = "Bold: the condition that val chose." if any(row.is_chosen for row in contents.conditions) else ""
    return " ".join(filter(None, [chosen, note]))


def _on_data_like_this(contents: Contents, rows: Sequence[ConditionRow]) -> str:
    if "population" not in contents.estimands:
        return ""
    table = _table(contents, rows, "population")
    return f"<details><summary>The same on data like this (population)</summary>\n\n{table}\n\n</details>"


def _extra(table: ExtraTable) -> str:
    """Write a table of what only some studies have, its heading above and what it shows below."""
    head = [f"{column.group} {column.name}".strip() + _CI * column.has_intervals for column in table.columns]
    marks = ["--:" if column.is_number else "---" for column in table.columns]
    body = [_extra_row(table, row, is_strong=strong) for row, strong in zip(table.rows, table.strong, strict=True)]
    lines = "\n".join(f"| {' | '.join(cells)} |" for cells in [head, marks, *body])
    below = " ".join(filter(None, [table.about, table.note]))
    return f"**{markdown_text(table.title)}**\n\n{lines}\n\n<sub>{markdown_text(below)}</sub>"


def _extra_row(table: ExtraTable, cells: Sequence[str], *, is_strong: bool) -> list[str]:
    written = [
        markdown_code(cell) if column.name == "condition" else markdown_text(_unbroken(cell))
        for column, cell in zip(table.columns, cells, strict=True)
    ]
    return [f"**{written[0]}**" if is_strong else written[0], *written[1:]]


def _list(heading: str, lines: Sequence[str]) -> str:
    return "\n".join([f"**{heading}**", "", *(f"- {line}" for line in lines)]) if lines else ""


def _measured(contents: Contents) -> list[str]:
    """Say in a line each what was measured, what the intervals speak of, and how conditions were compared."""
    by_estimand = {estimand: tested(contents, estimand) for estimand in contents.estimands}
    if "split" not in by_estimand:
        return []
    split = by_estimand["split"]
    unit = markdown_text(contents.results.unit("val_loss"))
    lines = [
        "Train and val loss come from one function, dropout off, at the same weights; loss gap = val loss − train "
        f"loss. Shown is the last epoch: means over seeds ({split.n_text}, complete trials only), losses in {unit}."
    ]
    kinds = [
        f"{estimand} ({', '.join(one.interval_methods)}): {_speaks_of(contents, estimand)}"
        for estimand, one in by_estimand.items()
        if one.interval_methods
    ]
    lines.append(
        f"[low, high]: 95 % interval of the mean. {' '.join(kinds)}"
        if kinds
        else "No intervals: they need 2 complete trials of a condition, trained from different seeds."
    )
    if split.test_methods:
        of = "comparison" if split.n_comparisons == 1 else "comparisons"
        lines.append(
            f"Differences: condition − baseline, paired by seed; p: {', '.join(split.test_methods)}, two-sided, "
            f"corrected by Holm for {split.n_comparisons:,} {of}."
        )
    return lines


def _speaks_of(contents: Contents, estimand: str) -> str:
    is_split_per_seed = contents.study.has_own_splits
    if estimand == "split":
        varied = "training and which of these rows are train and val" if is_split_per_seed else "training alone"
        return f"on these rows; the seeds vary {varied}."
    trained = "new splits" if is_split_per_seed else "nets trained on these train rows"
    return f"on data like this; seeds and val rows are both a sample ({trained}, new val rows)."
