import json
import math

import pandas as pd
import pytest

from dropout_lab.cli.reporting import table_rows
from dropout_lab.cli.table import Column, aligned, as_json, records, results_text

LONG = "rate={} model.activation=leaky_relu training.learning_rate=0.003"


def row(condition: str = "rate=0.5", **changes: object) -> dict[str, object]:
    values: dict[str, object] = {
        "condition": condition,
        "n": 5,
        "train_loss": 0.0213,
        "val_loss": 0.1874,
        "loss_gap": 0.166,
        "loss_gap_ci95_low": 0.15,
        "loss_gap_ci95_high": 0.182,
        "val_accuracy": 0.9512,
        "difference": -0.034,
        "difference_ci95_low": -0.05,
        "difference_ci95_high": -0.018,
    }
    return values | changes


BASELINE = row("rate=0", difference=None, difference_ci95_low=None, difference_ci95_high=None)
NINE = [BASELINE, *(row(LONG.format(rate / 10)) for rate in range(1, 9))]


def test_a_table_of_plain_rates_fits_80_columns() -> None:
    rows = [BASELINE, row("rate=0.25", n=10)]

    assert max(map(len, results_text(rows, width=None).splitlines())) <= 80


def test_in_a_pipe_every_condition_is_one_line_however_long() -> None:
    lines = results_text(NINE, width=None).splitlines()

    assert len(lines) == 2 + 9
    assert all(line.startswith("rate=") and "[0.150,0.182]" in line for line in lines[2:])
    starts = {line.index("[0.150,0.182]") for line in lines[2:]}
    assert len(starts) == 1


def test_on_a_narrow_terminal_long_names_stand_above_their_numbers() -> None:
    lines = results_text(NINE, width=80).splitlines()

    assert max(map(len, lines)) <= 80
    assert [line for line in lines if line.startswith("rate=")] == [str(one["condition"]) for one in NINE]
    assert sum("[0.150,0.182]" in line for line in lines) == 9


def test_a_difference_is_marked_where_its_interval_excludes_0() -> None:
    rows = [
        BASELINE,
        row("rate=0.2"),
        row("rate=0.5", difference_ci95_high=0.001),
        row("rate=0.8", difference_ci95_low=0.01),
    ]
    marks = [line.endswith("*") for line in results_text(rows, width=None).splitlines()[2:]]

    assert marks == [False, True, False, True]


def test_what_is_missing_is_a_dash() -> None:
    empty = {name: None for name in row() if name not in ("condition", "n")}
    line = results_text([row("rate=0.5", n=0, **empty)], width=None).splitlines()[-1]

    assert line.split() == ["rate=0.5", "0", "-", "-", "-", "-", "-"]


def test_a_mean_of_one_seed_has_no_interval() -> None:
    line = results_text([row(n=1, loss_gap_ci95_low=None, loss_gap_ci95_high=None)], width=None).splitlines()[-1]

    assert " 0.166 " in line
    assert "0.166 [" not in line


def test_a_zero_has_no_sign() -> None:
    line = results_text([row(loss_gap=-0.0004)], width=None).splitlines()[-1]

    assert "  0.000 [" in line


def test_small_losses_keep_a_digit() -> None:
    assert " 0.00003 " in results_text([row(train_loss=3.1e-5)], width=None)


def test_a_regression_shows_its_rmse() -> None:
    one = row()
    one["val_rmse"] = 54.321
    del one["val_accuracy"]

    text = results_text([one], width=None)
    assert "RMSE" in text
    assert " 54.321 " in text
    assert "acc." not in text


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    columns = [Column("name", ["a", "longer"], is_number=False), Column("two\nlines", ["1", "22"])]

    assert aligned(columns, width=None).splitlines() == [
        "          two",
        "name    lines",
        "a           1",
        "longer     22",
    ]


@pytest.mark.parametrize("missing", [math.nan, math.inf, -math.inf, None, pd.NA], ids=str)
def test_json_has_null_for_every_number_that_is_none(missing: object) -> None:
    frame = pd.DataFrame({"condition": ["rate=0", "rate=0.5"], "val_loss": pd.Series([0.1, missing], dtype=object)})

    assert json.loads(as_json(records(frame))) == [
        {"condition": "rate=0", "val_loss": 0.1},
        {"condition": "rate=0.5", "val_loss": None},
    ]


def test_n_is_a_whole_number_even_where_a_condition_has_none() -> None:
    frame = pd.DataFrame({"condition": ["rate=0", "rate=0.5"], "n": [5.0, math.nan]})

    assert [repr(one["n"]) for one in table_rows(frame)] == ["5", "0"]
