"""Break the kinds of noise on purpose, one way each, and see the facts that name it and the plain loop disagree."""

from functools import partial

import pytest

from dropout_lab.noise import Alpha, Gaussian
from dropout_lab.training import ConcreteSettings, RateSchedule

from . import (
    noise_breaks,
    test_learnt_rates,
    test_noise_in_stack,
    test_noise_laws,
    test_noise_theory,
    test_rate_schedules,
)
from .builders import condition, data, settings
from .test_breaks import Break, Fact, title
from .test_oracle import assert_equals_the_plain_loop

laws, theory, in_stack, learnt = test_noise_laws, test_noise_theory, test_noise_in_stack, test_learnt_rates
keep_is_the_factor = theory.test_weights_are_multiplied_by_the_keep_probability_which_is_the_rate_at_a_half_only
both_kinds_measured = theory.test_all_that_is_measured_of_a_trial_is_measured_with_its_scaled_weights
FACTS: list[tuple[Break, Fact]] = [
    (noise_breaks.scale_by_the_rate_at_inference, partial(keep_is_the_factor, 0.2, coincide=False)),
    (noise_breaks.forget_the_scaling_at_inference, partial(keep_is_the_factor, 0.2, coincide=False)),
    (noise_breaks.forget_the_scaling_at_inference, partial(keep_is_the_factor, 0.5, coincide=True)),
    (noise_breaks.scale_the_weights_that_make_a_layer, partial(keep_is_the_factor, 0.2, coincide=False)),
    (
        noise_breaks.scale_by_the_rate_at_inference,
        partial(theory.test_the_expected_output_of_a_linear_dropconnect_layer_is_eval_modes, "inference"),
    ),
    (
        noise_breaks.forget_alphas_affine,
        partial(theory.test_alpha_dropout_keeps_mean_0_and_variance_1_through_8_selu_layers, 0.3),
    ),
    (noise_breaks.forget_alphas_affine, partial(laws.test_alpha_noise_keeps_mean_0_and_variance_1_exactly, 0.5)),
    (noise_breaks.drop_to_0_under_alpha, partial(laws.test_the_moments_are_those_of_all_lanes, Alpha(), 0.5)),
    (
        noise_breaks.take_the_variance_for_sigma,
        partial(laws.test_gaussian_multipliers_have_mean_1_and_bernoullis_variance_exactly, 0.25),
    ),
    (
        noise_breaks.take_the_variance_for_sigma,
        partial(theory.test_to_a_linear_net_both_noises_of_a_rate_are_the_same_penalty, "gaussian", 0.2),
    ),
    (
        noise_breaks.leave_the_normals_unstretched,
        partial(laws.test_the_moments_are_those_of_all_lanes, Gaussian(), 0.5),
    ),
    (
        noise_breaks.flip_the_score,
        partial(laws.test_concrete_scores_are_the_derivative_of_the_log_multiplier_in_the_logit, 0.25),
    ),
    (noise_breaks.flip_the_score, partial(learnt.test_the_data_losss_gradient_in_a_logit_is_its_slope, 1)),
    (
        noise_breaks.drop_high_lanes_under_concrete,
        partial(laws.test_as_the_temperature_falls_concrete_multipliers_become_bernoullis_of_the_same_lanes, 0.25),
    ),
    (
        noise_breaks.keep_the_rates_as_they_start,
        partial(learnt.test_the_data_losss_gradient_in_a_logit_is_its_slope, 0),
    ),
    (noise_breaks.forget_the_prior, learnt.test_a_strong_entropy_term_pulls_every_rate_to_a_half),
    (noise_breaks.flip_the_entropy, learnt.test_the_priors_gradients_are_those_of_autograd),
    (
        noise_breaks.pull_the_baselines_weights_too,
        learnt.test_a_baseline_beside_learners_has_no_learnt_rate_and_its_weights_no_prior,
    ),
    (
        noise_breaks.leave_the_output_noise_on_in_evaluation,
        partial(both_kinds_measured, "bernoulli"),
    ),
    (noise_breaks.ignore_the_rate_schedule, test_rate_schedules.test_a_linear_schedule_ends_at_the_rate),
    (
        noise_breaks.ignore_the_rate_schedule,
        in_stack.test_a_schedule_multiplies_the_rates_of_its_own_condition_alone,
    ),
    (noise_breaks.count_schedules_in_epochs, test_rate_schedules.test_a_linear_schedule_ends_at_the_rate),
]
SCHEDULED = {"output_rate": 0.3, "rate_schedule": RateSchedule("linear")}
AT_INFERENCE = {"output_rate": 0.2, "scaling": "inference"}
STRONG = ConcreteSettings(temperature=0.5, length_scale=2.0)
SEEN_BY_THE_PLAIN_LOOP: list[tuple[Break, str]] = [
    (noise_breaks.scale_by_the_rate_at_inference, "bernoulli"),
    (noise_breaks.scale_by_the_rate_at_inference, "dropconnect"),
    (noise_breaks.forget_the_scaling_at_inference, "bernoulli"),
    (noise_breaks.scale_the_weights_that_make_a_layer, "bernoulli"),
    (noise_breaks.forget_alphas_affine, "alpha"),
    (noise_breaks.drop_to_0_under_alpha, "alpha"),
    (noise_breaks.forget_the_shifts, "alpha"),
    (noise_breaks.take_the_variance_for_sigma, "gaussian"),
    (noise_breaks.leave_the_normals_unstretched, "gaussian"),
    (noise_breaks.flip_the_score, "concrete"),
    (noise_breaks.drop_high_lanes_under_concrete, "concrete"),
    (noise_breaks.keep_the_rates_as_they_start, "concrete"),
    (noise_breaks.forget_the_prior, "concrete"),
    (noise_breaks.flip_the_entropy, "concrete"),
    (noise_breaks.pull_the_baselines_weights_too, "concrete"),
    (noise_breaks.forget_the_masks_in_backward, "dropconnect"),
    (noise_breaks.propagate_through_the_unmasked_weights, "dropconnect"),
    (noise_breaks.leave_the_biases_unmasked, "dropconnect"),
    *((noise_breaks.forget_the_output_noise_in_backward, kind) for kind in ("bernoulli", "gaussian", "alpha")),
    *((noise_breaks.leave_the_output_noise_on_in_evaluation, kind) for kind in in_stack.KINDS),
    *((noise_breaks.ignore_the_rate_schedule, kind) for kind in ("bernoulli", "gaussian", "alpha", "dropconnect")),
    (noise_breaks.count_schedules_in_epochs, "bernoulli"),
]


