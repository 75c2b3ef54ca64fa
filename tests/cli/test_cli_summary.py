"""`summary`: what it prints of `results/tiny` (iris, two conditions, three seeds), as text and as JSON."""

import json
import math
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pandas as pd
import pytest
from calling import Call

from dropout_lab.document.terminal import TerminalTable, table_text
from dropout_lab.findings import Estimate, Key, Ranking, Row, StudyView
from dropout_lab.findings.effects import effect_of
from dropout_lab.report.tables import GAIN, SD, statistics
from dropout_lab.results import read_results

TINY = "results/tiny"
CALLS = {
    "a study": ("", 0, "results/tiny: val_loss at the last epoch (nats)", ""),
    "both estimands": ("", 0, "population: on data like this", ""),
    "one estimand": ("--estimand split", 0, "split: on these rows", ""),
    "another metric": ("--metric val_accuracy", 0, "val_accuracy - baseline's", ""),
    "another point": ("--point best", 0, "at the epoch of lowest val loss", ""),
    "a train metric": ("--metric train_loss", 0, "a train metric has no new rows", ""),
    "the test split": ("--metric test_loss", 0, "test_loss - baseline's", ""),
    "a margin": ("--margin 5", 0, "equivalent", ""),
    "a metric that is none": ("--metric val_acuracy", 2, "", "Did you mean val_accuracy?"),
    "a metric like none": ("--metric zzz", 2, "", "It has objective_loss, train_loss"),
    "a margin of nothing": ("--margin 0", 2, "", "--margin must be a number above 0. Got 0."),
    "a margin below 0": ("--margin=-1", 2, "", "Got -1."),
    "a margin that is no number": ("--margin nan", 2, "", "Got nan."),
    "an estimand that is none": ("--estimand rows", 2, "", "--estimand"),
    "a point that is none": ("--point worst", 2, "", "--point"),
}


@pytest.mark.parametrize(("options", "code", "out", "err"), CALLS.values(), ids=CALLS)
def test_a_call_ends_as_documented(call: Call, options: str, code: int, out: str, err: str) -> None:
    ended = call("summary", TINY, *options.split())

    assert ended.code == code, ended.err
    assert out in ended.out
    assert err in ended.err
    assert (code == 0) == bool(ended.out)


@pytest.mark.parametrize("options", ["", "--margin 5", "--metric val_accuracy --point best", "--metric test_loss"])
def test_no_line_in_a_pipe_is_longer_than_80(call: Call, options: str) -> None:
    assert max(map(len, call("summary", TINY, *options.split()).out.splitlines())) <= 80


def test_the_text_states_n_interval_estimand_correction_and_ends_with_the_verdict(call: Call) -> None:
    text = call("summary", TINY).out
    words = " ".join(text.split())

    assert "n: complete trials of a condition" in words
    assert "95% interval of a mean; method: t (split). No interval (population): fewer than 100 rows." in words
    assert "corrected by Holm over 1 comparison; method: paired t (split)." in words
    assert "p = 0.25" in words
    (found,) = json.loads(call("summary", TINY, "--json").out)
    sentences = [f"{question} {answer}" for question, answer in found["verdict"]["answers"].items()]
    assert words.endswith(" ".join([*sentences, *(f"- {note}" for note in found["verdict"]["notes"])]))


@pytest.mark.parametrize("estimand", ["split", "population"])
def test_one_estimand_can_be_asked_for(call: Call, estimand: str) -> None:
    other = {"split": "population: ", "population": "split: "}[estimand]
    text = call("summary", TINY, "--estimand", estimand).out

    assert f"\n{estimand}: " in text
    assert f"\n{other}" not in text
    (found,) = json.loads(call("summary", TINY, "--json", "--estimand", estimand).out)
    assert [row["estimand"] for row in found["rows"]] == [estimand] * 2
    assert found["estimand"] == estimand


@pytest.mark.parametrize(("metric", "point"), [("val_loss", "last"), ("loss_gap", "best"), ("train_loss", "stop")])
def test_the_rows_of_the_json_are_those_of_the_summary(call: Call, here: Path, metric: str, point: str) -> None:
    (found,) = json.loads(call("summary", TINY, "--json", "--metric", metric, "--point", point).out)
    summary = read_results(here / TINY).summary
    wanted = summary[(summary["metric"] == metric) & (summary["point"] == point)]

    assert list(found["rows"][0]) == list(summary.columns)
    pd.testing.assert_frame_equal(
        pd.DataFrame(found["rows"]).astype(object).fillna(math.nan).infer_objects(),
        wanted.reset_index(drop=True).astype(object).fillna(math.nan).infer_objects(),
        check_dtype=False,
    )
    assert {name: found[name] for name in ("study", "folder", "metric", "point", "estimand", "margin", "unit")} == {
        "study": "tiny",
        "folder": TINY,
        "metric": metric,
        "point": point,
        "estimand": None,
        "margin": None,
        "unit": "nats",
    }


