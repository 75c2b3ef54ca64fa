"""How the numbers of a study are written: all that a surface may show, from its tables, facts and settings."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from read_surfaces import Interval, interval, size

from dropout_lab.findings import LEARNT_RATE, Choice, Cost, Effect, Estimate, Overfitting, mean_over, read_tuned
from dropout_lab.metrics import TASKS, column_of, curve_metrics
from dropout_lab.phrases.numbers import TERMINAL, number, p_value, scaled, times
from dropout_lab.results import POINTS
from dropout_lab.verdict import Verdict
from dropout_lab.verdict.words.numbers import two_digits


class Written:
    """The numbers of a study as its own digits write them.

    Attributes:
        intervals: numbers with their intervals.
        numbers: those that may stand alone.
    """

    def __init__(self, told: Verdict) -> None:
        self.view, self.task = told.view, TASKS[told.view.task]
        self.intervals: set[Interval] = set()
        self.numbers: set[str] = set()
        self._texts([f"{self.task.loss.small_gap}"])
        self._summary()
        self._other_tables()
        self._facts(told.facts, "val_loss")
        recorded = json.dumps([self.view.results.study, self.view.results.manifest["conditions"]])
        self._texts(re.findall(r"\d+\.\d+(?:e-?\d+)?", recorded))

    def _summary(self) -> None:
        for label in self.view.conditions:
            for key, row in self.view.summary.rows(label).items():
                self._estimate(row.mean, key.metric)
                self._estimate(row.ranking.difference if row.ranking else None, key.metric)
                self._effect(row.effect)
                self._value(row.sd, key.metric)
                self._texts([] if row.pairing_gain is None else [f"{row.pairing_gain:.1f}"])
            val, objective = (self.view.estimate(label, metric, "last") for metric in ("val_loss", "objective_loss"))
            if val and objective:
                self._value(val.value - objective.value, "val_loss")  # the gap as `fit` prints it

    def _other_tables(self) -> None:
        results = self.view.results
        for metric, value in (
            pair for label in self.view.entries for one in self.view.references(label) for pair in one.values.items()
        ):
            self._value(value, metric)
        for metric in results.tuned["metric"].unique():
            for row in (row for point in POINTS for row in read_tuned(results, metric, point)):
                self._estimate(row.mean, metric)
                self._effect(row.effect)
        for metric in (*self.task.metrics_of_rows, *self.task.of_averages):
            for _, trials in results.inference.groupby(["condition", "split", "point", "n_samples"]):
                self._estimate(mean_over(trials[metric.column]), metric.column)
        for rate in (rate for one in self.view.learnt for rate in one.layers.values()):
            self._estimate(rate, LEARNT_RATE)
        for metric in curve_metrics(self.view.task):
            for value in (value for point in POINTS for value in results.trials[f"{point}_{metric}"]):
                self._value(value, metric)
        seconds = results.trials["wall_time_s"]
        self._texts([f"{seconds.sum():.1f}", *(f"{one:.2f}" for one in seconds)])

    def _facts(self, found: Any, metric: str) -> None:
        """Go through what was found; a number of no metric is a val loss."""
        if isinstance(found, Effect):
            self._effect(found)
        elif isinstance(found, Estimate):
            self._estimate(found, metric)
        elif isinstance(found, Cost):
            self._texts([f"{found.epochs_ratio:.1f}"])
            self._texts(two_digits(found.seconds, found.baseline_seconds) if found.seconds else [])
        elif isinstance(found, Choice):
            self._texts(two_digits(found.optimism) if found.optimism else [])
        elif is_dataclass(found):
            if isinstance(found, Overfitting) and found.times_train is not None:
                self._texts([times(found.times_train).removesuffix(" times")])
            averages = {one.column for one in self.task.of_averages}
            for field in fields(found):
                self._facts(getattr(found, field.name), field.name if field.name in averages else metric)
        elif isinstance(found, Mapping | tuple):
            for one in found.values() if isinstance(found, Mapping) else found:
                self._facts(one, metric)
        elif isinstance(found, float):
            self._value(found, metric)

    def _effect(self, effect: Effect | None) -> None:
        if effect:
            self._estimate(effect.estimate, effect.metric)
            self._texts(p_value(p, TERMINAL) for p in (effect.p, effect.p_holm))
            self._texts([f"{effect.smallest_p or 0:.3g}"])

    def _estimate(self, one: Estimate | None, metric: str) -> None:
        if one:
            written = [self._value(value, metric) for value in (one.value, one.low, one.high)]
            self.intervals |= {interval(*texts) for texts in zip(*written, strict=True) if one.has_interval}

    def _value(self, value: float | None, metric: str) -> list[str]:
        """Take in a value as a table writes it, and as a sentence does, which may speak of per cent."""
        factors = (1.0, 1.0 if metric == LEARNT_RATE else column_of(metric).metric.spoken_scale)
        decimals = [scaled(self.view.digits(metric), factor) for factor in factors]
        texts = [
            number(None if value is None else value * factor, places, TERMINAL)
            for factor, places in zip(factors, decimals, strict=True)
        ]
        self._texts(texts)
        return texts

    def _texts(self, texts: Iterable[str]) -> None:
        self.numbers |= {size(text) for text in texts}
