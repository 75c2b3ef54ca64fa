"""What the device can do at best, measured where the benchmark runs: products, and bytes to and from its memory."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch

PRECISIONS = ("float32", "tf32", "bfloat16")
_TURNS = 5
_REPEATS = 10


@dataclass(frozen=True)
class Ceilings:
    """The best rates that were seen.

    Attributes:
        flops_per_s: of a large product, by precision.
        copy_bytes_per_s: of a large copy, read and written.
        adam_bytes_per_s: of torch's fused Adam on one large tensor, at 28 bytes a parameter.
    """

    flops_per_s: dict[str, float]
    copy_bytes_per_s: float
    adam_bytes_per_s: float

    @property
    def bytes_per_s(self) -> float:
        """The better of the two."""
        return max(self.copy_bytes_per_s, self.adam_bytes_per_s)


def measure_ceilings(device: torch.device, *, sizes: Sequence[int], n_numbers: int) -> Ceilings:
    """Measure all ceilings of a device.

    Args:
        device: CUDA or CPU; a CPU has no tf32.
        sizes: sides of the square products to try.
        n_numbers: float32 numbers to copy and to update; several times the device's cache.
    """
    precisions = [p for p in PRECISIONS if p != "tf32" or device.type == "cuda"]
    return Ceilings(
        {precision: max(_product_rate(device, precision, size) for size in sizes) for precision in precisions},
        _copy_rate(device, n_numbers),
        _adam_rate(device, n_numbers),
    )


def wait_for(device: torch.device) -> None:
    """Wait until the device has done all that it was given."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


@contextmanager
def products_in(precision: str) -> Iterator[None]:
    """Let float32 products use tf32 or not, for a while."""
    before = torch.backends.cuda.matmul.allow_tf32
    torch.backends.cuda.matmul.allow_tf32 = precision == "tf32"
    try:
        yield
    finally:
        torch.backends.cuda.matmul.allow_tf32 = before


def _product_rate(device: torch.device, precision: str, size: int) -> float:
    dtype = torch.bfloat16 if precision == "bfloat16" else torch.float32
    left, right = (torch.randn(size, size, device=device, dtype=dtype) for _ in range(2))  # zeros would run too fast
    out = torch.empty_like(left)
    with products_in(precision):
        return 2 * size**3 / _best_time_s(device, lambda: torch.mm(left, right, out=out))


def _copy_rate(device: torch.device, n_numbers: int) -> float:
    source = torch.randn(n_numbers, device=device)
    target = torch.empty_like(source)
    return 2 * source.nbytes / _best_time_s(device, lambda: target.copy_(source))


def _adam_rate(device: torch.device, n_numbers: int) -> float:
    parameter = torch.randn(n_numbers, device=device, requires_grad=True)
    parameter.grad = torch.randn_like(parameter)
    optimizer = torch.optim.Adam([parameter], fused=True)
    return 28 * n_numbers / _best_time_s(device, optimizer.step)


def _best_time_s(device: torch.device, work: Callable[[], object]) -> float:
    """Return the shortest mean time of some repeats, after a turn that is not counted."""
    times = []
    for _ in range(1 + _TURNS):
        wait_for(device)
        start = time.perf_counter()
        for _ in range(_REPEATS):
            work()
        wait_for(device)
        times.append((time.perf_counter() - start) / _REPEATS)
    return min(times[1:])
