"""Columns are read as they were written, by the metric and the task that they are of."""

import pytest

from dropout_lab.config import DataSettings
from dropout_lab.metrics import METRICS, TASKS, Metric, Task, column_of, curve_metrics

metrics = pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
tasks = pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)


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