@pytest.mark.parametrize(("breaking", "fact"), FACTS, ids=title)
def test_a_broken_noise_fails_the_fact_that_names_it(
    breaking: Break, fact: Fact, monkeypatch: pytest.MonkeyPatch
) -> None:
    fact()
    breaking(monkeypatch)
    with pytest.raises(AssertionError):
        fact()


@pytest.mark.parametrize(
    ("breaking", "kind"), [pytest.param(*each, id=f"{title(each[0])}, {each[1]}") for each in SEEN_BY_THE_PLAIN_LOOP]
)
def test_a_broken_noise_differs_from_the_plain_loop(
    breaking: Break, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaking(monkeypatch)
    with pytest.raises(AssertionError):
        trials_of(kind)


@pytest.mark.parametrize("kind", in_stack.KINDS)
def test_the_noise_as_it_is_equals_the_plain_loop(kind: str) -> None:
    trials_of(kind)


def trials_of(kind: str) -> None:
    """Hold a baseline, a scheduled condition and one scaled at inference against the plain loop.

    The nets are not of ReLUs, to which scaling all that makes a unit is scaling all that reads it.
    """
    learns = kind == "concrete"
    noises = ({}, {} if learns else SCHEDULED, AT_INFERENCE if kind in {"bernoulli", "dropconnect"} else {})
    rates = ((0, 0, 0), (0.2, 0.5, 0.3), (0, 0.3, 0.6))
    conditions = [condition(*of, noise=noise) for of, noise in zip(rates, noises, strict=True)]
    options = {"activation": "tanh"} | in_stack.KINDS[kind] | ({"concrete": STRONG} if learns else {})
    of = settings(*conditions, seeds=(3,), optimizer="momentum", epochs=2, **options)
    assert_equals_the_plain_loop(of, data(), rtol=1e-9, atol=1e-12)
