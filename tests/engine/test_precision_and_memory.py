"""Facts of the precisions, and of the estimate of a cohort's memory."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits

from dropout_lab.evaluation import Rows
from dropout_lab.model import Architecture
from dropout_lab.training import CohortData, CohortSettings, CohortTraining, estimated_bytes

from .builders import condition, data, settings, train

BFLOAT16_ROUNDING = 2.0**-8
REFERENCE = CohortSettings(Architecture((784, 512, 512, 10)), (condition(),), (0,), batch_size=128)


def val_losses(precision: str, **options: object) -> np.ndarray:
    on = data(dtype="float64" if precision == "float64" else "float32")
    return train(settings(condition(0, 0, 0), condition(), precision=precision, **options), on).curves["val_loss"]


def test_float32_is_close_to_float64() -> None:
    np.testing.assert_allclose(val_losses("float32"), val_losses("float64"), rtol=1e-4)


def test_bfloat16_is_within_a_few_roundings_of_float32_over_an_epoch() -> None:
    in_bfloat16, in_float32 = val_losses("bfloat16", epochs=1), val_losses("float32", epochs=1)
    np.testing.assert_allclose(in_bfloat16, in_float32, rtol=4 * BFLOAT16_ROUNDING)
    assert (in_bfloat16 != in_float32).all()


def test_curves_in_bfloat16_lie_within_the_spread_of_the_seeds_in_float32() -> None:
    images, classes = load_digits(return_X_y=True)
    features = torch.from_numpy(images.astype(np.float32) / 16).unsqueeze(0)
    targets = torch.from_numpy(classes.astype(np.int64)).unsqueeze(0)
    train_rows, val = Rows(features[:, :300], targets[:, :300]), Rows(features[:, 300:700], targets[:, 300:700])
    on = CohortData(train_rows, train_rows, val, Rows(features[:, :0], targets[:, :0]), np.ones(1))
    conditions = condition(0, 0, 0, learning_rate=3e-3), condition(0, 0.5, 0.5, learning_rate=3e-3)
    of = settings(*conditions, widths=(64, 64, 64, 10), seeds=tuple(range(5)), batch_size=64, epochs=20)
    exact, rounded = (train(replace(of, precision=precision), on) for precision in ("float32", "bfloat16"))
    for name in ("train_loss", "val_loss", "val_accuracy"):
        by_seed, mean = exact.curves[name].reshape(20, 2, 5), rounded.curves[name].reshape(20, 2, 5).mean(2)
        assert (by_seed.min(2) <= mean).all(), name
        assert (mean <= by_seed.max(2)).all(), name
    assert not np.array_equal(exact.curves["val_loss"], rounded.curves["val_loss"])


@pytest.mark.parametrize("precision", ["float32", "tf32", "bfloat16"])
def test_parameters_stay_float32_below_float64(precision: str) -> None:
    training = CohortTraining(settings(precision=precision), data(dtype="float32"))
    assert {parameter.dtype for parameter in training._parameters.tensors} == {torch.float32}


def test_all_precisions_begin_with_the_same_weights_to_rounding() -> None:
    in_float64 = CohortTraining(settings(), data())._parameters
    in_float32 = CohortTraining(settings(precision="float32"), data(dtype="float32"))._parameters
    for wide, narrow in zip(in_float64.tensors, in_float32.tensors, strict=True):
        assert torch.equal(wide.float(), narrow)


@pytest.mark.parametrize(("conditions", "seeds"), [(9, 5), (1, 7), (3, 1)])
def test_the_estimate_grows_linearly_in_the_trials(conditions: int, seeds: int) -> None:
    many = replace(REFERENCE, conditions=(condition(),) * conditions, seeds=tuple(range(seeds)))
    assert estimated_bytes(many) == conditions * seeds * estimated_bytes(REFERENCE)


def test_float64_takes_twice_the_memory_of_float32() -> None:
    assert estimated_bytes(replace(REFERENCE, precision="float64")) == 2 * estimated_bytes(REFERENCE)


@pytest.mark.parametrize(("optimizer", "copies"), [("sgd", 4), ("momentum", 5), ("rmsprop", 5), ("adamw", 6)])
def test_the_estimate_counts_what_the_optimizer_remembers(optimizer: str, copies: int) -> None:
    parameters_alone = estimated_bytes(replace(REFERENCE, optimizer=optimizer, batch_size=0))
    assert parameters_alone == copies * 669_706 * 4


@pytest.mark.parametrize("scaling", ["inverted", "inference"])
@pytest.mark.parametrize("kind", ["bernoulli", "gaussian", "alpha", "dropconnect", "concrete"])
def test_the_estimate_covers_the_tensors_that_a_cohort_holds(kind: str, scaling: str) -> None:
    its = condition(0.2, 0.5, 0.5, noise={"output_rate": 0.2, "scaling": scaling})
    of = settings(its, its, precision="float32", widths=(8, 64, 32, 3), batch_size=22, noise_kind=kind)
    training = CohortTraining(of, data(dtype="float32"))
    list(training.epochs())
    extra = [training._step._net.__dict__.get("_thinned"), training._weight_scaling.__dict__.get("_scaled")]
    held = sum(tensor.nbytes for parameters in extra if parameters is not None for tensor in parameters.tensors)
    held += 4 * sum(parameter.nbytes for parameter in training._parameters.tensors)
    held += sum(slot.nbytes for group in training._step._optimizer._groups for slots in group.slots for slot in slots)
    workspace = training._step._workspaces[22]
    buffers = [workspace.inputs, *workspace.kept, *workspace.activated, *workspace.gradients, workspace.outputs]
    held += sum(buffer.nbytes for buffer in buffers) + training._step._noise._buffers.n_bytes
    assert held <= estimated_bytes(of) <= 1.5 * held
