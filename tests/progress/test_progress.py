import io
import sys
from importlib.machinery import ModuleSpec
from types import ModuleType

import pytest
from rich.console import Console

from dropout_lab.progress import CohortLines, shown, write_line
from dropout_lab.progress.bar import ProgressBar


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class ClosedPipe(io.StringIO):
    n_refused = 0

    def write(self, text: str) -> int:
        self.n_refused += 1
        raise BrokenPipeError(32, "Broken pipe")


def train(observer: CohortLines | ProgressBar) -> None:
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


def test_without_a_terminal_each_cohort_is_one_line() -> None:
    stream = io.StringIO()
    with shown(stream) as observer:
        train(observer)

    assert stream.getvalue() == (
        "note: 4 trials did not fit [at once]\n"
        "cohort 1/2: 4 trials in 1.3 s (3 complete, 1 diverged)\n"
        "cohort 2/2: 2 trials in 0.4 s (2 complete)\n"
    )


def test_where_there_is_no_stream_nothing_is_shown(capfd: pytest.CaptureFixture[str]) -> None:
    with shown(None) as observer:
        train(observer)

    assert capfd.readouterr() == ("", "")


def test_on_a_terminal_a_bar_moves_and_leaves_only_the_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setenv("TERM", "xterm")

    with shown(terminal) as observer:
        assert isinstance(observer, ProgressBar)
        train(observer)

    text = terminal.getvalue()
    assert "\x1b[2K" in text  # a line is redrawn
    assert "note: 4 trials did not fit [at once]" in text
    assert "cohort 1/2: 4 trials in 1.3 s (3 complete, 1 diverged)" in text


@pytest.mark.parametrize("term", ["dumb", None], ids=["a dumb terminal", "no terminal"])
def test_lines_are_written_where_no_bar_can_move(monkeypatch: pytest.MonkeyPatch, term: str | None) -> None:
    monkeypatch.setenv("TERM", term or "xterm")

    with shown(Terminal() if term else io.StringIO()) as observer:
        assert isinstance(observer, CohortLines)


class Widgets(ModuleType):
    """As much of ipywidgets as rich asks for."""

    class Output:
        def __enter__(self) -> None: ...
        def __exit__(self, *_: object) -> None: ...
        def clear_output(self, **_: object) -> None: ...
        def close(self) -> None: ...


@pytest.mark.parametrize("has_widgets", [True, False], ids=["with ipywidgets", "without ipywidgets"])
def test_in_a_notebook_a_bar_moves_where_ipywidgets_can_show_it(
    monkeypatch: pytest.MonkeyPatch, has_widgets: bool
) -> None:
    displayed: list[object] = []
    display = ModuleType("IPython.display")
    display.display = displayed.append  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "IPython", ModuleType("IPython"))
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    monkeypatch.setattr("rich.console._is_jupyter", lambda: True)
    widgets = Widgets("ipywidgets")
    widgets.__spec__ = ModuleSpec("ipywidgets", None) if has_widgets else None
    monkeypatch.setitem(sys.modules, "ipywidgets", widgets if has_widgets else None)

    lines = io.StringIO()
    with shown(lines) as observer:
        assert isinstance(observer, ProgressBar if has_widgets else CohortLines)
        train(observer)

    assert bool(displayed) == has_widgets
    assert bool(lines.getvalue()) != has_widgets


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


def test_a_run_goes_on_when_nobody_reads_its_messages() -> None:
    pipe = ClosedPipe()
    write_line(pipe, "nobody hears this")
    assert pipe.n_refused == 1
    train(CohortLines(pipe))
    assert pipe.n_refused > 1
