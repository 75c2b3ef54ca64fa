"""What settings, conditions, groups and forms of noise are called, on every surface.

Labels, for a legend or a table, name every setting that was given: ``rate 0.5, kind gaussian``. Sentences name what is
done to the units: ``Gaussian noise at rate 0.5``. Knows no number that was measured.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from dropout_lab.noise import KINDS, SCALINGS, SCHEDULES, LawOptions
from dropout_lab.wording import listed

Value = float | str

ABSENT = ""  # no such setting here; `null` is a value
KIND = "dropout.kind"
RATES = ("rate", "input_rate", "dropout.output_rate")  # where all of these are 0, nothing is ever dropped
CHOICE = "choice"  # the made-up setting of a tuned study that is drawn; its values speak for themselves
THE_BASELINE = "the baseline"

_EXPLAINED = {
    "rate": "rate (probability that a unit is dropped)",
    "input_rate": "input rate (probability that an input is dropped)",
    "dropout.output_rate": "output rate (probability that an output is dropped)",
}
_IN_THE_NAME = {KIND, "dropout.scaling", "dropout.schedule", "dropout.input_rate", "dropout.output_rate"}


class Form(Protocol):
    """A form of noise; see `findings.Form`."""

    @property
    def kind(self) -> str:
        """A name in `noise.KINDS`."""

    @property
    def scaling(self) -> str:
        """A name in `noise.SCALINGS`."""

    @property
    def schedule(self) -> str:
        """A name in `noise.SCHEDULES`."""

    @property
    def compared(self) -> tuple[str, ...]:
        """Which of the three the study sweeps."""


class Condition(Protocol):
    """A condition as it was planned; see `findings.Condition`."""

    @property
    def is_baseline(self) -> bool:
        """Whether nothing is ever dropped."""

    @property
    def form(self) -> Form:
        """Of its noise."""

    @property
    def rate(self) -> str:
        """On the hidden layers, as text."""

    @property
    def input_rate(self) -> str:
        """On the inputs."""

    @property
    def output_rate(self) -> str:
        """On the outputs."""

    @property
    def dropout(self) -> Mapping[str, str]:
        """Other settings of dropout that were swept."""

    @property
    def settings(self) -> Mapping[str, str]:
        """Swept settings that are not dropout's."""


def setting_name(path: str) -> str:
    """Name a setting by the end of its path.

    >>> setting_name("data.train_size")
    'train size'
    """
    return path.rpartition(".")[2].replace("_", " ")


def setting_names(paths: Sequence[str]) -> list[str]:
    """Name settings, in order, each by its path where two would else have one name."""
    names = [setting_name(path) for path in paths]
    return [name if names.count(name) == 1 else path for name, path in zip(names, paths, strict=True)]


def axis_name(path: str, *, learns_rates: bool) -> str:
    """Name a setting along an axis, a rate with what it means.

    Args:
        path: of the setting.
        learns_rates: whether noise that learns a rate for each layer is among what is shown.
    """
    if learns_rates and path in RATES:
        return f"{setting_name(path)} ({', '.join(filter(is_learnt, KINDS))}: at the start)"
    return _EXPLAINED.get(path, setting_name(path))


def value_text(value: Value) -> str:
    """Write a value as a user would: `0.5`, `100`, `128-128`."""
    if not isinstance(value, str):
        return f"{value:.12g}"
    whole = value.removesuffix(".0")
    return whole if whole.isdigit() else value


def setting_text(path: str, value: Value, name: str = "") -> str:
    """Name a setting with its value.

    Args:
        path: of the setting.
        value: its value.
        name: what to call it; empty for the end of its path.

    >>> setting_text("data.train_size", 100.0), setting_text(CHOICE, "tuned")
    ('train size 100', 'tuned')
    """
    return value_text(value) if path == CHOICE else f"{name or setting_name(path)} {value_text(value)}"


def is_missing(path: str, value: Value) -> bool:
    """Tell whether a condition has not got a setting of dropout, as a baseline has no kind."""
    return value == ABSENT and path.startswith("dropout.")


def assigned(settings: Mapping[str, Value]) -> list[str]:
    """Name settings with their values, as far as there are any.

    >>> assigned({"data.train_size": 100.0, "dropout.kind": "", "dropout.output_rate": 0.5})
    ['train size 100', 'output rate 0.5']
    """
    named = zip(setting_names(list(settings)), settings.items(), strict=True)
    return [setting_text(path, value, name) for name, (path, value) in named if not is_missing(path, value)]


def settings_label(paths: Sequence[str], values: Sequence[Value]) -> str:
    """Name settings with their values, as far as there are any: `kind gaussian, train size 100`."""
    return ", ".join(assigned(dict(zip(paths, values, strict=True))))


