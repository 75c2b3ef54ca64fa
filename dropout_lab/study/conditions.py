"""From a study to its conditions: every combination of the axes, and the baseline that joins each of them.

The only place that knows how the axes combine. A condition is known by its label; its settings are a `Study` narrowed
to one value per axis.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from math import prod
from typing import Any

from dropout_lab.config import Study, with_values
from dropout_lab.errors import UserError
from dropout_lab.results import ConditionEntry, format_setting

INPUT_RATE = "dropout.input_rate"
MANY_TRIALS = 10_000

Rates = float | tuple[float, ...]


@dataclass(frozen=True)
class Condition:
    """One setting of everything but the seed.

    Attributes:
        label: unique within the study, such as ``rate=0.5 data.train_size=100``.
        rates: of every hidden layer.
        rate: the same as it was written: a number, or one per hidden layer.
        input_rate: rate on the inputs.
        swept: value of every swept path, dropout's own rates apart; at the baseline only of those outside dropout.
        baseline: label of the baseline it is compared with; its own for a baseline.
        settings: the study with this condition's values.
    """

    label: str
    rates: tuple[float, ...]
    rate: Rates
    input_rate: float
    swept: Mapping[str, Any]
    baseline: str
    settings: Study = field(repr=False, compare=False)

    @property
    def is_baseline(self) -> bool:
        """Whether nothing is dropped."""
        return self.label == self.baseline

    def entry(self) -> ConditionEntry:
        """Return the condition as the manifest holds it."""
        return ConditionEntry(
            label=self.label,
            rate=list(self.rate) if isinstance(self.rate, tuple) else self.rate,
            input_rate=self.input_rate,
            swept=dict(self.swept),
            is_baseline=self.is_baseline,
            baseline=self.baseline,
        )


def expand(study: Study) -> list[Condition]:
    """Return every condition of the grid: the other axes in their order, then the baseline, then rising rates.

    A rate-0 item is the baseline, which joins once per combination of the settings outside dropout whether listed or
    not. A fixed input rate rides with nonzero rates only; an axis of input rates is taken literally.
    """
    paths = [path for path in study.sweep if path != INPUT_RATE]
    outside = [path for path in paths if not path.startswith("dropout.")]
    within = [path for path in paths if path.startswith("dropout.")]
    conditions: list[Condition] = []
    for values in product(*(_ordered(study.sweep[path]) for path in outside)):
        swept = dict(zip(outside, values, strict=True))
        plain = with_values(study, swept) if swept else study
        baseline = _condition(plain, 0, 0, swept, baseline=None)
        conditions.append(baseline)
        for inner in product(*(_ordered(study.sweep[path]) for path in within)):
            inner_swept = dict(zip(within, inner, strict=True))
            settings = with_values(plain, inner_swept) if inner_swept else plain
            for rates, input_rate in _noisy_rates(study):
                conditions.append(_condition(settings, rates, input_rate, swept | inner_swept, baseline.label))
    return conditions


def grid_size(study: Study) -> int:
    """Return how many trials a study's grid has at most, without expanding it."""
    axes = prod(len(values) for values in study.sweep.values())
    return axes * (len(study.dropout.rates) + 1) * len(study.seeds)


def refuse_unconfirmed(study: Study, place: str, mend: str) -> None:
    """Raise a UserError for a grid so large that it is more often a slip of the keyboard than a wish.

    Args:
        study: the request; nobody has confirmed that it is meant.
        place: where it stands, for the message.
        mend: how to confirm it.
    """
    n_asked = grid_size(study)
    if n_asked > MANY_TRIALS:
        raise UserError(f"{place}: more than {MANY_TRIALS:,} trials must be confirmed. Got up to {n_asked:,}. {mend}")


def _noisy_rates(study: Study) -> Iterator[tuple[Rates, float]]:
    is_axis = INPUT_RATE in study.sweep
    for rates in _ordered(study.dropout.rates):
        is_noisy = any(rates) if isinstance(rates, tuple) else rates > 0
        for input_rate in _ordered(study.sweep[INPUT_RATE]) if is_axis else (study.dropout.input_rate,):
            if is_noisy or (is_axis and input_rate > 0):
                yield rates or 0, input_rate or 0  # so that 0.0 reads as 0


def _condition(
    settings: Study, rates: Rates, input_rate: float, swept: dict[str, Any], baseline: str | None
) -> Condition:
    n_hidden = len(settings.model.hidden)
    layers = tuple(rates) if isinstance(rates, tuple) else (float(rates),) * n_hidden
    parts = [f"rate={format_setting(rates)}"]
    if input_rate:
        parts.append(f"input_rate={format_setting(input_rate)}")
    parts += [f"{path}={format_setting(value)}" for path, value in swept.items()]
    label = " ".join(parts)
    return Condition(
        label=label,
        rates=layers,
        rate=rates,
        input_rate=input_rate,
        swept=swept,
        baseline=baseline or label,
        settings=settings,
    )


def _ordered(values: tuple[Any, ...]) -> list[Any]:
    """Return numbers rising, then everything else as written."""
    numbers = sorted(v for v in values if isinstance(v, (int, float)) and not isinstance(v, bool))
    return numbers + [v for v in values if not isinstance(v, (int, float)) or isinstance(v, bool)]