def test_the_json_has_the_verdict(call: Call) -> None:
    (found,) = json.loads(call("summary", TINY, "--json").out)

    assert {"headline", "study", "conditions", "notes", "facts"} <= set(found["verdict"])
    assert list(found["verdict"]["conditions"]) == ["rate=0", "rate=0.5"]


@pytest.mark.parametrize(
    ("metric", "margin", "conclusion"),
    [
        ("val_loss", 5.0, "equivalent within"),
        ("val_loss", 1e-9, "not shown"),
        ("test_accuracy", 0.9, "equivalent within"),
        ("loss_gap", 5.0, "equivalent within"),
    ],
)
def test_a_margin_is_judged_against_the_baseline(call: Call, metric: str, margin: float, conclusion: str) -> None:
    (found,) = json.loads(call("summary", TINY, "--json", "--metric", metric, "--margin", str(margin)).out)
    rows = {(row["condition"], row["estimand"]): row for row in found["rows"]}

    assert found["margin"] == margin
    assert rows["rate=0.5", "split"]["conclusion"] == conclusion
    assert (rows["rate=0.5", "split"]["p_equivalent"] < 0.05) == (conclusion == "equivalent within")
    assert rows["rate=0", "split"]["conclusion"] is None
    assert rows["rate=0.5", "population"]["conclusion"] is None


@pytest.mark.parametrize(("metric", "better"), [("train_accuracy", 1), ("accuracy_gap", -1), ("train_loss", -1)])
def test_worse_is_a_lower_accuracy_and_a_higher_loss_or_gap(call: Call, metric: str, better: int) -> None:
    (found,) = json.loads(call("summary", TINY, "--json", "--metric", metric, "--margin", "1e-6").out)
    (row,) = [row for row in found["rows"] if row["condition"] == "rate=0.5" and row["estimand"] == "split"]

    assert abs(row["difference"]) > 1e-6
    assert (row["p_no_worse"] < 0.5) == (better * row["difference"] > 0)


def test_a_folder_of_studies_is_told_study_by_study(call: Call, here: Path) -> None:
    shutil.copytree(here / TINY, here / "results" / "tiny2")

    assert [line for line in call("summary", "results").out.splitlines() if " at the last epoch (" in line] == [
        "results/tiny: val_loss at the last epoch (nats)",
        "results/tiny2: val_loss at the last epoch (nats)",
    ]
    assert [study["folder"] for study in json.loads(call("summary", "results", "--json").out)] == [
        "results/tiny",
        "results/tiny2",
    ]


def test_a_damaged_study_among_others_is_named_and_the_others_are_told(call: Call, here: Path) -> None:
    shutil.copytree(here / TINY, here / "results" / "tiny2")
    (here / "results" / "tiny2" / "trials.csv").write_text("epoch\n1\n")

    ended = call("summary", "results", "--json")

    assert ended.code == 3
    assert "results/tiny2/trials.csv" in ended.err
    assert [study["folder"] for study in json.loads(ended.out)] == [TINY]


def test_a_damaged_study_alone_is_refused(call: Call, here: Path) -> None:
    (here / TINY / "trials.csv").write_text("epoch\n1\n")

    ended = call("summary", TINY)

    assert (ended.code, ended.out) == (2, "")
    assert "trials.csv" in ended.err


def test_the_legend_speaks_of_what_is_shown_only(call: Call) -> None:
    population = call("summary", TINY, "--estimand", "population", "--margin", "5").out
    nothing = call("summary", TINY, "--estimand", "population", "--metric", "train_loss").out

    assert not [words for words in ("sd:", "within 5 nats", "Relative efficiency", "(split)") if words in population]
    assert "None: a train metric has no new rows." in nothing
    assert "n: complete trials" not in nothing


def test_one_seed_has_no_intervals(call: Call) -> None:
    assert call("run", "tiny.yaml", "name=one", "--seeds", "1", "-q", "--no-report").code == 0

    text = call("summary", "results/one").out

    assert "No intervals: they need 2 complete trials of a condition." in text
    assert "Nothing is said of new rows: that takes the loss of every measured row" in text
    assert "[95% CI]" not in text
    assert "[" not in "".join(line for line in text.splitlines() if line.startswith("rate="))


def test_diverged_trials_are_counted_and_named(call: Call) -> None:
    call("run", "tiny.yaml", "name=broken", "training.learning_rate=1e30", "-q", "--no-report")

    ended = call("summary", "results/broken")

    assert ended.code == 0
    assert "6 trials left out" in ended.out
    assert "6 diverged" in " ".join(ended.out.split())


