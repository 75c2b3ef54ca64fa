"""What does each kind of noise cost? A training step with it, against the same step without dropout.

All kinds take turns in one process on one thread, so that whatever disturbs the machine disturbs all of them; ratios
are taken within a turn. Rows are random numbers: only time is measured, of training alone.
"""

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import numpy as np
import torch

from dropout_lab.evaluation import Rows
from dropout_lab.noise import RateSchedule
from dropout_lab.training import (
    Architecture,
    CohortData,
    CohortSettings,
    CohortTraining,
    ConditionSettings,
    UpdateSettings,
)


@dataclass(frozen=True)
class Case:
    """A net, its batches, and which trials of it make a stack: rates that share the draws of each seed."""

    name: str
    widths: tuple[int, ...]
    batch_size: int
    rates: tuple[float, ...]
    n_seeds: int
    n_steps: int

    def data(self) -> CohortData:
        """Return random rows: two batches to train on, and a few to measure."""
        draws = np.random.default_rng(0)

        def rows(n_rows: int) -> Rows:
            features = torch.from_numpy(draws.normal(size=(1, n_rows, self.widths[0])).astype(np.float32))
            return Rows(features, torch.from_numpy(draws.integers(self.widths[-1], size=(1, n_rows))))

        train, few = rows(2 * self.batch_size), rows(8)
        return CohortData(train, few, few, few, np.ones(1))


CASES = (
    Case("digits 64-128-128-10, batch 64, 3 rates x 3 seeds", (64, 128, 128, 10), 64, (0.2, 0.5, 0.8), 3, 200),
    Case("MNIST 784-512-512-10, batch 128, one trial at rate 0.5", (784, 512, 512, 10), 128, (0.5,), 1, 40),
)


@dataclass
class Contender:
    """One kind of noise, and the time that its steps took in every turn."""

    name: str
    conditions: tuple[ConditionSettings, ...]
    kind: str = "bernoulli"
    activation: str = "relu"
    step_times_ms: list[float] = field(default_factory=list)

    def take_turn(self, case: Case, data: CohortData) -> None:
        """Train `case` against the clock, after one warm-up epoch."""
        settings = CohortSettings(
            Architecture(case.widths, self.activation),
            self.conditions,
            tuple(range(case.n_seeds)),
            batch_size=case.batch_size,
            n_steps=case.n_steps + 2,
            every=case.n_steps,
            noise_kind=self.kind,
        )
        epochs = CohortTraining(settings, data).epochs()
        next(epochs)
        start = time.perf_counter()
        exhausted = sum(1 for _ in epochs)
        wall_time_s = time.perf_counter() - start
        assert exhausted == case.n_steps // 2
        self.step_times_ms.append(1e3 * wall_time_s / (case.n_steps * settings.n_trials))


def contenders(case: Case) -> Iterator[Contender]:
    """Yield no dropout first, then every kind."""
    n_hidden, update = len(case.widths) - 2, UpdateSettings(learning_rate=1e-3)

    def conditions(*, is_noisy: bool = True, **noise: Any) -> tuple[ConditionSettings, ...]:
        rates = [(0.0, *(rate * is_noisy,) * n_hidden) for rate in case.rates]
        return tuple(ConditionSettings(of_layers, update, **noise) for of_layers in rates)

    yield Contender("no dropout", conditions(is_noisy=False))
    yield Contender("bernoulli", conditions())
    yield Contender("bernoulli, scaling: inference", conditions(scaling="inference"))
    yield Contender("bernoulli, schedule: linear", conditions(rate_schedule=RateSchedule("linear")))
    yield Contender("gaussian", conditions(), kind="gaussian")
    yield Contender("dropconnect", conditions(), kind="dropconnect")
    yield Contender("concrete", conditions(), kind="concrete")
    yield Contender("no dropout (selu)", conditions(is_noisy=False), activation="selu")
    yield Contender("alpha (selu)", conditions(), kind="alpha", activation="selu")


def main() -> None:
    """Take turns and print a table per case."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=7, help="turns of each contender (default: 7)")
    n_turns = parser.parse_args().turns
    torch.set_num_threads(1)
    for case in CASES:
        data, entrants = case.data(), list(contenders(case))
        for _ in range(n_turns + 1):  # the first one warms up
            for contender in entrants:
                contender.take_turn(case, data)
        print(f"{case.name}, one thread, {n_turns} turns")
        print(f"{'kind':<30} {'ms per trial and step':>26}   ratio to no dropout")
        for contender in entrants:
            plain = entrants[0] if contender.activation == "relu" else next(c for c in entrants if "(selu)" in c.name)
            times, ratios = contender.step_times_ms[1:], _ratios(contender, plain)
            spread = f"{median(times):.3f} ({min(times):.3f} to {max(times):.3f})"
            print(f"{contender.name:<30} {spread:>26}   {median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})")
        print()


def _ratios(contender: Contender, plain: Contender) -> list[float]:
    pairs = zip(contender.step_times_ms[1:], plain.step_times_ms[1:], strict=True)
    return [mine / other for mine, other in pairs]


if __name__ == "__main__":
    main()
