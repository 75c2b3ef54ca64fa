"""The captured training step broken on purpose, one way each: every function takes pytest's monkeypatch."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from dropout_lab.model import PassNoise
from dropout_lab.training.batches import PaddedBatches
from dropout_lab.training.captured import CapturedStep
from dropout_lab.training.draws import DeviceNoise, NoiseSource

from .breaks import _around


def let_the_padding_count(patch: pytest.MonkeyPatch) -> None:
    def broken(original: Callable[..., tuple[Tensor, Tensor]], *args: Any, **kwargs: Any) -> tuple[Tensor, Tensor]:
        targets, weights = original(*args, **kwargs)
        return targets, torch.ones_like(weights)

    _around(patch, PaddedBatches, "take_batch", broken)


def train_on_the_first_batch_alone(patch: pytest.MonkeyPatch) -> None:
    def broken(original: Callable[..., Any], batches: PaddedBatches, batch: Tensor, **kwargs: Any) -> Any:
        return original(batches, torch.zeros_like(batch), **kwargs)

    _around(patch, PaddedBatches, "take_batch", broken)


def keep_the_rates_of_the_first_epoch(patch: pytest.MonkeyPatch) -> None:
    _around(patch, DeviceNoise, "begin_epoch", lambda original, noise, first_step: original(noise, 0))


def forget_the_schedule_of_the_learning_rate(patch: pytest.MonkeyPatch) -> None:
    def broken(original: Callable[..., None], step: CapturedStep, *args: Any, **kwargs: Any) -> None:
        original(step, *args, **kwargs)
        step._is_scheduled = False

    _around(patch, CapturedStep, "__init__", broken)


def carry_the_objective_over_to_the_next_epoch(patch: pytest.MonkeyPatch) -> None:
    def broken(original: Callable[..., None], step: CapturedStep, *args: Any) -> None:
        before = step._total.clone()
        original(step, *args)
        step._total += before

    _around(patch, CapturedStep, "_begin_epoch", broken)


def read_the_step_on_the_cpu(patch: pytest.MonkeyPatch) -> None:
    def broken(original: Callable[..., PassNoise], noise: DeviceNoise, step: Tensor, *args: Any, **kw: Any) -> Any:
        return original(noise, int(step), *args, **kw)

    _around(patch, DeviceNoise, "draw", broken)


def make_the_rates_anew_in_every_update(patch: pytest.MonkeyPatch) -> None:
    def broken(noise: DeviceNoise, step: Tensor, *args: Any) -> Any:
        return [tuple(of.to("meta") for of in of_layer) for of_layer in NoiseSource._scheduled(noise, 0)]

    patch.setattr(DeviceNoise, "_coefficients_at", broken)
