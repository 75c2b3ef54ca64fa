"""How fast are stacks of nets on a GPU: against a plain loop on the same GPU, and against what the GPU can do?

Random rows of MNIST's shape; a turn is one epoch, and every contender's first is not counted. Turns alternate. The
floor of a step is its products at the best rate of a large product, and its update's bytes at the best rate of a large
copy or of fused Adam, all measured in the same run. The plain loop trains one trial: one after another, all would take
as many times as long.
"""

import argparse
import platform
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from math import ceil
from pathlib import Path
from statistics import median

import torch

import dropout_lab
from benchmarks.gpu_cases import CASES, QUICK_CASES, Case
from benchmarks.gpu_ceilings import PRECISIONS, Ceilings, measure_ceilings, products_in, wait_for
from benchmarks.gpu_contenders import Epoch, lab_epochs, plain_epochs, random_rows

_HEADER = ("net", "trials", "ms a step", "steps/s", "us a trial and step", "times faster", "times floor", "aim", "met")
_NO_GPU = """\
benchmarks.gpu: a CUDA device must be there. Got torch {version}, which sees none. Run it on a machine with an NVIDIA
GPU and a torch built for CUDA; `--device cpu --quick` only shows that the program runs."""


@dataclass(frozen=True)
class Timing:
    """What was measured of a case: seconds a step, turn by turn; both empty where the case does not fit in memory.

    Attributes:
        lab_s: of all trials together.
        plain_s: of one trial; empty where the loop was not asked for.
    """

    lab_s: list[float]
    plain_s: list[float]

    def times_faster(self, n_trials: int) -> list[float]:
        """Return by how much the lab beats trials one after another, in every pair of turns."""
        return [n_trials * plain / lab for lab, plain in zip(self.lab_s, self.plain_s, strict=bool(self.plain_s))]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the table, write it if asked; return the exit code: 2 where there is no such device."""
    options = parse(arguments)
    device = torch.device(options.device)
    if device.type == "cuda" and not torch.cuda.is_available():
        print(_NO_GPU.format(version=torch.__version__), file=sys.stderr)
        return 2
    sizes, n_numbers = ((256,), 2**20) if options.quick else ((4096, 8192), 2**28)
    if device.type == "cuda" and device.index is not None:
        torch.cuda.set_device(device)  # graphs are captured on the current device
    ceilings = measure_ceilings(device, sizes=sizes, n_numbers=n_numbers)
    lines = [*about(device, options), *of_ceilings(ceilings), "", *table_head()]
    print(*lines, sep="\n", flush=True)
    for case in QUICK_CASES if options.quick else CASES:
        timing = measure(case, device, options)
        if device.type == "cuda":
            torch.cuda.empty_cache()  # a case that does not fit must not take the room of the next
        lines.append(row(case, timing, case.floor_s(ceilings.flops_per_s[options.precision], ceilings.bytes_per_s)))
        print(lines[-1], flush=True)
    if options.write is not None:
        options.write.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.gpu", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--precision", choices=PRECISIONS, default="float32", help="of the products (default: float32)")
    parser.add_argument("--turns", type=int, default=5, help="timed epochs of each contender (default: 5)")
    parser.add_argument("--rows", type=int, default=60_000, help="train rows (default: 60000, as MNIST)")
    parser.add_argument("--device", default="cuda", help="cuda, cuda:1, ...; cpu only with --quick (default: cuda)")
    parser.add_argument("--quick", action="store_true", help="tiny nets, 64 rows, 2 turns: shows that everything runs")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the table there too, as Markdown")
    options = parser.parse_args(arguments)
    if options.device == "cpu" and not options.quick:
        parser.error("argument --device: cpu is for --quick alone: the nets would take hours")
    if options.device == "cpu" and options.precision == "tf32":
        parser.error("argument --precision: tf32 needs a CUDA device")
    if min(options.turns, options.rows) < 1:
        parser.error("arguments --turns and --rows: each must be at least 1")
    if options.quick:
        options.rows, options.turns = 64, 2
    return options


def measure(case: Case, device: torch.device, options: argparse.Namespace) -> Timing:
    """Let the contenders take turns. The 2014 paper's net is timed alone: its aim is a number of steps."""
    timing = Timing([], [])
    n_steps = ceil(options.rows / case.batch_size)
    try:
        with products_in(options.precision):
            rows = random_rows(case, options.rows, device)
            lab = lab_epochs(case, rows, options.precision, 1 + options.turns)
            plain = plain_epochs(case, rows, options.precision) if case.optimizer == "adam" else None
            for _ in range(1 + options.turns):
                timing.lab_s.append(timed_s(lab, device) / n_steps)
                if plain is not None:
                    timing.plain_s.append(timed_s(plain, device) / n_steps)
    except torch.OutOfMemoryError:
        return Timing([], [])
    return Timing(timing.lab_s[1:], timing.plain_s[1:])


