"""What a metric is and what a task is: a record of each, and one registry of each.

Every name, unit and direction of a metric, and all that sets one task apart from another, is read from here. A metric
is added here and nowhere else: its record, its place among a task's metrics and, where it is no mean over rows, the
function that computes it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, nan
from typing import TYPE_CHECKING, Literal, TypeVar

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    OfSplit = Callable[[Floats, npt.NDArray[np.generic]], Floats]

TaskName = str
"""The name of a task, a key of `TASKS`."""

Better = Literal["lower", "higher"]
Number = TypeVar("Number", "float", "npt.NDArray[np.float64]")

LOSS = "loss"
"""The columns of every task's first metric: what training lowers, and what chooses an epoch and a condition."""


@dataclass(frozen=True)
class Metric:
    """A measure of a net on the rows of a split.

    Attributes:
        name: its key in `METRICS`.
        column: what its columns are called, with the split before it and `_gap` behind; losses share `loss`.
        text: its name in running text.
        short_text: its name at the head of a narrow column.
        axis_text: its name on an axis that has room.
        better: which values are better; None where neither end is.
        unit: what its values are in tables; ``{target}`` stands for the target's name.
        axis_unit: the same on an axis, which has less room.
        spoken_unit: what follows a number in a sentence; empty for a bare number.
        spoken_unit_of_one: the same after a 1, where it differs.
        spoken_scale: what a value is multiplied by there.
        lowest, highest: the values that it can take.
        of_rows: what of every row it is the mean of: its loss, or its hit (1 where the predicted class is right, else
            0); None for a value of a whole split, which no rows can be sampled for.
        is_root: whether it is the root of that mean, in the target's own unit.
        small_gap: a loss gap below which a net is not said to overfit, in its unit.
        fewest_rows: that an interval for new rows takes; with fewer, the rare rows that a net gets badly wrong are
            likely to be missing, and it covers too little (docs/statistics.md).
        of_split: computes a value of a whole split from outputs ``[trials, rows, outputs]`` and targets
            ``[trials, rows]`` (classes, or standardised numbers), as ``[trials]``.
        needs_passes: whether a single pass has no such value.
        is_measured_on_truth: whether it is measured on the true labels of train too, under label noise.
    """

    name: str
    column: str
    text: str
    short_text: str
    axis_text: str
    better: Better | None
    unit: str
    axis_unit: str
    spoken_unit: str
    spoken_unit_of_one: str = ""
    spoken_scale: float = 1.0
    lowest: float = 0.0
    highest: float = inf
    of_rows: Literal["losses", "hits"] | None = None
    is_root: bool = False
    small_gap: float = 0.0
    fewest_rows: int = 2
    of_split: "OfSplit | None" = None
    needs_passes: bool = False
    is_measured_on_truth: bool = False

    @property
    def sign(self) -> int:
        """1 where lower is better and -1 where higher is: times a difference, positive for what is worse."""
        return -1 if self.better == "higher" else 1

    @property
    def is_bounded(self) -> bool:
        """Whether its values have an upper end."""
        return self.highest < inf

    def gap(self, train: Number, val: Number) -> Number:
        """Return by how much a net does worse on val than on train.

        >>> METRICS["accuracy"].gap(1.0, 0.75), METRICS["rmse"].gap(1.0, 1.5)
        (0.25, 0.5)
        """
        return train - val if self.better == "higher" else val - train


