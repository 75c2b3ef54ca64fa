"""The small real data sets that come with scikit-learn: always there, no download.

scikit-learn is imported only when one of them is asked for.
"""

from typing import Any

import numpy as np

from dropout_lab.data.dataset import Dataset
from dropout_lab.data.sources import SOURCES, Request
from dropout_lab.data.targets import refuse_other_task, refuse_target_name
from dropout_lab.metrics import CLASSIFICATION, TASKS


def read_bundled(request: Request) -> Dataset:
    """Return one of the sets by its name in ``request.source``.

    Raises:
        DataError: a target column is named, or the task is not the set's own.
    """
    from sklearn import datasets

    name = request.source
    own = TASKS[SOURCES[name].task or CLASSIFICATION.name]
    refuse_target_name(request.target, source=name)
    refuse_other_task(request.task, own.name, source=name)
    # scikit-learn's own scaling of diabetes is fitted on all rows, test rows included: ask for the raw values.
    options: dict[str, Any] = {"scaled": False} if name == "diabetes" else {}
    bunch = getattr(datasets, f"load_{name}")(**options)
    return Dataset(
        source=name,
        task=own.name,
        features=np.asarray(bunch.data, dtype=np.float64),
        feature_names=tuple(map(str, bunch.feature_names)),
        target=np.asarray(bunch.target, dtype=np.int64 if own.predicts_classes else np.float64),
        class_names=tuple(map(str, bunch.target_names)) if own.predicts_classes else (),
        is_image=SOURCES[name].is_image,
    )
