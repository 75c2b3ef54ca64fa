"""Folders that an earlier version left behind: read, resumed without training, and reported, from now on for ever.

Each archive beside this file is a whole results folder of format 1, written by dropout-lab 0.1.0 before its release;
its manifest holds the command. They are never made anew: a change that breaks one of these tests breaks a user's
folder. `digits` is a shipped config made smaller, `tuned` has a setting tuned, `sampled` has Monte-Carlo samples,
`learnt` has learnt rates, and `regression` has a split for each seed and an axis of kinds.
"""

import json
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from kept import NAMES, unpack
from thinned import thinned

from dropout_lab.cli import main
from dropout_lab.results import read_results
from dropout_lab.results.manifest import FORMAT
from dropout_lab.study import bring_up_to_date

DERIVED = ("summary.csv", "tuned.csv")  # which may gain columns


def command_of(name: str) -> list[str]:
    """Return what made the study, as it was typed, without the option that hides messages."""
    with tarfile.open(Path(__file__).parent / f"{name}.tar.xz") as archive:
        manifest = archive.extractfile(f"{name}/manifest.json")
        assert manifest is not None
        return [word for word in json.load(manifest)["command"][1:] if word != "-q"]


@pytest.fixture(scope="module", params=NAMES)
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One of the folders, as it was; the working directory is the one that its command was given in."""
    root = tmp_path_factory.mktemp("format_1")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        yield unpack(request.param, root)


def files(folder: Path) -> dict[str, bytes]:
    """Return what was measured: every file of the folder, the manifest and what is derived from it apart."""
    everything = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    left_out = {"manifest.json", "study.yaml", "report.html", *DERIVED}
    return {name: path.read_bytes() for name, path in everything.items() if name not in left_out}


def settled(derived: pd.DataFrame) -> pd.DataFrame:
    """Return what no later version computes otherwise; intervals for new rows have become wider since."""
    if "estimand" not in derived:
        return derived
    return derived[derived["estimand"] == "split"]


def test_the_kept_folders_are_those_of_every_sort_of_study() -> None:
    assert NAMES == ["digits", "learnt", "regression", "sampled", "tuned"]


def test_a_kept_folder_is_of_format_1_and_names_no_place_and_no_person(folder: Path) -> None:
    manifest = (folder / "manifest.json").read_text("utf-8")
    assert json.loads(manifest)["format"] == 1
    assert not any(word in manifest for word in ("/home", "/root", "/tmp", "/Users", "/work"))


def test_a_kept_folder_is_read_whole(folder: Path) -> None:
    bring_up_to_date(folder)
    results = read_results(folder)
    assert set(results.trials["status"]) == {"complete"}
    assert len(results.trials) == sum(len(cohort["trials"]) for cohort in results.manifest["plan"])
    assert set(results.curves["trial"]) == set(results.test["trial"]) == set(results.trials["trial"])
    assert (len(results.inference) > 0) == (folder.name == "sampled")
    assert (len(results.tuned) > 0) == (folder.name == "tuned")
    assert any("learnt_rate" in column for column in results.curves) == (folder.name == "learnt")


@pytest.mark.parametrize(
    "by",
    thinned(
        ["its command", "its study.yaml", "its command, every table deleted"], kept=["its command, every table deleted"]
    ),
)
def test_run_again_trains_nothing_and_changes_no_byte(
    folder: Path, by: str, capsys: pytest.CaptureFixture[str]
) -> None:
    kept, summaries = files(folder), {name: pd.read_csv(folder / name) for name in DERIVED if (folder / name).exists()}
    if by.endswith("deleted"):
        for table in folder.glob("*.csv"):
            table.unlink()
    study = ["run", f"results/{folder.name}/study.yaml", "--no-report"]

    assert main(study if by.endswith("yaml") else command_of(folder.name)) == 0
    assert "all finished before: nothing to train" in capsys.readouterr().err
    now = files(folder)
    kept.setdefault("references.csv", now["references.csv"])  # which an old folder gets from its next run
    assert now == kept
    for name, before in summaries.items():
        pd.testing.assert_frame_equal(*map(settled, (pd.read_csv(folder / name)[list(before)], before)), rtol=1e-9)


@pytest.mark.parametrize("language", thinned(["html", "markdown", "latex"], kept=["markdown", "latex"]))
def test_a_kept_folder_is_reported(folder: Path, language: str, tmp_path: Path) -> None:
    page = tmp_path / "page"
    assert main(["report", str(folder), "--format", language, "--out", str(page)]) == 0
    assert folder.name in page.read_text("utf-8")


def test_a_kept_folder_is_plotted(folder: Path, tmp_path: Path) -> None:
    extra = {"tuned": "tuning", "sampled": "reliability", "learnt": "learnt_rates"}
    figures = {"gap_curves", extra.get(folder.name, "loss_curves")}
    arguments = ["--figure", ",".join(figures), "--format", "csv", "--out", str(tmp_path)]
    assert main(["plot", str(folder), *arguments]) == 0
    assert {path.stem for path in tmp_path.glob("**/*.csv")} == figures


@pytest.mark.parametrize("options", [[], ["--json"]], ids=["text", "json"])
def test_a_kept_folder_is_summed_up(folder: Path, options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["summary", str(folder), *options]) == 0
    assert "rate=0" in capsys.readouterr().out


def test_the_status_of_a_kept_folder_is_complete(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", str(folder), "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert rows
    assert all(row["complete"] for row in rows)


@pytest.mark.parametrize("command", ["run", "summary", "report", "plot", "status"])
def test_a_folder_of_a_newer_format_is_refused_by_name(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = unpack("digits", tmp_path)
    path = folder / "manifest.json"
    newer = json.loads(path.read_text("utf-8")) | {"format": FORMAT + 1, "dropout_lab": "9.9"}
    path.write_text(json.dumps(newer), encoding="utf-8")
    before = files(folder)

    assert main([command, "results/digits/study.yaml" if command == "run" else "results/digits"]) == 2
    assert capsys.readouterr().err.endswith(
        f"error: {path.relative_to(tmp_path)}: the format must be at most {FORMAT}. Got {FORMAT + 1}, written by "
        "dropout-lab 9.9. Upgrade dropout-lab to read it.\n"
    )
    assert files(folder) == before
    assert json.loads(path.read_text("utf-8")) == newer