CROSS_ENTROPY = Metric(
    name="cross_entropy",
    column=LOSS,
    text="loss",
    short_text="loss",
    axis_text="cross-entropy loss",
    better="lower",
    unit="nats",
    axis_unit="nats",
    spoken_unit="nats",
    of_rows="losses",
    small_gap=0.01,
    fewest_rows=100,
)
SQUARED_ERROR = Metric(
    name="squared_error",
    column=LOSS,
    text="loss",
    short_text="loss",
    axis_text="mean squared error",
    better="lower",
    unit="standardised units²",
    axis_unit="standardised units²",
    spoken_unit="",  # a note says what it is
    of_rows="losses",
    small_gap=0.01,
)
ACCURACY = Metric(
    name="accuracy",
    column="accuracy",
    text="accuracy",
    short_text="acc.",
    axis_text="accuracy",
    better="higher",
    unit="fraction of rows",
    axis_unit="fraction",
    spoken_unit="percentage points",
    spoken_unit_of_one="percentage point",
    spoken_scale=100.0,
    highest=1.0,
    of_rows="hits",
    is_measured_on_truth=True,
)
RMSE = Metric(
    name="rmse",
    column="rmse",
    text="RMSE",
    short_text="RMSE",
    axis_text="RMSE",
    better="lower",
    unit="units of {target}",
    axis_unit="units of {target}",
    spoken_unit="in the target's unit",
    of_rows="losses",
    is_root=True,
)


def _of_averages(
    name: str, text: str, better: Better | None, unit: str, highest: float = inf, *, needs_passes: bool = False
) -> Metric:
    return Metric(name, name, text, text, text, better, unit, unit, "", highest=highest, needs_passes=needs_passes)


ECE = _of_averages("ece", "ECE", "lower", "fraction of rows", highest=1.0)
BRIER = _of_averages("brier", "Brier", "lower", "squared probability", highest=2.0)
ENTROPY = _of_averages("entropy", "entropy", None, "nats")
MUTUAL_INFORMATION = _of_averages("mutual_information", "mutual information", None, "nats", needs_passes=True)
PREDICTIVE_SD = _of_averages("predictive_sd", "predictive sd", None, "units of {target}", needs_passes=True)

METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        CROSS_ENTROPY,
        SQUARED_ERROR,
        ACCURACY,
        RMSE,
        ECE,
        BRIER,
        ENTROPY,
        MUTUAL_INFORMATION,
        PREDICTIVE_SD,
    )
}
"""Every metric by its name."""


@dataclass(frozen=True)
class ReferenceWords:
    """What a predictor that is no net is called.

    Attributes:
        label: in a table, a figure, and a list of numbers.
        short: the same where there is no room.
        done: in a sentence on who does better.
        note: what it is, to be read after its name and a colon.
    """

    label: str
    short: str
    done: str
    note: str


@dataclass(frozen=True)
class Task:
    """What a net is trained for: what it gives, what it is given, and how both are compared.

    Attributes:
        name: its key in `TASKS`.
        metrics: measured on every split in eval mode, in the order of their columns: the loss, the score, others.
        of_averages: metrics that averages over noisy passes have beside these, in the order of their columns.
        averages_with_intervals: of averages, what a table shows with intervals; the others are there to look up.
        predicts_classes: whether a net has an output for every class and the targets are classes; else it has one
            output, and the targets are standardised numbers.
        prediction_type: how predictions are kept, by NumPy's and torch's name.
        no_prediction: stands for what a diverged net would predict.
        loss_per_nat: of the loss, for every nat of negative log-likelihood.
        loss_definition: a sentence on what losses are.
        loss_note: the same where a reader of sentences would be misled without; else empty.
        loss_in_paper: what the loss is, for a paper.
        averaging_question: what is asked of averages over noisy passes.
        averaging_note: what the columns of `of_averages` are.
        trivial, linear_model: what nets are held against.
    """

    name: TaskName
    metrics: tuple[Metric, ...]
    of_averages: tuple[Metric, ...]
    averages_with_intervals: tuple[Metric, ...]
    predicts_classes: bool
    prediction_type: Literal["int16", "float32"]
    no_prediction: float
    loss_per_nat: float
    loss_definition: str
    loss_note: str
    loss_in_paper: str
    averaging_question: str
    averaging_note: str
    trivial: ReferenceWords
    linear_model: ReferenceWords

    @property
    def references(self) -> dict[str, ReferenceWords]:
        """What nets are held against, by name, simplest first."""
        return {"trivial": self.trivial, "linear_model": self.linear_model}

    @property
    def loss(self) -> Metric:
        """What training lowers."""
        return self.metrics[0]

    @property
    def score(self) -> Metric:
        """The metric that is told beside the loss where there is room for one."""
        return self.metrics[1]

    @property
    def others(self) -> tuple[Metric, ...]:
        """The metrics beside the loss."""
        return self.metrics[1:]

    @property
    def metrics_of_rows(self) -> tuple[Metric, ...]:
        """The metrics that are means over rows, or made of one."""
        return tuple(metric for metric in self.metrics if metric.of_rows)

    @property
    def metrics_on_truth(self) -> tuple[Metric, ...]:
        """The metrics that are measured on the true labels of train too, under label noise."""
        return tuple(metric for metric in self.metrics if metric.is_measured_on_truth)

    def metric(self, column: str) -> Metric:
        """Return the metric of this task whose columns are called so.

        Raises:
            KeyError: there is none.
        """
        return {metric.column: metric for metric in (*self.metrics, *self.of_averages)}[column]


