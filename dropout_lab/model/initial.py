"""Initial weights: drawn per seed, shared by all conditions of that seed."""

from collections.abc import Sequence
from math import sqrt

import numpy as np
import torch
from torch import Tensor

from dropout_lab.activations import ACTIVATIONS, INITIALISATIONS, OUTPUT_INITIALISATION, Initialisation
from dropout_lab.model.parameters import Architecture, Parameters, outputs_first
from dropout_lab.randomness import Purpose, normals, raw_words, uniforms


def initial_parameters(
    architecture: Architecture, seeds: Sequence[int], n_conditions: int, *, dtype: torch.dtype, device: torch.device
) -> Parameters:
    """Draw the initial weights of a cohort: the same for all conditions of a seed.

    Weight ``(i, o)`` of layer ``l`` (1 = the first) is element ``i * out_features + o`` of step 0 of that layer's
    stream, bias ``o`` element ``o`` of step 1. Drawn in float64 on the CPU, then rounded to `dtype`.

    Args:
        architecture: the shape of the nets.
        seeds: one stream of draws each.
        n_conditions: how many conditions share them.
        dtype: of the parameters.
        device: where they live.

    Returns:
        Parameters of ``n_conditions * len(seeds)`` trials, conditions outermost.
    """
    weights: list[Tensor] = []
    biases: list[Tensor] = []
    for layer, (n_in, n_out) in enumerate(architecture.layers, start=1):
        scheme = _scheme(architecture, is_output=layer == len(architecture.layers))
        drawn = [_draw_layer(scheme, seed, layer, n_in, n_out) for seed in seeds]
        for target, values in ((weights, [w for w, _ in drawn]), (biases, [b for _, b in drawn])):
            stacked = torch.from_numpy(np.stack(values)).to(dtype)
            target.append(stacked.repeat(n_conditions, 1, 1).to(device))
    weights[-1] = outputs_first(weights[-1])
    return Parameters(tuple(weights), tuple(biases))


def _scheme(architecture: Architecture, *, is_output: bool) -> Initialisation:
    scheme = INITIALISATIONS[architecture.init]
    if not scheme.suits_the_activation:
        return scheme
    suiting = OUTPUT_INITIALISATION if is_output else ACTIVATIONS[architecture.activation].initialisation
    return INITIALISATIONS[suiting]


def _draw_layer(scheme: Initialisation, seed: int, layer: int, n_in: int, n_out: int) -> tuple[np.ndarray, np.ndarray]:
    """Return one layer's weights and biases in float64.

    Source: He et al. 2015 (variance 2/in), Glorot & Bengio 2010 (2/(in+out)), LeCun et al. 1998 (1/in), all normal with
    zero biases; `torch.nn.Linear`'s default (uniform, bound 1/sqrt(in), biases too).
    """
    words = raw_words(seed, Purpose.INITIAL_WEIGHTS, count=n_in * n_out, layer=layer, step=0)
    if scheme.deviation is None:
        bias_words = raw_words(seed, Purpose.INITIAL_WEIGHTS, count=n_out, layer=layer, step=1)
        weights, biases = ((2 * uniforms(w) - 1) / sqrt(n_in) for w in (words, bias_words))
    else:
        weights, biases = normals(words) * scheme.deviation(n_in, n_out), np.zeros(n_out)
    return weights.reshape(n_in, n_out), biases.reshape(1, n_out)