def row(difference: float | None = None, *, may_be_best: bool | None = None, n: int = 5) -> Row:
    effect = None
    if difference is not None:
        between = Estimate(n, difference, difference - 0.0226, difference + 0.0226)
        effect = effect_of("val_loss", "last", between, 0.0001, 0.0002, 2)
    ranking = None if may_be_best is None else Ranking("rate=0.5", Estimate(n, 0.1, 0.05, 0.15), may_be_best)
    mean = Estimate(n, 0.4181, 0.3941, 0.4421)
    return Row(Key("val_loss", "last"), n, mean, 0.0203, "t", effect, 12.3, "paired t", None, None, ranking)


Rows = dict[str, Row]
PLAIN: Rows = {"rate=0": row(), "rate=0.5": row(-0.1061, may_be_best=True)}
LONG: Rows = {f"{label} data.train_size=100 model.width=16": one for label, one in PLAIN.items()}


def table_of(
    rows: Rows, width: int = 80, within: tuple[str, dict[str, str]] | None = None, picked: str = ""
) -> TerminalTable:
    def may_be_best(label: str) -> bool:
        ranking = rows[label].ranking
        return ranking is not None and bool(ranking.may_be_best)

    made = SimpleNamespace(
        digits=lambda _: 3, shared_references=(), may_be_best=may_be_best, is_picked=lambda label: label == picked
    )
    study = cast("StudyView", made)
    table = statistics(study, rows, "val_loss", within)
    return table_text(table, width=width, spare=(GAIN, SD), last_spare=("p (Holm)",))


def lines_of(rows: Rows, **options: Any) -> list[str]:
    return table_of(rows, **options).text.splitlines()


def test_a_plain_study_is_a_line_for_each_condition() -> None:
    assert lines_of(PLAIN) == [
        "                              mean          val_loss - baseline's       p  rel.",
        "condition   n             [95% CI]     sd                [95% CI]    Holm  eff.",
        "rate=0      5  0.418 [0.394,0.442]  0.020                       -       -     -",
        "rate=0.5 +  5  0.418 [0.394,0.442]  0.020  -0.106 [-0.129,-0.084]  <0.001    12",
    ]


def test_what_val_chose_from_several_is_marked_beside_what_may_be_best() -> None:
    names = [line.split("  ")[0] for line in lines_of(PLAIN, picked="rate=0.5", width=120)[2:]]
    assert names == ["rate=0", "rate=0.5 #+"]


def test_a_narrow_page_does_without_relative_efficiency_then_sd() -> None:
    def left_out(width: int) -> tuple[str, ...]:
        return table_of(PLAIN, width).left_out

    assert [left_out(80), left_out(78), left_out(70)] == [(), (GAIN,), ("sd", GAIN)]


@pytest.mark.parametrize("width", [60, 70, 80])
@pytest.mark.parametrize("rows", [PLAIN, LONG], ids=["short names", "long names"])
@pytest.mark.parametrize("margin", [None, "0.002"], ids=["plain", "with a margin"])
def test_no_number_is_broken_and_no_line_is_too_long(width: int, rows: Rows, margin: str | None) -> None:
    within = (margin, dict.fromkeys(rows, "equivalent")) if margin else None
    lines = lines_of(rows, width=width, within=within)

    assert max(map(len, lines)) <= width
    assert sum("-0.106 [-0.129,-0.084]" in line for line in lines) == 1
    assert sum("0.418 [0.394,0.442]" in line for line in lines) == 2


def test_long_names_stand_above_their_numbers_which_are_then_all_there() -> None:
    table = table_of(LONG)

    assert table.left_out == ()
    assert [line for line in table.text.splitlines() if line.startswith("rate=")] == [
        "rate=0 data.train_size=100 model.width=16",
        "rate=0.5 data.train_size=100 model.width=16 +",
    ]


def test_a_margin_adds_a_column_with_what_its_test_shows() -> None:
    lines = lines_of(PLAIN, width=120, within=("0.002", {"rate=0.5": "no worse"}))

    assert lines[0].endswith("within")
    assert lines[1].endswith("0.002")
    assert lines[2].endswith(" -")
    assert lines[3].endswith("  no worse")


@pytest.mark.parametrize("column", ["eff.", "baseline's"])
def test_a_column_without_any_number_is_left_away(column: str) -> None:
    assert column not in "\n".join(lines_of({"rate=0": row()}))


def test_the_table_is_plain_ascii() -> None:
    assert "\n".join(lines_of(PLAIN)).isascii()
