"""A source of data is added by a reader and its record, and a study goes with it all the way."""

import json
from pathlib import Path

import pandas as pd
import pytest

from dropout_lab.config.read import read_study
from dropout_lab.data import SOURCES, Source, load_dataset
from dropout_lab.data.tables import table
from dropout_lab.errors import DataError

REGISTRY = SOURCES
TOUCHES = ("dropout_lab/data/sources.py",)


def read_json_lines(request):
    lines = Path(request.source).read_text(encoding="utf-8").splitlines()
    return table(request, pd.DataFrame([json.loads(line) for line in lines]))


JSON_LINES = Source(".jsonl", "a table: a JSON object on every line", read_json_lines, needs_target=True)
ROWS = [{"size": n % 7, "weight": n / 3, "colour": "red" if n % 2 else "blue", "kind": n % 3} for n in range(120)]


@pytest.fixture
def flowers(tmp_path):
    path = tmp_path / "flowers.jsonl"
    path.write_text("\n".join(map(json.dumps, ROWS)))
    return path


def test_a_format_of_files_is_added_by_its_record(register, all_the_way, flowers):
    register(SOURCES, JSON_LINES)
    said = all_the_way({"data.source": str(flowers), "data.target": "kind"})
    assert f"data.source={flowers}" in said["markdown"]
    assert "where your data file is" in said["html"]


def test_a_file_of_a_new_format_is_found_beside_its_config(register, flowers, tmp_path, monkeypatch):
    register(SOURCES, JSON_LINES)
    (tmp_path / "mine.yaml").write_text("data: {source: flowers.jsonl, target: kind}\n")
    monkeypatch.chdir(tmp_path.parent)
    assert read_study(tmp_path / "mine.yaml").data.source == str(flowers)


def test_a_new_format_is_named_where_a_source_is_unknown(register):
    register(SOURCES, JSON_LINES)
    with pytest.raises(DataError, match=r"the path of a \.csv or \.npz or \.jsonl file"):
        load_dataset("digit")


def test_the_same_rows_have_the_same_fingerprint_in_any_format(register, flowers, tmp_path):
    register(SOURCES, JSON_LINES)
    pd.DataFrame(ROWS).to_csv(tmp_path / "flowers.csv", index=False)
    prints = [load_dataset(str(tmp_path / name), target="kind").fingerprint for name in ("flowers.csv", flowers.name)]
    assert prints[0] == prints[1]
