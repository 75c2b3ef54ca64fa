"""The results table is built once: in a terminal, a notebook and a report it has the same numbers."""

import re
from dataclasses import replace

import pytest
from written_studies import BETTER, DIVERGED, GOOD, make_results, results_of, whole

from dropout_lab.document.html import html_table
from dropout_lab.document.markdown import markdown_table
from dropout_lab.document.terminal import table_text
from dropout_lab.findings import StudyView
from dropout_lab.report import markdown_report
from dropout_lab.report.tables import comparison, statistics
from dropout_lab.results import Results
from dropout_lab.verdict import verdict


def printed(results: Results, width: int | None = None) -> list[str]:
    study = StudyView(results)
    return table_text(comparison(study, study.reported, is_brief=True), width=width).text.splitlines()


def test_a_table_of_plain_rates_fits_80_columns() -> None:
    assert max(map(len, printed(results_of("helps")))) <= 80


def test_in_a_pipe_every_condition_is_one_line_however_long() -> None:
    lines = printed(results_of("three hundred conditions"))

    assert len(lines) == 2 + 300
    assert all(line.startswith("rate=") for line in lines[2:])


def test_on_a_narrow_terminal_long_names_stand_above_their_numbers() -> None:
    results = results_of("three hundred conditions")
    lines = printed(results, width=80)

    names = [entry["label"] for entry in results.manifest["conditions"]]
    assert [line for line in lines if line.startswith("rate=")] == names
    assert max(map(len, set(lines) - set(names))) <= 80


def test_a_difference_is_marked_where_its_interval_excludes_0() -> None:
    lines = printed(whole(make_results({0: GOOD, 0.2: GOOD, 0.5: BETTER})))

    assert [line.endswith("*") for line in lines[2:]] == [False, False, True]


def test_a_condition_without_a_complete_trial_has_a_row_of_dashes() -> None:
    results = whole(make_results({0: GOOD, 0.2: BETTER, 0.5: replace(BETTER, status=DIVERGED)}))

    assert printed(results)[-1].split() == ["rate=0.5", "0", *"-----"]


def test_a_mean_of_one_seed_has_no_interval() -> None:
    assert not any("[" in line for line in printed(results_of("one seed")))


def test_a_regression_shows_its_rmse() -> None:
    head = " ".join(printed(results_of("regression"))[:2])

    assert "RMSE" in head
    assert "acc." not in head


@pytest.mark.parametrize("name", ["helps", "five seeds", "regression", "a diverged condition", "one seed"])
def test_a_number_has_the_same_digits_in_table_summary_and_notebook(name: str) -> None:
    study = StudyView(results_of(name))
    brief = comparison(study, study.reported, is_brief=True)
    numbers = set(re.findall(r"\d+\.\d+", table_text(brief).text)) - {"0.001"}

    assert numbers <= set(re.findall(r"\d+\.\d+", markdown_table(comparison(study, study.reported))))
    assert numbers <= set(re.findall(r"\d+\.\d+", html_table(brief)))
    rows = {label: row for label in study.reported if (row := study.row(label, "val_loss", "last"))}
    of_summary = table_text(statistics(study, rows, "val_loss")).text
    for one in [row.mean for row in rows.values() if row.mean]:
        assert f"{one.value:.{study.digits('val_loss')}f}" in of_summary


def test_what_the_verdict_says_of_val_loss_stands_in_the_table() -> None:
    results = results_of("helps")
    by = re.search(r"lowers val loss by (\S+) nats", verdict(results).headline)

    assert by is not None
    assert f"−{by[1]} [" in markdown_report(results)
