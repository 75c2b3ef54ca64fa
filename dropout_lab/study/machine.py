"""The machine a study runs on: its devices, its threads and the memory that one cohort may take.

The limits come from what the machine is (installed memory), never from what is free at the moment, so that the same
study is planned the same way twice.
"""

import os
from dataclasses import dataclass

from dropout_lab.errors import UserError

_SHARE_OF_MEMORY = 0.5


@dataclass(frozen=True)
class Machine:
    """Where to train.

    Attributes:
        devices: torch devices: one cpu or mps, or every GPU to use, such as cuda:0 and cuda:1.
        threads: cores of the CPU to use.
        memory_bytes: installed memory of the device, of several the smallest.
    """

    devices: tuple[str, ...]
    threads: int
    memory_bytes: int

    @property
    def device(self) -> str:
        """The devices by name."""
        return ", ".join(self.devices)

    @property
    def is_cpu(self) -> bool:
        """Whether the cores of the CPU are what trains."""
        return self.devices == ("cpu",)

    @property
    def workers(self) -> int:
        """Cohorts that train at once: one per core on a CPU, else one per device."""
        return self.threads if self.is_cpu else len(self.devices)

    def fitting(self, n_bytes: float) -> int:
        """Return how many things of that size the memory holds beside all else, at least 1."""
        return max(1, int(self.memory_bytes * _SHARE_OF_MEMORY / n_bytes))


def find_machine(device: str, threads: int | None, precision: tuple[str, ...]) -> Machine:
    """Resolve `auto` and `cuda`, and check that the device exists and can compute at every precision asked for.

    Args:
        device: auto (every GPU there is, else the CPU), cpu, cuda (every GPU), cuda:N or mps.
        threads: at least 1, or None for as many as there are cores.
        precision: of the study's conditions.

    Raises:
        UserError: there is no such device, or it lacks a precision.
    """
    devices = _resolve(device)
    is_cuda = devices[0].startswith("cuda")
    if devices == ("mps",) and "float64" in precision:
        raise UserError("precision: mps computes in float32 only. Got float64. Use device=cpu, or precision=float32.")
    if "tf32" in precision and not is_cuda:
        raise UserError(f"precision: tf32 needs a CUDA device. Got device {devices[0]}. Use precision=float32.")
    return Machine(devices, threads or _available_cores(), min(map(_installed_memory, devices)))


def _available_cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _installed_memory(device: str) -> int:
    import torch

    if device.startswith("cuda"):
        return int(torch.cuda.get_device_properties(device).total_memory)
    if hasattr(os, "sysconf"):
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return 8 * 2**30


def _resolve(device: str) -> tuple[str, ...]:
    import torch

    if device == "auto":
        return _gpus() or (("mps",) if torch.backends.mps.is_available() else ("cpu",))
    if device.startswith("cuda"):
        gpus, index = _gpus(), device.partition(":")[2]
        chosen = gpus[int(index) : int(index) + 1] if index else gpus
        if not chosen:
            found = f"{len(gpus)} CUDA device(s), numbered from 0" if gpus else "no CUDA device"
            raise UserError(f"device: must be one that this machine has. Got {device}, found {found}. Use device=cpu.")
        return chosen
    if device == "mps" and not torch.backends.mps.is_available():
        raise UserError("device: must be one that this machine has. Got mps, found none. Use device=cpu.")
    return (device,)


def _gpus() -> tuple[str, ...]:
    import torch

    return tuple(f"cuda:{index}" for index in range(torch.cuda.device_count()) if torch.cuda.is_available())
