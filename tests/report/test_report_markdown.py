"""The Markdown report, read by a Markdown parser as a code host would read it."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from thinned import thinned
from written_studies import LARGE, NASTY, SCENARIOS, results_of

from dropout_lab.document.markdown import markdown_block, markdown_code, markdown_text
from dropout_lab.phrases.texts import one_line
from dropout_lab.report.markdown import MOST_ROWS, markdown_report
from dropout_lab.verdict import verdict

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
Tables = list[list[list[str]]]


@pytest.fixture(scope="module")
def written() -> Callable[[str], str]:
    reports: dict[str, str] = {}

    def write(scenario: str) -> str:
        if scenario not in reports:
            reports[scenario] = markdown_report(results_of(scenario))
        return reports[scenario]

    return write


def shown(tokens: list[Token] | None) -> str:
    """The text that a reader sees; HTML comments are nothing."""
    texts = [token.content for token in tokens or [] if token.type in ("text", "code_inline")]
    return "".join(texts).replace("\u00a0", " ")


def tables_of(markdown: str) -> Tables:
    """The rows of every table, header first, each a list of the texts of its cells."""
    tables: Tables = []
    for token in READER.parse(markdown):
        if token.type == "table_open":
            tables.append([])
        elif token.type == "tr_open":
            tables[-1].append([])
        elif token.type == "inline" and tables and token.level >= 4:
            tables[-1][-1].append(shown(token.children))
    return tables


def column(table: list[list[str]], name: str) -> list[str]:
    place = next(number for number, heading in enumerate(table[0]) if heading.startswith(name))
    return [row[place] for row in table[1:]]


@pytest.mark.parametrize("scenario", thinned(SCENARIOS, kept=[one for one in SCENARIOS if one not in LARGE]))
def test_a_report_leads_with_the_headline_and_the_verdict(written: Callable[[str], str], scenario: str) -> None:
    said = verdict(results_of(scenario))
    inline = [shown(token.children) for token in READER.parse(written(scenario)) if token.type == "inline"]

    assert inline[:2] == ["made", said.headline]
    answers = [f"{question} {text}" for question, text in said.answers.items() if text != said.headline]
    assert inline[2 : 2 + len(answers)] == answers
    assert set(map(one_line, said.notes)) <= set(inline)


def test_a_table_has_the_columns_of_a_comparison(written: Callable[[str], str]) -> None:
    split, population = tables_of(written("helps"))

    assert split[0] == [
        "condition",
        "n",
        "train loss",
        "val loss [95 % CI]",
        "loss gap [95 % CI]",
        "val accuracy",
        "val loss − baseline's [95 % CI]",
        "p (Holm)",
    ]
    assert split[2][0] == "rate=0.5"
    assert split[2][3] == "0.310 [0.291, 0.329]"
    assert column(split, "val loss − baseline's") == ["–", "−0.110 [−0.116, −0.104]"]
    assert column(split, "p (Holm)") == ["–", "< 0.001"]
    assert column(population, "val loss [") == ["0.420 [0.382, 0.458]", "0.310 [0.273, 0.347]"]
    assert "train loss" not in population[0]


def test_both_estimands_are_named(written: Callable[[str], str]) -> None:
    text = written("helps")

    assert "on data like this (population)" in text
    assert "split (t): on these rows" in text


def test_the_condition_that_val_chose_is_bold(written: Callable[[str], str]) -> None:
    assert "| **`rate=0.5`** | 8 |" in written("helps")
    assert "| `rate=0` | 8 |" in written("helps")


def test_one_seed_has_no_intervals_and_says_why(written: Callable[[str], str]) -> None:
    (table,) = tables_of(written("one seed"))

    assert not any("[" in cell for row in table for cell in row)
    assert "p (Holm)" not in table[0]
    assert "No intervals: they need 2 complete trials" in written("one seed")


def test_a_diverged_condition_keeps_its_row_without_numbers(written: Callable[[str], str]) -> None:
    (table,) = tables_of(written("a diverged condition"))

    assert column(table, "n") == ["8", "7", "0"]
    assert set(table[3][2:]) == {"–"}
    assert "n = 7 to 8" in written("a diverged condition")


def test_without_a_complete_trial_the_report_says_so_once(written: Callable[[str], str]) -> None:
    text = written("all diverged")

    assert text.count("Nothing can be said") == 1
    assert column(tables_of(text)[0], "n") == ["0", "0"]


def test_a_regression_shows_its_rmse(written: Callable[[str], str]) -> None:
    (table,) = tables_of(written("regression"))

    assert "val RMSE" in table[0]
    assert "val accuracy" not in table[0]
    assert "standardised units" in written("regression")


@pytest.mark.parametrize(
    ("scenario", "n_rows", "words"),
    [
        ("three hundred conditions", MOST_ROWS, "20 of the 60 groups"),
        ("sixty rates", MOST_ROWS, "Shown are 40 of 61 conditions"),
    ],
)
def test_a_long_table_is_cut_and_says_how(
    written: Callable[[str], str], scenario: str, n_rows: int, words: str
) -> None:
    table = tables_of(written(scenario))[0]

    assert len(table) == n_rows + 1
    assert words in written(scenario)
    assert "All are in summary.csv." in written(scenario)


def test_a_short_table_is_not_cut(written: Callable[[str], str]) -> None:
    assert "Shown are" not in written("helps")


def test_a_cut_table_shows_groups_that_dropout_helps_and_groups_that_it_hurts(
    written: Callable[[str], str],
) -> None:
    table = tables_of(written("three hundred conditions"))[0]
    differences = [cell for cell in column(table, "val loss − baseline's") if cell != "–"]

    assert len(differences) == MOST_ROWS / 2
    assert sum(cell.startswith("−") for cell in differences) == MOST_ROWS / 4


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_commands_can_be_copied_the_whole_study_first(written: Callable[[str], str], scenario: str) -> None:
    blocks = [token.content for token in READER.parse(written(scenario)) if token.type == "fence"]

    assert blocks == ["dropout-lab run made/study.yaml --out again\n", "dropout-lab run made.yaml\n"]


def test_names_of_any_characters_are_shown_and_not_obeyed(written: Callable[[str], str]) -> None:
    tokens = READER.parse(written("nasty names"))
    html = [token.content for token in tokens if token.type == "html_block"]
    inline_html = {child.content for token in tokens for child in token.children or [] if child.type == "html_inline"}

    assert tables_of(written("nasty names"))[0][1][0] == f"rate=0 data.source={NASTY}"
    assert all(re.fullmatch(r"</?(details|summary|sub).*", text, flags=re.DOTALL) for text in html)
    assert inline_html <= {"<!-- -->", "<sub>", "</sub>"}


@pytest.mark.parametrize(
    "text",
    [
        "_a_",
        "__a__",
        "*a*",
        "[a](b)",
        "![a](b)",
        "<b>",
        "`a`",
        "~~a~~",
        "&amp;",
        "a|b",
        "\\|",
        "\\",
        "`|`",
        "<http://a.b>",
    ],
)
def test_markup_is_shown_as_it_is_in_a_cell(text: str) -> None:
    table = f"| a | b |\n| --- | --- |\n| {markdown_text(text)} | {markdown_code(text)} |\n"

    assert tables_of(table) == [[["a", "b"], [text, text]]]


@given(st.text(min_size=1))
def test_any_text_is_shown_as_it_is_in_a_cell(text: str) -> None:
    table = f"| a | b |\n| --- | --- |\n| {markdown_text(text)} | {markdown_code(text)} |\n"

    assert tables_of(table) == [[["a", "b"], [one_line(text), one_line(text)]]]


@given(st.text(alphabet="`|\\*_[]()<>~&$#@!a \n", min_size=1, max_size=10))
def test_any_text_of_special_characters_is_shown_as_it_is_in_a_cell(text: str) -> None:
    table = f"| a | b |\n| --- | --- |\n| {markdown_text(text)} | {markdown_code(text)} |\n"

    assert tables_of(table) == [[["a", "b"], [one_line(text), one_line(text)]]]


@given(st.text(alphabet="`~ a\n", max_size=12))
def test_a_block_holds_any_command(text: str) -> None:
    (token,) = READER.parse(markdown_block(text))

    assert token.type == "fence"
    assert token.content.rstrip("\n") == one_line(text)


@pytest.mark.parametrize("text", ["@someone", "#12", "user@host"])
def test_nobody_is_mentioned_and_no_issue_is_linked(text: str) -> None:
    assert not re.search(r"[@#]\w", markdown_text(text))
