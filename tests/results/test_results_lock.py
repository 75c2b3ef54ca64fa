"""One writer in a folder, and no dead one that keeps others out."""

import json
import os
import socket
from pathlib import Path

import pytest
from made_folder import made_folder

from dropout_lab.errors import FolderError
from dropout_lab.results import ResultsFolder, lock

DEAD_PROCESS = 2**22 + 1  # above the largest number that Linux gives


@pytest.fixture(params=["flock", "file"])
def mechanism(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The operating system's lock, and the fallback where there is none."""
    if request.param == "file":
        monkeypatch.setattr(lock, "fcntl", None)
    elif lock.fcntl is None:
        pytest.skip("this system has no flock")
    return str(request.param)


def test_a_second_writer_is_refused_and_told_who_writes(tmp_path: Path, mechanism: str) -> None:
    folder = ResultsFolder(tmp_path / "study")
    with folder.writing(), pytest.raises(FolderError) as caught, ResultsFolder(tmp_path / "study").writing():
        pass
    message = str(caught.value)
    assert f"process {os.getpid()} on {socket.gethostname()}, writing since 20" in message
    assert "only one run may write" in message
    assert "--out" in message
    assert caught.value.exit_code == 2


def test_a_folder_is_free_again_after_its_writer_ended(tmp_path: Path, mechanism: str) -> None:
    folder = ResultsFolder(tmp_path / "study")
    with pytest.raises(KeyError), folder.writing():
        raise KeyError
    with folder.writing():
        pass
    assert list(folder.path.iterdir()) == []


def test_a_lock_file_of_a_dead_process_keeps_nobody_out(tmp_path: Path, mechanism: str) -> None:
    holder = json.dumps({"pid": DEAD_PROCESS, "host": socket.gethostname(), "started": "2020-01-01"})
    for name in (".lock", ".lock-process"):
        (tmp_path / name).write_text(holder)
    with lock.one_writer(tmp_path):
        pass


def test_a_folder_is_held_as_long_as_its_writer_lives(tmp_path: Path, mechanism: str) -> None:
    assert not lock.is_held(tmp_path)
    with lock.one_writer(tmp_path):
        assert lock.is_held(tmp_path)
    assert not lock.is_held(tmp_path)
    for name in (".lock", ".lock-process"):  # what a dead process leaves behind
        (tmp_path / name).write_text(json.dumps({"pid": DEAD_PROCESS, "host": socket.gethostname(), "started": "x"}))
    assert not lock.is_held(tmp_path)


@pytest.mark.parametrize(
    "holder",
    [{"pid": DEAD_PROCESS, "host": "another.host", "started": "2020-01-01"}, {}],
    ids=["of another host", "not yet signed"],
)
def test_a_lock_file_whose_process_nobody_can_ask_for_keeps_out_and_says_how_to_remove_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, holder: dict[str, object]
) -> None:
    monkeypatch.setattr(lock, "fcntl", None)
    (tmp_path / ".lock-process").write_text(json.dumps(holder) if holder else "")
    with pytest.raises(FolderError, match=r"If no such process is alive, delete .*\.lock-process"):  # noqa: SIM117
        with lock.one_writer(tmp_path):
            pass


def test_a_file_system_without_flock_falls_back_to_the_lock_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class NoLocks:
        LOCK_EX = LOCK_NB = 0

        @staticmethod
        def flock(descriptor: int, operation: int) -> None:
            raise OSError(38, "Function not implemented")

    monkeypatch.setattr(lock, "fcntl", NoLocks)
    with lock.one_writer(tmp_path):
        assert (tmp_path / ".lock-process").exists()
        with pytest.raises(FolderError, match="only one run"), lock.one_writer(tmp_path):
            pass


def test_a_lock_removed_between_opening_and_locking_is_taken_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if lock.fcntl is None:
        pytest.skip("this system has no flock")
    path, real = tmp_path / ".lock", lock.fcntl

    class Racing:
        LOCK_EX, LOCK_NB = real.LOCK_EX, real.LOCK_NB
        n_calls = 0

        @classmethod
        def flock(cls, descriptor: int, operation: int) -> None:
            cls.n_calls += 1
            if cls.n_calls == 1:
                path.unlink()  # as the last holder does when it ends
            real.flock(descriptor, operation)

    monkeypatch.setattr(lock, "fcntl", Racing)
    with lock.one_writer(tmp_path):
        assert json.loads(path.read_text())["pid"] == os.getpid()
    assert Racing.n_calls == 2


def test_writing_outside_the_lock_is_a_programming_error(tmp_path: Path) -> None:
    folder = made_folder(tmp_path / "study")
    with pytest.raises(ValueError, match=r"inside `with folder\.writing"):
        folder.merge()


def test_a_folder_that_cannot_be_made_is_named_before_the_first_step(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(FolderError, match="results need a folder"), ResultsFolder(tmp_path / "file" / "s").writing():
        pass
