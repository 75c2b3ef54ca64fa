"""Facts of the step that a CUDA graph records: the same training as step by step, the padding included.

Without a CUDA device every replay is a call; with ``-m gpu`` the graph is captured and replayed.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from unittest.mock import MagicMock

import numpy as np
import pytest
import torch

from dropout_lab.losses import losses_and_gradient
from dropout_lab.metrics import TaskName
from dropout_lab.optimizers import Schedule
from dropout_lab.training import CohortTraining
from dropout_lab.training.batches import BatchOrder, PaddedBatches
from dropout_lab.training.captured import CapturedStep, run_and_capture

from . import captured_breaks
from .builders import Trained, data, rows, settings, train
from .captured import (
    ElsewhereWatch,
    captured_steps,
    kernels_that_do_nothing,
    moved,
    step_without_numbers,
    train_captured,
)
from .test_oracle import NOISES, OPTIMIZERS, OPTIONS, Option, assert_equals_the_plain_loop

CUT_SHORT = {
    "schedules of the rate": replace(NOISES["schedules"], settings={"seeds": (11,), "n_steps": 8}),
    "a schedule of the learning rate": Option(settings={"schedule": Schedule("linear"), "n_steps": 4}),
    "a single step": Option(settings={"n_steps": 1}),
}
ALL = OPTIONS | NOISES | {f"cut short: {name}": option for name, option in CUT_SHORT.items()}


def assert_same_training(mine: Trained, theirs: Trained, rtol: float, atol: float = 1e-12) -> None:
    assert (mine.epochs, mine.result.n_steps) == (theirs.epochs, theirs.result.n_steps)
    for name, curve in theirs.curves.items():
        np.testing.assert_allclose(mine.curves[name], curve, rtol=rtol, atol=atol, err_msg=name)
    for a, b in zip(mine.parameters.tensors, theirs.parameters.tensors, strict=True):
        np.testing.assert_allclose(a.cpu(), b.cpu(), rtol=rtol, atol=atol)


@pytest.mark.parametrize("option", ALL)
def test_in_float64_a_captured_training_equals_the_eager_one(option: str) -> None:
    of, on = ALL[option].cohort(), data(**ALL[option].data)
    assert_same_training(train_captured(of, on), train(of, on), rtol=1e-11)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_in_float64_every_captured_optimizer_equals_the_plain_loop(optimizer: str) -> None:
    of = OPTIONS["everything in one cohort"].cohort(optimizer=optimizer, n_steps=5)
    with captured_steps():
        assert_equals_the_plain_loop(of, data(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("option", ["schedules", "dropconnect, schedules", "concrete, regression"])
def test_in_float64_captured_noise_equals_the_plain_loop(option: str) -> None:
    of, on = NOISES[option].cohort(n_steps=5), data(**NOISES[option].data)
    with captured_steps():
        assert_equals_the_plain_loop(of, on, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_a_captured_training_in_other_precisions_equals_the_eager_one(precision: str) -> None:
    of, on = OPTIONS["everything in one cohort"].cohort(precision=precision), data(dtype="float32")
    tolerance = {"float32": 1e-4, "bfloat16": 0.05}[precision]
    theirs = train(of, on).curves["train_loss"]
    np.testing.assert_allclose(train_captured(of, on).curves["train_loss"], theirs, rtol=tolerance)


def test_on_a_cpu_nothing_is_captured() -> None:
    assert not isinstance(CohortTraining(settings(), data())._step, CapturedStep)


def test_an_update_runs_once_before_it_is_recorded_on_the_same_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    told = MagicMock()
    for name in ("current_stream", "Stream", "stream", "CUDAGraph", "graph"):
        monkeypatch.setattr(torch.cuda, name, getattr(told, name))
    replay = run_and_capture(told.update)
    aside, graph = told.Stream.return_value, told.CUDAGraph.return_value
    steps = [name for name, _, _ in told.mock_calls if name in {"stream", "graph", "update"}]
    assert steps == ["stream", "update", "graph", "update"]
    assert told.stream.call_args.args == (aside,)
    assert (told.graph.call_args.args, told.graph.call_args.kwargs["stream"]) == ((graph,), aside)
    assert replay is graph.replay


@pytest.mark.parametrize("n_datasets", [1, 2], ids=["one dataset", "a dataset for every seed"])
def test_padded_batches_are_the_batches_and_rows_of_zeros_that_weigh_nothing(n_datasets: int) -> None:
    train_rows, seeds = rows(22, first=1, n_datasets=n_datasets), (3, 11)
    plain, padded = BatchOrder(train_rows, seeds, 2), PaddedBatches(train_rows, seeds, 2, 8)
    for epoch in (0, 1, 4):
        plain.begin_epoch(epoch)
        padded.begin_epoch(epoch)
        padded.draw_ahead(epoch + 1)
        for batch, (start, stop) in enumerate([(0, 8), (8, 16), (16, 22)]):
            expected, features = torch.empty(4, stop - start, 8).double(), torch.full((4, 8, 8), torch.nan).double()
            targets = plain.take(start, stop, out=expected)
            padded_targets, weights = padded.take_batch(torch.tensor([batch]), out=features)
            n_rows = stop - start
            assert torch.equal(features[:, :n_rows], expected)
            assert torch.equal(padded_targets[:, :n_rows], targets)
            assert weights.tolist() == [[1.0] * n_rows + [0.0] * (8 - n_rows)]
            assert (features[:, n_rows:] == 0).all()


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_a_row_that_weighs_nothing_changes_nothing_even_where_its_loss_is_infinite(task: TaskName) -> None:
    on = rows(6, task=task)
    outputs = torch.randn(2, 8, 3 if task == "classification" else 1, generator=torch.Generator().manual_seed(0))
    outputs = outputs.double()
    outputs[:, 6:] = torch.tensor([torch.inf, torch.nan]).view(2, 1)
    targets = torch.cat([on.targets, on.targets[:, :1], on.targets[:, :1]], 1).expand(2, 8)
    weights = torch.tensor([[1.0] * 6 + [0.0] * 2]).double()
    losses, gradient = losses_and_gradient(task, outputs, targets, weights)
    expected = losses_and_gradient(task, outputs[:, :6], targets[:, :6])
    torch.testing.assert_close((losses[:, :6], gradient[:, :6]), expected, rtol=1e-13, atol=1e-15)
    assert (losses[:, 6:] == 0).all()
    assert (gradient[:, 6:] == 0).all()


def test_weighted_losses_have_the_gradient_of_their_weighted_mean() -> None:
    outputs = torch.randn(2, 4, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0)).requires_grad_()
    targets, weights = torch.tensor([[0, 2, 1, 1], [2, 2, 0, 1]]), torch.tensor([[1.0, 0.5, 0.0, 2.0]]).double()
    losses, gradient = losses_and_gradient("classification", outputs.detach(), targets, weights)
    wanted = weights * torch.nn.functional.cross_entropy(outputs.mT, targets, reduction="none")
    (wanted.sum() / weights.sum()).backward()
    torch.testing.assert_close((losses, gradient), (wanted.detach(), outputs.grad))


@pytest.mark.parametrize("option", ["everything in one cohort", "regression", *NOISES])
def test_an_update_touches_the_device_alone_and_reads_no_number_of_it(option: str) -> None:
    of, on = ALL[option].cohort(optimizer="rmsprop"), data(**ALL[option].data)  # fused kernels want a real device
    with kernels_that_do_nothing():
        step = step_without_numbers(of, on)
        step._update()  # fills tables
        with ElsewhereWatch() as watch:
            step._update()
    assert watch.found == []


SAME, CUT = test_in_float64_a_captured_training_equals_the_eager_one, "cut short: schedules of the rate"
FACTS = [
    (captured_breaks.let_the_padding_count, partial(SAME, "rates of every kind")),
    (captured_breaks.let_the_padding_count, partial(SAME, "regression")),
    (captured_breaks.train_on_the_first_batch_alone, partial(SAME, "whole batches only")),
    (captured_breaks.keep_the_rates_of_the_first_epoch, partial(SAME, CUT)),
    (captured_breaks.forget_the_schedule_of_the_learning_rate, partial(SAME, "linear schedule")),
    (captured_breaks.carry_the_objective_over_to_the_next_epoch, partial(SAME, "gaussian")),
    (
        captured_breaks.read_the_step_on_the_cpu,
        partial(test_an_update_touches_the_device_alone_and_reads_no_number_of_it, "gaussian"),
    ),
    (
        captured_breaks.make_the_rates_anew_in_every_update,
        partial(test_an_update_touches_the_device_alone_and_reads_no_number_of_it, "schedules"),
    ),
]


@pytest.mark.parametrize(("breaking", "fact"), FACTS, ids=lambda of: getattr(of, "__name__", ""))
def test_a_broken_capture_fails_the_fact_that_names_it(
    breaking: Callable[[pytest.MonkeyPatch], None], fact: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    fact()
    breaking(monkeypatch)
    with pytest.raises((AssertionError, RuntimeError)):
        fact()


needs_a_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")


@pytest.mark.gpu
@needs_a_gpu
@pytest.mark.parametrize("option", ALL)
def test_on_a_gpu_a_training_equals_the_cpus(option: str) -> None:
    of, on = ALL[option].cohort(), data(**ALL[option].data)
    is_exact = of.schedule.kind == "constant"  # fused kernels read a scheduled learning rate as float32
    rtol, atol = (1e-9, 1e-12) if is_exact else (1e-5, 1e-6)
    assert_same_training(train(of, moved(on, "cuda")), train(of, on), rtol, atol)


@pytest.mark.gpu
@needs_a_gpu
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_on_a_gpu_every_optimizer_updates_as_on_the_cpu(optimizer: str) -> None:
    of = Option().cohort(optimizer=optimizer)
    assert_same_training(train(of, moved(data(), "cuda")), train(of, data()), rtol=1e-9)


@pytest.mark.gpu
@needs_a_gpu
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_on_a_gpu_the_same_cohort_twice_gives_the_same_bytes(precision: str) -> None:
    of, on = ALL["schedules"].cohort(precision=precision), moved(data(dtype="float32"), "cuda")
    once, again = (train(of, on) for _ in range(2))
    for name, curve in once.curves.items():
        np.testing.assert_array_equal(again.curves[name], curve, err_msg=name)
    assert all(torch.equal(a, b) for a, b in zip(once.parameters.tensors, again.parameters.tensors, strict=True))


@pytest.mark.gpu
@needs_a_gpu
@pytest.mark.parametrize("option", ["everything in one cohort", "regression", *NOISES])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_on_a_gpu_an_update_is_captured_and_never_waits(option: str, optimizer: str) -> None:
    of = ALL[option].cohort(optimizer=optimizer)
    training = CohortTraining(of, moved(data(**ALL[option].data), "cuda"))
    next(training.epochs())
    assert isinstance(training._step, CapturedStep)
    torch.cuda.set_sync_debug_mode("error")
    try:
        with torch.inference_mode():
            training._step._replay()
            training._step._update()
    finally:
        torch.cuda.set_sync_debug_mode("default")
