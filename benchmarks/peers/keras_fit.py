"""Keras 3 on TensorFlow: `fit` with the val rows, and a callback that calls `evaluate` on the train rows.

What `fit` itself reports of training is measured with dropout on. Tracing the graphs of a new model is outside the
clock: in a long training it vanishes.
"""

import logging
import os
from dataclasses import dataclass
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import tensorflow

from benchmarks.cases import EVALUATION_BATCH_SIZE, LEARNING_RATE, Work
from benchmarks.peers import Metrics, Outcome, Turn, one_after_another
from benchmarks.rows import Rows, Source


class _TrainInEvalMode(keras.callbacks.Callback):
    """Measures loss and accuracy on the train rows after every epoch, both from one forward pass."""

    def __init__(self, train: Any) -> None:
        super().__init__()
        self._train = train

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        del epoch
        measured = self.model.evaluate(self._train, verbose=0, return_dict=True)
        if logs is not None:
            logs |= {f"eval_{name}": value for name, value in measured.items()}


@dataclass(frozen=True)
class _Data:
    """Arrays to train on, and both splits as `tf.data`: `evaluate` then need not make a pipeline in every epoch."""

    rows: Rows
    train: Any
    val: Any


def prepare(work: Work, source: Source) -> Turn:
    """Return a turn that trains `work`, its rows in memory and its models built."""
    logging.getLogger("tensorflow").setLevel(logging.ERROR)  # it finds that models of a second turn trace again
    keras.backend.clear_session()
    rows = source.read()
    data = _Data(
        rows, _in_batches(rows.train_features, rows.train_classes), _in_batches(rows.val_features, rows.val_classes)
    )
    models = {(rate, seed): _traced_model(work, data, rate, seed) for rate in work.rates for seed in work.seeds}

    def train_one(rate: float, seed: int) -> list[Metrics]:
        history = _fit(models[rate, seed], data, len(rows.train_classes), work.task.batch_size, work.epochs)
        columns = ("eval_loss", "eval_accuracy", "val_loss", "val_accuracy")
        return [Metrics(*values) for values in zip(*(history[name] for name in columns), strict=True)]

    def turn() -> Outcome:
        return one_after_another(work, train_one)

    return turn


def _in_batches(features: Any, classes: Any) -> Any:
    return tensorflow.data.Dataset.from_tensor_slices((features, classes)).batch(EVALUATION_BATCH_SIZE)


def _fit(model: Any, data: _Data, n_train: int, batch_size: int, epochs: int) -> dict[str, list[float]]:
    fitted = model.fit(
        data.rows.train_features[:n_train],
        data.rows.train_classes[:n_train],
        batch_size=batch_size,
        epochs=epochs,
        validation_data=data.val,
        callbacks=[_TrainInEvalMode(data.train)],
        verbose=0,
    )
    history: dict[str, list[float]] = fitted.history
    return history


def _traced_model(work: Work, data: _Data, rate: float, seed: int) -> Any:
    """Build a model with PyTorch's initial weights; a full and a last batch, and all measurements, trace its graphs."""
    keras.utils.set_random_seed(seed)
    n_inputs, *hidden, n_classes = work.task.widths
    layers: list[Any] = [keras.Input((n_inputs,))]
    for width in hidden:
        layers += [keras.layers.Dense(width, "relu", kernel_initializer=_fan_in()), keras.layers.Dropout(rate)]
    model = keras.Sequential([*layers, keras.layers.Dense(n_classes, kernel_initializer=_fan_in())])
    model.compile(
        keras.optimizers.Adam(LEARNING_RATE),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    model.optimizer.build(model.trainable_variables)
    variables = [*model.variables, *model.optimizer.variables]
    values = [variable.numpy() for variable in variables]
    batch_size = work.task.batch_size
    _fit(model, data, batch_size + work.task.n_train % batch_size, batch_size, epochs=1)
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
    return model


def _fan_in() -> Any:
    return keras.initializers.VarianceScaling(1 / 3, mode="fan_in", distribution="uniform")
