"""Do the intervals of `estimate_mean` cover what they promise, and would plain t have done as well?

Draws samples of several shapes and sizes, and counts how often the 95 % interval holds the true mean. Prints the
Markdown table of docs/statistics.md.

    python benchmarks/interval_rules.py                  one to two minutes
    python benchmarks/interval_rules.py --samples 2000   a rough look
"""

import argparse
import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from dropout_lab.statistics import estimate_mean, mean_interval

Floats = npt.NDArray[np.float64]
Draw = Callable[[np.random.Generator, tuple[int, int]], Floats]

SIZES = (5, 10, 20, 40)


def _with_outliers(random: np.random.Generator, shape: tuple[int, int]) -> Floats:
    return random.normal(size=shape) * np.where(random.random(shape) < 0.1, 10, 1)


def _with_failures(random: np.random.Generator, shape: tuple[int, int]) -> Floats:
    return random.normal(size=shape) + np.where(random.random(shape) < 0.1, 6, 0)


SHAPES: dict[str, tuple[Draw, float]] = {
    "normal": (lambda random, shape: random.normal(size=shape), 0.0),
    "uniform": (lambda random, shape: random.random(shape), 0.5),
    "skewed (exponential)": (lambda random, shape: random.exponential(size=shape), 1.0),
    "very skewed (lognormal)": (lambda random, shape: random.lognormal(size=shape), math.exp(0.5)),
    "heavy tails (t, 3 degrees)": (lambda random, shape: random.standard_t(3, size=shape), 0.0),
    "outliers (1 in 10, 10 times as wide)": (_with_outliers, 0.0),
    "failures (1 in 10, 6 sd higher)": (_with_failures, 0.6),
}


def rows(n_samples: int) -> list[list[str]]:
    """Return the rows of the table: shape, n, coverage of t and of the rule, share of other methods, width."""
    found = []
    for name, (draw, truth) in SHAPES.items():
        for n in SIZES:
            samples = draw(np.random.default_rng(n), (n, n_samples))
            plain, rule = mean_interval(samples), estimate_mean(samples)
            covered = [((i.low <= truth) & (truth <= i.high)).mean() for i in (plain, rule)]
            is_other = rule.method != "t"
            widths = ((rule.high - rule.low) / (plain.high - plain.low))[is_other]
            width = f"{np.median(widths):.2f}" if is_other.any() else ""
            found.append([name, str(n), *(f"{share:.1%}" for share in covered), f"{is_other.mean():.0%}", width])
    return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Coverage of the rule that picks a method, against plain t.")
    parser.add_argument("--samples", type=int, default=10_000, help="of each shape and size")
    n_samples = parser.parse_args().samples
    titles = ["shape", "n", "t covers", "the rule covers", "not by t", "their width / t's"]
    print(f"| {' | '.join(titles)} |\n|{'---|' * len(titles)}")
    for cells in rows(n_samples):
        print(f"| {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
