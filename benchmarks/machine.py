"""What the figures were measured on, in words: processor, cores, memory, system, versions."""

import os
import platform
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_PACKAGES = (
    "torch",
    "numpy",
    "numba",
    "lightning",
    "skorch",
    "keras",
    "tensorflow",
    "tensorflow-cpu",
    "jax",
)


def machine_in_words() -> str:
    """Return processor, cores that this process may use, memory and system."""
    n_cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    parts = [_processor(), f"{n_cores} core{'s' if n_cores > 1 else ''}", _memory(), _system()]
    return ", ".join(part for part in parts if part)


def versions_in_words() -> str:
    """Return Python's version and those of the contenders that are installed."""
    found = [f"Python {platform.python_version()}"]
    for package in _PACKAGES:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            continue
    return ", ".join(found)


def bfloat16_in_words() -> str:
    """Return the instructions that multiply bfloat16, as far as the system names them."""
    information = Path("/proc/cpuinfo")
    flags = information.read_text("utf-8").split() if information.exists() else []
    ways = {"amx_bf16": "AMX tiles", "avx512_bf16": "AVX-512 (no AMX tiles)"}
    return next((words for flag, words in ways.items() if flag in flags), "not named by the system")


def _processor() -> str:
    if sys.platform == "darwin":
        command = ["sysctl", "-n", "machdep.cpu.brand_string"]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    information = Path("/proc/cpuinfo")
    lines = information.read_text("utf-8").splitlines() if information.exists() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())


def _memory() -> str:
    if not hasattr(os, "sysconf"):
        return ""
    return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return platform.platform(terse=True)
