"""What many draws of a number come to, beside what theory says of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dropout_lab.mechanism.layer import Floats


@dataclass(frozen=True)
class Sample:
    """Mean and variance over draws, with standard errors, beside theory. Arrays are ``[n]``, or scalars.

    Attributes:
        mean: over the draws.
        standard_error: of that mean.
        variance: over the draws (n - 1 in the denominator).
        variance_standard_error: of that variance.
        theory_mean: expected value.
        theory_variance: variance.
    """

    mean: Floats
    standard_error: Floats
    variance: Floats
    variance_standard_error: Floats
    theory_mean: Floats
    theory_variance: Floats

    @property
    def n_means_near(self) -> int:
        """How many of the means that vary lie within two standard errors of theory; about 95 % should."""
        near = np.abs(self.mean - self.theory_mean) <= 2 * self.standard_error
        return int(np.sum(near & (self.theory_variance > 0)))

    @property
    def n_varying(self) -> int:
        """How many of the numbers vary at all: a value of 0 stays 0 whatever multiplies it."""
        return int(np.sum(self.theory_variance > 0))


def sample_of(draws: Floats, theory_mean: Floats, theory_variance: Floats) -> Sample:
    """Describe draws ``[draws, n]`` (or ``[draws]``).

    The standard error of a variance is ``sqrt((m4 - variance^2 (n - 3) / (n - 1)) / n)``, m4 being the fourth central
    moment; the last term counts where m4 is about variance^2, as for Bernoulli noise at rate 0.5.

    Source: Mood, Graybill & Boes 1974, "Introduction to the theory of statistics", chapter VI, theorem 7.

    >>> found = sample_of(np.array([0.0, 2.0, 2.0, 0.0]), np.array(1.0), np.array(1.0))
    >>> float(found.mean), float(found.standard_error)
    (1.0, 0.5773502691896257)
    """
    n_draws = len(draws)
    mean, variance = draws.mean(axis=0), draws.var(axis=0, ddof=1)
    fourth_moment = np.mean(np.square(np.square(draws - mean)), axis=0)
    excess = np.maximum(fourth_moment - draws.var(axis=0) ** 2 * (n_draws - 3) / (n_draws - 1), 0)
    return Sample(
        mean,
        np.sqrt(variance / n_draws),
        variance,
        np.sqrt(excess / n_draws),
        theory_mean,
        theory_variance,
    )