def chosen_label(chosen: str) -> str:
    """Name chosen settings, written as in a table.

    >>> chosen_label("training.learning_rate=0.01 training.batch_size=32")
    'learning rate 0.01, batch size 32'
    """
    pairs = [one.partition("=") for one in chosen.split(" ")]
    return ", ".join(assigned({path: value for path, _, value in pairs}))


def dropout_label(settings: Mapping[str, Value]) -> str:
    """Name settings of dropout, by path: `rate 0.5, kind gaussian`, `start rate 0.5, kind concrete`, `baseline`.

    Rates of 0 but the first are left out.
    """
    if drops_nothing(settings):
        return "baseline"
    kept = {
        path: value
        for path, value in settings.items()
        if value != ABSENT and (path == "rate" or path not in RATES or not is_zero(value))
    }
    start = "start " if "rate" in kept and is_learnt(settings.get(KIND)) else ""
    return start + ", ".join(assigned(kept))


def is_zero(rate: Value) -> bool:
    """Tell whether a rate, or every layer's rate of a text such as `0-0.5`, is zero."""
    if isinstance(rate, float):
        return rate == 0
    try:
        return all(float(part) == 0 for part in rate.split("-"))
    except ValueError:
        return False


def drops_nothing(settings: Mapping[str, Value]) -> bool:
    """Tell whether neither a unit, nor an input, nor an output is ever dropped, by the settings' paths."""
    return all(is_zero(settings.get(path, 0.0)) for path in RATES)


def is_learnt(kind: object) -> bool:
    """Tell whether a value of `dropout.kind` is noise whose rates are learnt; a baseline has none."""
    return kind in KINDS and KINDS[str(kind)].learns_rates


def form_name(form: Form) -> str:
    """Name a form of noise: ``dropout``, ``Gaussian noise``, ``early dropout``.

    What is usual goes unsaid unless the study compares it: ``Bernoulli dropout`` beside ``alpha dropout``.
    """
    kind, is_unusual = KINDS[form.kind], not SCHEDULES[form.schedule].is_constant
    words = [form.schedule] if is_unusual or "schedule" in form.compared else []
    if form.scaling != LawOptions.scaling or ("scaling" in form.compared and kind.is_scaled):
        words.append(SCALINGS[form.scaling].label)
    noun = (kind.noun_beside_others if "kind" in form.compared else "") or kind.noun
    return " ".join([*words, noun])


def rates_name(condition: Condition) -> str:
    """Name a condition's rates: ``rate 0.5``, ``rate 0.5 (input rate 0.2)``; ``start rate 0.5`` where it is learnt."""
    rates = {"input_rate": condition.input_rate, "output_rate": condition.output_rate}
    others = {path: value for path, value in condition.dropout.items() if path not in _IN_THE_NAME}
    extras = assigned({path: value for path, value in rates.items() if value not in ("0", "0.0")} | others)
    start = "start rate" if is_learnt(condition.form.kind) else "rate"
    return f"{start} {condition.rate}" + (f" ({', '.join(extras)})" if extras else "")


def treatment_name(condition: Condition) -> str:
    """Name what is done to the units: ``dropout at rate 0.5``, ``Gaussian noise at rate 0.5 (input rate 0.2)``."""
    at = "from" if is_learnt(condition.form.kind) else "at"
    return f"{form_name(condition.form)} {at} {rates_name(condition)}"


def condition_name(condition: Condition) -> str:
    """Name a condition's dropout by what tells it from the others of its study.

    ``rate 0.5``, ``rate 0.5 (input rate 0.2)``, ``the baseline``; ``Gaussian noise at rate 0.5`` where forms of noise
    are compared.
    """
    if condition.is_baseline:
        return THE_BASELINE
    return treatment_name(condition) if condition.form.compared else rates_name(condition)


def settings_name(settings: Mapping[str, str]) -> str:
    """Name the settings of a group: ``train size 100 and width 64``; empty where nothing outside dropout was swept."""
    return listed(assigned(settings))


def full_name(condition: Condition) -> str:
    """Name a condition by its dropout and, where other settings were swept, those."""
    where = settings_name(condition.settings)
    return f"{condition_name(condition)} at {where}" if where else condition_name(condition)


def trials_name(named: Iterable[tuple[str, int]], n_all: int) -> str:
    """Name the first few of some trials: ``rate=0.5 seed 3, rate=0.5 seed 4 and 2 more``."""
    names = [f"{label} seed {seed}" for label, seed in named]
    rest = n_all - len(names)
    return ", ".join(names) + (f" and {rest:,} more" if rest else "")
