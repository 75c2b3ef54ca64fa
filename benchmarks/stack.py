"""How much faster is a study of 9 rates x 5 seeds than a plain PyTorch loop that does the same work?

Each contender lives in a process of its own, and the two take turns: what disturbs the machine disturbs both, and the
peak memory of each is its own. The plain loop trains its trials one after the other, so it times the nine rates of one
seed and its time per trial stands for all 45.
"""

import argparse
import resource
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context
from statistics import median

RATES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
N_SEEDS = 5


@dataclass
class Contender:
    """One way to train, in a process of its own, and what was measured of it."""

    name: str
    function: str
    n_seeds: int
    process: ProcessPoolExecutor
    step_times_ms: list[float] = field(default_factory=list)
    val_loss: float = float("nan")

    def take_turn(self, epochs: int) -> None:
        """Train all its trials once, against the clock."""
        step_time_ms, self.val_loss = self.process.submit(timed, self.function, self.n_seeds, epochs).result()
        self.step_times_ms.append(step_time_ms)

    def row(self) -> str:
        """Return its line of the table."""
        times, memory_mib = self.step_times_ms, self.process.submit(peak_memory_mib).result()
        spread = f"{median(times):.3f} ({min(times):.3f} to {max(times):.3f})"
        return f"{self.name:<14} {len(RATES) * self.n_seeds:>6} {spread:>26} {memory_mib:>9.0f} {self.val_loss:>9.3f}"


def timed(function: str, n_seeds: int, epochs: int) -> tuple[float, float]:
    """Train; return the wall time per trial and step in ms, and the mean val loss at the end."""
    import contenders

    start = time.perf_counter()
    val_loss = getattr(contenders, function)(RATES, range(n_seeds), epochs)
    wall_time_s = time.perf_counter() - start
    return 1e3 * wall_time_s / (len(RATES) * n_seeds * epochs * contenders.STEPS_PER_EPOCH), val_loss


def use_threads(n_threads: int | None) -> None:
    """Make the process use so many threads; None leaves the number to torch."""
    import torch

    if n_threads is not None:
        torch.set_num_threads(n_threads)


def n_threads_used() -> int:
    """Return the threads that torch uses in this process."""
    import torch

    return torch.get_num_threads()


def peak_memory_mib() -> float:
    """Return the most memory this process ever held, torch itself included."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10


def parse_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=5, help="turns of each contender (default: 5)")
    parser.add_argument("--epochs", type=int, default=20, help="epochs of each training (default: 20)")
    parser.add_argument("--threads", type=int, help="torch threads of each contender (default: what torch chooses)")
    return parser.parse_args()


def main() -> None:
    """Take turns and print the table."""
    arguments = parse_arguments()
    start_process = partial(ProcessPoolExecutor, 1, get_context("spawn"), use_threads, (arguments.threads,))
    with start_process() as one, start_process() as other:
        plain = Contender("plain PyTorch", "train_plainly", 1, one)
        lab = Contender("dropout-lab", "run_study", N_SEEDS, other)
        for contender in (plain, lab):  # warm up: imports, data, caches
            contender.process.submit(timed, contender.function, contender.n_seeds, epochs=1).result()
        for _ in range(arguments.pairs):
            plain.take_turn(arguments.epochs)
            lab.take_turn(arguments.epochs)
        n_threads = one.submit(n_threads_used).result()
        print(f"digits 64-128-128-10, batch 64, {len(RATES)} rates x {N_SEEDS} seeds, {arguments.epochs} epochs")
        print(f"{arguments.pairs} pairs, threads: {n_threads}")
        print(f"{'contender':<14} {'trials':>6} {'ms per trial and step':>26} {'peak MiB':>9} {'val loss':>9}")
        print(plain.row(), lab.row(), sep="\n")
    ratios = [slow / fast for slow, fast in zip(plain.step_times_ms, lab.step_times_ms, strict=True)]
    print(f"the lab is {median(ratios):.1f} times faster ({min(ratios):.1f} to {max(ratios):.1f} over the pairs)")


if __name__ == "__main__":
    main()
