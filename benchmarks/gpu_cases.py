"""What the GPU benchmark trains, what that needs at the least, and what must be reached; plain data."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import inf

RATES = (0.5, 0.0, 0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8)
BYTES_PER_PARAMETER = {"adam": 28, "momentum": 20}
"""Read and written by an update in float32: parameter and optimiser's slots both ways, the gradient once."""


@dataclass(frozen=True)
class Case:
    """A net, its batches, its update, its trials, and what must be reached; an aim at its default is none.

    Attributes:
        widths: units of every layer, inputs and classes included.
        n_rates: how many of `RATES`.
        n_seeds: trials of each.
        batch_size: rows of a step.
        input_rate: on the inputs, of all trials.
        optimizer: a key of `BYTES_PER_PARAMETER`.
        max_norm: bound on a hidden unit's incoming weights.
        times_faster: at least, than trials one after another.
        times_floor: at most, as a multiple of what the work needs at the measured ceilings.
        steps_per_s: at least, of all trials together.
    """

    widths: tuple[int, ...]
    n_rates: int
    n_seeds: int
    batch_size: int = 128
    input_rate: float = 0.0
    optimizer: str = "adam"
    max_norm: float | None = None
    times_faster: float = 0.0
    times_floor: float = inf
    steps_per_s: float = 0.0

    @property
    def title(self) -> str:
        """Its name in the table."""
        return "-".join(map(str, self.widths)) + (", max-norm" if self.max_norm else "")

    @property
    def n_trials(self) -> int:
        """Rates x seeds."""
        return self.n_rates * self.n_seeds

    @property
    def n_parameters(self) -> int:
        """Weights and biases of all trials."""
        return self.n_trials * sum((n_in + 1) * n_out for n_in, n_out in pairwise(self.widths))

    @property
    def flops(self) -> int:
        """Operations in the products of a step of all trials: three a weight and row, two where nothing reads on."""
        weights = [n_in * n_out for n_in, n_out in pairwise(self.widths)]
        return 2 * self.batch_size * self.n_trials * (3 * sum(weights) - weights[0])

    def floor_s(self, flops_per_s: float, bytes_per_s: float) -> float:
        """Return what a step needs at these ceilings: its products, then its update."""
        return self.flops / flops_per_s + self.n_parameters * BYTES_PER_PARAMETER[self.optimizer] / bytes_per_s


def _of_rising_size(net: Case) -> list[Case]:
    """Return a net with 1, 10, 100 and 450 trials; only the last has aims."""
    sizes = ((1, 1), (2, 5), (4, 25))
    none = {"times_faster": 0.0, "times_floor": inf}
    return [*(replace(net, n_rates=rates, n_seeds=seeds, **none) for rates, seeds in sizes), net]  # type: ignore[arg-type]


CASES: Sequence[Case] = (
    *_of_rising_size(Case((784, 256, 256, 10), 9, 50, times_faster=40)),
    *_of_rising_size(Case((784, 1024, 1024, 10), 9, 50, times_floor=2)),
    # Srivastava et al. 2014, JMLR 15:1929-1958, table 2: dropout and max-norm on three layers of 1024 rectified units.
    Case(
        (784, 1024, 1024, 1024, 10),
        1,
        10,
        batch_size=100,
        input_rate=0.2,
        optimizer="momentum",
        max_norm=2.0,
        steps_per_s=2000,
    ),
)
QUICK_CASES: Sequence[Case] = (
    Case((8, 6, 6, 3), 1, 1, batch_size=16),
    Case((8, 6, 6, 3), 2, 2, batch_size=16, times_faster=40, times_floor=2),
    replace(CASES[-1], widths=(8, 6, 6, 6, 3), n_seeds=2, batch_size=16),
)
