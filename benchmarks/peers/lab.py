"""The lab: a whole study as the command line runs it, from its config to its written tables."""

import shutil
import time
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from benchmarks.cases import LEARNING_RATE, Work
from benchmarks.peers import Outcome, Turn
from benchmarks.rows import Source
from dropout_lab.config import study_from_mapping
from dropout_lab.results import read_results
from dropout_lab.study import prepare_run

_NAME = "study"


def prepare(work: Work, source: Source) -> Turn:
    """Return a turn that trains `work` and no more.

    The baseline joins every study. Where `work` does not have rate 0, it is trained beforehand: the turn then adds the
    other rates to a folder that holds it.
    """
    out = Path(mkdtemp(dir=source.folder))
    if 0 not in work.rates:
        shutil.copytree(_baseline(work, source.folder, tuple(source.data.items())), out, dirs_exist_ok=True)
    config = _config(work, source.data, {0.0, *work.rates})

    def turn() -> Outcome:
        reading_time_s = run_study(config, out)
        return Outcome(_val_losses(out, work.rates), reading_time_s=reading_time_s)

    return turn


def run_study(config: dict[str, Any], out: Path) -> float:
    """Read, check, plan, train what is missing, write every table; return the seconds up to training."""
    started = time.perf_counter()
    run = prepare_run(study_from_mapping(config), out=out)
    reading_time_s = time.perf_counter() - started
    outcome = run.execute()
    if outcome.exit_code:
        raise RuntimeError(f"the study ended with {outcome.counts}: {outcome.failures}")
    return reading_time_s


def _config(work: Work, data: dict[str, Any], rates: Iterable[float]) -> dict[str, Any]:
    task = work.task
    return {
        "name": _NAME,
        "data": data,
        "model": {"hidden": list(task.widths[1:-1]), "init": "torch"},
        "dropout": {"rates": sorted(rates)},
        "training": {"epochs": work.epochs, "batch_size": task.batch_size, "learning_rate": LEARNING_RATE},
        "evaluation": {"train_rows": task.n_train},  # all: by default a large split is measured on part of it
        "seeds": list(work.seeds),
        "device": "cpu",
        "precision": work.precision,
    }


@cache
def _baseline(work: Work, folder: Path, data: tuple[tuple[str, Any], ...]) -> Path:
    """Train the baseline of `work`, once for all turns; return the folder of its study."""
    out = Path(mkdtemp(dir=folder))
    run_study(_config(work, dict(data), {0.0}), out)
    return out


def _val_losses(out: Path, rates: Iterable[float]) -> dict[float, list[float]]:
    curves = read_results(out / _NAME).curves
    by_rate = {rate: curves[curves["rate"].astype(float) == rate] for rate in rates}
    return {rate: curve.groupby("epoch")["val_loss"].mean().tolist() for rate, curve in by_rate.items()}
