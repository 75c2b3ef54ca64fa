"""From a study to its conditions: every combination of the axes, and the baseline that joins each of them.

The only place that knows how the axes combine. A condition is known by its label; its settings are a `Study` narrowed
to one value per axis.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from math import prod
from typing import Any, NamedTuple

from dropout_lab.config import Study, with_values
from dropout_lab.errors import UserError
from dropout_lab.results import ConditionEntry, format_setting
from dropout_lab.study.noise import noise_settings

INPUT_RATE, OUTPUT_RATE = "dropout.input_rate", "dropout.output_rate"
MANY_TRIALS = 10_000

Rates = float | tuple[float, ...]


class _LayerRates(NamedTuple):
    hidden: Rates
    inputs: float
    outputs: float


_NO_RATES = _LayerRates(0, 0, 0)


@dataclass(frozen=True)
class Condition:
    """One setting of everything but the seed.

    Attributes:
        label: unique within the study, such as ``rate=0.5 data.train_size=100``.
        rates: of every hidden layer.
        rate: the same as it was written: a number, or one per hidden layer.
        input_rate: rate on the inputs.
        output_rate: rate on the outputs.
        swept: value of every swept or tuned path that shapes it, the hidden and the input rate apart; at the baseline
            only of those outside dropout.
        baseline: label of the baseline it is compared with; its own for a baseline.
        settings: the study with this condition's values.
    """

    label: str
    rates: tuple[float, ...]
    rate: Rates
    input_rate: float
    output_rate: float
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
    not; tuned settings are among these. A fixed input or output rate applies only with nonzero rates; an axis of such
    rates is taken literally. A setting of the noise that shapes nothing under its kind or schedule makes no condition
    of its own: Gaussian noise joins a sweep of `dropout.scaling` once.
    """
    axes = {path: _ordered(values) for path, values in (study.sweep | study.tune).items()}
    outside = {path: values for path, values in axes.items() if not path.startswith("dropout.")}
    within = {path: axes[path] for path in axes if path not in {*outside, INPUT_RATE, OUTPUT_RATE}}
    conditions: dict[str, Condition] = {}
    for swept in _combinations(outside):
        plain = with_values(study, swept) if swept else study
        noises = [(inner, with_values(plain, inner) if inner else plain) for inner in _combinations(within)]
        # With the first noise's settings, which do nothing here, it trains beside that noise's conditions.
        baseline = _condition(noises[0][1], _NO_RATES, swept, baseline=None)
        conditions[baseline.label] = baseline
        for inner, settings in noises:
            shaping = {path: value for path, value in inner.items() if path.split(".")[1] in noise_settings(settings)}
            for rates in _noisy_rates(study):
                condition = _condition(settings, rates, swept | shaping, baseline.label)
                conditions.setdefault(condition.label, condition)
    return list(conditions.values())


def _combinations(axes: Mapping[str, list[Any]]) -> Iterator[dict[str, Any]]:
    for values in product(*axes.values()):
        yield dict(zip(axes, values, strict=True))


def grid_size(study: Study) -> int:
    """Return how many trials a study's grid has at most, without expanding it."""
    axes = prod(len(values) for values in (study.sweep | study.tune).values())
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


def _noisy_rates(study: Study) -> Iterator[_LayerRates]:
    axes = {path: _ordered(study.sweep[path]) for path in (INPUT_RATE, OUTPUT_RATE) if path in study.sweep}
    for hidden in _ordered(study.dropout.rates):
        is_noisy = any(hidden) if isinstance(hidden, tuple) else hidden > 0
        inputs = axes.get(INPUT_RATE, [study.dropout.input_rate if is_noisy else 0])
        outputs = axes.get(OUTPUT_RATE, [study.dropout.output_rate if is_noisy else 0])
        for input_rate, output_rate in product(inputs, outputs):
            if is_noisy or input_rate or output_rate:
                yield _LayerRates(hidden or 0, input_rate or 0, output_rate or 0)  # so that 0.0 reads as 0


def _condition(settings: Study, rates: _LayerRates, swept: dict[str, Any], baseline: str | None) -> Condition:
    hidden = rates.hidden
    layers = tuple(hidden) if isinstance(hidden, tuple) else (float(hidden),) * len(settings.model.hidden)
    parts = [f"rate={format_setting(hidden)}"]
    outer = {"input_rate": rates.inputs, "output_rate": rates.outputs}
    parts += [f"{name}={format_setting(rate)}" for name, rate in outer.items() if rate]
    parts += [f"{path}={format_setting(value)}" for path, value in swept.items()]
    label = " ".join(parts)
    has_output_axis = OUTPUT_RATE in settings.sweep and baseline is not None
    return Condition(
        label=label,
        rates=layers,
        rate=hidden,
        input_rate=rates.inputs,
        output_rate=rates.outputs,
        swept=swept | ({OUTPUT_RATE: rates.outputs} if has_output_axis else {}),
        baseline=baseline or label,
        settings=settings,
    )


def _ordered(values: tuple[Any, ...]) -> list[Any]:
    """Return numbers rising, then everything else as written."""
    numbers = sorted(v for v in values if isinstance(v, (int, float)) and not isinstance(v, bool))
    return numbers + [v for v in values if not isinstance(v, (int, float)) or isinstance(v, bool)]
