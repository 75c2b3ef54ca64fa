import io
import sys

import pytest
from rich.console import Console

from dropout_lab.cli import progress, streams
from dropout_lab.cli.progress_bar import ProgressBar


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class ClosedPipe(io.StringIO):
    def write(self, text: str) -> int:
        raise BrokenPipeError(32, "Broken pipe")


def train(observer: progress.CohortLines | ProgressBar) -> None:
    """Two cohorts of four and two trials, three epochs each; the first one starts over after its first epoch."""
    observer.begin(2, 6, 18)
    observer.epoch_done(1, 1, 3, 4)
    observer.note("4 trials did not fit [at once]")
    for epoch in (1, 2, 3):
        observer.epoch_done(1, epoch, 3, 4)
    observer.cohort_done(1, 2, 4, 1.26, {"complete": 3, "diverged": 1})
    for epoch in (1, 2, 3):
        observer.epoch_done(2, epoch, 3, 2)
    observer.cohort_done(2, 2, 2, 0.4, {"complete": 2, "failed": 0})


def test_without_a_terminal_each_cohort_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with progress.shown(is_quiet=False) as observer:
        train(observer)  # type: ignore[arg-type]

    assert capsys.readouterr() == (
        "",
        "note: 4 trials did not fit [at once]\n"
        "cohort 1/2: 4 trials in 1.3 s (3 complete, 1 diverged)\n"
        "cohort 2/2: 2 trials in 0.4 s (2 complete)\n",
    )


def test_quiet_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    with progress.shown(is_quiet=True) as observer:
        train(observer)  # type: ignore[arg-type]

    assert capsys.readouterr() == ("", "")


def test_on_a_terminal_a_bar_moves_and_leaves_only_the_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", terminal)

    with progress.shown(is_quiet=False) as observer:
        assert isinstance(observer, ProgressBar)
        train(observer)

    shown = terminal.getvalue()
    assert "\x1b[2K" in shown  # a line is redrawn
    assert "note: 4 trials did not fit [at once]" in shown
    assert "cohort 1/2: 4 trials in 1.3 s (3 complete, 1 diverged)" in shown


@pytest.mark.parametrize("term", ["dumb", None], ids=["a dumb terminal", "no terminal"])
def test_lines_are_written_where_no_bar_can_move(monkeypatch: pytest.MonkeyPatch, term: str | None) -> None:
    monkeypatch.setenv("TERM", term or "xterm")
    monkeypatch.setattr(sys, "stderr", Terminal() if term else io.StringIO())

    with progress.shown(is_quiet=False) as observer:
        assert isinstance(observer, progress.CohortLines)


def test_a_bar_counts_a_cohort_that_starts_over_once() -> None:
    bar = ProgressBar(Console(file=io.StringIO(), force_terminal=True, width=100))
    with bar:
        train(bar)

    (task,) = bar._progress.tasks
    assert (task.completed, task.total) == (18, 18)
    assert (task.fields["trials"], task.fields["epoch"]) == ("5-6/6", "3/3")


@pytest.mark.parametrize("width", [60, 80])
def test_a_bar_says_trials_epoch_speed_and_time_left_on_one_line(width: int) -> None:
    bar = ProgressBar(Console(file=io.StringIO(), force_terminal=True, width=width))
    with bar:
        train(bar)

    console = Console(file=io.StringIO(), width=width)
    console.print(bar._progress)
    line = console.file.getvalue()  # type: ignore[attr-defined]
    assert line.count("\n") == 1
    assert line.startswith("trials 5-6/6  epoch 3/3 ")
    assert "trial-epochs/s" in line
    assert ":" in line.split()[-1]


def test_colours_are_left_out_where_the_user_wants_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    terminal = io.StringIO()
    with ProgressBar(Console(file=terminal, force_terminal=True, width=80)) as bar:
        train(bar)

    assert "\x1b[2K" in terminal.getvalue()
    assert "\x1b[3" not in terminal.getvalue()
    assert "\x1b[9" not in terminal.getvalue()


def test_a_run_goes_on_when_nobody_reads_its_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", ClosedPipe())

    streams.say("nobody hears this")
    train(progress.CohortLines())
    monkeypatch.undo()
