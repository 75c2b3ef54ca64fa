"""Rows of frames as plain values: JSON knows no number that is not finite."""

import json
import math

import pandas as pd
import pytest

from dropout_lab.cli.records import as_json, records
from dropout_lab.cli.reporting import table_rows


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
