"""Facts of the Triton kernels: the same bits as NumPy's Philox, the same masks as the CPU's, the same sums as torch's.

Every fact is checked in Triton's interpreter, and with ``-m gpu`` on a CUDA device.
"""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from multiprocessing import get_context

import numpy as np
import pytest
import torch

from dropout_lab.noise import Bernoulli
from dropout_lab.randomness import Purpose

from .builders import data, train
from .captured import curves_by_triton
from .kernel_calls import HOME, RATES, SEEDS, Arrays, Call, call, noise
from .test_oracle import NOISES

SHAPES = [
    pytest.param((3, 5), id="less_than_a_philox_block"),
    pytest.param((7, 16), id="whole_philox_blocks"),
    pytest.param((130, 17), id="two_programs"),
]
TYPES = ["float32", "float64"]
TOLERANCE = {"float32": 3e-6, "float64": 1e-14}

pytestmark = pytest.mark.skipif(find_spec("triton") is None, reason="Triton is not installed")


@pytest.fixture(scope="module")
def interpreter() -> Iterator[ProcessPoolExecutor]:
    """Return a process in which Triton interprets its kernels."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRITON_INTERPRET", "1")
        with ProcessPoolExecutor(1, get_context("spawn")) as process:
            yield process


@pytest.fixture(scope="module", params=["interpreter", pytest.param("cuda", marks=pytest.mark.gpu)])
def kernel(request: pytest.FixtureRequest) -> Call:
    """Return a function that calls a kernel."""
    if request.param == "cuda":
        if not torch.cuda.is_available():
            pytest.skip("there is no CUDA device")
        return partial(call, device="cuda")
    process = request.getfixturevalue("interpreter")
    return lambda *arguments, **named: process.submit(call, *arguments, **named).result()


def philox_lanes(count: int, *, step: int, layer: int, first: int = 0) -> np.ndarray:
    """Return the lanes of every seed, ``[seeds, count]``, from NumPy's own generator, set to the first lane's block."""
    counter = np.array([first // 16, step, layer, 0], np.uint64)
    keys = np.array([(seed, Purpose.DROPOUT_NOISE) for seed in SEEDS], np.uint64)
    words = [np.random.Philox(key=key, counter=counter).random_raw(count // 4 + 5) for key in keys]
    return np.stack(words).astype("<u8").view("<i2")[:, first % 16 :][:, :count]


def multipliers(shape: tuple[int, int], dtype: str, *, step: int, layer: int) -> np.ndarray:
    """Return what Bernoulli noise makes of NumPy's lanes: ``[trials, *shape]``."""
    lanes = torch.from_numpy(philox_lanes(shape[0] * shape[1], step=step, layer=layer)).view(1, len(SEEDS), *shape)
    law, like = Bernoulli(), torch.zeros((), dtype=getattr(torch, dtype))
    coefficients = [like.new_tensor(c).view(-1, 1, 1, 1) for c in zip(*map(law.coefficients, RATES), strict=True)]
    drawn = law.draw(lanes, coefficients, [like.new_empty((len(RATES), len(SEEDS), *shape))])
    return drawn.flatten_trials().multipliers.numpy()


def normal(*shape: int, dtype: str, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype(dtype)


@pytest.mark.parametrize(("first", "count"), [(0, 37), (5, 11), (16, 2050), (4099, 17), (2**33, 5)])
def test_the_lanes_are_those_of_numpys_philox(kernel: Call, first: int, count: int) -> None:
    arrays = {"out": np.zeros((2, count), np.int16), "seeds": np.array(SEEDS), "step": np.array(7)}
    numbers = {"purpose": Purpose.DROPOUT_NOISE, "layer": 2, "first_lane": first}
    expected = philox_lanes(count, step=7, layer=2, first=first)
    np.testing.assert_array_equal(kernel("philox.fill_lanes", arrays, numbers)["out"], expected)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("step", "layer"), [(0, 0), (2**40, 3)])
def test_the_masks_are_bernoullis_bit_for_bit(kernel: Call, shape: tuple[int, int], step: int, layer: int) -> None:
    arrays, numbers = noise("float32", step=step, layer=layer)
    values = np.ones((len(RATES) * len(SEEDS), *shape), np.float32)
    after = kernel("elementwise.dropout_", {"values": values, **arrays}, numbers)
    np.testing.assert_array_equal(after["values"], multipliers(shape, "float32", step=step, layer=layer))


