"""What does each kind of noise cost? A training step with it, against the same step without dropout.

All kinds take turns in one process on one thread, so that whatever disturbs the machine disturbs all of them; ratios
are taken within a turn. Rows are random numbers: only time is measured, of training alone.
"""

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median

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

RATE = 0.5


@dataclass(frozen=True)
class Case:
    """A net, its batches, and how many trials of it make a stack."""

    name: str
    widths: tuple[int, ...]
    batch_size: int
    n_trials: int
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
    Case("digits 64-128-128-10, batch 64, 9 trials", (64, 128, 128, 10), 64, 9, 200),
    Case("MNIST 784-512-512-10, batch 128, 1 trial", (784, 512, 512, 10), 128, 1, 40),
)


@dataclass
class Contender:
    """One kind of noise, and the time that its steps took in every turn."""

    name: str
    condition: ConditionSettings
    kind: str = "bernoulli"
    activation: str = "relu"
    step_times_ms: list[float] = field(default_factory=list)

    def take_turn(self, case: Case, data: CohortData) -> None:
        """Train `case` against the clock, after one warm-up epoch."""
        settings = CohortSettings(
            Architecture(case.widths, self.activation),
            (self.condition,),
            tuple(range(case.n_trials)),
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
        self.step_times_ms.append(1e3 * wall_time_s / (case.n_steps * case.n_trials))


def contenders(case: Case) -> Iterator[Contender]:
    """Yield no dropout first, then every kind."""
    n_hidden = len(case.widths) - 2
    update = UpdateSettings(learning_rate=1e-3)
    silent = ConditionSettings((0.0,) * (n_hidden + 1), update)
    rates = (0.0, *(RATE,) * n_hidden)
    noisy = ConditionSettings(rates, update)
    yield Contender("no dropout", silent)
    yield Contender("bernoulli", noisy)
    yield Contender("bernoulli, scaling: inference", ConditionSettings(rates, update, scaling="inference"))
    yield Contender(
        "bernoulli, schedule: linear", ConditionSettings(rates, update, rate_schedule=RateSchedule("linear"))
    )
    yield Contender("gaussian", noisy, kind="gaussian")
    yield Contender("dropconnect", noisy, kind="dropconnect")
    yield Contender("concrete", noisy, kind="concrete")
    yield Contender("no dropout (selu)", silent, activation="selu")
    yield Contender("alpha (selu)", noisy, kind="alpha", activation="selu")


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
        print(f"{case.name}, rate {RATE}, one thread, {n_turns} turns")
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
