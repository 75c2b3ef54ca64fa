"""The GPU benchmark runs to its end where there is no GPU, says so where it is asked for one, and counts right."""

from pathlib import Path
from types import ModuleType

import pytest
import torch


@pytest.fixture
def benchmark(monkeypatch: pytest.MonkeyPatch, repository_root: Path) -> ModuleType:
    monkeypatch.syspath_prepend(str(repository_root))
    from benchmarks import gpu

    return gpu


@pytest.mark.slow
def test_a_quick_run_on_the_cpu_writes_the_table_it_prints(
    benchmark: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "table.md"
    assert benchmark.main(["--device", "cpu", "--quick", "--write", str(file)]) == 0
    table = [line.split("|")[1:-1] for line in file.read_text("utf-8").splitlines() if line.startswith("|")]
    assert [len(line) for line in table] == [len(table[0])] * (2 + 3)
    assert [line[-1].strip() in {"yes", "no"} for line in table[2:]] == [False, True, True]
    assert capsys.readouterr().out == file.read_text("utf-8")


def test_without_a_gpu_it_says_what_it_needs(
    benchmark: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert benchmark.main([]) == 2
    captured = capsys.readouterr()
    assert "a CUDA device must be there" in captured.err
    assert captured.out == ""


@pytest.mark.parametrize(
    "arguments",
    [["--device", "cpu"], ["--device", "cpu", "--quick", "--precision", "tf32"], ["--turns", "0"]],
    ids=["a_cpu_without_quick", "tf32_on_a_cpu", "no_turn"],
)
def test_what_makes_no_sense_is_refused(benchmark: ModuleType, arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        benchmark.main(arguments)
    assert stop.value.code == 2


def test_the_floor_counts_three_products_a_weight_and_two_in_the_first_layer(benchmark: ModuleType) -> None:
    case = benchmark.Case((2, 3, 1), n_rates=1, n_seeds=5, batch_size=4)
    assert case.flops == 5 * 2 * 4 * (2 * 6 + 3 * 3)
    assert case.floor_s(case.flops, 28 * 5 * (6 + 3 + 3 + 1)) == 2


@pytest.mark.parametrize(("seconds", "met"), [(0.9, "yes"), (1.1, "no")])
@pytest.mark.parametrize(
    "aim",
    [{"times_faster": 10.0}, {"times_floor": 2.0}, {"steps_per_s": 1.0}],
    ids=["times_faster", "times_floor", "steps_per_s"],
)
def test_an_aim_is_met_or_not(benchmark: ModuleType, aim: dict[str, float], seconds: float, met: str) -> None:
    case = benchmark.Case((2, 3, 1), n_rates=2, n_seeds=5, **aim)
    timing = benchmark.Timing([seconds] * 3, [1.0] * 3)
    assert benchmark.row(case, timing, floor_s=0.5).endswith(f"| {met} |")


def test_a_case_that_does_not_fit_misses_its_aim_and_says_why(benchmark: ModuleType) -> None:
    case = benchmark.Case((2, 3, 1), n_rates=2, n_seeds=5, times_floor=2.0)
    line = benchmark.row(case, benchmark.Timing([], []), floor_s=0.5)
    assert "does not fit in memory" in line
    assert line.endswith("| no |")