def test_values_stored_units_first_meet_the_same_masks(kernel: Call) -> None:
    arrays, numbers = noise("float32", **HOME)
    values = normal(len(RATES) * len(SEEDS), 6, 10, dtype="float32")
    after = kernel("elementwise.dropout_", {"values": values, **arrays}, numbers, stored_transposed="values")
    np.testing.assert_array_equal(after["values"], values * multipliers((6, 10), "float32", **HOME))


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("shape", SHAPES)
def test_forward_is_bias_then_relu_then_dropout(kernel: Call, shape: tuple[int, int], dtype: str) -> None:
    arrays, numbers = noise(dtype, **HOME)
    pre = normal(len(RATES) * len(SEEDS), *shape, dtype=dtype)
    bias = normal(len(pre), 1, shape[1], dtype=dtype, seed=1)
    after = kernel("elementwise.bias_relu_dropout_", {"pre": pre, "bias": bias, **arrays}, numbers)
    np.testing.assert_array_equal(after["pre"], np.maximum(pre + bias, 0) * multipliers(shape, dtype, **HOME))


def test_forward_without_noise_is_bias_then_relu(kernel: Call) -> None:
    arrays, numbers = noise("float32", **HOME)
    pre, bias = normal(4, 3, 5, dtype="float32"), normal(4, 1, 5, dtype="float32", seed=1)
    none = {"thresholds": None, "scales": None}
    after = kernel("elementwise.bias_relu_dropout_", {"pre": pre, "bias": bias, **arrays, **none}, numbers)
    np.testing.assert_array_equal(after["pre"], np.maximum(pre + bias, 0))


def test_what_is_not_a_number_stays_so_even_where_it_is_dropped(kernel: Call) -> None:
    arrays, numbers = noise("float32", **HOME)
    pre = np.full((len(RATES) * len(SEEDS), 2, 3), np.nan, np.float32)
    after = kernel("elementwise.bias_relu_dropout_", {"pre": pre, "bias": pre[:, :1], **arrays}, numbers)
    assert np.isnan(after["pre"]).all()
    assert np.isnan(kernel("elementwise.dropout_", {"values": pre, **arrays}, numbers)["values"]).all()


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("shape", [*SHAPES, pytest.param((5, 70), id="three_blocks_of_units")])
def test_backward_is_autograds(kernel: Call, shape: tuple[int, int], dtype: str) -> None:
    pre = torch.from_numpy(normal(len(RATES) * len(SEEDS), *shape, dtype=dtype)).requires_grad_()
    left = pre.relu() * torch.from_numpy(multipliers(shape, dtype, **HOME))
    gradient = normal(*pre.shape, dtype=dtype, seed=1)
    left.backward(torch.from_numpy(gradient))
    arrays = {
        "gradient": gradient,
        "values": left.detach().numpy(),
        "scales": noise(dtype, **HOME)[0]["scales"],
        "bias_gradient": np.full((len(pre), 1, shape[1]), np.nan, dtype),
    }
    after = kernel("elementwise.relu_dropout_backward_", arrays, {})
    np.testing.assert_array_equal(after["gradient"], pre.grad)
    sums = pre.grad.double().sum(1, keepdim=True)
    np.testing.assert_allclose(after["bias_gradient"], sums, rtol=0, atol=100 * TOLERANCE[dtype])


def test_backward_without_noise_is_relus_and_lets_what_is_not_a_number_pass(kernel: Call) -> None:
    values = np.array([[[0.0, 2.0, np.nan]]], np.float32)
    arrays = {"gradient": np.full_like(values, 3), "values": values, "scales": None, "bias_gradient": values.copy()}
    after = kernel("elementwise.relu_dropout_backward_", arrays, {})
    np.testing.assert_array_equal(after["gradient"], [[[0, 3, 3]]])
    np.testing.assert_array_equal(after["bias_gradient"], [[[0, 3, 3]]])


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize(
    "stored_transposed", [pytest.param("logits", id="classes_first"), pytest.param("", id="rows_first")]
)
@pytest.mark.parametrize(
    ("rows", "classes"), [pytest.param(5, 2, id="small"), pytest.param(130, 10, id="two_programs"), (3, 300)]
)
def test_losses_and_gradient_are_torchs_over_the_rows_that_count(
    kernel: Call, rows: int, classes: int, stored_transposed: str, dtype: str
) -> None:
    generator = np.random.default_rng(0)
    logits = 5 * normal(2, rows, classes, dtype=dtype)
    targets = generator.integers(classes, size=(2, rows))
    weights = (np.arange(rows) < rows - 2).astype(dtype)[None]
    wanted = torch.from_numpy(logits).double().requires_grad_()
    losses = torch.nn.functional.cross_entropy(wanted.mT, torch.from_numpy(targets), reduction="none")
    losses[:, : rows - 2].mean(1).sum().backward()
    arrays = {
        "logits": logits,
        "targets": targets,
        "row_weights": weights,
        "losses": np.full((2, rows), np.nan, dtype),
    }
    after = kernel("cross_entropy.losses_and_gradient_", arrays, {}, stored_transposed=stored_transposed)
    np.testing.assert_allclose(
        after["losses"], losses.detach().numpy() * weights, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype]
    )
    np.testing.assert_allclose(after["logits"], wanted.grad, rtol=0, atol=TOLERANCE[dtype])


