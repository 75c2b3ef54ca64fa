"""The comparison of `make bench` on invented timings: cases, tables, document, and contenders that are not there."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

MODULES = ("cases", "compare", "contest", "document", "floor", "memory", "peers", "scores", "tables")
LETTERS = "ABCDEF"


@pytest.fixture(scope="module")
def bench(repository_root: Path) -> Iterator[Any]:
    """The modules of the comparison; none imports torch or a peer by itself."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(repository_root))
        yield SimpleNamespace(**{name: import_module(f"benchmarks.{name}") for name in MODULES})


@pytest.fixture(scope="module")
def by_letter(bench: Any) -> dict[str, Any]:
    return {case.letter: case for case in bench.cases.CASES}


@pytest.fixture
def contest(bench: Any) -> Callable[..., Any]:
    """Invent a contest of two turns; keywords give a contender's times, 1 ms otherwise."""

    def invent(case: Any, *, problems: dict[str, str] | None = None, **times: list[float]) -> Any:
        entries = {}
        for entry in case.entries:
            measured = bench.contest.Measured(
                times_ms=times.get(entry.contender, [1.0, 1.0]),
                compile_times_ms=[0.0, 0.0],
                reading_times_ms=[0.0, 0.0],
                peak_mib=300.0,
                val_losses={rate: [0.5, 0.25] for rate in entry.work.rates},
            )
            if entry.contender in (problems or {}):
                measured = bench.contest.Measured(problem=(problems or {})[entry.contender])
            entries[entry] = measured
        floors = [bench.floor.Floor(0.25, 0.15, 0.1, 200.0, "torch", "stacks of 9")] * 2
        return bench.contest.Contest(entries, floors, "")

    return invent


def line_of(text: str, label: str) -> list[str]:
    """Return the cells of the table's line that begins with `label`."""
    (line,) = (line for line in text.splitlines() if line.startswith(f"| {label}"))
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_the_cases_are_those_of_the_document_in_its_order(by_letter: dict[str, Any], repository_root: Path) -> None:
    document = (repository_root / "docs" / "benchmarks.md").read_text("utf-8")
    assert "".join(by_letter) == LETTERS
    places = [document.index(f"<!-- case {letter}: ") for letter in LETTERS]
    assert places == sorted(places)


def test_every_contender_of_a_case_has_a_module(bench: Any, repository_root: Path) -> None:
    contenders = {entry.contender for case in bench.cases.CASES for entry in case.entries}
    assert contenders == set(bench.peers.PEERS)
    folder = repository_root / "benchmarks" / "peers"
    assert all((folder / f"{peer.module}.py").is_file() for peer in bench.peers.PEERS.values())


def test_a_step_of_the_digits_net_takes_the_products_counted_by_hand(bench: Any) -> None:
    weights = 64 * 128 + 128 * 128 + 128 * 10
    assert bench.cases.DIGITS.steps_per_epoch == 19
    assert bench.cases.DIGITS.n_parameters == weights + 128 + 128 + 10
    assert bench.floor.training_flops(bench.cases.DIGITS) == pytest.approx(
        2 * (1200 / 19) * (weights + weights + 128 * 128 + 128 * 10)  # forward, weight gradients, input gradients
    )
    assert bench.floor.evaluation_flops(bench.cases.DIGITS) == pytest.approx(2 * weights * 1500 / 19)


def test_trials_and_steps_of_the_study_of_case_a_are_counted(by_letter: dict[str, Any]) -> None:
    assert by_letter["A"].lab.work.n_trials == 45
    assert by_letter["A"].lab.work.n_trial_steps == 45 * 50 * 19
    assert [entry.work.n_trials for entry in by_letter["F"].entries] == [1, 10, 100, 1000]


def test_cases_of_one_task_share_their_turns(bench: Any, by_letter: dict[str, Any]) -> None:
    (contest,) = bench.cases.entries_by_task([by_letter["B"], by_letter["C"], by_letter["D"]]).values()
    assert len(contest) == len(set(contest))
    assert [entry.contender for entry in contest].count("lab") == 3  # one trial, ten, and the one without dropout
    assert [entry.contender for entry in contest].count("keras") == 1


