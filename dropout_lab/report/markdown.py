"""A study's report in GitHub-flavoured Markdown: what a pull request or an issue has room for.

Owns the order, the markup and the three lines on how it was measured; the tables come from
`tables`. Users' texts are escaped, and a table stays short enough to read.
"""

from collections.abc import Sequence

from dropout_lab.document import Table
from dropout_lab.document.markdown import markdown_block, markdown_table, markdown_text
from dropout_lab.phrases import glossary
from dropout_lab.report import tables
from dropout_lab.report.contents import Contents, gather
from dropout_lab.report.selection import select
from dropout_lab.results import Results
from dropout_lab.verdict import Verdict
from dropout_lab.wording import plural

MOST_ROWS = 40
"""Rows of a table: what a reader of a pull request still scrolls through."""


def markdown_report(results: Results, *, verdict: Verdict | None = None) -> str:
    """Return a study's report in GitHub-flavoured Markdown.

    Args:
        results: the study.
        verdict: its verdict, where it is known already; None works it out.

    Returns:
        Headline, verdict, the table of conditions, notes, how it was measured, and the commands that train it.
    """
    contents = gather(results, verdict=verdict)
    chosen = select(contents, MOST_ROWS)
    labels = [row.label for row in chosen.rows]
    parts = [
        f"## {markdown_text(contents.name)}",
        f"**{markdown_text(contents.verdict.headline)}**",
        *_answers(contents.verdict),
        markdown_table(tables.comparison(contents.study, labels)),
        _beneath(contents, chosen.note),
        _on_data_like_this(contents, labels),
        *(_extra(table.first(MOST_ROWS)) for table in contents.extras),
        _list("Notes", [markdown_text(note) for note in contents.verdict.notes]),
        _list("How it was measured", _measured(contents)),
        *(f"**{markdown_text(one.purpose)}**\n\n{markdown_block(one.command)}" for one in contents.rerun[:2]),
        f"<sub>{markdown_text(contents.citation)} Results of {contents.updated[:10]}.</sub>",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _answers(verdict: Verdict) -> list[str]:
    """Return a paragraph for every question, but for what the headline says already."""
    return [
        f"**{markdown_text(question)}** {markdown_text(answer)}"
        for question, answer in verdict.answers.items()
        if answer != verdict.headline
    ]


def _beneath(contents: Contents, note: str) -> str:
    chosen = f"Bold: {glossary.CHOSEN}." if any(row.is_chosen for row in contents.conditions) else ""
    return " ".join(filter(None, [chosen, note]))


def _on_data_like_this(contents: Contents, labels: Sequence[str]) -> str:
    if "population" not in contents.estimands:
        return ""
    table = markdown_table(tables.comparison(contents.study, labels, estimand="population"))
    return f"<details><summary>The same on data like this (population)</summary>\n\n{table}\n\n</details>"


def _extra(table: Table) -> str:
    """Write a table of what only some studies have, its heading above and what it shows below."""
    below = " ".join(filter(None, [table.about, table.note]))
    return f"**{markdown_text(table.title)}**\n\n{markdown_table(table)}\n\n<sub>{markdown_text(below)}</sub>"


def _list(heading: str, lines: Sequence[str]) -> str:
    return "\n".join([f"**{heading}**", "", *(f"- {line}" for line in lines)]) if lines else ""


def _measured(contents: Contents) -> list[str]:
    """Say in a line each what was measured, what the intervals speak of, and how conditions were compared."""
    by_estimand = {estimand: tables.tested(contents.study, estimand) for estimand in contents.estimands}
    if "split" not in by_estimand:
        return []
    split = by_estimand["split"]
    unit = markdown_text(contents.results.unit("val_loss"))
    lines = [
        f"{glossary.HONEST_GAP.sentence} Shown is the last epoch: means over seeds ({split.n_text}, complete trials "
        f"only), losses in {unit}."
    ]
    own = contents.study.has_own_splits
    kinds = [
        f"{estimand} ({', '.join(one.interval_methods)}): {glossary.estimand(estimand, has_own_splits=own).speaks_of}."
        for estimand, one in by_estimand.items()
        if one.interval_methods
    ]
    lines.append(
        f"[low, high]: 95 % interval of the mean. {' '.join(kinds)}" if kinds else glossary.NO_INTERVALS.sentence
    )
    if split.test_methods:
        corrected = glossary.HOLM.sentence.format(
            comparisons=plural(split.n_comparisons, "comparison"), methods=", ".join(split.test_methods)
        )
        lines.append(f"{glossary.PAIRED.sentence} {corrected}")
    return lines
