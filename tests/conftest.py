"""What every test shares: one torch thread, reproducible hypothesis, and where the repository and MNIST are."""

import gc
import os
import sys
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path

import pytest
from hypothesis import settings

# Read when torch is first imported. Importing it here instead would cost every run of a few tests two seconds.
os.environ.setdefault("OMP_NUM_THREADS", "1")

settings.register_profile("dropout-lab", derandomize=True, deadline=None, max_examples=50)
settings.load_profile("dropout-lab")

ROOT = Path(__file__).resolve().parents[1]
MNIST_FILE = "train-images-idx3-ubyte.gz"


def pytest_configure(config: pytest.Config) -> None:
    """Compile the kernels before workers start, which would all compile the same ones at once."""
    if getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput"):
        from dropout_lab.kernels.loading import MEASURING, STACKS, TRAINING

        for kernels, dtype in product((STACKS, MEASURING, TRAINING), ("float32", "float64")):
            kernels.load(dtype)


def pytest_collection_finish() -> None:
    """Let the collector pass over what was imported and collected: it walked through all of it, again and again.

    A quarter of the time of the tests of verdict, report and drawing went there.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(autouse=True)
def one_torch_thread() -> Iterator[None]:
    """Take back what a test made of torch's threads, so that tests that compare bytes do not depend on their order."""
    yield
    torch = sys.modules.get("torch")
    if torch is not None and torch.get_num_threads() != 1:
        torch.set_num_threads(1)


@pytest.fixture(scope="module")
def words_drawn_once() -> Iterator[None]:
    """Keep the words of every stream that `mechanism` reads: all kinds and rates of a seed share its 10,000 draws."""
    from dropout_lab.mechanism import demonstration

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demonstration, "raw_words", cache(demonstration.raw_words))
        yield


@pytest.fixture(scope="session")
def repository_root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def mnist_root() -> Path:
    """The folder to give as `data.root` for the real MNIST; skips where it is not."""
    named = os.environ.get("DROPOUT_LAB_DATA")
    root = Path(named) if named else ROOT.parent / "shared" / "data"
    if not (root / "mnist" / MNIST_FILE).is_file():
        pytest.skip(f"{root / 'mnist' / MNIST_FILE} is not there; name the folder above mnist/ by DROPOUT_LAB_DATA")
    return root