def test_ratios_are_taken_within_turns_and_the_target_is_judged_by_their_median(
    bench: Any, by_letter: dict[str, Any], contest: Callable[..., Any]
) -> None:
    case = by_letter["A"]
    text = bench.tables.case_text(case, contest(case, lab=[1.0, 2.0], keras=[29.0, 64.0], skorch=[14.0, 28.0]))
    assert line_of(text, "Keras")[3] == "30.5 (29.0 to 32.0)"
    assert line_of(text, "Keras")[-2:] == ["at least 30", "reached"]
    assert line_of(text, "skorch")[-2:] == ["at least 15", "**missed**"]
    assert line_of(text, "dropout-lab")[4] == "3.00 (2.00 to 4.00)"
    assert line_of(text, "dropout-lab")[-2:] == ["within 2 of the floor", "**missed**"]
    assert line_of(text, "floor")[2:4] == ["0.500 (0.500 to 0.500)", "0.375 (0.250 to 0.500)"]


def test_peers_stand_from_the_fastest_to_the_slowest_with_the_same_works_val_loss(
    bench: Any, by_letter: dict[str, Any], contest: Callable[..., Any]
) -> None:
    text = bench.tables.case_text(by_letter["B"], contest(by_letter["B"], jax=[3.0, 3.0], torch_tensors=[2.0, 2.0]))
    assert text.index("| plain PyTorch, tensors") < text.index("| JAX")
    assert line_of(text, "Lightning")[6] == "0.250 (0.250)"


def test_compiling_is_shown_left_out_and_counted(
    bench: Any, by_letter: dict[str, Any], contest: Callable[..., Any]
) -> None:
    invented = contest(by_letter["A"], jax=[4.0, 4.0])
    next(m for entry, m in invented.entries.items() if entry.contender == "jax").compile_times_ms[:] = [1.0, 1.0]
    text = bench.tables.case_text(by_letter["A"], invented)
    assert line_of(text, "JAX jit(vmap(scan)), compiling left out")[2] == "3.00 (3.00 to 3.00)"
    assert line_of(text, "JAX jit(vmap(scan)), compiling counted")[-2:] == ["at least 3", "reached"]


def test_what_only_the_lab_does_inside_the_clock_is_said(
    bench: Any, by_letter: dict[str, Any], contest: Callable[..., Any]
) -> None:
    invented = contest(by_letter["B"])
    assert "reading and checking" not in bench.tables.case_text(by_letter["B"], invented)
    invented.entries[by_letter["B"].lab].reading_times_ms[:] = [0.1, 0.1]
    assert "Of the lab's time 10% is reading and checking" in bench.tables.case_text(by_letter["B"], invented)


@pytest.mark.parametrize("letter", ["A", "B", "C", "D"])
def test_a_missing_peer_gets_a_word_and_the_others_their_figures(
    bench: Any, by_letter: dict[str, Any], contest: Callable[..., Any], letter: str
) -> None:
    case = by_letter[letter]
    missing = case.entries[-1].contender
    text = bench.tables.case_text(case, contest(case, problems={missing: "not installed"}))
    cells = line_of(text, f"{bench.peers.PEERS[missing].label}: not installed")
    assert not any(cells[1:])
    assert line_of(text, "dropout-lab")[1]


