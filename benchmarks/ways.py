"""What do the two ways to train a stack cost, compiled and layer by layer? And where does an update's time go?

    python -m benchmarks.ways [--threads N]

All parts take turns in one process; times are medians, ratios are taken within turns. Rows are random numbers: only
time is measured.
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from statistics import median
from typing import Any

import numpy as np
import torch

from benchmarks.tables import markdown_table
from dropout_lab.evaluation import Rows
from dropout_lab.kernels import descent
from dropout_lab.kernels.blas import blas_threads
from dropout_lab.kernels.jit import compiled
from dropout_lab.kernels.team import Team, barrier, teamwork
from dropout_lab.kernels.trialwise import NetNoise, backpropagate
from dropout_lab.kernels.updates import update_net
from dropout_lab.model import Architecture, initial_parameters
from dropout_lab.training import CohortData, CohortSettings, ConditionSettings, UpdateSettings
from dropout_lab.training.compiled import CompiledStep
from dropout_lab.training.step import EagerStep

N_BATCHES = 8


@dataclass(frozen=True)
class Case:
    """A net, its batches, and its trials: rates of one seed."""

    widths: tuple[int, ...]
    batch_size: int
    n_rates: int
    turns: int

    @property
    def title(self) -> str:
        """In words."""
        trials = "1 trial" if self.n_rates == 1 else f"{self.n_rates} trials"
        return f"{'-'.join(map(str, self.widths))}, batch {self.batch_size}, {trials}"

    @property
    def flops(self) -> float:
        """Operations of one trial's products in a step; the first layer's inputs need no gradient."""
        products = [n_in * n_out for n_in, n_out in pairwise(self.widths)]
        return 2.0 * self.batch_size * (3 * sum(products) - products[0])


CASES = (
    Case((64, 128, 128, 10), 64, 1, 60),
    Case((64, 128, 128, 10), 64, 9, 30),
    Case((64, 128, 128, 10), 64, 18, 15),
    Case((784, 256, 256, 10), 128, 5, 12),
    Case((784, 512, 512, 10), 128, 1, 12),
    Case((784, 512, 512, 10), 128, 5, 6),
)


def parts_of(case: Case, n_threads: int) -> dict[str, Callable[[], object]]:
    """Return both ways, and what the compiled one is made of, each as a call that does `N_BATCHES` updates."""
    conditions = tuple(
        ConditionSettings((0.0, *[(k + 1) / (case.n_rates + 1)] * (len(case.widths) - 2)), UpdateSettings(1e-3))
        for k in range(case.n_rates)
    )
    settings = CohortSettings(Architecture(case.widths), conditions, (0,), batch_size=case.batch_size, epochs=10**6)
    draws = np.random.default_rng(0)
    n_rows = N_BATCHES * case.batch_size
    features = torch.from_numpy(draws.normal(size=(1, n_rows, case.widths[0])).astype(np.float32))
    rows = Rows(features, torch.from_numpy(draws.integers(case.widths[-1], size=(1, n_rows))))
    data = CohortData(rows, rows, rows, rows, np.ones(1))
    parameters = initial_parameters(
        settings.architecture, (0,), case.n_rates, dtype=torch.float32, device=features.device
    )
    step = CompiledStep(settings, data, parameters)
    epoch = partial(step.run_epoch, 0)
    epoch()
    return {
        "layer by layer": partial(EagerStep(settings, data, parameters.clone(), None).run_epoch, 0),
        "compiled": epoch,
        **{
            name: partial(_on_team, n_threads, partial(part, step))
            for name, part in (("rows", _rows), ("noise", _noise), ("passes", _passes), ("optimiser", _updates))
        },
    }


def _on_team(n_threads: int, work: Callable[[Team], None]) -> None:
    with blas_threads(1), teamwork(n_threads) as together:
        together(work)


def _batches(step: CompiledStep) -> descent.Batches:
    order, targets = step._batches.order.numpy(), step._batches.targets_in_order.numpy()
    return descent.Batches(step._features, order, targets, step._inputs)


def _rows(step: CompiledStep, team: Team) -> None:
    for k in range(N_BATCHES):
        size = step.settings.batch_size
        descent._gather(team, _batches(step), k * size, (k + 1) * size)


def _noise(step: CompiledStep, team: Team) -> None:
    noise = step._noise(range(1))
    for k in range(N_BATCHES):
        descent._draw(team, noise, step._nets.widths, k, step.settings.batch_size)


def _passes(step: CompiledStep, team: Team) -> None:
    noise = step._noise(range(1))
    net_noise = NetNoise(noise.words, noise.thresholds[0, 0], noise.scales[0, 0])
    targets = step._batches.targets_in_order.numpy()[0, : step.settings.batch_size]
    gradients = step._gradients.addresses
    _pass_all(team, step.settings.n_trials, step._nets, step._inputs[0], targets, net_noise, gradients, step._scratch)


def _updates(step: CompiledStep, team: Team) -> None:
    of = step._nets
    addresses = of.widths, of.parameters, step._gradients.addresses
    _update_all(team, step.settings.n_trials, step._rule, *addresses, step.n_made, step._scratch)


@compiled
def _pass_all(
    team: Team, n_trials: int, nets: Any, inputs: Any, targets: Any, noise: Any, gradients: Any, scratch: Any
) -> None:
    for _ in range(N_BATCHES):
        for n in range(n_trials):
            backpropagate(team, nets, n, inputs, targets, noise, gradients, scratch)
            barrier(team)


@compiled
def _update_all(
    team: Team, n_trials: int, rule: Any, widths: Any, parameters: Any, gradients: Any, n_made: int, like: Any
) -> None:
    for k in range(N_BATCHES):
        for n in range(n_trials):
            update_net(team, rule, n, widths, parameters, gradients, n_made + k, 1.0, like)
            barrier(team)


def times_s(parts: dict[str, Callable[[], object]], n_turns: int, n_threads: int) -> dict[str, list[float]]:
    """Return the time of every part in every turn."""
    times: dict[str, list[float]] = {name: [] for name in parts}
    for turn in range(n_turns + 3):
        for name, part in parts.items():
            if n_threads > 1:
                time.sleep(0.02)  # until threads of the part before, waiting for more work, let go of their cores
            started = time.perf_counter()
            part()
            if turn >= 3:  # the first ones warm up
                times[name].append(time.perf_counter() - started)
    return times


def row_of(case: Case, n_threads: int) -> list[str]:
    """Measure a case; return its line of the table."""
    times = times_s(parts_of(case, n_threads), case.turns, n_threads)
    ratios = [a / b for a, b in zip(times["layer by layer"], times["compiled"], strict=True)]
    per_update = N_BATCHES * case.n_rates
    gflops = case.flops * per_update / median(times["passes"]) / 1e9
    return [
        case.title,
        *(f"{1e3 * median(of) / per_update:.3f}" for of in times.values()),
        f"{median(ratios):.2f}",
        f"{gflops:.0f}",
    ]


def main() -> None:
    """Measure all cases and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=1, help="that share each net (default: 1)")
    n_threads = parser.parse_args().threads
    torch.set_num_threads(n_threads)
    header = ("net", "layer by layer", "compiled", "rows", "noise", "passes", "optimiser", "ratio", "GFLOP/s")
    with torch.inference_mode():
        print("ms per trial and update; passes are forward, loss and backward; GFLOP/s of their products")
        print(markdown_table(header, (row_of(case, n_threads) for case in CASES)))


if __name__ == "__main__":
    main()
