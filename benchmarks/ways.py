"""What do the two ways through a stack cost, trial by trial and layer by layer? And where does a step's time go?

    python -m benchmarks.ways

All parts take turns in one process on one thread; times are medians, ratios are taken within turns. Rows are random
numbers: only time is measured.
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

import numpy as np
import torch

from benchmarks.tables import markdown_table
from dropout_lab.evaluation import Rows
from dropout_lab.losses import losses_and_gradient
from dropout_lab.model import Architecture, StackedMLP, TrialwiseNets, Workspace, initial_parameters, one_blas_thread
from dropout_lab.optimizers import StackedOptimizer
from dropout_lab.training import CohortSettings, ConditionSettings, NoiseSource, UpdateSettings
from dropout_lab.training.batches import BatchOrder

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
        products = [n_in * n_out for n_in, n_out in zip(self.widths, self.widths[1:], strict=False)]
        return 2.0 * self.batch_size * (3 * sum(products) - products[0])


CASES = (
    Case((64, 128, 128, 10), 64, 1, 400),
    Case((64, 128, 128, 10), 64, 9, 200),
    Case((64, 128, 128, 10), 64, 18, 100),
    Case((784, 256, 256, 10), 128, 5, 60),
    Case((784, 512, 512, 10), 128, 1, 60),
    Case((784, 512, 512, 10), 128, 5, 20),
)


def parts_of(case: Case) -> dict[str, Callable[[], object]]:
    """Return what a step is made of, each part as a call."""
    conditions = tuple(
        ConditionSettings((0.0, *[(k + 1) / (case.n_rates + 1)] * (len(case.widths) - 2)), UpdateSettings(1e-3))
        for k in range(case.n_rates)
    )
    settings = CohortSettings(Architecture(case.widths), conditions, (0,), batch_size=case.batch_size, epochs=1)
    draws = np.random.default_rng(0)
    n_rows = N_BATCHES * case.batch_size
    features = torch.from_numpy(draws.normal(size=(1, n_rows, case.widths[0])).astype(np.float32))
    rows = Rows(features, torch.from_numpy(draws.integers(case.widths[-1], size=(1, n_rows))))
    parameters = initial_parameters(
        settings.architecture, (0,), case.n_rates, dtype=torch.float32, device=features.device
    )
    net = StackedMLP(settings.architecture, parameters, settings.products)
    nets = TrialwiseNets(settings.architecture, parameters, net.gradients, case.n_rates)
    updates = [condition.update for condition in conditions]
    optimizer = StackedOptimizer("adam", parameters, net.gradients, updates, 1)
    batches, source = BatchOrder(rows, (0,), case.n_rates), NoiseSource(settings, n_rows, features)
    workspace = Workspace(settings.architecture, case.n_rates, case.batch_size, features)
    batches.begin_epoch(0)
    targets, noise = batches.take(0, case.batch_size, out=workspace.inputs), source.draw(0, case.batch_size)

    def layer_by_layer() -> None:
        _, gradient = losses_and_gradient("classification", net.forward(workspace, noise), targets)
        net.backward(workspace, noise, gradient)

    return {
        "layer by layer": layer_by_layer,
        "trial by trial": lambda: nets.backpropagate(workspace.inputs, targets, noise),
        "rows": lambda: batches.take(0, case.batch_size, out=workspace.inputs),
        "noise": lambda: source.draw(0, case.batch_size),
        "Adam": lambda: optimizer.step(1.0),
    }


def times_s(parts: dict[str, Callable[[], object]], n_turns: int) -> dict[str, list[float]]:
    """Return the time of every part in every turn."""
    times: dict[str, list[float]] = {name: [] for name in parts}
    for turn in range(n_turns + 3):
        for name, part in parts.items():
            started = time.perf_counter()
            part()
            if turn >= 3:  # the first ones warm up
                times[name].append(time.perf_counter() - started)
    return times


def row_of(case: Case) -> list[str]:
    """Measure a case; return its line of the table."""
    times = times_s(parts_of(case), case.turns)
    ratios = [a / b for a, b in zip(times["layer by layer"], times["trial by trial"], strict=True)]
    gflops = case.flops * case.n_rates / median(times["trial by trial"]) / 1e9
    return [
        case.title,
        *(f"{1e3 * median(of) / case.n_rates:.3f}" for of in times.values()),
        f"{median(ratios):.2f}",
        f"{gflops:.0f}",
    ]


def main() -> None:
    """Measure all cases and print the table."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    torch.set_num_threads(1)
    header = ("net", "layer by layer", "trial by trial", "rows", "noise", "Adam", "ratio of the ways", "GFLOP/s")
    with torch.inference_mode(), one_blas_thread():
        print("ms per trial; the passes are forward, loss and backward; GFLOP/s of the products, trial by trial")
        print(markdown_table(header, map(row_of, CASES)))


if __name__ == "__main__":
    main()
