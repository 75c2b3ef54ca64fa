"""What a net is held against: predictors that need no net, fitted on the rows it trained on, measured as it is.

Owns which references there are and how each is fitted. What they are called stands in `phrases.glossary`. Both are
deterministic, so that a study that is run again finds the same numbers.
"""

import warnings
from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
import torch

from dropout_lab.evaluation.eval_mode import Rows, metrics_of_outputs
from dropout_lab.metrics import TASKS, Task, TaskName

Floats = npt.NDArray[np.float64]
Features = npt.NDArray[np.floating]
Targets = npt.NDArray[np.generic]
Predictor = Callable[[Features], npt.NDArray[np.floating]]
"""Features ``[rows, features]`` to what a net would put out: logits ``[rows, classes]``, or numbers ``[rows, 1]``."""

Fit = Callable[[Task, Features, Targets, int], Predictor]
"""Task, features ``[rows, features]``, targets ``[rows]`` and the number of outputs, to a predictor."""

LINEAR_STEPS = 100
"""Steps of L-BFGS that a logistic regression gets, as is scikit-learn's default: enough on scaled features, and on
50,000 images a few seconds."""


def _fit_trivial(task: Task, _: Features, targets: Targets, n: int) -> Predictor:
    """Fit what looks at no feature: the shares of the classes, or the mean of the target."""
    if task.predicts_classes:
        with np.errstate(divide="ignore"):
            constant = np.log(np.bincount(targets.astype(np.int64), minlength=n) / len(targets))
    else:
        constant = np.array([targets.astype(np.float64).mean()])
    return lambda rows: np.broadcast_to(constant, (len(rows), n))


def _fit_linear(task: Task, features: Features, targets: Targets, n: int) -> Predictor:
    """Fit a logistic or a ridge regression with scikit-learn's own penalty: L2, of strength 1."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression, Ridge

    if not task.predicts_classes:
        ridge = Ridge(alpha=1.0, solver="lsqr", tol=1e-6).fit(features, targets)
        return lambda rows: ridge.predict(rows)[:, None]
    if targets.min() == targets.max():
        return _fit_trivial(task, features, targets, n)  # one class alone: there is no line to draw
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        logistic = LogisticRegression(C=1.0, max_iter=LINEAR_STEPS).fit(features, targets)

    def logits(rows: Features) -> Floats:
        scores = logistic.decision_function(rows)
        outputs = np.full((len(rows), n), -np.inf)  # of a class without a train row
        outputs[:, logistic.classes_] = scores if scores.ndim > 1 else np.stack([np.zeros_like(scores), scores], 1)
        return outputs

    return logits


REFERENCES: Mapping[str, Fit] = {"trivial": _fit_trivial, "linear_model": _fit_linear}
"""Every reference by its name, simplest first."""


def measure_reference(
    name: str, task: TaskName, train: Rows, measured: Mapping[str, Rows], *, n_outputs: int, target_scale: float
) -> dict[str, dict[str, float]]:
    """Fit a reference and measure it as nets are measured.

    Args:
        name: a key of `REFERENCES`.
        task: classification or regression.
        train: the rows to fit on, one dataset, on a CPU; their targets as nets see them, label noise included.
        measured: the rows to measure it on, by the name of their split.
        n_outputs: that a net has: the classes, or 1.
        target_scale: units of the target per standardised unit; 1 for classification.

    Returns:
        Split -> the column of a metric -> its value: none for a split without rows, and infinite for the cross-entropy
        of a class that has no train row.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):  # the same last bits however many cores there are
        predictor = REFERENCES[name](TASKS[task], train.features[0].numpy(), train.targets[0].numpy(), n_outputs)
        return {
            split: _measured(task, predictor, rows, target_scale) if len(rows) else {}
            for split, rows in measured.items()
        }


def _measured(task: TaskName, predictor: Predictor, rows: Rows, target_scale: float) -> dict[str, float]:
    if not len(rows):
        return {}
    outputs = torch.from_numpy(np.array(predictor(rows.features[0].numpy()))).to(rows.features.dtype)
    values = metrics_of_outputs(task, outputs[None], rows.targets, np.array([target_scale]))
    return {column: float(value[0]) for column, value in values.items()}
