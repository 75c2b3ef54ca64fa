"""Every metric and every task has all that the rooms ask of it."""

from collections import Counter
from dataclasses import fields

import numpy as np
import pytest

from dropout_lab.config import DataSettings
from dropout_lab.metrics import LOSS, METRICS, TASKS, Metric, Task, column_of, curve_metrics

metrics = pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
tasks = pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
MAY_BE_EMPTY = {"spoken_unit", "spoken_unit_of_one", "loss_note"}


def empty(thing: Metric | Task) -> list[str]:
    return [one.name for one in fields(thing) if getattr(thing, one.name) == "" and one.name not in MAY_BE_EMPTY]


@metrics
def test_a_metric_has_its_words_and_its_ends(metric: Metric) -> None:
    assert METRICS[metric.name] is metric
    assert not empty(metric)
    assert metric.lowest < metric.highest
    assert metric.better in {"lower", "higher", None}
    assert metric.unit.format(target="y")
    assert metric.axis_unit.format(target="y")


@tasks
def test_a_task_has_its_words_and_its_metrics(task: Task) -> None:
    assert TASKS[task.name] is task
    assert not empty(task)
    assert task.loss.column == LOSS
    assert task.loss.of_rows == "losses"
    assert np.dtype(task.prediction_type).kind == ("i" if task.predicts_classes else "f")
    assert {*task.metrics, *task.of_averages} <= set(METRICS.values())
    assert max(Counter(metric.column for metric in (*task.metrics, *task.of_averages)).values()) == 1
    assert set(task.averages_with_intervals) <= {*task.metrics, *task.of_averages}


@tasks
def test_a_metric_of_a_task_has_a_direction_and_one_way_to_be_computed(task: Task) -> None:
    for metric in task.metrics:
        assert metric.better is not None
        assert (metric.of_rows is None) != (metric.of_split is None)
        assert metric.of_rows != "hits" or task.predicts_classes


@metrics
def test_a_gap_is_positive_where_val_is_worse(metric: Metric) -> None:
    worse = 0.5 if metric.better == "higher" else 1.5
    assert metric.gap(1.0, worse) == 0.5
    assert column_of(f"{metric.column}_gap").better == "lower"


@tasks
def test_a_column_is_read_as_it_was_written(task: Task) -> None:
    for name in curve_metrics(task.name):
        for point in ("", "last_", "best_", "stop_"):
            column = column_of(f"{point}{name}", task.name)
            parts = [column.metric.column, column.role] if column.is_gap else [column.role, column.metric.column]
            assert "_".join(filter(None, [column.point, *parts])) == f"{point}{name}"
            assert column.metric in task.metrics


def test_what_is_no_column_of_the_task_is_refused() -> None:
    for name in ("val_rmse", "val_", "val_auc", "learnt_rate_1"):
        with pytest.raises(KeyError):
            column_of(name, "classification")


def test_columns_of_one_name_read_alike_in_every_task() -> None:
    for one in METRICS.values():
        for other in METRICS.values():
            if one.column == other.column:
                assert (one.text, one.better, one.spoken_scale) == (other.text, other.better, other.spoken_scale)


def test_the_config_takes_every_task() -> None:
    for task in TASKS:
        assert DataSettings(source="digits", task=task).task == task