def timed_s(epoch: Epoch, device: torch.device) -> float:
    """Train one epoch against the clock."""
    wait_for(device)
    start = time.perf_counter()
    epoch()
    wait_for(device)
    return time.perf_counter() - start


def about(device: torch.device, options: argparse.Namespace) -> Iterator[str]:
    """Say what ran where."""
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else platform.processor() or "CPU"
    yield (
        f"{name}, torch {torch.__version__}, CUDA {torch.version.cuda}, Python {platform.python_version()}, "
        f"dropout-lab {dropout_lab.__version__}"
    )
    yield ""
    turns = f"median of {options.turns} turns of one epoch (lowest to highest)"
    yield f"Products in {options.precision}; {options.rows} rows; {turns}."


def of_ceilings(ceilings: Ceilings) -> Iterator[str]:
    """Say what the device can do."""
    products = ", ".join(f"{precision} {rate / 1e12:.3g}" for precision, rate in ceilings.flops_per_s.items())
    yield (
        f"Best products, TFLOP/s: {products}. Memory, GB/s: copy {ceilings.copy_bytes_per_s / 1e9:.4g}, "
        f"fused Adam {ceilings.adam_bytes_per_s / 1e9:.4g}."
    )


def table_head() -> Iterator[str]:
    """Return the first two lines of the table."""
    yield markdown(_HEADER)
    yield markdown(["---"] * len(_HEADER))


def row(case: Case, timing: Timing, floor_s: float) -> str:
    """Return a case's line of the table."""
    if not timing.lab_s:
        return markdown([case.title, str(case.n_trials), "does not fit in memory", *[""] * 4, aim(case), "no"])
    faster = timing.times_faster(case.n_trials)
    over_floor = [seconds / floor_s for seconds in timing.lab_s]
    steps = [1 / seconds for seconds in timing.lab_s]
    is_met = (
        (not case.times_faster or median(faster) >= case.times_faster)
        and median(over_floor) <= case.times_floor
        and median(steps) >= case.steps_per_s
    )
    return markdown(
        (
            case.title,
            str(case.n_trials),
            spread([1e3 * seconds for seconds in timing.lab_s]),
            f"{median(steps):,.0f}",
            f"{1e6 * median(timing.lab_s) / case.n_trials:,.1f}",
            spread(faster) if faster else "not asked",
            spread(over_floor),
            aim(case),
            ("yes" if is_met else "no") if aim(case) else "",
        )
    )


def aim(case: Case) -> str:
    """Say what must be reached; empty for nothing."""
    aims = {
        f"{case.times_faster:g} times faster": case.times_faster > 0,
        f"within {case.times_floor:g} times the floor": case.times_floor < float("inf"),
        f"{case.steps_per_s:,.0f} steps/s": case.steps_per_s > 0,
    }
    return ", ".join(text for text, is_set in aims.items() if is_set)


def spread(values: Sequence[float]) -> str:
    """Return median and range, in three digits."""
    return f"{median(values):.3g} ({min(values):.3g} to {max(values):.3g})"


def markdown(cells: Sequence[str]) -> str:
    """Return a line of a Markdown table."""
    return "".join(chain("|", *((" ", cell, " |") for cell in cells)))


if __name__ == "__main__":
    sys.exit(main())
