"""`summary` and `run` of a study that tunes: the config's own values, the tuned table beside them, all in JSON."""

import json
import math
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from shutil import copytree

import pytest
from calling import Call

from dropout_lab.cli import main
from dropout_lab.cli.summary_text import tuned_text
from dropout_lab.findings import StudyView
from dropout_lab.results import read_results

RATE = "training.learning_rate"
CONFIG = "data: {source: iris}\nmodel: {hidden: [8]}\ntraining: {epochs: 3, learning_rate: 0.01}\nseeds: 3\n"


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder of a study that tunes the learning rate over three values, and what `run` printed of it."""
    root = tmp_path_factory.mktemp("tuned")
    (root / "tuned.yaml").write_text(f"{CONFIG}tune: {{{RATE}: [0.001, 0.01, 0.1]}}\n")
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(StringIO()) as out:
        patch.chdir(root)
        assert main(["run", "tuned.yaml", "-q", "--no-report"]) == 0
    return root / "results/tuned", out.getvalue()


@pytest.fixture
def tuned(study: tuple[Path, str], here: Path) -> str:
    """What `run` printed of the study that lies in results/tuned."""
    folder, printed = study
    copytree(folder, here / "results/tuned")
    return printed


def test_run_shows_the_conditions_with_the_configs_own_values_and_says_so(tuned: str) -> None:
    table, _, rest = tuned.partition("Means over n seeds")
    assert table.count("rate=") == 2 + 2 * 1  # a condition's name holds `learning_rate=` too
    assert f"{RATE}=0.01" in table
    assert "Shown are 2 of 6 conditions" in " ".join(rest.split())
    assert "Does dropout help once both are tuned?" in rest


def test_run_prints_the_tuned_comparison_in_80_columns(tuned: str) -> None:
    assert max(map(len, tuned.splitlines())) <= 80
    _, _, table = tuned.partition("With and without tuning: val_loss at the epoch of lowest val loss.")
    lines = table.partition("Selection frequency:")[0].splitlines()
    header = next(line for line in lines if line.startswith("condition "))
    assert (header.split()[:3], header.split()[-1]) == (["condition", "rate", "frequency"], "Holm")
    assert [line.split()[2] for line in lines if " untuned" in line] == ["0.01", "0.01"]
    names = [" ".join(line.split()[:2]) for line in lines if line.startswith("rate=")]
    assert names == ["rate=0 untuned", "rate=0 tuned", "rate=0.5 untuned", "rate=0.5 tuned"]


def test_the_tuned_table_is_at_the_point_where_val_chose_unless_another_is_named(tuned: str, call: Call) -> None:
    by_default, at_last = call("summary", "results/tuned").out, call("summary", "results/tuned", "--point", "last").out
    assert by_default.startswith("results/tuned: val_loss at the last epoch")
    assert "With and without tuning: val_loss at the epoch of lowest val loss." in " ".join(by_default.split())
    assert "With and without tuning: val_loss at the last epoch." in " ".join(at_last.split())


def test_summary_sets_the_tuned_comparison_beside_the_untuned_one(tuned: str, call: Call) -> None:
    text = call("summary", "results/tuned", "--point", "best").out
    words = " ".join(text.split())
    assert max(map(len, text.splitlines())) <= 80
    assert "Tuned: every condition, the baseline too, had the same 3 candidates" in words
    assert "corrected by Holm over 1 tuned comparison, the untuned apart; method: " in words
    assert f"Shown are the conditions with {RATE}=0.01, the config's own; --json has all." in words
    assert "corrected by Holm over 3 comparisons" in words  # the other learning rates count, shown or not


def test_the_json_has_all_conditions_and_the_rows_of_the_tuned_table(tuned: str, call: Call, here: Path) -> None:
    (found,) = json.loads(call("summary", "results/tuned", "--json", "--metric", "loss_gap").out)
    table = read_results(here / "results/tuned").tuned
    wanted = table[(table["metric"] == "loss_gap") & (table["point"] == "best")]
    assert len({row["condition"] for row in found["rows"]}) == 6
    assert (found["point"], found["tuned_point"]) == ("last", "best")
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
    study = StudyView(read_results(here / "results/tuned"))
    assert tuned_text(study, "test_loss", "best") == ""
    assert "rate=0.5 tuned" in tuned_text(study, "val_loss", "best")
    assert call("summary", "results/tuned", "--metric", "test_loss").code == 0


@pytest.mark.usefixtures("tuned")
@pytest.mark.parametrize(("language", "suffix"), [("markdown", "md"), ("latex", "tex"), ("html", "html")])
def test_its_report_has_the_tuned_comparison_in_every_language(here: Path, language: str, suffix: str) -> None:
    assert main(["report", "results/tuned", "--format", language]) == 0
    page = (here / f"results/tuned/report.{suffix}").read_text("utf-8")
    assert "the baseline too, had the same 3 candidates" in " ".join(page.split())
