"""The data of a study: each source read once, each split prepared when it is needed.

The bridge between a condition's settings and the rows a cohort trains on.
"""

import json
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import numpy as np

from dropout_lab.config import Study
from dropout_lab.data import Dataset, PreparedData, Split, load_dataset, prepare, split_rows
from dropout_lab.randomness import Purpose, permutation
from dropout_lab.study.trials import split_settings
from dropout_lab.training import CohortData

TRAIN_ROWS_CAP = 10_000
"""With `evaluation.train_rows: null`, train is measured on at most this many rows: enough to know an accuracy of 98 %
to within 0.3 points, at a fifth of the cost that MNIST's 50,000 would add to every epoch."""
_PREPARED_KEPT = 4


@dataclass(frozen=True)
class DataFacts:
    """What planning needs to know of a trial's data."""

    task: str
    n_features: int
    n_outputs: int
    n_train: int
    n_val: int
    n_test: int
    notes: tuple[str, ...]

    @property
    def n_rows(self) -> int:
        """All rows."""
        return self.n_train + self.n_val + self.n_test


class StudyData:
    """Reads, splits and prepares; remembers what it has done. Raises `DataError` for all that a user can mend."""

    def __init__(self) -> None:
        self._datasets: dict[str, Dataset] = {}
        self._prepared: OrderedDict[str, tuple[Split, PreparedData]] = OrderedDict()
        self._facts: dict[str, DataFacts] = {}

    def dataset(self, settings: Study) -> Dataset:
        """Return all rows of a condition's source."""
        data = settings.data
        key = self.source_key(settings)
        if key not in self._datasets:
            self._datasets[key] = load_dataset(
                data.source, target=data.target, task=data.task, root=data.root, missing=data.missing
            )
        return self._datasets[key]

    @staticmethod
    def source_key(settings: Study) -> str:
        """Return what names a condition's source."""
        data = settings.data
        return json.dumps([data.source, data.target, data.task, data.root, data.missing])

    @staticmethod
    def split_key(settings: Study, seed: int) -> str:
        """Return what names the prepared rows of a trial."""
        dtype = "float64" if settings.precision == "float64" else "float32"
        return json.dumps([StudyData.source_key(settings), split_settings(settings, seed), dtype], sort_keys=True)

    def facts(self, settings: Study, seed: int) -> DataFacts:
        """Return the sizes of a trial's data, and what its user should know of them."""
        key = self.split_key(settings, seed)
        if key not in self._facts:
            _, data = self.prepared(settings, seed)
            self._facts[key] = DataFacts(
                task=self.dataset(settings).task,
                n_features=data.train_features.shape[1],
                n_outputs=data.n_classes or 1,
                n_train=len(data.train_targets),
                n_val=len(data.val_targets),
                n_test=len(data.test_targets),
                notes=data.notes,
            )
        return self._facts[key]

    def prepared(self, settings: Study, seed: int) -> tuple[Split, PreparedData]:
        """Return a trial's split and its arrays."""
        key = self.split_key(settings, seed)
        if key not in self._prepared:
            data, split_seed = settings.data, split_settings(settings, seed)["split_seed"]
            dataset = self.dataset(settings)
            split = split_rows(
                dataset,
                train_size=data.train_size,
                val_size=data.val_size,
                test_size=data.test_size,
                stratify=data.stratify,
                split_seed=split_seed,
            )
            arrays = prepare(
                dataset,
                split,
                scaling=data.scaling,
                missing=data.missing,
                label_noise=data.label_noise,
                split_seed=split_seed,
                dtype="float64" if settings.precision == "float64" else "float32",
            )
            self._prepared[key] = (split, arrays)
            while len(self._prepared) > _PREPARED_KEPT:
                self._prepared.popitem(last=False)
        self._prepared.move_to_end(key)
        return self._prepared[key]


@dataclass(frozen=True)
class CohortRows:
    """A cohort's data on its device, and which rows of the source its val and test are (``[datasets, rows]``)."""

    data: CohortData
    row_numbers: dict[str, np.ndarray[Any, np.dtype[np.int64]]]


def cohort_rows(study_data: StudyData, settings: Study, seeds: tuple[int, ...], device: str) -> CohortRows:
    """Put the rows of a cohort on its device: one dataset, or one per seed where every seed has its own split."""
    import torch

    from dropout_lab.evaluation import Rows

    own_seeds = seeds if settings.data.split_seed == "per_seed" else seeds[:1]
    splits, arrays = zip(*(study_data.prepared(settings, seed) for seed in own_seeds), strict=True)

    def tensor(name: str, index: list[Any] | None = None) -> torch.Tensor:
        values = [
            getattr(a, name) if index is None else getattr(a, name)[i]
            for a, i in zip(arrays, index or arrays, strict=True)
        ]
        stacked = values[0][None] if len(values) == 1 else np.stack(values)  # one split is shared, not copied
        return torch.from_numpy(stacked).to(device)

    def rows(part: str, index: list[Any] | None = None) -> Rows:
        noisy = part == "train" and settings.data.label_noise > 0
        true_targets = tensor("train_true_targets", index) if noisy else None
        return Rows(tensor(f"{part}_features", index), tensor(f"{part}_targets", index), true_targets)

    train = rows("train")
    n_measured = settings.evaluation.train_rows or TRAIN_ROWS_CAP
    if n_measured < len(train):
        split_seeds = [split_settings(settings, seed)["split_seed"] for seed in own_seeds]
        measured = rows("train", [_measured_rows(seed, len(train), n_measured) for seed in split_seeds])
    else:
        measured = train
    data = CohortData(
        train=train,
        measured_train=measured,
        val=rows("val"),
        test=rows("test"),
        target_scales=np.array([a.target_scale for a in arrays]),
    )
    return CohortRows(data, {part: np.stack([getattr(split, part) for split in splits]) for part in ("val", "test")})


def _measured_rows(split_seed: int, n_train: int, n_measured: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return the fixed train rows that are measured, rising: the same for every condition and seed of a split."""
    return np.sort(permutation(split_seed, Purpose.EVALUATION, count=n_train)[:n_measured])
