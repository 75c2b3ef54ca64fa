"""`summary` and `run` of a study that tunes: the config's own values, the tuned table beside them, all in JSON."""

import json
import math
from pathlib import Path

import pytest
from calling import Call

from dropout_lab.cli.summary_tuned import tuned_text
from dropout_lab.results import read_results

RATE = "training.learning_rate"
CONFIG = "data: {source: iris}\nmodel: {hidden: [8]}\ntraining: {epochs: 3, learning_rate: 0.01}\nseeds: 3\n"


@pytest.fixture
def tuned(here: Path, call: Call) -> str:
    """What `run` prints of a study that tunes the learning rate over three values."""
    (here / "tuned.yaml").write_text(f"{CONFIG}tune: {{{RATE}: [0.001, 0.01, 0.1]}}\n")
    ended = call("run", "tuned.yaml", "-q", "--no-report")
    assert ended.code == 0, ended.err
    return ended.out


def test_run_shows_the_conditions_with_the_configs_own_values_and_says_so(tuned: str) -> None:
    table, _, rest = tuned.partition("Means over n seeds")
    assert table.count("rate=") == 2 + 2 * 1  # a condition's name holds `learning_rate=` too
    assert f"{RATE}=0.01" in table
    assert "Shown are 2 of 6 conditions" in " ".join(rest.split())
    assert "Does dropout help once both are tuned?" in rest


def test_summary_sets_the_tuned_comparison_beside_the_untuned_one(tuned: str, call: Call) -> None:
    text = call("summary", "results/tuned", "--point", "best").out
    words = " ".join(text.split())
    assert max(map(len, text.splitlines())) <= 80
    assert "tuned: every condition, the baseline too, at what val chose for it among the same 3 candidates" in words
    assert f"Shown are the conditions with {RATE}=0.01, the config's own; --json has all." in words
    assert "corrected by Holm over 3 comparisons" in words  # the other learning rates count, shown or not
    header = next(line for line in text.splitlines() if "baseline's [95% CI]" in line and "learning_rate" in line)
    assert header.split()[-1] == "Holm"


def test_the_json_has_all_conditions_and_the_rows_of_the_tuned_table(tuned: str, call: Call, here: Path) -> None:
    (found,) = json.loads(call("summary", "results/tuned", "--json", "--metric", "loss_gap").out)
    table = read_results(here / "results/tuned").tuned
    wanted = table[(table["metric"] == "loss_gap") & (table["point"] == "last")]
    assert len({row["condition"] for row in found["rows"]}) == 6
    assert [(row["condition"], row["choice"]) for row in found["tuned"]] == list(
        zip(wanted["condition"], wanted["choice"], strict=True)
    )
    means = [math.nan if row["mean"] is None else row["mean"] for row in found["tuned"]]
    assert means == pytest.approx(wanted["mean"].tolist(), nan_ok=True)
    assert found["verdict"]["facts"]["tuning"]["budget"] == 3


def test_a_study_that_tunes_nothing_has_no_tuned_rows(call: Call) -> None:
    (found,) = json.loads(call("summary", "results/tiny", "--json").out)
    assert found["tuned"] == []
    assert "tuned" not in call("summary", "results/tiny").out


def test_the_test_split_has_no_tuned_table(tuned: str, call: Call, here: Path) -> None:
    results = read_results(here / "results/tuned")
    assert tuned_text(results, "test_loss", "best") is None
    assert tuned_text(results, "val_loss", "best") is not None
    assert call("summary", "results/tuned", "--metric", "test_loss").code == 0


@pytest.mark.parametrize("language", ["markdown", "latex", "html"])
def test_a_report_of_it_is_written_in_every_language(tuned: str, call: Call, language: str) -> None:
    ended = call("report", "results/tuned", "--format", language)
    assert ended.code == 0, ended.err
