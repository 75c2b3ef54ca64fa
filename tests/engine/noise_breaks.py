"""Noise broken on purpose, one way each: every function takes pytest's monkeypatch and breaks one thing."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor

from dropout_lab.evaluation import eval_mode
from dropout_lab.model import Parameters, PassNoise, StackedMLP, Workspace, noisy, stack
from dropout_lab.noise import SELU_LIMIT, Alpha, Concrete, Gaussian, Noise, RateSchedule, gaussian, quantised_rate
from dropout_lab.training import learnt_rates, weight_scaling
from dropout_lab.training.draws import NoiseSource
from dropout_lab.training.learnt_rates import LearntRates

from .breaks import _around


def scale_by_the_rate_at_inference(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(weight_scaling, "keep_probability", quantised_rate)


def forget_the_scaling_at_inference(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(weight_scaling.WeightScaling, "apply", lambda self, parameters: parameters)


def scale_the_weights_that_make_a_layer(patch: pytest.MonkeyPatch) -> None:
    """As dropconnect wants it, for bernoulli noise too."""
    _around(patch, weight_scaling, "_factors", lambda original, condition, kind: original(condition, "dropconnect"))


def forget_alphas_affine(patch: pytest.MonkeyPatch) -> None:
    def broken(original: Callable[..., Any], law: Alpha, rate: float) -> tuple[float, ...]:
        threshold, *_ = original(law, rate)
        return threshold, 1.0, SELU_LIMIT

    _around(patch, Alpha, "coefficients", broken)


def drop_to_0_under_alpha(patch: pytest.MonkeyPatch) -> None:
    def broken(original: Callable[..., Noise], law: Alpha, *args: Any) -> Noise:
        return replace(original(law, *args), shifts=None)

    _around(patch, Alpha, "draw", broken)


def take_the_variance_for_sigma(patch: pytest.MonkeyPatch) -> None:
    _around(patch, Gaussian, "coefficients", lambda original, law, rate: (original(law, rate)[0] ** 2,))


def leave_the_normals_unstretched(patch: pytest.MonkeyPatch) -> None:
    stretched = gaussian.STANDARD_NORMALS.values()
    patch.setattr(gaussian, "STANDARD_NORMALS", gaussian.LaneTable(lambda middles: stretched / (1 + 1.0140828e-5)))


def flip_the_score(patch: pytest.MonkeyPatch) -> None:
    def broken(original: Callable[..., Noise], law: Concrete, *args: Any) -> Noise:
        noise = original(law, *args)
        assert noise.scores is not None
        return replace(noise, scores=noise.scores.neg_())

    _around(patch, Concrete, "draw", broken)


def drop_high_lanes_under_concrete(patch: pytest.MonkeyPatch) -> None:
    def broken(original: Callable[..., Noise], law: Concrete, lanes: Tensor, *args: Any) -> Noise:
        return original(law, -1 - lanes, *args)

    _around(patch, Concrete, "draw", broken)


def keep_the_rates_as_they_start(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(stack, "logit_gradient", lambda noise, values, gradient: torch.zeros_like(gradient[:, :1, :1]))


def forget_the_prior(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(LearntRates, "add_prior_gradients", lambda *args: None)


def flip_the_entropy(patch: pytest.MonkeyPatch) -> None:
    _around(patch, learnt_rates, "_finite", lambda original, logits: -original(logits))


def pull_the_baselines_weights_too(patch: pytest.MonkeyPatch) -> None:
    _around(patch, torch.Tensor, "isfinite", lambda original, tensor: torch.ones_like(tensor, dtype=torch.bool))


def _backward(patch: pytest.MonkeyPatch, noise_for: Callable[[PassNoise], PassNoise]) -> None:
    def broken(
        original: Callable[..., None], net: StackedMLP, workspace: Workspace, noise: PassNoise, gradient: Tensor
    ) -> None:
        original(net, workspace, noise_for(noise), gradient)

    _around(patch, StackedMLP, "backward", broken)


def forget_the_masks_in_backward(patch: pytest.MonkeyPatch) -> None:
    _backward(patch, lambda noise: replace(noise, masks=()))


def propagate_through_the_unmasked_weights(patch: pytest.MonkeyPatch) -> None:
    def broken(
        original: Callable[..., Tensor], net: StackedMLP, gradient: Tensor, layer: int, *, out: Tensor
    ) -> Tensor:
        net._used = list(net.parameters.weights)
        return original(net, gradient, layer, out=out)

    _around(patch, StackedMLP, "_propagate", broken)


def leave_the_biases_unmasked(patch: pytest.MonkeyPatch) -> None:
    def broken(original: Callable[..., PassNoise], source: NoiseSource, *args: Any, **kwargs: Any) -> PassNoise:
        noise = original(source, *args, **kwargs)
        for mask in noise.masks:
            if mask is not None:
                mask[:, -1:] = 1
        return noise

    _around(patch, NoiseSource, "draw", broken)


def forget_the_output_noise_in_backward(patch: pytest.MonkeyPatch) -> None:
    _backward(patch, lambda noise: replace(noise, values=(*noise.values[:-1], None)))


def leave_the_output_noise_on_in_evaluation(patch: pytest.MonkeyPatch) -> None:
    def broken(original: Callable[..., Tensor], shape: object, net: Parameters, *args: Any) -> Tensor:
        outputs = original(shape, net, *args)
        return outputs * (torch.arange(outputs.shape[-1]) > 0) / 0.8

    patch.setattr(eval_mode, "goes_trialwise", lambda *_: False)
    _around(patch, eval_mode, "predict", broken)


def forget_the_shifts(patch: pytest.MonkeyPatch) -> None:
    def broken(original: Callable[..., Tensor], values: Tensor, noise: Noise | None, *, out: Tensor) -> Tensor:
        return original(values, noise and Noise(noise.multipliers), out=out)

    for module in (noisy, stack):
        _around(patch, module, "with_noise", broken)


def ignore_the_rate_schedule(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(RateSchedule, "at", lambda self, *args: 1.0)


def count_schedules_in_epochs(patch: pytest.MonkeyPatch) -> None:
    def broken(original: Callable[..., float], self: RateSchedule, step: int, n_steps: int, per_epoch: int) -> float:
        return original(self, step // per_epoch * per_epoch, n_steps, per_epoch)

    _around(patch, RateSchedule, "at", broken)