def test_a_package_that_cannot_be_found_is_named_without_importing_the_peer(
    bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    absent = bench.peers.Peer("x", "no_such_module", ("sys", "no_such_package"))
    monkeypatch.setitem(bench.peers.PEERS, "x", absent)
    assert bench.contest.missing_package("x") == "no_such_package"
    assert not bench.contest.missing_package("lab")


def test_the_cost_of_dropout_is_the_share_it_adds(
    bench: Any, by_letter: dict[str, Any], contest: Callable[..., Any]
) -> None:
    invented = contest(by_letter["D"])
    for without, with_it in by_letter["D"].pairs:
        invented.entries[without].times_ms[:] = [3.0, 3.0]
        invented.entries[with_it].times_ms[:] = [3.08, 3.1]
        for entry in (without, with_it):
            invented.entries[entry].reading_times_ms[:] = [2.0, 2.0]
    assert line_of(bench.tables.case_text(by_letter["D"], invented), "dropout-lab")[-3:] == [
        "9% (8% to 10%)",
        "at most 10%",
        "reached",
    ]


@pytest.mark.parametrize(("rounded_ms", "verdict"), [(0.5, "reached"), (0.7, "**missed**")])
def test_a_shorter_type_is_judged_by_how_many_times_faster_it_is(
    bench: Any, by_letter: dict[str, Any], contest: Callable[..., Any], rounded_ms: float, verdict: str
) -> None:
    case = by_letter["E"]
    held = contest(case)
    held.entries[case.rounded].times_ms[:] = [rounded_ms, rounded_ms]
    cells = line_of(bench.tables.case_text(case, held), "bfloat16")
    assert cells[2].startswith(bench.tables.number(1 / rounded_ms))
    assert cells[-2:] == ["at least 1.6", verdict]


def test_a_trial_that_costs_more_in_a_larger_study_misses_the_target(
    bench: Any, by_letter: dict[str, Any], contest: Callable[..., Any]
) -> None:
    case = by_letter["F"]
    invented = contest(case)
    invented.entries[case.entries[2]].times_ms[:] = [1.2, 1.2]
    invented.entries[case.entries[3]].peak_mib = 400.0
    text = bench.tables.case_text(case, invented)
    assert [line_of(text, n)[4] for n in ("1 ", "10 ", "100 ", "1,000 ")] == ["", "reached", "**missed**", "reached"]
    assert "1.33 times that of the one before; target: at most 1.25, **missed**" in text


def test_columns_of_a_table_are_equally_wide(bench: Any) -> None:
    lines = bench.tables.markdown_table(("a", "b"), [("long cell", "1"), ("c", "1,000")]).splitlines()
    assert lines[1] == "| --------- | ----: |"
    assert len({len(line) for line in lines}) == 1


@pytest.mark.parametrize(
    ("value", "text"), [(0.17, "0.170"), (0.0612, "0.0612"), (12.345, "12.3"), (99.96, "100"), (1234.5, "1,234")]
)
def test_numbers_have_three_significant_digits(bench: Any, value: float, text: str) -> None:
    assert bench.tables.number(value) == text


def test_only_what_stands_between_the_markers_of_a_case_is_replaced(bench: Any) -> None:
    (a, end_a), (d, end_d) = bench.document.markers("A"), bench.document.markers("D")
    document = f"before\n{a}\nold A\n{end_a}\nbetween\n{d}\nold D\n{end_d}\nafter\n"
    once = bench.document.with_case(document, "A", "new A")
    assert once == f"before\n{a}\n\nnew A\n\n{end_a}\nbetween\n{d}\nold D\n{end_d}\nafter\n"
    assert bench.document.with_case(once, "A", "new A") == once


@pytest.mark.parametrize("lines", [[], [0], [1, 0], [0, 1, 0, 1]], ids=["none", "one", "wrong order", "twice"])
def test_a_document_without_a_place_for_a_case_is_refused(bench: Any, lines: list[int]) -> None:
    document = "\n".join(bench.document.markers("A")[line] for line in lines)
    with pytest.raises(bench.document.MarkerError, match="case A"):
        bench.document.with_case(document, "A", "text")


def test_letters_choose_cases_in_their_own_order(bench: Any) -> None:
    assert [case.letter for case in bench.compare.chosen_cases("d,A")] == ["A", "D"]


@pytest.mark.parametrize("words", [["--cases", "A,X"], ["--cases", ""], ["--turns", "0"], ["--turns", "x"]])
def test_a_wrong_option_ends_with_code_2_and_says_what_came(
    bench: Any, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        bench.compare.parse_arguments(words)
    assert ended.value.code == 2
    assert f"Got {words[1]}" in capsys.readouterr().err


@pytest.mark.parametrize("letter", LETTERS)
def test_a_quick_run_trains_a_tenth_and_says_so(bench: Any, by_letter: dict[str, Any], letter: str) -> None:
    case, short = by_letter[letter], bench.cases.shortened(by_letter[letter])
    assert "shortened" in short.title
    assert [entry.work for entry in short.entries] == [
        replace(entry.work, epochs=max(1, entry.work.epochs // 10)) for entry in case.entries
    ]


def test_the_comparison_itself_imports_neither_torch_nor_a_peer(repository_root: Path) -> None:
    import subprocess

    peers = "torch", "jax", "keras", "tensorflow", "lightning", "skorch", "pandas", "sklearn"
    code = f"import sys, benchmarks.compare; print(sorted(set({peers!r}) & set(sys.modules)))"
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=repository_root, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "[]"


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_memory_of_a_process_is_seen(bench: Any) -> None:
    import os

    peak = bench.memory.Peak()
    with bench.memory.watching(os.getpid(), peak):
        pass
    assert peak.mib >= bench.memory.tree_memory_mib(os.getpid()) > 10
