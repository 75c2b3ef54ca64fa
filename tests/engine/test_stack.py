"""Facts of the stack: it is only faster, its bytes repeat, and it leaves its data alone."""

import numpy as np
import pytest
import torch

from .builders import Trained, condition, data, settings, train

THREE = (condition(0, 0, 0), condition(0, 0.5, 0.5, learning_rate=0.01), condition(0.3, 0.2, 0.6, max_norm=0.9))


def assert_same_bits(mine: Trained, theirs: Trained) -> None:
    for name, curve in theirs.curves.items():
        np.testing.assert_array_equal(mine.curves[name], curve, err_msg=name)
    for a, b in zip(mine.parameters.tensors, theirs.parameters.tensors, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("optimizer", ["nesterov", "adam", "rmsprop"])
def test_a_stack_equals_each_trial_alone(optimizer: str) -> None:
    seeds = (3, 11)
    stack = train(settings(*THREE, seeds=seeds, optimizer=optimizer))
    for trial in range(6):
        one = settings(THREE[trial // 2], seeds=(seeds[trial % 2],), optimizer=optimizer)
        alone = train(one)
        for name, curve in alone.curves.items():
            np.testing.assert_allclose(stack.curves[name][:, trial], curve[:, 0], rtol=1e-9, atol=1e-12)
        for mine, theirs in zip(stack.parameters.tensors, alone.parameters.tensors, strict=True):
            np.testing.assert_allclose(mine[trial], theirs[0], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("precision", ["float32", "float64", "bfloat16"])
def test_the_same_cohort_twice_gives_the_same_bytes(precision: str) -> None:
    on = data(dtype="float64" if precision == "float64" else "float32")
    once, again = (train(settings(*THREE, precision=precision), on, keep_rows=True) for _ in range(2))
    assert_same_bits(once, again)
    for key, arrays in once.result.rows.items():
        assert [a.tobytes() for a in again.result.rows[key]] == [a.tobytes() for a in arrays]


def test_training_leaves_the_data_untouched() -> None:
    on, untouched = data(), data()
    train(settings(*THREE), on)
    for split in ("train", "measured_train", "val", "test"):
        assert torch.equal(getattr(on, split).features, getattr(untouched, split).features)
        assert torch.equal(getattr(on, split).targets, getattr(untouched, split).targets)
