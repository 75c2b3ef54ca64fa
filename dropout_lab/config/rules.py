"""Rules that join several settings.

Owns what no single setting's range can say: two ways to say the same thing, rates that must fit the layers. It exists
so that all such rules are read in one place and each reports everything it finds.
"""

from collections.abc import Iterator, Sequence

from dropout_lab.config.core_yaml import yaml_text
from dropout_lab.config.fields import quantised, repeated
from dropout_lab.config.problem import Problem, SettingPath
from dropout_lab.noise import KINDS, SCALINGS, SCHEDULES

_SHAPE: tuple[SettingPath, ...] = (("model", "hidden"), ("model", "width"), ("model", "depth"))
_LENGTH: tuple[SettingPath, ...] = (("training", "epochs"), ("training", "steps"))
_RATES: SettingPath = ("dropout", "rates")
_KIND: SettingPath = ("dropout", "kind")
_SCHEDULE: SettingPath = ("dropout", "schedule")
_ACTIVATION: SettingPath = ("model", "activation")
_SCALING: SettingPath = ("dropout", "scaling")
_UNTIL: SettingPath = ("dropout", "schedule_until")

JOINED = frozenset((*_SHAPE, *_LENGTH, _RATES, _KIND, _SCHEDULE, _ACTIVATION, _SCALING, _UNTIL))
"""Every setting that some rule joins with another."""


def one_way_to_say_the_shape(hidden: Sequence[int] | None, width: int | None, depth: int | None) -> Iterator[Problem]:
    """Yield a problem for `width` and for `depth` where `hidden` is given too (paths relative to the section)."""
    if hidden is None:
        return
    for name, value in (("width", width), ("depth", depth)):
        if value is not None:
            must = f"cannot stand beside model.hidden {yaml_text(tuple(hidden))}: they say the same thing"
            mend = "Keep model.hidden, or model.width and model.depth."
            yield Problem((name,), must, str(value), mend, _SHAPE)


def one_length_of_training(epochs: int | None, steps: int | None) -> Iterator[Problem]:
    """Yield a problem where both or neither of the two are given (paths relative to the section)."""
    if epochs is None and steps is None:
        mend = "Write a number of epochs, such as 50."
        yield Problem(("epochs",), "must be a number where training.steps is null", "null", mend, _LENGTH)
    if epochs is not None and steps is not None:
        must = f"cannot stand beside training.epochs {epochs}: both say how long to train"
        yield Problem(("steps",), must, str(steps), "Keep one of the two.", _LENGTH)


def rates_fit_the_model(rates: Sequence[float | tuple[float, ...]], hidden: Sequence[int]) -> Iterator[Problem]:
    """Yield a problem for every rate that does not fit the hidden layers, or that repeats an earlier one."""
    for index, rate in enumerate(rates):
        path, got = (*_RATES, index), yaml_text(rate)
        if not hidden and (isinstance(rate, tuple) or rate > 0):
            must = "must be 0 in a linear model (model.hidden []), which has no hidden units to drop"
            mend = "Give the model a hidden layer, or write dropout.rates: [0] and sweep dropout.input_rate."
            yield Problem(path, must, got, mend, (_RATES, *_SHAPE))
        elif isinstance(rate, tuple) and len(rate) != len(hidden):
            layers = f"{len(hidden)} for model.hidden {yaml_text(tuple(hidden))}"
            must = f"must hold one number per hidden layer, {layers}"
            yield Problem(path, must, got, "One number without a list serves every layer.", (_RATES, *_SHAPE))
    yield from _equal_rates(rates, len(hidden))


def noise_fits_the_activation(kind: str, activation: str) -> Iterator[Problem]:
    """Yield a problem where noise that fits one activation alone, as alpha noise fits SELU, meets another."""
    fitting = KINDS[kind].activation
    if fitting and activation != fitting:
        must = f"must be {fitting} under dropout.kind {kind}, {KINDS[kind].activation_reason}"
        mend = f"Write model.activation: {fitting}, or another dropout.kind."
        yield Problem(_ACTIVATION, must, activation, mend, (_KIND,))


def scaling_has_one_rate(kind: str, scaling: str, schedule: str) -> Iterator[Problem]:
    """Yield a problem where weights would be scaled at inference by a rate that has changed while training."""
    if SCALINGS[scaling].is_at_inference and not SCHEDULES[schedule].is_constant and KINDS[kind].is_scaled:
        must = (
            f"must be inverted under dropout.schedule {schedule}: scaling at inference needs one rate for all updates"
        )
        mend = "Write dropout.scaling: inverted, or dropout.schedule: constant."
        yield Problem(_SCALING, must, scaling, mend, (_SCHEDULE, _KIND))


def a_learnt_rate_has_no_schedule(kind: str, schedule: str) -> Iterator[Problem]:
    """Yield a problem where a schedule would change rates that are learnt."""
    if KINDS[kind].learns_rates and not SCHEDULES[schedule].is_constant:
        must = f"must be constant under dropout.kind {kind}, which learns how the rates change"
        mend = "Write dropout.schedule: constant, or another dropout.kind."
        yield Problem(_SCHEDULE, must, schedule, mend, (_KIND,))


def schedule_lies_within_the_training(
    schedule: str, until: int | float | None, epochs: int | None
) -> Iterator[Problem]:
    """Yield a problem where early dropout would never be off, or late dropout never on, counted in epochs."""
    kind = SCHEDULES[schedule]
    if not (isinstance(until, int) and epochs is not None and kind.switch):
        return
    if until >= epochs + kind.may_switch_at_the_end:
        bound = "at most" if kind.may_switch_at_the_end else "below"
        mend = "Write fewer epochs, a share of the training such as 0.25, or null for 1/6."
        must = f"must be {bound} training.epochs, {epochs}{kind.switch}"
        yield Problem(_UNTIL, must, str(until), mend, (_SCHEDULE, *_LENGTH))


def _equal_rates(rates: Sequence[float | tuple[float, ...]], n_layers: int) -> Iterator[Problem]:
    layers = max(n_layers, 1)
    steps = [tuple(map(quantised, rate if isinstance(rate, tuple) else (rate,) * layers)) for rate in rates]
    for index, first in repeated(steps):
        must = f"must differ from dropout.rates[{first}] by 1/65536 or more: noise is drawn in 16 bits"
        mend = "Each item is one condition: leave one of the two out."
        yield Problem((*_RATES, index), must, yaml_text(rates[index]), mend, (_RATES, *_SHAPE))
