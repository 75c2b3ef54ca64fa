"""Cells and tables: what is written is read back, exactly, and every damage is named."""

import math
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dropout_lab.errors import FolderError
from dropout_lab.results.cells import format_column, format_setting, is_number, quoted
from dropout_lab.results.columns import Column, Kind
from dropout_lab.results.tables import header, parse_table, read_table, render_rows

TABLE = (Column("trial", "text"), Column("width", "setting"), Column("epoch", "integer"), Column("loss", "number"))


def table_of(**columns: list[object]) -> bytes:
    """Write one table with the column `trial` as the rows' key."""
    frame = pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in columns.items()})
    kinds = [column for column in TABLE if column.name in columns and column.name != "trial"]
    prefixes = {trial: quoted(str(trial)) for trial in frame["trial"]}
    return header((TABLE[0], *kinds)) + render_rows(frame, kinds, key="trial", prefixes=prefixes)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from([math.inf, -math.inf]), min_size=1))
def test_every_float_is_read_back_bit_for_bit(values: list[float]) -> None:
    content = table_of(trial=list(range(len(values))), loss=list(values))
    columns = (Column("trial", "text"), Column("loss", "number"))
    assert parse_table(content, columns)["loss"].tolist() == values


@given(st.text(st.characters(exclude_categories=["C", "Z"]) | st.sampled_from(' ,"'), min_size=1))
def test_every_printable_text_is_read_back(text: str) -> None:
    columns = (Column("trial", "text"), Column("epoch", "integer"))
    assert parse_table(table_of(trial=[text], epoch=[1]), columns)["trial"].tolist() == [text]


@given(st.lists(st.integers(-(2**53), 2**53), min_size=1) | st.lists(st.floats(allow_nan=False, allow_infinity=False)))
def test_swept_numbers_are_read_back_as_numbers(values: list[float]) -> None:
    content = table_of(trial=list(range(len(values))), width=list(values))
    assert parse_table(content, TABLE[:2])["width"].tolist() == values


@given(st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text())
def test_a_setting_is_one_printable_line_and_only_numbers_look_like_numbers(value: object) -> None:
    text = format_setting(value)
    assert text.isprintable()
    assert text != ""
    assert is_number(text) == (isinstance(value, int | float) and not isinstance(value, bool))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (128, "128"),
        (0.1, "0.1"),
        (1e-05, "1e-05"),
        ([128, 64], "128-64"),
        ((0.2, 0.5), "0.2-0.5"),
        ("relu", "relu"),
        (True, "true"),
        (None, "null"),
        ("", '""'),
        ("null", '"null"'),
        ("0.5", '"0.5"'),
        ("two\nlines", '"two\\nlines"'),
    ],
)
def test_settings_print_as_yaml_scalars_and_lists_with_hyphens(value: object, text: str) -> None:
    assert format_setting(value) == text


@pytest.mark.parametrize(
    ("kind", "values", "cells"),
    [
        ("number", [0.5, math.nan, math.inf, -math.inf, None, pd.NA], ["0.5", "nan", "inf", "-inf", "", ""]),
        ("statistic", [0.5, math.nan, None], ["0.5", "", ""]),
        ("integer", [3, 4.0, math.nan, None], ["3", "4", "", ""]),
        ("text", ["cpu", None, math.nan], ["cpu", "", ""]),
        ("setting", [0.5, "relu", None], ["0.5", "relu", ""]),
    ],
    ids=["number", "statistic", "integer", "text", "setting"],
)
def test_nan_is_a_value_of_measured_numbers_and_an_empty_cell_elsewhere(
    kind: Kind, values: list[object], cells: list[str]
) -> None:
    assert format_column(pd.Series(values, dtype=object), kind) == cells


def test_the_fast_path_for_floats_gives_the_same_cells() -> None:
    values = [0.1, 1e300, math.nan, -math.inf]
    assert format_column(pd.Series(values), "number") == format_column(pd.Series(values, dtype=object), "number")


def test_a_fraction_in_a_column_of_whole_numbers_is_a_programming_error() -> None:
    with pytest.raises(ValueError, match=r"whole numbers, got 1\.5"):
        format_column(pd.Series([1.5]), "integer")


