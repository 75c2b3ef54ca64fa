"""The engine broken on purpose, one way each: every function takes pytest's monkeypatch and breaks one thing."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from dropout_lab import noise, optimizers
from dropout_lab.evaluation import Floats, eval_mode
from dropout_lab.kernels import elementwise, philox
from dropout_lab.metrics import LOSS, Metric
from dropout_lab.model import Parameters, PassNoise, StackedMLP, Workspace
from dropout_lab.noise import bernoulli
from dropout_lab.training import CohortTraining, batches, cohort, dispatch, points, step
from dropout_lab.training.step import EagerStep


def _around(patch: pytest.MonkeyPatch, owner: object, name: str, broken: Callable[..., Any]) -> None:
    """Replace `owner.name` by `broken`, which is given the original before the other arguments."""
    original = getattr(owner, name)
    patch.setattr(owner, name, lambda *args, **kwargs: broken(original, *args, **kwargs))


def _of_rates(patch: pytest.MonkeyPatch, name: str, broken: Callable[[Callable[[float], float], float], float]) -> None:
    for module in (noise, bernoulli):
        _around(patch, module, name, broken)


def forget_the_rescaling(patch: pytest.MonkeyPatch) -> None:
    _of_rates(patch, "survivor_scale", lambda original, rate: 1.0)


def rescale_by_the_rate_that_was_asked_for(patch: pytest.MonkeyPatch) -> None:
    _of_rates(patch, "survivor_scale", lambda original, rate: 1 / (1 - rate))


def take_the_rate_for_the_keep_probability(patch: pytest.MonkeyPatch) -> None:
    _of_rates(patch, "lane_threshold", lambda original, rate: original(1 - rate if rate else rate))


def set_the_threshold_one_lane_too_high(patch: pytest.MonkeyPatch) -> None:
    _of_rates(patch, "lane_threshold", lambda original, rate: original(rate) + 1)


def draw_noise_for_every_condition(patch: pytest.MonkeyPatch) -> None:
    def broken_law(original: Callable[..., Tensor], lanes: Tensor, thresholds: Tensor, *args: Any, **kw: Any) -> Tensor:
        own = torch.cat([lanes.roll(condition, -1) for condition in range(len(thresholds))])
        return original(own, thresholds, *args, **kw)

    def broken(original: Callable[..., None], values: Any, bias: Any, lanes: Any, thresholds: Any, scales: Any) -> None:
        for condition in range(len(thresholds)):
            its, trials = slice(condition, condition + 1), slice(condition * len(lanes), (condition + 1) * len(lanes))
            original(values[trials], bias[trials], np.roll(lanes, condition, -1), thresholds[its], scales[its])

    go_layer_by_layer(patch)
    _around(patch, elementwise, "bias_relu_dropout", broken)
    _around(patch, bernoulli, "noise_multipliers", broken_law)


def _of_words(patch: pytest.MonkeyPatch, **changed: object) -> None:
    names = ("seeds", "purpose", "layer", "step", "first_block", "words")

    def broken(original: Callable[..., None], *args: object) -> None:
        original(*(dict(zip(names, args, strict=True)) | changed).values())

    _around(patch, philox, "fill_words", broken)


def reuse_the_draws_at_every_step(patch: pytest.MonkeyPatch) -> None:
    go_layer_by_layer(patch)
    _of_words(patch, step=0)


def reuse_the_draws_in_every_layer(patch: pytest.MonkeyPatch) -> None:
    go_layer_by_layer(patch)
    _of_words(patch, layer=0)


def reuse_the_draws_for_every_seed(patch: pytest.MonkeyPatch) -> None:
    go_layer_by_layer(patch)

    def broken(original: Callable[..., None], seeds: Any, *args: object) -> None:
        original(np.zeros_like(seeds), *args)

    _around(patch, philox, "fill_words", broken)


def draw_from_a_generator_with_state(patch: pytest.MonkeyPatch) -> None:
    go_layer_by_layer(patch)
    state = np.random.default_rng(0)

    def broken(original: Callable[..., None], *args: Any) -> None:
        args[-1][:] = state.integers(2**64, size=args[-1].shape, dtype=np.uint64)

    _around(patch, philox, "fill_words", broken)


def keep_the_order_of_the_first_epoch(patch: pytest.MonkeyPatch) -> None:
    _around(patch, batches, "permutation", lambda original, *args, **kwargs: original(*args, **(kwargs | {"step": 0})))


def order_batches_by_the_seeds_place_in_the_cohort(patch: pytest.MonkeyPatch) -> None:
    def broken(original: Callable[..., None], self: object, train: object, seeds: Sequence[int], *args: Any) -> None:
        original(self, train, range(len(seeds)), *args)

    _around(patch, batches.BatchOrder, "__init__", broken)


def shift_the_targets_by_a_row(patch: pytest.MonkeyPatch) -> None:
    go_layer_by_layer(patch)
    _around(patch, batches.BatchOrder, "take", lambda original, *args, **kwargs: original(*args, **kwargs).roll(1, -1))


def start_every_condition_from_other_weights(patch: pytest.MonkeyPatch) -> None:
    def broken(
        original: Callable[..., Parameters], shape: object, seeds: Sequence[int], n: int, **kw: Any
    ) -> Parameters:
        return original(shape, [seed + 100 * condition for condition in range(n) for seed in seeds], 1, **kw)

    _around(patch, cohort, "initial_parameters", broken)


def leave_the_noise_on_in_evaluation(patch: pytest.MonkeyPatch) -> None:
    def broken(original: Callable[..., Any], shape: object, net: object, inputs: Tensor, *args: Any) -> Any:
        kept = torch.from_numpy(np.random.default_rng(0).random(inputs.shape) > 0.2)
        return original(shape, net, inputs * kept / 0.8, *args)

    for way in ("predict", "measure_trialwise"):
        _around(patch, eval_mode, way, broken)


def scale_the_weights_in_evaluation_once_more(patch: pytest.MonkeyPatch) -> None:
    def broken(original: Callable[..., Any], shape: object, net: Parameters, *args: Any) -> Any:
        first, *others = net.weights
        return original(shape, replace(net, weights=(first, *(weights * 0.5 for weights in others))), *args)

    for way in ("predict", "measure_trialwise"):
        _around(patch, eval_mode, way, broken)


def go_layer_by_layer(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(dispatch, "goes_trialwise", lambda *_: False)


def _backward(patch: pytest.MonkeyPatch, noise_for: Callable[[PassNoise], PassNoise]) -> None:
    def broken(
        original: Callable[..., None], net: StackedMLP, workspace: Workspace, noise: PassNoise, grad: Tensor
    ) -> None:
        original(net, workspace, noise_for(noise), grad)

    go_layer_by_layer(patch)
    _around(patch, StackedMLP, "backward", broken)


def take_another_layers_noise_in_backward(patch: pytest.MonkeyPatch) -> None:
    def other_layer(noise: PassNoise) -> PassNoise:
        inputs, *hidden, outputs = noise.values
        shapes = {None if of_layer is None else of_layer.multipliers.shape for of_layer in hidden}
        return PassNoise((inputs, *hidden[::-1], outputs)) if len(shapes) == 1 else noise

    _backward(patch, other_layer)


def forget_the_noise_in_backward(patch: pytest.MonkeyPatch) -> None:
    _backward(patch, lambda noise: PassNoise((None,) * len(noise.values)))


def forget_the_gradient_of_the_biases(patch: pytest.MonkeyPatch) -> None:
    go_layer_by_layer(patch)

    def broken(original: Callable[..., None], net: StackedMLP, *args: Any) -> None:
        original(net, *args)
        for gradient in net.gradients.biases:
            gradient.zero_()

    _around(patch, StackedMLP, "backward", broken)


def forget_max_norm(patch: pytest.MonkeyPatch) -> None:
    go_layer_by_layer(patch)
    patch.setattr(step, "limit_norms", lambda weights, max_norms: None)


def limit_the_output_weights_too(patch: pytest.MonkeyPatch) -> None:
    go_layer_by_layer(patch)

    def broken(original: Callable[..., None], self: Any, name: str, parameters: Parameters, *args: Any) -> None:
        original(self, name, parameters, *args)
        self._hidden_weights = parameters.weights

    _around(patch, step.StackedOptimizer, "__init__", broken)


def forget_weight_decay(patch: pytest.MonkeyPatch) -> None:
    go_layer_by_layer(patch)

    def broken(original: Callable[..., None], group: Any, *args: Any, **kwargs: Any) -> None:
        original(group, *args, **kwargs)
        group.weight_decay = 0.0

    _around(patch, optimizers.UpdateGroup, "__init__", broken)


def forget_the_schedule(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(optimizers.Schedule, "at", lambda self, step, n_steps, epoch: 1.0)


def update_all_conditions_as_the_first(patch: pytest.MonkeyPatch) -> None:
    go_layer_by_layer(patch)

    def broken(original: Callable[..., None], *args: Any) -> None:
        *others, updates, n_seeds = args
        original(*others, [updates[0]] * len(updates), n_seeds)

    _around(patch, step.StackedOptimizer, "__init__", broken)


def clip_the_gradients_over_the_whole_stack(patch: pytest.MonkeyPatch) -> None:
    go_layer_by_layer(patch)

    def broken(original: Callable[..., None], optimizer: Any, factor: float) -> None:
        gradients = [gradient for group in optimizer._groups for gradient in group.gradients]
        norm = torch.stack([gradient.norm() for gradient in gradients]).norm()
        for gradient in gradients:
            gradient.div_(norm.clamp_min(1))
        original(optimizer, factor)

    _around(patch, step.StackedOptimizer, "step", broken)


def drop_the_last_partial_batch(patch: pytest.MonkeyPatch) -> None:
    go_layer_by_layer(patch)

    def broken(original: Callable[..., Tensor], step: EagerStep, start: int, stop: int, factor: float) -> Tensor:
        if stop - start == step.settings.batch_size:
            return original(step, start, stop, factor)
        return torch.zeros(step.settings.n_trials, dtype=step.settings.dtype)

    _around(patch, EagerStep, "_update", broken)


def weigh_every_batch_alike(patch: pytest.MonkeyPatch) -> None:
    go_layer_by_layer(patch)

    def broken(original: Callable[..., Tensor], step: EagerStep, start: int, stop: int, factor: float) -> Tensor:
        rows, batch_size = step._n_train, step.settings.batch_size
        mean = original(step, start, stop, factor) / (stop - start)
        return mean * rows / step.settings.steps_per_epoch(rows) if batch_size < rows else mean * rows

    _around(patch, EagerStep, "_update", broken)


def report_the_objective_as_train_loss(patch: pytest.MonkeyPatch) -> None:
    def broken(original: Callable[..., Any], training: CohortTraining, epoch: int, objective: Floats) -> Any:
        record = original(training, epoch, objective)
        record.metrics["train_loss"] = objective
        record.metrics["loss_gap"] = record.metrics["val_loss"] - objective
        return record

    _around(patch, CohortTraining, "_record", broken)


def flip_the_loss_gap(patch: pytest.MonkeyPatch) -> None:
    _flip_gaps(patch, of_loss=True)


def flip_the_score_gap(patch: pytest.MonkeyPatch) -> None:
    _flip_gaps(patch, of_loss=False)


def _flip_gaps(patch: pytest.MonkeyPatch, *, of_loss: bool) -> None:
    def broken(original: Callable[..., Floats], metric: Metric, train: Floats, val: Floats) -> Floats:
        is_flipped = (metric.column == LOSS) == of_loss
        return original(metric, val, train) if is_flipped else original(metric, train, val)

    _around(patch, Metric, "gap", broken)


def take_the_latest_of_equal_bests(patch: pytest.MonkeyPatch) -> None:
    def broken(original: Callable[..., None], tracker: Any, val_losses: Floats, is_alive: Floats) -> None:
        original(tracker, val_losses - 1e-9 * tracker._n_evaluations, is_alive)

    _around(patch, points.PointTracker, "update", broken)


def keep_the_last_weights_as_best(patch: pytest.MonkeyPatch) -> None:
    def broken(original: Callable[..., dict[str, Parameters]], tracker: Any) -> dict[str, Parameters]:
        at_points = original(tracker)
        return at_points | {"best": at_points["last"]}

    _around(patch, points.PointTracker, "finish", broken)
