"""One layer under noise: some draws with their gradients, many draws against theory, and eval mode.

The noise is the engine's own: draw k is what row 0 of update k gets in the first hidden layer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from dropout_lab.mechanism.layer import Floats, Layer, Request, layer_of
from dropout_lab.noise import Law, Noise, law_of
from dropout_lab.randomness import LANES_PER_WORD, Purpose, lanes, raw_words

if TYPE_CHECKING:
    from torch import Tensor


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


FIRST_HIDDEN_LAYER = 1


def law_of_request(request: Request) -> Law:
    """Return the law of the noise: dropconnect's is Bernoulli's, on weights; concrete's has the paper's temperature."""
    return law_of(request.kind, scaling=request.scaling)


def drawn_noise(request: Request, n_values: int, steps: Sequence[int]) -> Noise:
    """Draw the noise of some updates.

    Args:
        request: kind, rate, scaling and seed.
        n_values: units, or weights.
        steps: updates, counted from 0.

    Returns:
        Multipliers (and shifts), ``[len(steps), n_values]``, float64.
    """
    import torch

    def drawn(step: int) -> npt.NDArray[np.int16]:
        n_words = -(-n_values // LANES_PER_WORD)
        words = raw_words(request.seed, Purpose.DROPOUT_NOISE, count=n_words, layer=FIRST_HIDDEN_LAYER, step=step)
        return lanes(words)[:n_values]

    law, of_steps = law_of_request(request), torch.from_numpy(np.stack([drawn(step) for step in steps]))
    coefficients = torch.tensor(law.coefficients(request.rate), dtype=torch.float64).view(-1, 1, 1)
    buffers = [torch.empty(of_steps.shape, dtype=torch.float64) for _ in range(law.n_buffers)]
    return law.draw(of_steps, coefficients, buffers)


def is_off(request: Request, multipliers: Floats) -> npt.NDArray[np.bool_]:
    """Tell which values are switched off: multiplied by 0, or where that is soft by less than half of 1 / (1 - rate).

    Noise that does not drop switches nothing off.
    """
    if not request.noise.drops:
        return np.zeros_like(multipliers, dtype=np.bool_)
    if request.noise.is_soft:
        return np.less(multipliers * (1 - request.rate), 0.5)
    return np.equal(multipliers, 0)


MANY_DRAWS = 10_000
"""Draws that are held against theory: a tenth of a second, and standard errors of a hundredth of a deviation."""


@dataclass(frozen=True)
class Draw:
    """What one update draws. Arrays are ``[n]``.

    Attributes:
        step: the update, counted from 0.
        multipliers: on the noisy values.
        is_off: whether a value is switched off.
        outputs: what the layer hands on.
        gradients: of the sum of the outputs in the layer's parameters.
    """

    step: int
    multipliers: Floats
    is_off: npt.NDArray[np.bool_]
    outputs: Floats
    gradients: Floats


@dataclass(frozen=True)
class Demonstration:
    """What noise does to one layer. Arrays are ``[n]``.

    Attributes:
        request: what was asked for.
        layer: what the noise falls on.
        values: the layer's outputs without noise.
        gradients: of their sum in the layer's parameters.
        draws: the first draws, in order.
        sample: the outputs of many draws.
        whole: their mean over the layer; where weights are dropped, their sum, which is what the unit receives.
        share_off: share of the values that these draws switch off; None for noise that switches none off.
        eval_outputs: the layer's outputs in eval mode.
        n_many: how many draws stand behind the samples.
    """

    request: Request
    layer: Layer
    values: Floats
    gradients: Floats
    draws: tuple[Draw, ...]
    sample: Sample
    whole: Sample
    share_off: Sample | None
    eval_outputs: Floats
    n_many: int

    @property
    def telling_draw(self) -> Draw:
        """The first draw that has something off and something on; draw 0 where none has."""
        tells = (draw for draw in self.draws if draw.is_off.any() and not draw.is_off.all())
        return next(tells, self.draws[0])

    def together(self, outputs: Floats) -> float:
        """Return what outputs ``[n]`` come to: their mean, or the sum that one unit receives."""
        return float(outputs.sum() if self.request.drops_weights else outputs.mean())


def demonstrate(request: Request, n_many: int = MANY_DRAWS) -> Demonstration:
    """Draw, and compare with theory.

    Args:
        request: has values or `n_units`, and a rate that sixteen bits can tell from 0 and 1 unless it is 0.
        n_many: draws to hold against theory, at least as many as are to be shown.
    """
    layer = layer_of(request)
    values, gradients = _passed(layer, Noise(_constant(layer, 1.0)))
    eval_outputs, _ = _passed(layer, Noise(_constant(layer, request.eval_factor)))
    noise = drawn_noise(request, len(layer.parameters), range(n_many))
    multipliers = noise.multipliers.numpy()
    outputs, drawn_gradients = _passed(layer, noise)
    off = is_off(request, multipliers)
    whole_of = np.sum if request.drops_weights else np.mean
    n_together = 1 if request.drops_weights else len(layer.parameters)
    theory_means, theory_variances = _theory(request, values[0])
    return Demonstration(
        request,
        layer,
        values[0],
        gradients[0],
        tuple(Draw(k, multipliers[k], off[k], outputs[k], drawn_gradients[k]) for k in range(request.n_draws)),
        sample_of(outputs, theory_means, theory_variances),
        sample_of(
            np.asarray(whole_of(outputs, axis=1)),
            np.asarray(theory_means.sum() / n_together),
            np.asarray(theory_variances.sum() / n_together**2),
        ),
        _share_off(request, off) if request.noise.drops else None,
        eval_outputs[0],
        n_many,
    )


def _constant(layer: Layer, multiplier: float) -> Tensor:
    import torch

    return torch.full((1, len(layer.parameters)), multiplier, dtype=torch.float64)


def _passed(layer: Layer, noise: Noise) -> tuple[Floats, Floats]:
    """Return the outputs of every draw, and the gradients of each draw's sum of outputs in the parameters."""
    import torch

    parameters = torch.from_numpy(layer.parameters).repeat(len(noise.multipliers), 1).requires_grad_()
    outputs = layer.outputs(parameters, noise)
    (gradients,) = torch.autograd.grad(outputs.sum(), parameters)
    return outputs.detach().numpy(), gradients.numpy()


def _theory(request: Request, values: Floats) -> tuple[Floats, Floats]:
    """Return the expected value and the variance of every output."""
    law = law_of_request(request)
    moments = np.array([law.moments(float(value), request.rate) for value in values])
    return moments[:, 0], moments[:, 1]


def _share_off(request: Request, off: npt.NDArray[np.bool_]) -> Sample:
    rate = request.true_rate
    return sample_of(off.ravel().astype(np.float64), np.asarray(rate), np.asarray(rate * (1 - rate)))
