"""Break the engine on purpose, one way each, and see the fact that names it fail."""

from collections.abc import Callable
from functools import partial

import pytest

from dropout_lab.optimizers import Schedule

from . import (
    breaks,
    test_batches,
    test_divergence,
    test_dropout_noise,
    test_dropout_theory,
    test_gradients,
    test_honest_gap,
    test_pairing,
    test_points,
    test_stack,
    test_updates,
)
from .builders import condition, data, settings
from .test_oracle import assert_equals_the_plain_loop

Break = Callable[[pytest.MonkeyPatch], None]
Fact = Callable[[], None]

noise, theory, gap = test_dropout_noise, test_dropout_theory, test_honest_gap
FACTS: list[tuple[Break, Fact]] = [
    (breaks.forget_the_rescaling, partial(noise.test_every_multiplier_is_0_or_1_over_the_keep_probability, 0.5)),
    (breaks.forget_the_rescaling, partial(noise.test_drawn_multipliers_have_mean_1_and_variance_rate_over_keep, 0.25)),
    (
        breaks.forget_the_rescaling,
        partial(theory.test_in_training_a_linear_nets_objective_exceeds_its_train_loss_by_that_gain, 0.5),
    ),
    (
        breaks.rescale_by_the_rate_that_was_asked_for,
        partial(noise.test_over_all_lanes_the_mean_is_1_and_the_variance_is_rate_over_keep, 0.1),
    ),
    (
        breaks.take_the_rate_for_the_keep_probability,
        partial(noise.test_of_the_65536_lanes_exactly_the_rates_share_drops_a_unit, 0.25),
    ),
    (
        breaks.set_the_threshold_one_lane_too_high,
        partial(noise.test_of_the_65536_lanes_exactly_the_rates_share_drops_a_unit, 0.5),
    ),
    (
        breaks.draw_noise_for_every_condition,
        noise.test_units_dropped_at_a_rate_are_among_those_dropped_at_a_higher_rate,
    ),
    (breaks.reuse_the_draws_at_every_step, noise.test_every_step_draws_anew),
    (breaks.reuse_the_draws_in_every_layer, noise.test_every_layer_draws_anew),
    (breaks.reuse_the_draws_for_every_seed, noise.test_every_seed_draws_anew),
    (
        breaks.draw_from_a_generator_with_state,
        partial(test_stack.test_the_same_cohort_twice_gives_the_same_bytes, "float64"),
    ),
    (breaks.draw_from_a_generator_with_state, test_pairing.test_adding_a_seed_changes_no_other_trial),
    (breaks.keep_the_order_of_the_first_epoch, test_batches.test_every_epoch_has_a_new_order),
    (breaks.order_batches_by_the_seeds_place_in_the_cohort, test_pairing.test_adding_a_seed_changes_no_other_trial),
    (breaks.shift_the_targets_by_a_row, test_batches.test_every_row_comes_with_its_own_target),
    (
        breaks.start_every_condition_from_other_weights,
        partial(test_pairing.test_all_conditions_of_a_seed_begin_with_the_same_weights, "auto"),
    ),
    (breaks.leave_the_noise_on_in_evaluation, theory.test_eval_mode_is_a_plain_pass_through_all_units),
    (breaks.scale_the_weights_in_evaluation_once_more, theory.test_eval_mode_is_a_plain_pass_through_all_units),
    (
        breaks.take_another_layers_noise_in_backward,
        partial(test_gradients.test_a_dropped_unit_learns_nothing_from_the_row_that_dropped_it, 1),
    ),
    (
        breaks.forget_the_noise_in_backward,
        partial(test_gradients.test_a_dropped_unit_learns_nothing_from_the_row_that_dropped_it, 2),
    ),
    (
        breaks.forget_the_gradient_of_the_biases,
        partial(test_gradients.test_the_gradients_are_those_of_autograd, "relu", (0, 0.5, 0.3)),
    ),
    (breaks.forget_max_norm, test_updates.test_after_every_update_no_hidden_units_norm_exceeds_max_norm),
    (breaks.limit_the_output_weights_too, test_updates.test_after_every_update_no_hidden_units_norm_exceeds_max_norm),
    (
        breaks.forget_weight_decay,
        test_updates.test_weight_decay_shrinks_a_weight_without_gradient_by_lr_times_decay_a_step,
    ),
    (
        breaks.forget_the_schedule,
        partial(
            test_updates.test_a_schedule_runs_from_1_to_its_final_factor_over_the_training,
            Schedule("linear"),
            [1, 0.5, 0],
        ),
    ),
    (
        breaks.update_all_conditions_as_the_first,
        partial(test_updates.test_conditions_with_settings_of_their_own_are_updated_as_if_alone, "adam"),
    ),
    (
        breaks.clip_the_gradients_over_the_whole_stack,
        test_divergence.test_a_diverging_neighbour_does_not_touch_a_trial_bit_for_bit,
    ),
    (
        breaks.clip_the_gradients_over_the_whole_stack,
        partial(test_stack.test_a_stack_equals_each_trial_alone, "nesterov"),
    ),
    (breaks.drop_the_last_partial_batch, partial(test_batches.test_the_objective_weighs_every_train_row_alike, 22)),
    (breaks.weigh_every_batch_alike, partial(test_batches.test_the_objective_weighs_every_train_row_alike, 22)),
    (
        breaks.report_the_objective_as_train_loss,
        partial(gap.test_the_train_split_as_val_split_has_gap_0_exactly, "classification"),
    ),
    (breaks.flip_the_loss_gap, partial(gap.test_gaps_are_positive_where_the_net_does_worse_on_val, "classification")),
    (breaks.flip_the_score_gap, partial(gap.test_gaps_are_positive_where_the_net_does_worse_on_val, "regression")),
    (breaks.take_the_latest_of_equal_bests, test_points.test_best_is_the_earliest_of_equal_val_losses),
    (
        breaks.keep_the_last_weights_as_best,
        partial(test_points.test_test_is_measured_with_the_weights_of_its_point, "best"),
    ),
]
UNSEEN_BY_THE_PLAIN_LOOP = {
    breaks.set_the_threshold_one_lane_too_high,  # one draw in 65,536: only counting all of them shows it
    breaks.flip_the_loss_gap,
    breaks.flip_the_score_gap,
    breaks.take_the_latest_of_equal_bests,
    breaks.keep_the_last_weights_as_best,
}
SEEN_BY_THE_PLAIN_LOOP = dict.fromkeys(breaking for breaking, _ in FACTS if breaking not in UNSEEN_BY_THE_PLAIN_LOOP)