@pytest.mark.parametrize(
    ("values", "kind", "read"),
    [
        ([100, 300], "i", [100, 300]),
        ([100, None], "f", [100.0, None]),
        ([100, 0.5], "f", [100.0, 0.5]),
        ([100, "relu"], "O", ["100", "relu"]),
        ([None, "null"], "O", [None, '"null"']),
        ([[128, 64], 128], "O", ["128-64", "128"]),
    ],
    ids=["whole", "with an empty cell", "fractions", "numbers and text", "text and an empty cell", "lists"],
)
def test_a_swept_column_is_numeric_only_if_every_filled_cell_is(
    values: list[object], kind: str, read: list[object]
) -> None:
    column = parse_table(table_of(trial=["a", "b"], width=values), TABLE[:2])["width"]
    assert column.dtype.kind == kind
    assert [None if pd.isna(value) else value for value in column] == read


def test_trial_ids_that_look_like_numbers_stay_text() -> None:
    assert parse_table(table_of(trial=["0010", "1e5"], epoch=[1, 2]), (TABLE[0], TABLE[2]))["trial"].tolist() == [
        "0010",
        "1e5",
    ]


def test_text_that_others_take_for_missing_is_text() -> None:
    frame = parse_table(table_of(trial=["NA", "None", "nan"], epoch=[1, 2, 3]), (TABLE[0], TABLE[2]))
    assert frame["trial"].tolist() == ["NA", "None", "nan"]


def test_an_empty_table_has_the_types_of_a_full_one() -> None:
    frame = parse_table(header(TABLE), TABLE)
    assert len(frame) == 0
    assert [frame[name].dtype.kind for name in ("epoch", "loss")] == ["i", "f"]


GOOD = "trial,width,epoch,loss\na,8,1,0.5\nb,16,2,nan\n"


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (
            lambda text: text.replace("epoch", "step"),
            r"the columns must be those of its study\. Got the header trial,wid",
        ),
        (lambda text: text[:-4], r"the file must end with a whole line\. Got a line 3 that is cut off"),
        (lambda text: text.replace("a,8,1,0.5", "a,8"), r"every line must have 4 cells\. Got 2 in line 2"),
        (lambda text: text.replace("nan", "nan,1"), r"every line must have 4 cells\. Got 5 in line 3"),
        (lambda text: text.replace("a,8,1,0.5", '"a,8",1'), r"every line must have 4 cells\. Got 2 in line 2"),
        (lambda text: text.replace("0.5", "good"), r"column loss must hold numbers\. Got good in line 2"),
        (lambda text: text.replace("2,nan", "two,nan"), r"column epoch must hold numbers\. Got two in line 3"),
        (lambda text: "", r"the columns must be those of its study\. Got the header \."),
    ],
    ids=["other columns", "cut off", "short row", "long row", "quoted short row", "text loss", "text epoch", "empty"],
)
def test_a_damaged_table_is_named_with_what_is_wrong(
    tmp_path: Path, damage: Callable[[str], str], message: str
) -> None:
    path = tmp_path / "trials.csv"
    path.write_text(damage(GOOD))
    with pytest.raises(FolderError, match=rf"trials\.csv: {message}.*Run the study again") as caught:
        read_table(path, TABLE)
    assert caught.value.exit_code == 2


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match=r"curves\.csv: the table must be readable\. Got: No such file"):
        read_table(tmp_path / "curves.csv", TABLE)


def test_a_table_saved_with_windows_line_ends_is_read(tmp_path: Path) -> None:
    path = tmp_path / "trials.csv"
    path.write_bytes(GOOD.replace("\n", "\r\n").encode())
    assert read_table(path, TABLE)["epoch"].tolist() == [1, 2]


def test_rows_of_an_unknown_trial_or_without_a_column_are_programming_errors() -> None:
    frame = pd.DataFrame({"trial": ["a"], "loss": [0.5]})
    with pytest.raises(ValueError, match=r"lacks the columns \['epoch'\]"):
        render_rows(frame, TABLE[2:], key="trial", prefixes={"a": "a"})
    with pytest.raises(ValueError, match=r"unknown trial \['a'\]"):
        render_rows(frame, TABLE[3:], key="trial", prefixes={})
