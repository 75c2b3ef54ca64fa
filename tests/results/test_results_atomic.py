"""Files appear whole or not at all: every write is cut off at every step."""

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from made_folder import begin, made_folder, made_frames, made_summary

from dropout_lab.errors import RunError
from dropout_lab.results import ResultsFolder, atomic, find_studies

STEPS = ("half written", "written", "replaced")


class Killed(BaseException):
    """What no handler may swallow or tidy up after."""


class Killer:
    """Count the steps of writing and end the process at one of them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.countdown = -1
        self.n_steps = 0
        write_through, replace, rename = atomic._write_through, Path.replace, Path.rename

        def write(path: Path, content: bytes) -> None:
            write_through(path, content[: len(content) // 2])
            self.step()
            write_through(path, content)
            self.step()

        def moved(original: Callable[[Path, Path], Path]) -> Callable[[Path, Path], Path]:
            def move(path: Path, target: Path) -> Path:
                result = original(path, target)
                self.step()
                return result

            return move

        monkeypatch.setattr(atomic, "_write_through", write)
        monkeypatch.setattr("os.fsync", lambda descriptor: None)  # hundreds of them would take most of the time
        monkeypatch.setattr(Path, "replace", moved(replace))
        monkeypatch.setattr(Path, "rename", moved(rename))

    def step(self) -> None:
        self.n_steps += 1
        self.countdown -= 1
        if self.countdown == 0:
            raise Killed


@pytest.fixture
def killer(monkeypatch: pytest.MonkeyPatch) -> Killer:
    return Killer(monkeypatch)


frames_of = cache(made_frames)


def whole_run(path: Path) -> None:
    """Do what a run does, and finish what an earlier one left."""
    folder = ResultsFolder(path)
    with folder.writing():
        begin(folder)
        for cohort in folder.manifest["plan"]:
            if cohort["id"] not in folder.finished_cohorts():
                frames = frames_of(tuple(cohort["trials"]))
                folder.write_part(cohort["id"], **frames, rows={"trials": frames["trials"]["status"].to_numpy("U8")})
        folder.merge()
        folder.write_summary(made_summary(folder))
        folder.update(status="complete")


def contents(folder: Path) -> dict[str, bytes]:
    """Every file that a reader may look at, the manifest's times apart."""
    files = {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
    return {name: content for name, content in files.items() if ".tmp-" not in name and name != "manifest.json"}


def test_a_run_killed_at_any_step_leaves_only_whole_files_and_a_second_run_finishes_it(
    tmp_path: Path, killer: Killer
) -> None:
    whole_run(tmp_path / "whole")
    expected, n_steps = contents(tmp_path / "whole"), killer.n_steps
    assert n_steps > 30, "the run must pass through the counted steps"
    for step in range(1, n_steps + 1):
        folder = tmp_path / f"killed{step}"
        killer.countdown = step
        with pytest.raises(Killed):
            whole_run(folder)
        left = contents(folder)
        assert left.items() <= expected.items(), f"step {step} left a file that is not whole"
        if (folder / "manifest.json").exists():
            assert ResultsFolder(folder).finished_cohorts() <= {"cohort0", "cohort1"}
            assert find_studies(folder) == [folder]
        whole_run(folder)
        assert contents(folder) == expected, f"the run killed at step {step} was not finished"
        assert not list(folder.rglob(".tmp-*"))


def test_contents_reach_the_disk_before_the_name_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    sync, replace = os.fsync, Path.replace
    monkeypatch.setattr("os.fsync", lambda descriptor: (calls.append("fsync"), sync(descriptor)))
    monkeypatch.setattr(Path, "replace", lambda path, to: (calls.append("replace"), replace(path, to)))
    atomic.write_file(tmp_path / "file", b"contents")
    assert calls == ["fsync", "replace"]


@pytest.mark.parametrize("step", range(1, 4), ids=STEPS)
def test_replacing_a_file_leaves_the_old_or_the_new_one(tmp_path: Path, killer: Killer, step: int) -> None:
    path = tmp_path / "file"
    atomic.write_file(path, b"old contents")
    killer.countdown = step
    with pytest.raises(Killed):
        atomic.write_file(path, b"the new contents")
    assert path.read_bytes() == (b"the new contents" if step == 3 else b"old contents")


def test_leftovers_of_a_dead_writer_are_no_parts_and_go_at_the_next_write(tmp_path: Path) -> None:
    folder = made_folder(tmp_path / "study", finished=["cohort0"])
    leftover = folder.path / "parts" / ".tmp-cohort1"
    leftover.mkdir()
    (leftover / "curves.csv").write_text("half")
    (folder.path / ".tmp-trials.csv").write_text("half")
    assert folder.finished_cohorts() == {"cohort0"}
    with folder.writing():
        assert not leftover.exists()
        assert not (folder.path / ".tmp-trials.csv").exists()


def test_a_part_and_its_rows_replace_the_leftovers_of_their_own_cohort(tmp_path: Path) -> None:
    path = tmp_path / "part"
    (tmp_path / ".tmp-part").mkdir()
    (tmp_path / ".tmp-part" / "unknown.csv").write_text("half")
    atomic.write_folder(path, {"a.csv": b"a"})
    assert [file.name for file in path.iterdir()] == ["a.csv"]


def test_a_full_disk_is_a_run_error_that_names_the_file_and_the_mend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, content: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(atomic, "_write_through", full)
    with pytest.raises(RunError, match=r"curves\.csv: .*Got: No space left on device\. Free the disk") as caught:
        atomic.write_file(tmp_path / "curves.csv", b"")
    assert caught.value.exit_code == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are POSIX")
def test_a_named_pipe_is_written_to_and_never_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        atomic.write_file(pipe, b"whole")
        assert os.read(reader, 99) == b"whole"
    finally:
        os.close(reader)
    assert pipe.is_fifo()
