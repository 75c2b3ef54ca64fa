"""The LaTeX report compiles as far as a reader of braces, cells and commands can tell, and states what a paper must."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from latex_reading import commands, problems, rows_of, shown, without_comments
from thinned import thinned
from written_studies import BETTER, GOOD, LARGE, NASTY, SCENARIOS, make_results, results_of, whole

import dropout_lab
from dropout_lab.document.latex import latex_text
from dropout_lab.phrases.texts import one_line
from dropout_lab.report.citations import ENTRIES
from dropout_lab.report.latex import MOST_ROWS, latex_report

COMMANDS = {
    *(r"\begin", r"\end", r"\centering", r"\footnotesize", r"\setlength", r"\tabcolsep", r"\caption", r"\label"),
    *(r"\toprule", r"\midrule", r"\bottomrule", r"\cmidrule", r"\multicolumn", r"\mathrm", r"\textbf", r"\emph"),
    *(r"\paragraph", r"\cite", r"\texttt", r"\dots", r"\textendash", r"\textsuperscript"),
}
ESCAPES = {r"\textbackslash", r"\textasciicircum", r"\textasciitilde", r"\textless", r"\textgreater", r"\textbar"}


@pytest.fixture(scope="module")
def written() -> Callable[[str], str]:
    reports: dict[str, str] = {}

    def write(scenario: str) -> str:
        if scenario not in reports:
            reports[scenario] = latex_report(results_of(scenario))
        return reports[scenario]

    return write


def methods_of(latex: str) -> str:
    return " ".join(latex.partition(r"\paragraph{Methods.}")[2].partition("\n\n")[0].split())


def captions(latex: str) -> list[str]:
    return [" ".join(text.split()) for text in re.findall(r"\\caption\{(.*?)\}\n", latex, flags=re.DOTALL)]


@pytest.mark.parametrize("scenario", thinned(SCENARIOS, kept=[one for one in SCENARIOS if one not in LARGE]))
def test_a_report_has_nothing_that_stops_a_compiler(written: Callable[[str], str], scenario: str) -> None:
    assert problems(written(scenario)) == []


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_report_uses_no_command_but_its_own(written: Callable[[str], str], scenario: str) -> None:
    assert commands(written(scenario)) <= COMMANDS | ESCAPES


@given(st.text())
def test_any_text_is_shown_as_it_is(text: str) -> None:
    latex = latex_text(text)

    assert problems(latex) == []
    assert shown(latex).replace("''", '"') == one_line(text).replace("''", '"')


@given(st.text(alphabet='\\{}$&#%_^~<>|"`-−–² a\n', max_size=12))
@example("a--b---c")
def test_any_text_of_special_characters_is_shown_as_it_is(text: str) -> None:
    latex = latex_text(text)

    assert problems(latex) == []
    assert commands(latex) <= ESCAPES | COMMANDS
    assert shown(latex) == one_line(text)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "a brace is open"),
        ("}", "a brace too many"),
        ("a_b", "_ outside of math"),
        ("a & b", "& unescaped"),
        ("$a", "math is open"),
        (r"\begin{table}", "table is open"),
        ("\\begin{tabular}{lr}\na & b & c \\\\\n\\end{tabular}", "3 cells in 2 columns"),
    ],
)
def test_the_reader_of_these_tests_finds_what_would_not_compile(text: str, problem: str) -> None:
    assert any(problem in found for found in problems(text))


def test_a_table_has_a_row_for_each_condition_and_a_table_for_each_estimand(written: Callable[[str], str]) -> None:
    split, population = rows_of(written("helps"))

    assert [row[:2] for row in split] == [["0", "8"], [r"\textbf{0.5}", "8"]]
    assert split[1][3] == "0.310 [0.291, 0.329]"
    assert split[1][6] == "$-$0.110 [$-$0.116, $-$0.104]"
    assert split[0][6] == r"\textendash{}"
    assert population[1][2] == "0.310 [0.273, 0.347]"  # the same mean, twice the width


@pytest.mark.parametrize(
    ("scenario", "estimand", "words"),
    [
        ("helps", 0, [r"\emph{split}, for these examples", "$n = 8$", "Student's $t$", "Holm's method over 1 test"]),
        ("helps", 1, [r"\emph{population}, for new examples", "$n = 8$", "Difference: val loss $-$"]),
        ("one seed", 0, ["$n = 1$", "No intervals: they need 2 complete trials of a condition."]),
        ("a diverged condition", 0, ["$n = 7$ to $8$"]),
        ("regression", 0, ["Losses in standardised units", "over 2 tests"]),
        ("three hundred conditions", 0, ["Shown are 36 of 300 conditions", "18 of the 60 groups"]),
        ("sixty rates", 0, ["Shown are 36 of 61 conditions", "others at even steps"]),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_caption_states_estimand_interval_n_and_correction(
    written: Callable[[str], str], scenario: str, estimand: int, words: list[str]
) -> None:
    caption = captions(written(scenario))[estimand]

    assert [word for word in words if word not in caption] == []


def test_a_study_with_one_seed_has_no_interval_and_no_p(written: Callable[[str], str]) -> None:
    (rows,) = rows_of(written("one seed"))

    assert not any("[" in cell for row in rows for cell in row)
    assert r"p_{\mathrm{Holm}}" not in written("one seed")
    assert "no intervals are given" in methods_of(written("one seed"))
    assert "Holm" not in methods_of(written("one seed"))


def test_without_a_complete_trial_the_methods_stand_alone(written: Callable[[str], str]) -> None:
    text = written("all diverged")

    assert r"\begin{table}" not in text
    assert "Of these, 16 diverged" in methods_of(text)
    assert "The tables" not in methods_of(text)


def test_hundreds_of_conditions_become_a_table_that_fits_a_page(written: Callable[[str], str]) -> None:
    (rows,) = rows_of(written("three hundred conditions"))

    assert len(rows) == MOST_ROWS
    assert len({tuple(row[1:4]) for row in rows}) == MOST_ROWS / 2  # baseline and chosen rate of each group
    differences = [row[9] for row in rows if row[9] != r"\textendash{}"]
    assert sum(cell.startswith("$-$") for cell in differences) == len(differences) / 2  # helps and hurts alike


@pytest.mark.parametrize(
    ("scenario", "words"),
    [
        (
            "helps",
            [
                "We used the data set digits",
                r"\texttt{4130b0b6d0a3\dots}",
                "300 training, 400 validation and 300 test examples",
                "one split served all seeds",
                "two hidden layers of 128 units (ReLU; 1,000 parameters)",
                r"dropout \cite{srivastava2014}",
                "$r$ = 0.5",
                r"for 50 epochs with Adam \cite{kingma2015} (learning rate 0.001, batch size 64",
                "Two conditions and eight seeds gave 16 networks.",
                "with dropout off",
                r"\emph{split} is the mean on these examples, where seeds vary training alone",
                r"\emph{population} is the mean on new examples",
                r"paired $t$ tests",
                r"\cite{holm1979}",
                "dropout-lab 0.1.0",
            ],
        ),
        ("five seeds", ["a sign-flip test cannot fall below $p = 0.0625$"]),
        ("a diverged condition", ["Of these, 9 diverged"]),
        ("regression", ["diabetes", "The target was standardised", "mean squared error"]),
        ("a split for each seed", ["every seed drew a split of its own", "new splits"]),
        ("rates by layer and of inputs", ["0.2-0.5", "one per hidden layer", "each input with probability 0 or 0.1"]),
        ("the baseline alone", ["No dropout was used."]),
        (
            "three hundred conditions",
            [
                "two hidden layers of 16, 32, 64 or 128 units",
                "learning rate 0.0001, 0.001 or 0.01",
                "300 conditions and three seeds gave 900 networks",
            ],
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_the_methods_state_how_this_study_was_made(
    written: Callable[[str], str], scenario: str, words: list[str]
) -> None:
    methods = methods_of(written(scenario))

    assert [word for word in words if word not in methods] == []


def test_enough_seeds_need_no_warning(written: Callable[[str], str]) -> None:
    assert "cannot reach" not in methods_of(written("helps"))


@pytest.mark.parametrize(
    ("section", "settings", "words"),
    [
        ("training", {"optimizer": "nesterov", "momentum": 0.8}, ["Nesterov momentum", "momentum 0.8"]),
        (
            "training",
            {"optimizer": "adamw", "weight_decay": 0.01},
            [r"AdamW \cite{loshchilov2019}", "weight decay 0.01"],
        ),
        ("training", {"epochs": None, "steps": 500}, ["for 500 updates"]),
        ("training", {"max_norm": 3.0, "schedule": "cosine"}, ["a bound of 3.0", "cosine learning rate schedule"]),
        ("model", {"hidden": (), "activation": "tanh"}, ["no hidden layer", "hyperbolic tangent"]),
        ("model", {"hidden": (64, 32)}, ["two hidden layers of 64 and 32 units"]),
        (
            "data",
            {"label_noise": 0.1, "scaling": "none"},
            ["A share of 0.1 of the training labels", "left as they were"],
        ),
        ("evaluation", {"every": 5, "train_rows": 1000}, ["Every 5 epochs", "on a fixed 1000"]),
    ],
    ids=["nesterov", "adamw", "steps", "max norm", "linear", "two widths", "label noise", "evaluation"],
)
def test_the_methods_follow_the_settings(section: str, settings: dict[str, object], words: list[str]) -> None:
    rate = (0, 0.2) if settings.get("hidden") == () else 0.5  # a linear model has inputs alone to drop
    methods = methods_of(latex_report(whole(make_results({0: GOOD, rate: BETTER}, seeds=2), **{section: settings})))

    assert [word for word in words if word not in methods] == []


def test_an_axis_without_a_sentence_of_its_own_is_named() -> None:
    groups = [{0: GOOD, 0.5: BETTER}] * 2
    results = whole(make_results(*groups, seeds=2, swept={"training.schedule_final": [0.1, 0.2]}))

    assert r"\texttt{training.schedule\_final} (0.1 or 0.2)" in methods_of(latex_report(results))


def test_the_test_split_speaks_of_the_baseline_and_of_what_val_chose(written: Callable[[str], str]) -> None:
    text = " ".join(written("helps").partition(r"\paragraph{Test examples.}")[2].partition("\n\n")[0].split())

    assert "test loss was 0.310" in text
    assert "for the baseline and 0.290" in text
    assert "rate=0.5, which validation loss chose" in text
    assert "(split) and $-$0.020" in text
    assert text.endswith("(population).")
    assert "Test examples" not in written("three hundred conditions")  # it has no test split


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_citation_has_its_entry_and_every_entry_is_a_comment(
    written: Callable[[str], str], scenario: str
) -> None:
    text = written(scenario)
    keys = set(",".join(re.findall(r"\\cite\{([\w,]+)\}", without_comments(text))).split(","))

    assert keys - {"dropout_lab"} <= set(ENTRIES)
    assert all(re.search(rf"^% @\w+\{{{key},$", text, flags=re.MULTILINE) for key in keys)
    assert len(re.findall(r"^% @", text, flags=re.MULTILINE)) == len(keys)


@pytest.mark.parametrize("entry", ENTRIES.items(), ids=ENTRIES)
def test_an_entry_is_well_formed(entry: tuple[str, str]) -> None:
    key, text = entry

    assert text.startswith("@")
    assert text.splitlines()[0].endswith(f"{{{key},")
    assert text.count("{") == text.count("}")
    assert {"author", "title", "year"} <= set(re.findall(r"^  (\w+) +=", text, flags=re.MULTILINE))


def test_every_entry_is_cited_by_some_text_or_record() -> None:
    package = Path(dropout_lab.__file__).parent
    sources = "".join(path.read_text("utf-8") for path in package.rglob("*.py"))
    assert [key for key in ENTRIES if not re.search(rf"\b{key}\b", sources)] == []


def test_names_of_any_characters_are_shown_and_not_obeyed(written: Callable[[str], str]) -> None:
    (rows,) = rows_of(written("nasty names"))

    assert [shown(row[1]) for row in rows] == [NASTY, NASTY, "b.csv", "b.csv"]
    assert shown(methods_of(written("nasty names"))).count(NASTY) == 1


def test_a_line_break_in_a_foreign_manifest_cannot_leave_its_comment() -> None:
    results = results_of("helps")
    version = "0.1\n\\input{evil}"
    text = latex_report(replace(results, manifest={**results.manifest, "dropout_lab": version}))

    assert r"\input" not in commands(text)
