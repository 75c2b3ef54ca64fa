"""One table, set for a terminal, for Markdown, for LaTeX and for a notebook, each with its own signs."""

import re
from typing import NamedTuple

import pytest

from dropout_lab.document import P_HOLM, Column, Table
from dropout_lab.document.html import html_table
from dropout_lab.document.latex import latex_table
from dropout_lab.document.markdown import markdown_table
from dropout_lab.document.terminal import aligned, table_text


class Mean(NamedTuple):
    value: float
    low: float | None = None
    high: float | None = None


TABLE = Table(
    columns=(
        Column("condition", ["rate=0", "rate=0.5"], "name"),
        Column("n", [5, 1500], "count"),
        Column("val loss", [Mean(0.418), Mean(0.312, 0.292, 0.331)], "estimate", 3, short="val\nloss"),
        Column("minus baseline's", [None, Mean(-0.106, -0.127, -0.0841)], "difference", 3, "tuned", is_tested=True),
        Column(P_HOLM, [None, 0.0002], "p", group="tuned", short="p\nHolm"),
        Column("agreed", [None, 0.8], "share"),
    ),
    strong=(False, True),
)


def test_on_a_terminal_numbers_are_whole_plain_and_to_the_right() -> None:
    assert table_text(TABLE).text.splitlines()[-3:] == [
        "condition      n             [95% CI]                 [95% CI]    Holm  agreed",
        "rate=0         5                0.418                       -        -       -",
        "rate=0.5   1,500  0.312 [0.292,0.331]  -0.106 [-0.127,-0.084]*  <0.001     80%",
    ]


def test_what_stands_out_is_marked_in_every_language() -> None:
    assert "| **`rate=0.5`** |" in markdown_table(TABLE)
    assert r"\textbf{rate=0.5} & 1,500 &" in latex_table(TABLE, label="a", caption="b")


def test_intervals_have_the_signs_of_their_language() -> None:
    assert "−0.106 [−0.127,\u00a0−0.084]" in markdown_table(TABLE)
    assert "$-$0.106 [$-$0.127, $-$0.084]" in latex_table(TABLE, label="a", caption="b")
    assert "−0.106 [−0.127, −0.084]" in html_table(TABLE)


def test_a_heading_says_where_intervals_stand() -> None:
    assert "| val loss [95\u00a0%\u00a0CI] | tuned minus baseline's [95\u00a0%\u00a0CI] | tuned p (Holm) |" in (
        markdown_table(TABLE)
    )
    assert r"\multicolumn{2}{c}{tuned}" in latex_table(TABLE, label="a", caption="b")
    assert r"\cmidrule(lr){4-5}" in latex_table(TABLE, label="a", caption="b")


@pytest.mark.parametrize("text", ["a|b", "<script>", "50 % {raw} \\x", "$x_1$ & #2", "two\nlines"])
def test_a_text_of_a_user_stays_a_text(text: str) -> None:
    table = Table((Column("condition", [text], "name"), Column("n", [1], "count")))

    (row,) = markdown_table(table).splitlines()[2:]
    assert len(re.findall(r"(?<!\\)\|", row)) == 3
    body = latex_table(table, label="a", caption="b").partition(r"\midrule")[2].splitlines()[1]
    assert not re.search(r"(?<!\\)[&%#_{}$](?![\\ ])", body.rpartition(" & ")[0].replace("{}", "").replace(r"$", r"\$"))
    assert "<script>" not in html_table(table)


def test_a_narrow_page_does_without_what_can_be_spared_then_sets_names_apart() -> None:
    width = len("rate=0.5   1,500  0.312 [0.292,0.331]  -0.106 [-0.127,-0.084]*  <0.001")

    wide = table_text(TABLE, width=width, spare=("agreed",), last_spare=(P_HOLM,))
    narrow = table_text(TABLE, width=width - 1, spare=("agreed",), last_spare=(P_HOLM,))

    assert wide.left_out == ("agreed",)
    assert "rate=0.5   1,500" in wide.text
    assert narrow.left_out == ()
    assert "\nrate=0.5\n" in narrow.text
    assert "  1,500  0.312 [0.292,0.331]" in narrow.text


def test_a_column_without_any_number_is_left_out() -> None:
    empty = Table((Column("condition", ["a"], "name"), Column("sd", [None]), Column("n", [1], "count"))).without_empty()

    assert [column.name for column in empty.columns] == ["condition", "n"]


def test_a_cut_table_says_so() -> None:
    cut = TABLE.first(1)

    assert (cut.n_rows, cut.strong, cut.note) == (1, (False,), "Shown are the first 1 of 2 rows.")
    assert TABLE.first(2) is TABLE


def test_texts_among_numbers_stay_as_they_are() -> None:
    assert aligned([Column("unit", ["1", "sum"]), Column("", ["on", ""], "text")]) == "unit\n   1  on\n sum"
