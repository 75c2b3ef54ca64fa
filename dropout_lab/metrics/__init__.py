"""Metrics and tasks as records: what they are called, in which unit, which way is better, how they are computed.

Words and plain arithmetic, so that whoever prints a help text can import it at once.
"""

from dropout_lab.metrics.columns import (
    MetricColumn,
    column_of,
    curve_columns,
    curve_metrics,
    loss_gap,
    metric_columns,
    metric_name,
    metric_title,
    metric_unit,
    true_metrics,
)
from dropout_lab.metrics.registry import (
    CLASSIFICATION,
    LOSS,
    METRICS,
    REGRESSION,
    TASKS,
    Better,
    Metric,
    Task,
    TaskName,
)

__all__ = [
    "CLASSIFICATION",
    "LOSS",
    "METRICS",
    "REGRESSION",
    "TASKS",
    "Better",
    "Metric",
    "MetricColumn",
    "Task",
    "TaskName",
    "column_of",
    "curve_columns",
    "curve_metrics",
    "loss_gap",
    "metric_columns",
    "metric_name",
    "metric_title",
    "metric_unit",
    "true_metrics",
]
