"""Finding studies, reading them whole, and refusing what cannot be trusted."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from made_folder import made_folder, made_summary

from dropout_lab.cli import main
from dropout_lab.errors import FolderError
from dropout_lab.metrics import TaskName
from dropout_lab.results import Layout, describe_run, find_studies, manifest, read_results

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def study(tmp_path: Path) -> Path:
    folder = made_folder(tmp_path / "made")
    with folder.writing():
        folder.write_summary(made_summary(folder))
    return folder.path


def test_results_hold_the_study_and_its_four_tables(study: Path) -> None:
    results = read_results(study)
    assert results.study["name"] == "made"
    assert results.path == study
    assert [len(frame) for frame in (results.curves, results.trials, results.test, results.summary)] == [12, 4, 12, 2]


@pytest.mark.parametrize(
    ("task", "metric", "unit"),
    [
        ("classification", "loss_gap", "nats"),
        ("classification", "val_accuracy", "fraction of rows"),
        ("regression", "val_loss", "standardised units²"),
        ("regression", "rmse_gap", "units of y"),
    ],
)
def test_results_know_the_unit_of_a_metric(study: Path, task: TaskName, metric: str, unit: str) -> None:
    results = read_results(study)
    named = {"data": results.study["data"] | {"target": "y"}}
    results = replace(results, study=results.study | named, manifest=results.manifest | {"task": task})  # type: ignore[arg-type]
    assert results.unit(metric) == unit


@pytest.mark.parametrize("name", ["curves.csv", "trials.csv", "test.csv", "summary.csv", "manifest.json"])
def test_a_missing_file_is_named(study: Path, name: str) -> None:
    (study / name).unlink()
    with pytest.raises(FolderError, match=f"{name}: .*No such file") as caught:
        read_results(study)
    assert caught.value.exit_code == 2


def without(key: str) -> Callable[[dict[str, Any]], object]:
    return lambda manifest: {name: value for name, value in manifest.items() if name != key}


def with_value(**changes: Any) -> Callable[[dict[str, Any]], object]:
    return lambda manifest: manifest | changes


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (with_value(format=2, dropout_lab="9.9"), "must be at most 1. Got 2, written by dropout-lab 9.9. Upgrade"),
        (without("plan"), "the manifest must be complete. Got one without plan."),
        (without("format"), "must have a format number. Got a file of another program."),
        (lambda manifest: [], "must have a format number. Got a file of another program."),
        (with_value(conditions=[]), "the plan must fit the conditions. Got a damaged one"),
        (with_value(plan=[{"id": "a"}]), "the plan must fit the conditions. Got a damaged one"),
    ],
    ids=["newer format", "no plan", "no format", "a list", "no conditions", "half a cohort"],
)
def test_a_manifest_that_cannot_be_trusted_is_refused(
    study: Path, change: Callable[[dict[str, Any]], object], message: str
) -> None:
    path = study / "manifest.json"
    path.write_text(json.dumps(change(json.loads(path.read_text()))))
    with pytest.raises(FolderError) as caught:
        read_results(study)
    assert message in str(caught.value)
    assert str(caught.value).startswith(f"{path}: ")


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"dropout": {"kind": "uniform"}}, "dropout.kind"),
        ({"tune": {"training.optimizer": ["adam", "lion"]}}, "training.optimizer"),
        ({"training": {"schedule": "halved"}}, "training.schedule"),
        ({"model": {"hidden": [8], "activation": "hard_tanh"}}, "model.activation"),
        ({"model": {"hidden": [8], "init": "small"}}, "model.init"),
    ],
)
def test_a_study_that_names_what_this_version_has_not_is_refused(
    study: Path, changes: dict[str, Any], place: str
) -> None:
    path = study / "manifest.json"
    written = json.loads(path.read_text())
    study_of = written["study"] | {"sweep": {}} | changes
    path.write_text(json.dumps(written | {"dropout_lab": "9.0", "study": study_of}))
    with pytest.raises(FolderError) as caught:
        read_results(study)
    text = str(caught.value)
    assert text.startswith(f"{path}: {place} must be one that this version knows: ")
    assert ", written by dropout-lab 9.0. Read it with " in text
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("command", ["summary", "report", "plot"])
def test_every_command_refuses_a_task_that_this_version_has_not(
    study: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = study / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"task": "ranking"}))
    assert main([command, str(study)]) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "the task must be one that this version knows: classification, regression. Got ranking, " in said


def test_a_manifest_that_is_cut_off_is_refused(study: Path) -> None:
    path = study / "manifest.json"
    path.write_text(path.read_text()[:100])
    with pytest.raises(FolderError, match=r"manifest\.json: the manifest must be JSON\. Got damage: .* line"):
        read_results(study)


def test_a_root_leads_to_its_direct_children_and_a_study_to_itself(study: Path) -> None:
    made_folder(study.parent / "also")
    made_folder(study.parent / "deeper" / "study")
    (study.parent / "empty").mkdir()
    assert find_studies(study.parent) == [study.parent / "also", study]
    assert find_studies(str(study)) == [study]


@pytest.mark.parametrize(
    ("name", "got"),
    [("", r"no manifest\.json in it or one level below"), ("missing", "nothing there"), ("file", "a file")],
    ids=["without studies", "missing", "a file"],
)
def test_a_place_without_studies_is_exit_code_2(tmp_path: Path, name: str, got: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FolderError, match=f"Got {got}.*Run a study first") as caught:
        find_studies(tmp_path / name)
    assert caught.value.exit_code == 2


@pytest.mark.slow
def test_a_run_is_described_without_importing_torch() -> None:
    code = (
        "import sys; from dropout_lab.results import describe_run\n"
        "run = describe_run(device='cpu', threads=1, command=['run'])\n"
        "assert 'torch' in run['packages'] and 'torch' not in sys.modules, sorted(run['packages'])"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=REPOSITORY)


def test_a_package_that_is_not_installed_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifest, "_PACKAGES", ("numpy", "no-such-package-anywhere"))
    assert list(describe_run(device="cpu", threads=1, command=[])["packages"]) == ["numpy"]


def test_the_git_commit_is_found_and_changes_are_marked(tmp_path: Path) -> None:
    def git(*arguments: str) -> str:
        identity = ("-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false")
        command = ["git", "-C", str(tmp_path), *identity, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    try:
        git("init", "-q")
    except OSError:
        pytest.skip("git is not installed")
    assert manifest.git_commit(tmp_path) is None
    (tmp_path / "file").write_text("one")
    git("add", "file")
    git("commit", "-q", "-m", "one")
    commit = git("rev-parse", "HEAD")
    assert manifest.git_commit(tmp_path) == commit
    (tmp_path / "file").write_text("two")
    assert manifest.git_commit(tmp_path) == f"{commit}-dirty"


@pytest.mark.parametrize("error", [FileNotFoundError(), subprocess.TimeoutExpired("git", 2)], ids=["no git", "slow"])
def test_without_git_there_is_no_commit_and_no_failure(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail(*arguments: object, **settings: object) -> None:
        raise error

    monkeypatch.setattr(subprocess, "run", fail)
    assert manifest.git_commit(Path()) is None


def test_every_file_key_and_column_is_documented() -> None:
    text = (REPOSITORY / "docs" / "results.md").read_text(encoding="utf-8")
    layouts = (Layout("classification", has_true_accuracy=True), Layout("regression"))
    names = {
        column.name for layout in layouts for table in ("curves", "test", "summary") for column in layout.table(table)
    }
    names |= {
        column.name.replace("last_", "P_")
        for column in layouts[0].trials
        if not column.name.startswith(("best", "stop_"))
    }
    names |= manifest.Manifest.__required_keys__ | manifest.RunEntry.__required_keys__
    names |= {
        "study.yaml",
        "manifest.json",
        "curves.csv",
        "trials.csv",
        "test.csv",
        "summary.csv",
        "complete",
        "diverged",
    }
    assert not {name for name in names if f"`{name}`" not in text}
    assert f"The results folder, format {manifest.FORMAT}" in text
