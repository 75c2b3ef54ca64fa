"""What choosing by the other seeds is worth: its bias and its intervals, where the truth is known.

Every study has 6 candidates whose true means are known, and independent normal values with sd 1 for every seed. The
baseline of the differences is another set of candidates with the same means, so the true difference is 0. Prints a
Markdown table for docs/statistics.md.

    python benchmarks/tuned_intervals.py                    about two minutes on one core
"""

import argparse

import numpy as np

from dropout_lab.statistics import (
    jackknife_interval,
    leave_one_out_choices,
    leave_two_out_choices,
    mean_interval,
)
from dropout_lab.statistics.intervals import Floats

N_CANDIDATES = 6
SPREADS = {0.0: "all alike", 2.0: "0.4 sd apart", 6.0: "1.2 sd apart"}
SIZES = (3, 5, 10, 20)


def nested(values: Floats) -> tuple[Floats, Floats]:
    """Return what each seed reports, ``[seeds]``, and the means of that without each seed, ``[removed seed]``."""
    n = len(values)
    reported = values[np.arange(n), leave_one_out_choices(values)]
    choices = leave_two_out_choices(values)
    left = np.where(choices >= 0, values[np.arange(n), choices], np.nan)
    return reported, np.nanmean(left, axis=1)


def covers(values: Floats, without: Floats, truth: float) -> tuple[bool, bool]:
    """Tell whether the t interval over the seeds, and the jackknife's, hold the truth."""
    plain = mean_interval(values)
    low, high, _ = jackknife_interval(values.mean(), without, len(values))
    return bool(plain.low <= truth <= plain.high), bool(low <= truth <= high)


def measure(spread: float, n_seeds: int, n_studies: int) -> list[str]:
    """Return the cells of one row."""
    random = np.random.default_rng([n_seeds, round(10 * spread)])
    levels = np.linspace(0.0, spread, N_CANDIDATES)
    studies = [levels + random.normal(size=(2, n_seeds, N_CANDIDATES)) for _ in range(n_studies)]
    of_choice = [float(levels[leave_one_out_choices(values)].mean()) for values, _ in studies]
    best = [values.mean(axis=0).argmin() for values, _ in studies]
    flattery = [values[:, one].mean() - levels[one] for (values, _), one in zip(studies, best, strict=True)]
    found = [(*nested(values), *nested(baseline)) for values, baseline in studies]
    bias = [own.mean() - truth for (own, *_), truth in zip(found, of_choice, strict=True)]
    truth = float(np.mean(of_choice))
    means = np.array([covers(own, own_left, truth) for own, own_left, _, _ in found])
    differences = np.array([covers(own - base, left - base_left, 0.0) for own, left, base, base_left in found])
    shares = [f"{100 * share:.0f}" for share in (*means.mean(axis=0), *differences.mean(axis=0))]
    return [SPREADS[spread], str(n_seeds), f"{np.mean(flattery):+.2f}", f"{np.mean(bias):+.2f}", *shares]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--studies", type=int, default=2000, help="simulated studies of every row (default 2000)")
    n_studies = parser.parse_args().studies
    heads = ["candidates", "seeds", "bias of the best mean", "bias of the tuned mean", "mean: t", "mean: jackknife"]
    heads += ["difference: t", "difference: jackknife"]
    rows = [heads, ["---"] * len(heads)]
    rows += [measure(spread, n_seeds, n_studies) for spread in SPREADS for n_seeds in SIZES]
    print("\n".join(f"| {' | '.join(row)} |" for row in rows))


if __name__ == "__main__":
    main()
