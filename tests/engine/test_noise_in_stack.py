"""Facts of every kind of noise in a stack: paired, equal to itself alone, silent at rate 0 and in eval mode."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from dropout_lab.model import PassNoise
from dropout_lab.noise import Noise
from dropout_lab.randomness import Purpose
from dropout_lab.training import CohortSettings, ConcreteSettings, RateSchedule

from .builders import Trained, condition, data, noise_source, settings, train
from .test_stack import assert_same_bits

OUTPUTS = {"output_rate": 0.2}
NONE, SOME, MUCH = condition(0, 0, 0), condition(0, 0.5, 0.3, noise=OUTPUTS), condition(0.3, 0.2, 0.6)
KINDS = {
    "bernoulli": {},
    "gaussian": {"noise_kind": "gaussian"},
    "alpha": {"noise_kind": "alpha", "activation": "selu"},
    "dropconnect": {"noise_kind": "dropconnect"},
    "concrete": {"noise_kind": "concrete", "concrete": ConcreteSettings(length_scale=1.0)},
}
WITH_SCALING = [
    *(pytest.param(kind, "inverted", id=kind) for kind in KINDS),
    *(pytest.param(kind, "inference", id=f"{kind}, scaled at inference") for kind in ("bernoulli", "dropconnect")),
]


def of_kind(kind: str, *conditions: object, scaling: str = "inverted", **options: object) -> CohortSettings:
    return settings(*(replace(each, scaling=scaling) for each in conditions), **(KINDS[kind] | options))


def tensors(noise: PassNoise) -> list[Tensor]:
    """Return all that a pass draws, trials first."""
    of_values = [t for n in noise.values if n is not None for t in (n.multipliers, n.shifts, n.scores) if t is not None]
    return of_values + [mask for mask in noise.masks if mask is not None]


def rows_of(noise: Noise, first: int, count: int) -> Noise:
    parts = (noise.multipliers, noise.shifts, noise.scores)
    return Noise(*(None if part is None else part[:, first : first + count] for part in parts))


def logits_of(of: CohortSettings) -> list[Tensor]:
    """Return logits of learnt rates that differ from trial to trial, for every layer."""
    if not of.learns_rates:
        return []
    return [torch.linspace(-1, 1, of.n_trials, dtype=of.dtype).view(-1, 1, 1) for _ in of.architecture.widths]


def assert_same_trial(mine: Trained, my_trial: int, theirs: Trained, their_trial: int) -> None:
    for name, curve in theirs.curves.items():
        expected = curve[:, their_trial]
        np.testing.assert_allclose(mine.curves[name][:, my_trial], expected, rtol=1e-9, atol=1e-12, err_msg=name)
    for a, b in zip(mine.parameters.tensors, theirs.parameters.tensors, strict=False):
        if a.shape[1:] == b.shape[1:]:
            np.testing.assert_allclose(a[my_trial], b[their_trial], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("kind", "scaling"), WITH_SCALING)
def test_every_kind_in_a_stack_equals_itself_alone(kind: str, scaling: str) -> None:
    conditions, seeds = (NONE, SOME, MUCH), (3, 11)
    stack = train(of_kind(kind, *conditions, scaling=scaling, seeds=seeds))
    for trial in range(6):
        alone = train(of_kind(kind, conditions[trial // 2], scaling=scaling, seeds=(seeds[trial % 2],)))
        assert_same_trial(stack, trial, alone, 0)


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize(("kind", "scaling"), WITH_SCALING)
def test_rate_0_of_every_kind_equals_no_dropout(kind: str, scaling: str, precision: str) -> None:
    """Bit for bit where both train the same way; some kinds go layer by layer, and the sums come in another order."""
    on = data(dtype=precision)
    beside_noise = train(of_kind(kind, NONE, MUCH, scaling=scaling, precision=precision), on, keep_rows=True)
    without = train(
        of_kind("bernoulli", NONE, NONE, precision=precision, **KINDS[kind] | {"noise_kind": "bernoulli"}),
        on,
        keep_rows=True,
    )
    goes_the_same_way = kind in {"bernoulli", "alpha"}
    rounding = 0.0 if goes_the_same_way else {"float32": 1e-5, "float64": 1e-12}[precision]
    close = {"rtol": rounding, "atol": rounding}
    for name, curve in without.curves.items():
        np.testing.assert_allclose(beside_noise.curves[name][:, :2], curve[:, :2], **close, err_msg=name)
    for mine, theirs in zip(beside_noise.parameters.tensors, without.parameters.tensors, strict=False):
        torch.testing.assert_close(mine[:2], theirs[:2], **close)
    for point, measured in without.result.test.items():
        np.testing.assert_allclose(beside_noise.result.test[point].loss[:2], measured.loss[:2], **close)


@pytest.mark.parametrize(("kind", "scaling"), WITH_SCALING)
def test_adding_a_rate_or_a_seed_changes_no_other_trial_of_any_kind(kind: str, scaling: str) -> None:
    narrow = train(of_kind(kind, SOME, scaling=scaling, seeds=(11,)))
    wide = train(of_kind(kind, MUCH, SOME, scaling=scaling, seeds=(3, 11, 4)))
    assert_same_trial(wide, 4, narrow, 0)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_cohort_of_any_kind_twice_gives_the_same_bytes(kind: str) -> None:
    assert_same_bits(train(of_kind(kind, NONE, SOME)), train(of_kind(kind, NONE, SOME)))


@pytest.mark.parametrize("kind", KINDS)
def test_chunks_of_rows_draw_what_all_rows_at_once_would(kind: str) -> None:
    of = of_kind(kind, SOME, MUCH, widths=(5, 7, 6, 3))
    on_all = {"rate_logits": logits_of(of), "purpose": Purpose.MC_SAMPLES}
    whole = noise_source(of).draw(4, 11, **on_all)
    source, first_row = noise_source(of), 0
    for n_rows in (3, 1, 7):
        chunk = source.draw(4, n_rows, first_row=first_row, **on_all)
        values = tuple(None if of_layer is None else rows_of(of_layer, first_row, n_rows) for of_layer in whole.values)
        torch.testing.assert_close(tensors(chunk), tensors(PassNoise(values, whole.masks)), rtol=1e-12, atol=1e-12)
        first_row += n_rows


@pytest.mark.parametrize("kind", KINDS)
def test_samples_draw_anew_and_leave_the_draws_of_training_alone(kind: str) -> None:
    of = of_kind(kind, SOME, MUCH)
    source, logits = noise_source(of), logits_of(of)
    of_training = [t.clone() for t in tensors(source.draw(0, 8, rate_logits=logits))]
    samples = [
        [t.clone() for t in tensors(source.draw(k, 8, rate_logits=logits, purpose=Purpose.MC_SAMPLES))] for k in (0, 1)
    ]
    for first, second, trained_with in zip(*samples, of_training, strict=True):
        assert not torch.equal(first, second)
        assert not torch.equal(first, trained_with)
    again = tensors(source.draw(0, 8, rate_logits=logits))
    assert all(torch.equal(a, b) for a, b in zip(again, of_training, strict=True))


@pytest.mark.parametrize("kind", KINDS)
def test_eval_mode_knows_no_noise_of_any_kind(kind: str) -> None:
    still = {"learning_rate": 0.0}
    quiet, noisy = condition(0, 0, 0, **still), condition(0.4, 0.5, 0.9, noise={"output_rate": 0.3}, **still)
    curves = train(of_kind(kind, quiet, noisy)).curves
    for name in ("train_loss", "val_loss"):
        of_quiet, of_noisy = np.split(curves[name], 2, axis=1)
        np.testing.assert_array_equal(of_noisy, of_quiet)
    assert (curves["objective_loss"][:, 2:] != curves["objective_loss"][:, :2]).all()


def test_an_output_rate_drops_outputs_in_training() -> None:
    noise = noise_source(settings(condition(0, 0, 0, noise={"output_rate": 0.4}), seeds=(3,))).draw(0, 500).values
    assert [of_layer is None for of_layer in noise] == [True, True, True, False]
    multipliers = noise[-1].multipliers
    assert multipliers.shape == (1, 500, 3)
    assert abs(float((multipliers == 0).double().mean()) - 0.4) < 4 * np.sqrt(0.24 / 1500)


def test_dropconnect_draws_one_mask_for_all_rows_whatever_the_batch() -> None:
    source = noise_source(of_kind("dropconnect", condition(0, 0.5, 0.3)))
    few, many = (source.draw(2, n_rows).masks[1].clone() for n_rows in (2, 7))
    assert few.shape == (2, 12 + 1, 7)
    assert torch.equal(few, many)


def test_dropconnect_drops_input_units_and_the_weights_into_every_other_layer() -> None:
    rates = condition(0.3, 0.5, 0, noise={"output_rate": 0.2})
    noise = noise_source(of_kind("dropconnect", rates)).draw(0, 6)
    assert [of_layer is not None for of_layer in noise.values] == [True, False, False, False]
    assert [mask is not None for mask in noise.masks] == [True, False, True]


def test_a_schedule_multiplies_the_rates_of_its_own_condition_alone() -> None:
    def dropped(*conditions: object, step: int = 3) -> Tensor:
        noise = noise_source(settings(*conditions, widths=(8, 400, 3), seeds=(3,), epochs=4)).draw(step, 60)
        return noise.values[1].multipliers == 0

    scheduled = condition(0, 0.8, noise={"rate_schedule": RateSchedule("linear")})
    by_factor, full = condition(0, 0.8 * 4 / 12), condition(0, 0.8)
    beside = dropped(scheduled, full)
    assert torch.equal(beside[0], dropped(by_factor)[0])
    assert torch.equal(beside[1], dropped(full)[0])


def test_samples_are_drawn_at_the_full_rates() -> None:
    scheduled = condition(0, 0.8, 0.8, noise={"rate_schedule": RateSchedule("late", until=1000)})
    source = noise_source(settings(scheduled))
    assert not (source.draw(0, 8).values[1].multipliers == 0).any()
    assert (source.draw(0, 8, purpose=Purpose.MC_SAMPLES).values[1].multipliers == 0).any()
