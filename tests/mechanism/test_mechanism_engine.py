"""What `mask` shows is what training draws: the same seed, layer and step give the same noise."""

import numpy as np
import pytest
import torch

from dropout_lab.mechanism import Request
from dropout_lab.mechanism.demonstration import drawn_noise
from dropout_lab.noise import KINDS
from dropout_lab.training import Architecture, CohortSettings, ConditionSettings, UpdateSettings
from dropout_lab.training.draws import NoiseSource

WIDTH, STEPS, SEED, RATE = 13, (0, 1, 7), 42, 0.3
CASES = [(kind, "inverted") for kind in KINDS] + [(kind, "inference") for kind in KINDS if KINDS[kind].is_scaled]


def trainings(kind: str, scaling: str, step: int) -> tuple[np.ndarray, np.ndarray | None]:
    """Return multipliers and shifts of the first row of the first hidden layer, or of one unit's incoming weights."""
    masks_weights = kind == "dropconnect"
    widths = (WIDTH, 1, 2) if masks_weights else (5, WIDTH, 2)
    activation = "selu" if kind == "alpha" else "relu"
    condition = ConditionSettings((0.0, RATE), UpdateSettings(learning_rate=0.1), scaling=scaling)
    settings = CohortSettings(
        Architecture(widths, activation), (condition,), (SEED,), precision="float64", noise_kind=kind
    )
    logits = torch.tensor(RATE, dtype=torch.float64).logit().view(1)
    of_layers = [torch.full_like(logits, -torch.inf), logits, torch.full_like(logits, -torch.inf)]
    rate_logits = of_layers if kind == "concrete" else ()
    source = NoiseSource(settings, 100, torch.zeros((), dtype=torch.float64))
    noise = source.draw(step, 64, rate_logits=rate_logits)
    if masks_weights:
        return noise.masks[0][0, :WIDTH, 0].numpy().copy(), None  # the last row masks the bias
    of_values = noise.values[1]
    shifts = None if of_values.shifts is None else of_values.shifts[0, 0].numpy().copy()
    return of_values.multipliers[0, 0].numpy().copy(), shifts


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(("kind", "scaling"), CASES, ids=["-".join(case) for case in CASES])
def test_a_draw_is_what_training_draws_for_that_seed_layer_and_step(kind: str, scaling: str, step: int) -> None:
    shown = drawn_noise(Request(RATE, kind=kind, scaling=scaling, seed=SEED), WIDTH, [step])
    multipliers, shifts = trainings(kind, scaling, step)
    np.testing.assert_allclose(shown.multipliers[0].numpy(), multipliers, rtol=1e-12)
    assert (shown.shifts is None) == (shifts is None)
    if shifts is not None:
        np.testing.assert_allclose(shown.shifts[0].numpy(), shifts, rtol=1e-12)
