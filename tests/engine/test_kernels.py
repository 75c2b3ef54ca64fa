"""The compiled kernels give what a chain of torch operations gives, and the bits of NumPy's Philox."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from dropout_lab.kernels import cross_entropy, elementwise, philox
from dropout_lab.noise import LaneMask, lane_threshold, survivor_scale

RATES = (0.0, 0.5, 0.25)
TRIALS, SEEDS, BATCH, UNITS = 6, 2, 5, 7
TOLERANCE = {torch.float32: 1e-6, torch.float64: 1e-14}
BOTH = pytest.mark.parametrize("dtype", list(TOLERANCE), ids=["float32", "float64"])


def made_up(*shape: int, dtype: torch.dtype) -> Tensor:
    return torch.from_numpy(np.random.default_rng(sum(shape)).normal(size=shape)).to(dtype)


def mask(dtype: torch.dtype) -> LaneMask:
    lanes = np.random.default_rng(0).integers(-(2**15), 2**15, size=(SEEDS, BATCH, UNITS), dtype=np.int16)
    thresholds = torch.tensor([lane_threshold(rate) for rate in RATES], dtype=torch.int32)
    scales = torch.tensor([survivor_scale(rate) for rate in RATES], dtype=dtype)
    return LaneMask(torch.from_numpy(lanes), thresholds, scales)


def of_kernel(noise: LaneMask) -> tuple[np.ndarray, ...]:
    return noise.lanes.numpy(), noise.thresholds.numpy(), noise.scales.numpy()


@pytest.mark.parametrize("n_blocks", [1, 3, 64])
@pytest.mark.parametrize(("layer", "step", "first_block"), [(0, 0, 0), (3, 12345, 7), (1, 2**40, 2**33)])
def test_the_words_are_those_of_numpys_philox(n_blocks: int, layer: int, step: int, first_block: int) -> None:
    seeds = np.array([0, 11, 2**63 - 1], dtype=np.uint64)
    words = np.empty((3, 4 * n_blocks), dtype=np.uint64)
    philox.fill_words(seeds, 5, layer, step, first_block, words)
    for seed, mine in zip(seeds, words, strict=True):
        counter = np.array([first_block, step, layer, 0], dtype=np.uint64)
        theirs = np.random.Philox(key=np.array([seed, 5], dtype=np.uint64), counter=counter).random_raw(4 * n_blocks)
        np.testing.assert_array_equal(mine, theirs)


@BOTH
def test_bias_relu_and_dropout_in_one_pass_are_those_one_after_the_other(dtype: torch.dtype) -> None:
    values, bias, noise = (
        made_up(TRIALS, BATCH, UNITS, dtype=dtype),
        made_up(TRIALS, 1, UNITS, dtype=dtype),
        mask(dtype),
    )
    expected = torch.relu(values + bias) * noise.multipliers
    elementwise.bias_relu_dropout(values.numpy(), bias.numpy(), *of_kernel(noise))
    assert torch.equal(values, expected)
    assert (values[SEEDS:] == 0).double().mean() > (values[:SEEDS] == 0).double().mean()


@BOTH
def test_bias_and_relu_without_dropout(dtype: torch.dtype) -> None:
    values, bias = made_up(TRIALS, BATCH, UNITS, dtype=dtype), made_up(TRIALS, 1, UNITS, dtype=dtype)
    expected = torch.relu(values + bias)
    elementwise.bias_relu(values.numpy(), bias.numpy())
    assert torch.equal(values, expected)


@BOTH
def test_dropout_multiplies_by_its_multipliers(dtype: torch.dtype) -> None:
    values, noise = made_up(TRIALS, BATCH, UNITS, dtype=dtype), mask(dtype)
    expected = values * noise.multipliers
    elementwise.dropout(values.numpy(), *of_kernel(noise))
    assert torch.equal(values, expected)


@BOTH
def test_the_gradient_passes_where_a_unit_is_active_and_kept(dtype: torch.dtype) -> None:
    values, gradient, noise = (*(made_up(TRIALS, BATCH, UNITS, dtype=dtype) for _ in range(2)), mask(dtype))
    gradient = gradient.flip(0).contiguous()
    before = values.clone().requires_grad_()
    (expected,) = torch.autograd.grad(torch.relu(before) * noise.multipliers, before, gradient)
    bias_gradient = torch.full((TRIALS, 1, UNITS), torch.nan, dtype=dtype)
    left = torch.relu(values) * noise.multipliers
    elementwise.relu_backward(gradient.numpy(), left.numpy(), noise.scales.numpy(), bias_gradient.numpy())
    assert torch.equal(gradient, expected)
    torch.testing.assert_close(bias_gradient, expected.sum(1, keepdim=True), rtol=0, atol=10 * TOLERANCE[dtype])


def test_what_is_not_a_number_stays_so() -> None:
    noise = mask(torch.float32)
    values, bias = torch.full((TRIALS, BATCH, UNITS), torch.nan), torch.zeros(TRIALS, 1, UNITS)
    elementwise.bias_relu_dropout(values.numpy(), bias.numpy(), *of_kernel(noise))
    assert values.isnan().all()
    gradient, bias_gradient = torch.ones_like(values), torch.zeros_like(bias)
    elementwise.relu_backward(gradient.numpy(), values.numpy(), noise.scales.numpy(), bias_gradient.numpy())
    assert (bias_gradient > 0).all()
    logits, losses = torch.zeros(1, 3, 2), torch.zeros(1, 2)
    logits[0, 2, 1] = torch.nan
    gradient = torch.empty_like(logits)
    cross_entropy.losses_and_gradient(
        logits.numpy(), np.zeros((1, 2), dtype=np.int64), losses.numpy(), gradient.numpy()
    )
    assert losses.isnan().tolist() == [[False, True]]
    assert gradient.isnan().any(1).tolist() == [[False, True]]


@BOTH
def test_rows_are_gathered_for_every_trial_of_a_seed(dtype: torch.dtype) -> None:
    rows, index = made_up(9, 4, dtype=dtype), np.array([[8, 0, 3], [1, 1, 7]])
    out = torch.empty(TRIALS, 3, 4, dtype=dtype)
    elementwise.gather_rows(rows.numpy(), index, out.numpy())
    assert torch.equal(out, rows[torch.from_numpy(index)].repeat(TRIALS // 2, 1, 1))


@BOTH
@pytest.mark.parametrize("size", [1.0, 30.0, 300.0])
def test_losses_gradient_and_predictions_are_those_of_torch(dtype: torch.dtype, size: float) -> None:
    logits = size * made_up(4, 10, 33, dtype=dtype)
    targets = torch.arange(4 * 33).view(4, 33) % 10
    expected = torch.nn.functional.cross_entropy(logits.requires_grad_(), targets, reduction="none")
    (slope,) = torch.autograd.grad(expected.mean(1).sum(), logits)
    logits, losses = logits.detach(), torch.empty(4, 33, dtype=dtype)
    gradient, predicted = torch.empty_like(logits), torch.empty(4, 33, dtype=torch.int64)
    close = {"rtol": 3 * TOLERANCE[dtype], "atol": 3 * TOLERANCE[dtype]}
    cross_entropy.losses_and_gradient(logits.numpy(), targets.numpy(), losses.numpy(), gradient.numpy())
    torch.testing.assert_close(losses, expected.detach(), **close)
    torch.testing.assert_close(gradient, slope, **close)
    losses.fill_(torch.nan)
    cross_entropy.losses_and_predictions(logits.numpy(), targets.numpy(), losses.numpy(), predicted.numpy())
    torch.testing.assert_close(losses, expected.detach(), **close)
    assert torch.equal(predicted, logits.argmax(1))


def test_the_targets_of_one_dataset_serve_all_trials() -> None:
    logits, of_one = made_up(6, 3, 8, dtype=torch.float64), torch.arange(8).view(1, 8) % 3
    losses = [torch.empty(6, 8, dtype=torch.float64) for _ in range(3)]
    predicted = torch.empty(6, 8, dtype=torch.int64)
    for targets, out in zip((of_one, of_one.expand(2, 8), of_one.expand(6, 8)), losses, strict=True):
        classes = targets.contiguous().numpy()
        cross_entropy.losses_and_predictions(logits.numpy(), classes, out.numpy(), predicted.numpy())
    assert torch.equal(losses[0], losses[1])
    assert torch.equal(losses[0], losses[2])


@pytest.mark.parametrize("target", [-1, 3])
def test_a_target_that_is_no_class_is_refused_rather_than_read_beyond_the_logits(target: int) -> None:
    logits, losses, classes = np.zeros((1, 3, 2)), np.zeros((1, 2)), np.array([[0, target]])
    with pytest.raises(ValueError, match="one of the classes"):
        cross_entropy.losses_and_gradient(logits, classes, losses, np.zeros_like(logits))
    with pytest.raises(ValueError, match="one of the classes"):
        cross_entropy.losses_and_predictions(logits, classes, losses, np.zeros_like(classes))


def test_kernels_compile_where_nothing_can_be_written(tmp_path: Path) -> None:
    code = (
        "import numba.core.caching as caching\n"
        "caching.CacheImpl._locator_classes = []\n"
        "import numpy as np\n"
        "from dropout_lab.kernels import philox\n"
        "words = np.empty((1, 4), dtype=np.uint64)\n"
        "philox.fill_words(np.zeros(1, dtype=np.uint64), 5, 0, 0, 0, words)\n"
        "print(words[0, 0])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert int(done.stdout) == np.random.Philox(key=np.array([0, 5], dtype=np.uint64)).random_raw()
