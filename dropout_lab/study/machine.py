"""The machine a study runs on: its device, its threads and the memory that one cohort may take.

The limits come from what the machine is (installed memory), never from what is free at the moment, so that the same
study is planned the same way twice.
"""

import os
from dataclasses import dataclass

from dropout_lab.errors import UserError

_CPU_COHORT_BYTES = 10 * 2**20
"""What a stack of small nets may take on a CPU: beyond it its weights and activations leave the second-level cache,
and a trial costs a fifth more; see docs/benchmarks.md."""
_CPU_COHORT_TRIALS = 5
"""Nets too large for the cache at any number still share their draws: this many of them train together."""
_SHARE_OF_MEMORY = 0.5


@dataclass(frozen=True)
class Machine:
    """Where to train.

    Attributes:
        device: a torch device: cpu, cuda:N or mps.
        threads: on a CPU, how many one-thread workers train at once.
        memory_bytes: installed memory of the device.
    """

    device: str
    threads: int
    memory_bytes: int

    @property
    def workers(self) -> int:
        """Cohorts that train at once: one per thread on a CPU, one on any other device."""
        return self.threads if self.device == "cpu" else 1

    def fitting(self, n_bytes: float) -> int:
        """Return how many things of that size the memory holds beside all else, at least 1."""
        return max(1, int(self.memory_bytes * _SHARE_OF_MEMORY / n_bytes))

    def cohort_limit(self, trial_bytes: float) -> int:
        """Return how many trials of that many bytes may train together, at least 1."""
        limit = self.fitting(trial_bytes)
        if self.device == "cpu":
            limit //= self.threads
            limit = min(limit, max(_CPU_COHORT_TRIALS, int(_CPU_COHORT_BYTES / trial_bytes)))
        return max(1, limit)


def find_machine(device: str, threads: int | None, precision: tuple[str, ...]) -> Machine:
    """Resolve `auto` and check that the device exists and can compute at every precision asked for.

    Args:
        device: auto, cpu, cuda, cuda:N or mps.
        threads: at least 1, or None for as many as there are cores.
        precision: of the study's conditions.

    Raises:
        UserError: there is no such device, or it lacks a precision.
    """
    name = _resolve(device)
    if name != "cpu" and not name.startswith("cuda") and "float64" in precision:
        raise UserError(
            f"precision: {name} computes in float32 only. Got float64. Use device=cpu, or precision=float32."
        )
    if "tf32" in precision and not name.startswith("cuda"):
        raise UserError(f"precision: tf32 needs a CUDA device. Got device {name}. Use precision=float32.")
    n_threads = threads or _available_cores()
    return Machine(name, n_threads, _installed_memory(name))


def _available_cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _installed_memory(device: str) -> int:
    import torch

    if device.startswith("cuda"):
        return int(torch.cuda.get_device_properties(device).total_memory)
    if hasattr(os, "sysconf"):
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return 8 * 2**30


def _resolve(device: str) -> str:
    import torch

    if device == "auto":
        if torch.cuda.is_available():
            return "cuda:0"
        return "mps" if torch.backends.mps.is_available() else "cpu"
    if device.startswith("cuda"):
        index = int(device.partition(":")[2] or 0)
        count = torch.cuda.device_count()
        if index >= count:
            found = "no CUDA device" if not count else f"{count} CUDA device(s), numbered from 0"
            raise UserError(f"device: must be one that this machine has. Got {device}, found {found}. Use device=cpu.")
        return f"cuda:{index}"
    if device == "mps" and not torch.backends.mps.is_available():
        raise UserError("device: must be one that this machine has. Got mps, found none. Use device=cpu.")
    return device
