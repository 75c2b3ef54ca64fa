"""Trial by trial gives what layer by layer gives, and the same bits whatever stands beside a trial."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from dropout_lab.evaluation import eval_mode
from dropout_lab.kernels import trialwise
from dropout_lab.losses import losses_and_gradient
from dropout_lab.model import (
    Architecture,
    Products,
    StackedMLP,
    TrialwiseNets,
    Workspace,
    goes_trialwise,
    initial_parameters,
    is_dropout_on_values,
    one_blas_thread,
)
from dropout_lab.training import CohortSettings, CohortTraining, step

from .builders import condition, data, noise_source, rows, settings, train

ROUNDING = {"float32": 2e-6, "float64": 1e-14}
DEPTHS = pytest.mark.parametrize(
    "hidden", [(), (5,), (12, 7), (4, 12, 6, 9)], ids=lambda hidden: f"{len(hidden)} hidden"
)
RATES = (0.3, 0.5, 0.0, 0.2, 0.6)


def settings_of(hidden: tuple[int, ...], precision: str = "float64") -> CohortSettings:
    rates = [(0.2 * (k == 1), *(RATES[(k + layer) % 5] for layer in range(len(hidden)))) for k in range(3)]
    return settings(*(condition(*of) for of in rates), widths=(8, *hidden, 3), precision=precision)


@pytest.mark.parametrize("precision", list(ROUNDING))
@DEPTHS
def test_losses_and_gradients_are_those_of_the_stack(hidden: tuple[int, ...], precision: str) -> None:
    of, like = settings_of(hidden, precision), torch.zeros((), dtype=getattr(torch, precision))
    parameters = initial_parameters(of.architecture, of.seeds, 3, dtype=like.dtype, device=like.device)
    source, batch = noise_source(of), rows(10, n_datasets=6, dtype=precision)
    targets = batch.targets[:2]
    workspaces = [Workspace(of.architecture, 6, 10, like) for _ in range(2)]
    for workspace in workspaces:
        workspace.inputs.copy_(batch.features)
    noise = source.draw(3, 10)
    assert is_dropout_on_values(noise)
    net = StackedMLP(of.architecture, parameters, Products())
    expected, gradient = losses_and_gradient("classification", net.forward(workspaces[0], noise), targets)
    net.backward(workspaces[0], noise, gradient)
    mine = parameters.empty_like()
    with one_blas_thread():
        losses = TrialwiseNets(of.architecture, parameters, mine, 3).backpropagate(
            workspaces[1].inputs, targets.contiguous(), noise
        )
    close = {"rtol": ROUNDING[precision], "atol": ROUNDING[precision]}
    torch.testing.assert_close(losses, expected, **close)
    for a, b in zip(mine.tensors, net.gradients.tensors, strict=True):
        torch.testing.assert_close(a, b, **close)


@DEPTHS
@pytest.mark.parametrize("n_datasets", [1, 2])
def test_what_is_measured_is_what_layer_by_layer_measures(
    hidden: tuple[int, ...], n_datasets: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    of, on = settings_of(hidden), data(n_datasets=n_datasets)
    mine = train(of, on, keep_rows=True)
    monkeypatch.setattr(eval_mode, "goes_trialwise", lambda *_: False)
    theirs = train(of, on, keep_rows=True)
    for name, curve in theirs.curves.items():
        np.testing.assert_allclose(mine.curves[name], curve, rtol=1e-13, atol=1e-14, err_msg=name)
    for key, (losses, predicted) in theirs.result.rows.items():
        np.testing.assert_allclose(mine.result.rows[key][0], losses, rtol=1e-6)
        np.testing.assert_array_equal(mine.result.rows[key][1], predicted)


@pytest.mark.parametrize("n_threads", [1, 2, 3])
def test_rows_are_measured_alike_on_any_number_of_threads(n_threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dropout_lab.model.trialwise.CHUNK_ROWS", 4)
    before = torch.get_num_threads()
    try:
        results = []
        for threads in (1, n_threads):
            torch.set_num_threads(threads)
            results.append(train(settings_of((12, 7)), keep_rows=True))
    finally:
        torch.set_num_threads(before)
    for key, (losses, _) in results[0].result.rows.items():
        np.testing.assert_array_equal(results[1].result.rows[key][0], losses)


@pytest.mark.parametrize("precision", list(ROUNDING))
def test_the_gradients_of_a_trial_have_the_same_bits_in_any_company(precision: str) -> None:
    of, on = settings_of((12, 7), precision), data(dtype=precision)

    def gradients(of: CohortSettings) -> tuple[Tensor, ...]:
        training = CohortTraining(replace(of, n_steps=1), on)
        next(training.epochs())
        return training._step._net.gradients.tensors

    together = gradients(of)
    for number, one in enumerate(of.conditions):
        for place, seed in enumerate(of.seeds):
            alone = gradients(replace(of, conditions=(one,), seeds=(seed,)))
            for mine, theirs in zip(together, alone, strict=True):
                assert torch.equal(mine[2 * number + place], theirs[0])


@pytest.mark.parametrize(
    ("shape", "task", "products", "goes"),
    [
        (Architecture((8, 5, 3)), "classification", Products(), True),
        (Architecture((8, 5, 3), "tanh"), "classification", Products(), False),
        (Architecture((8, 5, 1)), "regression", Products(), False),
        (Architecture((8, 5, 3)), "classification", Products(torch.bfloat16), False),
    ],
    ids=["relu and classes", "tanh", "regression", "bfloat16"],
)
def test_only_relu_nets_of_classes_at_full_precision_go_trial_by_trial(
    shape: Architecture, task: str, products: Products, goes: bool
) -> None:
    assert goes_trialwise(shape, task, products, torch.zeros(1)) is goes
    assert not goes_trialwise(shape, task, products, torch.zeros(1, device="meta"))


def test_the_blas_library_of_the_kernels_is_held_to_one_thread_even_before_their_first_call() -> None:
    code = (
        "from threadpoolctl import threadpool_info\n"
        "from dropout_lab.model import one_blas_thread\n"
        "with one_blas_thread():\n"
        "    blas = [of for of in threadpool_info() if of['user_api'] == 'blas' and 'scipy' in of['filepath']]\n"
        "    print(bool(blas), {of['num_threads'] for of in blas})"
    )
    environment = {key: value for key, value in os.environ.items() if key != "OMP_NUM_THREADS"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment, timeout=120
    )
    if done.stdout.startswith("False"):
        pytest.skip("SciPy's BLAS has no threads that can be set here")
    assert done.stdout.split() == ["True", "{1}"]


def forget_the_bias_gradients(arguments: dict[str, Any], gradients: list[Tensor]) -> None:
    gradients[-1].zero_()


def take_another_layers_lanes(arguments: dict[str, Any], gradients: list[Tensor]) -> None:
    arguments["lanes"] = arguments["lanes"][::-1].copy()


def take_another_conditions_rate(arguments: dict[str, Any], gradients: list[Tensor]) -> None:
    arguments["thresholds"] = np.roll(arguments["thresholds"], 1, axis=1)


def forget_the_scales(arguments: dict[str, Any], gradients: list[Tensor]) -> None:
    arguments["scales"] = np.ones_like(arguments["scales"])


def take_another_seeds_targets(arguments: dict[str, Any], gradients: list[Tensor]) -> None:
    arguments["targets"] = arguments["targets"][::-1].copy()


@pytest.mark.parametrize(
    "breaking",
    [
        forget_the_bias_gradients,
        take_another_layers_lanes,
        take_another_conditions_rate,
        forget_the_scales,
        take_another_seeds_targets,
    ],
    ids=lambda breaking: breaking.__name__,
)
def test_a_broken_pass_differs_from_the_stack(
    breaking: Callable[[dict[str, Any], list[Tensor]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    of = settings(condition(0, 0.5, 0.3), condition(0, 0.2, 0.6), widths=(8, 9, 9, 3))
    original, names = trialwise.backpropagate, trialwise.backpropagate.py_func.__code__.co_varnames
    gradients: list[Tensor] = []

    def broken(*values: Any) -> None:
        arguments = dict(zip(names, values, strict=False))
        if breaking is not forget_the_bias_gradients:
            breaking(arguments, gradients)
        original(*arguments.values())
        if breaking is forget_the_bias_gradients:
            breaking(arguments, gradients)

    def remembering(self: step.EagerStep, *args: Any) -> Tensor:
        gradients[:] = [*self._net.gradients.tensors]
        return descend(self, *args)

    descend = step.EagerStep._backpropagate
    monkeypatch.setattr(step.EagerStep, "_backpropagate", remembering)
    monkeypatch.setattr(trialwise, "backpropagate", broken)
    mine = train(of)
    monkeypatch.setattr(step, "goes_trialwise", lambda *_: False)
    theirs = train(of)
    assert not np.allclose(mine.curves["val_loss"], theirs.curves["val_loss"], rtol=1e-9)
