"""Training by the step that a CUDA graph records, with or without a CUDA device."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any
from unittest.mock import MagicMock

import pytest
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from dropout_lab.evaluation import Floats, Rows
from dropout_lab.kernels import gpu
from dropout_lab.model import Parameters, initial_parameters
from dropout_lab.training import CohortData, CohortSettings, cohort
from dropout_lab.training.captured import CapturedStep, Update
from dropout_lab.training.learnt_rates import LearntRates

from .builders import Trained, train


def eagerly(update: Update) -> Update:
    """Stand in for the capture: run the update, and run it again at every replay."""
    update()
    return update


@contextmanager
def captured_steps() -> Iterator[pytest.MonkeyPatch]:
    """Let cohorts on the CPU train by `CapturedStep`, each replay being a call."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cohort, "training_step", partial(CapturedStep, capture=eagerly))
        yield patch


def train_captured(of: CohortSettings, on: CohortData) -> Trained:
    """Train a cohort on the CPU by `CapturedStep`."""
    with captured_steps():
        return train(of, on)


def curves_by_triton(of: CohortSettings, on: CohortData) -> dict[str, Floats]:
    """Train by `CapturedStep` and the Triton kernels, in a process where Triton interprets them."""
    with captured_steps() as patch:
        patch.setattr(gpu, "serves", lambda tensor: True)
        return train(of, on).curves


def moved(on: CohortData, device: str) -> CohortData:
    """Return the same data on another device."""
    splits = (on.train, on.measured_train, on.val, on.test)
    return CohortData(*(Rows(of.features.to(device), of.targets.to(device)) for of in splits), on.target_scales)


def step_without_numbers(of: CohortSettings, on: CohortData) -> CapturedStep:
    """Return a step on the meta device, whose tensors hold no numbers to read, with kernels that do nothing."""
    without = moved(on, "meta")
    like = without.train.features
    parameters = initial_parameters(of.architecture, of.seeds, len(of.conditions), dtype=of.dtype, device=like.device)
    learnt_rates = LearntRates(of, len(on.train), like) if of.learns_rates else None
    if learnt_rates is not None:
        parameters = Parameters(parameters.weights, parameters.biases, learnt_rates.initial_logits())
    return CapturedStep(of, without, parameters, learnt_rates, capture=eagerly)


@contextmanager
def kernels_that_do_nothing() -> Iterator[None]:
    """Let every tensor be served by kernels that do nothing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gpu, "serves", lambda tensor: True)
        for module in ("philox", "elementwise", "cross_entropy"):
            patch.setitem(sys.modules, f"dropout_lab.kernels.gpu.{module}", MagicMock())
        yield


class ElsewhereWatch(TorchDispatchMode):
    """Collect the operations, while active, that touch a tensor which is not on the meta device."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def __torch_dispatch__(
        self, operation: Any, types: object, arguments: Sequence[Any] = (), named: Mapping[str, Any] | None = None
    ) -> Any:
        result = operation(*arguments, **(named or {}))
        tensors = [value for value in (*arguments, result) if isinstance(value, Tensor)]
        if any(tensor.device.type != "meta" for tensor in tensors):
            self.found.append(str(operation))
        return result