def title(breaking: object) -> str:
    return str(getattr(breaking, "__name__", getattr(getattr(breaking, "func", ""), "__name__", "")))


@pytest.mark.parametrize(("breaking", "fact"), FACTS, ids=title)
def test_a_broken_engine_fails_the_fact_that_names_it(
    breaking: Break, fact: Fact, monkeypatch: pytest.MonkeyPatch
) -> None:
    fact()
    breaking(monkeypatch)
    with pytest.raises(AssertionError):
        fact()


@pytest.mark.parametrize("breaking", SEEN_BY_THE_PLAIN_LOOP, ids=title)
def test_a_broken_engine_differs_from_the_plain_loop(breaking: Break, monkeypatch: pytest.MonkeyPatch) -> None:
    breaking(monkeypatch)
    with pytest.raises(AssertionError):
        a_trial_of_every_option_equals_the_plain_loop()


def test_the_engine_as_it_is_equals_the_plain_loop() -> None:
    a_trial_of_every_option_equals_the_plain_loop()


def a_trial_of_every_option_equals_the_plain_loop() -> None:
    conditions = (condition(0.2, 0.5, 0.1, weight_decay=0.1, max_norm=0.8), condition(0, 0.3, 0.6, learning_rate=0.1))
    of = settings(*conditions, widths=(8, 7, 7, 3), schedule=Schedule("linear"), epochs=4)
    assert_equals_the_plain_loop(of, data(), rtol=1e-9, atol=1e-12)