def test_every_trial_may_weigh_its_rows_differently(kernel: Call) -> None:
    arrays = {
        "logits": np.zeros((2, 2, 4)),
        "targets": np.zeros((2, 2), np.int64),
        "row_weights": np.array([[1.0, 0.0], [1.0, 3.0]]),
        "losses": np.empty((2, 2)),
    }
    after = kernel("cross_entropy.losses_and_gradient_", arrays, {})
    np.testing.assert_allclose(after["losses"], np.log(4) * arrays["row_weights"])
    np.testing.assert_allclose(after["logits"][..., 0], [[-0.75, 0], [-0.75 / 4, -0.75 * 3 / 4]])


def test_a_diverged_trial_keeps_its_loss_and_leaves_its_neighbour_alone(kernel: Call) -> None:
    logits = normal(2, 3, 4, dtype="float32")
    logits[0, 1, 2] = np.nan
    arrays = {
        "logits": logits,
        "targets": np.zeros((2, 3), np.int64),
        "row_weights": np.ones((1, 3), np.float32),
        "losses": np.zeros((2, 3), np.float32),
    }
    after = kernel("cross_entropy.losses_and_gradient_", arrays, {})
    np.testing.assert_array_equal(np.isnan(after["losses"]), [[False, True, False], [False] * 3])


WRONG = {
    "type_of_the_thresholds": {"thresholds": np.zeros(len(RATES), np.int16)},
    "thresholds_without_scales": {"scales": None},
    "number_of_scales": {"scales": np.ones(2, np.float32)},
    "type_of_the_step": {"step": np.array(7, np.int32)},
    "number_of_trials": {"pre": np.zeros((3, 2, 4), np.float32), "bias": np.zeros((3, 1, 4), np.float32)},
    "shape_of_the_bias": {"bias": np.zeros((10, 4), np.float32)},
}


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG.keys())
def test_a_tensor_that_a_kernel_would_read_past_is_refused(kernel: Call, change: Arrays) -> None:
    arrays, numbers = noise("float32", **HOME)
    right = {"pre": np.zeros((10, 2, 4), np.float32), "bias": np.zeros((10, 1, 4), np.float32), **arrays}
    with pytest.raises(ValueError, match="Got"):
        kernel("elementwise.bias_relu_dropout_", {**right, **change}, numbers)


@pytest.mark.gpu
def test_a_captured_kernel_draws_anew_when_the_step_moves_on() -> None:
    if not torch.cuda.is_available():
        pytest.skip("there is no CUDA device")
    from dropout_lab.kernels.gpu.elementwise import dropout_

    arrays, numbers = noise("float32", **HOME)
    tensors = {key: torch.from_numpy(array).cuda() for key, array in arrays.items()}
    values = torch.ones((len(RATES) * len(SEEDS), 7, 16), device="cuda")
    dropout_(values.clone(), **tensors, **numbers)  # compiles
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        values.fill_(1)
        dropout_(values, **tensors, **numbers)
    for step in (0, 1, 2**40):
        tensors["step"].fill_(step)
        graph.replay()
        expected = multipliers((7, 16), "float32", step=step, layer=HOME["layer"])
        np.testing.assert_array_equal(values.cpu().numpy(), expected)


@pytest.mark.parametrize(
    "option",
    [
        pytest.param("schedules", id="masks drawn where they are applied"),
        pytest.param("dropconnect", id="masks of lanes", marks=pytest.mark.slow),
        pytest.param("scaling at inference", id="scaling at inference", marks=pytest.mark.slow),
        pytest.param("gaussian", id="gaussian", marks=pytest.mark.slow),
        pytest.param("concrete", id="concrete", marks=pytest.mark.slow),
        pytest.param("an output rate", id="another activation", marks=pytest.mark.slow),
    ],
)
def test_triton_kernels_train_as_the_cpu_does(interpreter: ProcessPoolExecutor, option: str) -> None:
    activation = "tanh" if option == "an output rate" else "relu"
    conditions = NOISES[option].conditions[-3:]
    of = replace(NOISES[option].cohort(n_steps=3, activation=activation), seeds=(3, 11), conditions=conditions)
    expected = train(of, data()).curves
    for name, curve in interpreter.submit(curves_by_triton, of, data()).result().items():
        np.testing.assert_allclose(curve, expected[name], rtol=1e-10, atol=1e-12, err_msg=name)