CLASSIFICATION = Task(
    name="classification",
    metrics=(CROSS_ENTROPY, ACCURACY),
    of_averages=(ENTROPY, MUTUAL_INFORMATION, ECE, BRIER),
    averages_with_intervals=(CROSS_ENTROPY, ECE),
    predicts_classes=True,
    prediction_type="int16",
    no_prediction=-1,
    loss_per_nat=1.0,
    loss_definition="Losses are cross-entropies in nats.",
    loss_note="",
    loss_in_paper="mean cross-entropy per example, in nats",
    averaging_question="Is averaging sampled nets better than weight scaling, and are its probabilities honest?",
    averaging_note=(
        "Weight scaling: the net as everywhere else in this report, noise off. Monte Carlo: the mean of the "
        "probabilities of nets sampled with the noise on. ECE: mean distance between confidence and accuracy over 15 "
        "bins; Brier: mean squared distance of the probabilities from the truth, summed over classes; entropy: of the "
        "probabilities, in nats; mutual information: the part of it that is the sampled nets' disagreement."
    ),
    trivial=ReferenceWords(
        label="class shares",
        short="shares",
        done="predicting the class shares",
        note="always predicts the shares of the classes among the train rows, and so the most frequent class.",
    ),
    linear_model=ReferenceWords(
        label="logistic regression",
        short="linear",
        done="a logistic regression",
        note="scikit-learn's logistic regression with its default penalty, fitted to the same train rows.",
    ),
)
REGRESSION = Task(
    name="regression",
    metrics=(SQUARED_ERROR, RMSE),
    of_averages=(PREDICTIVE_SD,),
    averages_with_intervals=(SQUARED_ERROR,),
    predicts_classes=False,
    prediction_type="float32",
    no_prediction=nan,
    loss_per_nat=2.0,
    loss_definition=("Losses are mean squared errors of the standardised target: 1 is its variance on the train rows."),
    loss_note="Losses are squared errors of the standardised target: 1 is the target's variance on the train rows.",
    loss_in_paper="mean squared error of the standardised target",
    averaging_question="Is averaging sampled nets better than weight scaling?",
    averaging_note=(
        "Weight scaling: the net as everywhere else in this report, noise off. Monte Carlo: the mean of the "
        "predictions of nets sampled with the noise on. Predictive sd: how far these predictions scatter, mean over "
        "rows, in the target's unit."
    ),
    trivial=ReferenceWords(
        label="train mean",
        short="mean",
        done="predicting the train mean",
        note="always predicts the mean of the target over the train rows.",
    ),
    linear_model=ReferenceWords(
        label="ridge regression",
        short="linear",
        done="a ridge regression",
        note="scikit-learn's ridge regression with its default penalty, fitted to the same train rows.",
    ),
)

TASKS: dict[TaskName, Task] = {task.name: task for task in (CLASSIFICATION, REGRESSION)}
"""Every task by its name."""
