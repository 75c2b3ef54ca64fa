"""Studies small enough to train in a tenth of a second."""

from copy import deepcopy
from pathlib import Path
from typing import Any

from dropout_lab.config import Study, study_from_mapping
from dropout_lab.study import Outcome, prepare_run

IRIS: dict[str, Any] = {
    "name": "small",
    "data": {"source": "iris", "train_size": 60},
    "model": {"hidden": [6, 5]},
    "dropout": {"rates": [0.5]},
    "training": {"epochs": 3, "batch_size": 16, "learning_rate": 0.01},
    "seeds": 2,
}


def small_study(**changes: Any) -> Study:
    """Return the iris study with some settings changed: ``data__label_noise=0.1`` sets data.label_noise."""
    mapping = deepcopy(IRIS)
    for path, value in changes.items():
        section, _, leaf = path.partition("__")
        if leaf:
            mapping.setdefault(section, {})[leaf] = value
        else:
            mapping[section] = value
    return study_from_mapping(mapping)


def run(study: Study, out: Path, **options: Any) -> Outcome:
    """Train what is missing of a study, in this process unless `threads` says otherwise."""
    return prepare_run(study, out=out, **{"threads": 1, **options}).execute()


def tables_without_times(folder: Path) -> dict[str, bytes]:
    """Return the bytes of every table, wall times blanked."""
    tables = {}
    for path in sorted(folder.glob("*.csv")):
        lines = path.read_text().splitlines()
        header = lines[0].split(",")
        if "wall_time_s" in header:
            at = header.index("wall_time_s")
            rows = [line.split(",") for line in lines]
            lines = [",".join(row[:at] + row[at + 1 :]) for row in rows]
        tables[path.name] = "\n".join(lines).encode()
    return tables
