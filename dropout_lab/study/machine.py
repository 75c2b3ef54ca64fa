"""The machine a study runs on: its device, its threads and the memory that one cohort may take.

The limits come from what the machine is (installed memory), never from what is free at the moment, so that the same
study is planned the same way twice.
"""

import os
from dataclasses import dataclass

from dropout_lab.errors import UserError

_CPU_COHORT_BYTES = 96 * 2**20
"""A CPU gains nothing from a stack larger than a few times its last-level cache; see docs/benchmarks.md."""
_SHARE_OF_MEMORY = 0.5


@dataclass(frozen=True)
class Machine:
    """Where to train.

    Attributes:
        device: a torch device: cpu, cuda:N or mps.
        threads: of one process.
        memory_bytes: installed memory of the device.
        cohort_bytes: what a cohort of more than one trial may take.
    """

    device: str
    threads: int
    memory_bytes: int
    cohort_bytes: int


def find_machine(device: str, threads: int | None, precision: tuple[str, ...]) -> Machine:
    """Resolve `auto` and check that the device exists and can compute at every precision asked for.

    Args:
        device: auto, cpu, cuda, cuda:N or mps.
        threads: at least 1, or None for all that torch would use.
        precision: of the study's conditions.

    Raises:
        UserError: there is no such device, or it lacks a precision.
    """
    import torch

    name = _resolve(device)
    if name != "cpu" and not name.startswith("cuda") and "float64" in precision:
        raise UserError(
            f"precision: {name} computes in float32 only. Got float64. Use device=cpu, or precision=float32."
        )
    if "tf32" in precision and not name.startswith("cuda"):
        raise UserError(f"precision: tf32 needs a CUDA device. Got device {name}. Use precision=float32.")
    n_threads = threads or torch.get_num_threads()
    if name.startswith("cuda"):
        memory = int(torch.cuda.get_device_properties(name).total_memory)
        return Machine(name, n_threads, memory, int(memory * _SHARE_OF_MEMORY))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else 8 * 2**30
    return Machine(name, n_threads, memory, min(_CPU_COHORT_BYTES, int(memory * _SHARE_OF_MEMORY)))


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
