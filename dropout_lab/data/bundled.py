"""The small real data sets that come with scikit-learn: always there, no download.

Knows nothing of files. scikit-learn is imported only when one of them is asked for.
"""

from typing import Any

import numpy as np

from dropout_lab.data.dataset import Dataset
from dropout_lab.data.request import Request
from dropout_lab.data.sources import SOURCES
from dropout_lab.data.targets import refuse_other_task, refuse_target_name
from dropout_lab.metrics import TaskName


def read_bundled(request: Request) -> Dataset:
    """Return one of the sets by its name in ``request.source``.

    Raises:
        DataError: a target column is named, or the task is not the set's own.
    """
    from sklearn import datasets

    name = request.source
    own_task: TaskName = SOURCES[name].task or "classification"
    refuse_target_name(request.target, source=name)
    refuse_other_task(request.task, own_task, source=name)
    # scikit-learn's own scaling of diabetes is fitted on all rows, test rows included: ask for the raw values.
    options: dict[str, Any] = {"scaled": False} if name == "diabetes" else {}
    bunch = getattr(datasets, f"load_{name}")(**options)
    is_regression = own_task == "regression"
    return Dataset(
        source=name,
        task=own_task,
        features=np.asarray(bunch.data, dtype=np.float64),
        feature_names=tuple(map(str, bunch.feature_names)),
        target=np.asarray(bunch.target, dtype=np.float64 if is_regression else np.int64),
        class_names=() if is_regression else tuple(map(str, bunch.target_names)),
        is_image=SOURCES[name].is_image,
    )
