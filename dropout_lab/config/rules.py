"""Rules that join several settings.

Owns what no single setting's range can say: two ways to say the same thing, rates that must fit the layers. Must not
know YAML, files or pydantic: it takes plain values and yields problems. It exists so that all such rules are read in
one place and each reports everything it finds.
"""

from collections.abc import Iterator, Sequence

from dropout_lab.config.core_yaml import yaml_text
from dropout_lab.config.fields import quantised, repeated
from dropout_lab.config.problem import Problem, SettingPath

_SHAPE: tuple[SettingPath, ...] = (("model", "hidden"), ("model", "width"), ("model", "depth"))
_RATES: SettingPath = ("dropout", "rates")


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
    involved: tuple[SettingPath, ...] = (("training", "epochs"), ("training", "steps"))
    if epochs is None and steps is None:
        mend = "Write a number of epochs, such as 50."
        yield Problem(("epochs",), "must be a number where training.steps is null", "null", mend, involved)
    if epochs is not None and steps is not None:
        must = f"cannot stand beside training.epochs {epochs}: both say how long to train"
        yield Problem(("steps",), must, str(steps), "Keep one of the two.", involved)


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


def _equal_rates(rates: Sequence[float | tuple[float, ...]], n_layers: int) -> Iterator[Problem]:
    layers = max(n_layers, 1)
    steps = [tuple(map(quantised, rate if isinstance(rate, tuple) else (rate,) * layers)) for rate in rates]
    for index, first in repeated(steps):
        must = f"must differ from dropout.rates[{first}] by 1/65536 or more: noise is drawn in 16 bits"
        mend = "Each item is one condition: leave one of the two out."
        yield Problem((*_RATES, index), must, yaml_text(rates[index]), mend, (_RATES, *_SHAPE))
