"""Facts of the Triton kernels' machine code: the interpreter lets pass what the compiler for a GPU does not.

The GPU need not be there: Triton brings its own compilers.
"""

import ast
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest

from .kernel_calls import HOME, Arrays, machine_code, noise

needs_triton = pytest.mark.skipif(find_spec("triton") is None, reason="Triton is not installed")


@pytest.fixture(scope="module")
def compiler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProcessPoolExecutor]:
    """Return a process in which Triton compiles."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("TRITON_INTERPRET", raising=False)
        patch.setenv("TRITON_CACHE_DIR", str(tmp_path_factory.mktemp("triton")))
        with ProcessPoolExecutor(1, get_context("spawn")) as process:
            yield process


def launches(dtype: str, *, is_smallest: bool = False) -> dict[str, tuple[str, Arrays, dict[str, int], str]]:
    """Return a call of every kernel at the sizes of a real net, or with one of everything, which Triton knows apart."""
    arrays, numbers = noise(dtype, **HOME)
    rows, units, classes = 128, 256, 10
    if is_smallest:
        rows, units, classes = 1, 1, 1
        arrays = {key: array[:1] if array.ndim else array for key, array in arrays.items()}
    trials = len(arrays["scales"]) * len(arrays["seeds"])
    values, bias = np.zeros((trials, rows, units), dtype), np.zeros((trials, 1, units), dtype)
    backward = {"gradient": values, "values": values, "scales": arrays["scales"], "bias_gradient": bias}
    losses = np.zeros((trials, rows), dtype)
    logits = {"logits": np.zeros((trials, rows, classes), dtype), "targets": np.zeros((trials, rows), np.int64)}
    lanes = {"out": np.zeros((len(arrays["seeds"]), rows), np.int16), "seeds": arrays["seeds"], "step": arrays["step"]}
    scattered = {"values": logits["logits"], **arrays}
    weighted = {**logits, "row_weights": losses[:1], "losses": losses}
    return {
        "forward": ("elementwise.bias_relu_dropout_", {"pre": values, "bias": bias, **arrays}, numbers, ""),
        "inputs": ("elementwise.dropout_", {"values": values, **arrays}, numbers, ""),
        "outputs": ("elementwise.dropout_", scattered, numbers, "values"),
        "backward": ("elementwise.relu_dropout_backward_", backward, {}, ""),
        "loss": ("cross_entropy.losses_and_gradient_", weighted, {}, "logits"),
        "lanes": ("philox.fill_lanes", lanes, numbers, ""),
    }


@needs_triton
@pytest.mark.parametrize("name", launches("float32"))
@pytest.mark.parametrize(
    ("dtype", "is_smallest"),
    [
        pytest.param("float32", False, id="float32"),
        pytest.param("float64", False, id="float64", marks=pytest.mark.slow),
        pytest.param("float32", True, id="one_of_everything", marks=pytest.mark.slow),
    ],
)
def test_a_kernel_compiles_for_a_gpu(
    compiler: ProcessPoolExecutor, name: str, dtype: str, *, is_smallest: bool
) -> None:
    launch = launches(dtype, is_smallest=is_smallest)[name]
    assert ".target sm_90" in compiler.submit(machine_code, *launch).result()


@needs_triton
@pytest.mark.parametrize("name", sorted(launches("float32").keys() - {"outputs"}))
def test_a_kernel_stores_sixteen_bytes_at_a_time(compiler: ProcessPoolExecutor, name: str) -> None:
    assert "st.global.v4.b32" in compiler.submit(machine_code, *launches("float32")[name]).result()


def test_nothing_imports_triton_before_a_kernel_is_wanted(repository_root: Path) -> None:
    folder = repository_root / "dropout_lab" / "kernels" / "gpu"
    kernels = {path for path in folder.glob("*.py") if path.stem != "__init__"}
    hasty = [
        f"{path.name}:{line}"
        for path in set((repository_root / "dropout_lab").rglob("*.py")) - kernels
        for line, name in imported_at_the_top(path)
        if name.startswith(("triton", "dropout_lab.kernels.gpu.")) and "is_available" not in name
    ]
    assert not hasty


def imported_at_the_top(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)
