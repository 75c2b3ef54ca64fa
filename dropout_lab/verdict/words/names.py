"""How conditions and groups are called in a sentence.

Owns names; knows no number that was measured.
"""

from collections.abc import Iterable, Mapping

from dropout_lab.findings import FORM_PATHS, Choice, ConditionFacts, Form, StudyFacts
from dropout_lab.noise import KINDS, SCALINGS
from dropout_lab.wording import listed

_TOLD_OTHERWISE = {*FORM_PATHS, "dropout.input_rate", "dropout.output_rate"}


def form_name(form: Form) -> str:
    """Name a form of noise: ``dropout``, ``Gaussian noise``, ``early dropout``.

    What is usual goes unsaid unless the study compares it: ``Bernoulli dropout`` beside ``alpha dropout``.
    """
    words = [form.schedule] if form.schedule != Form.schedule or "schedule" in form.compared else []
    kind = KINDS[form.kind]
    if form.scaling != Form.scaling or ("scaling" in form.compared and kind.is_scaled):
        words.append(SCALINGS[form.scaling].label)
    noun = (kind.noun_beside_others if "kind" in form.compared else "") or kind.noun
    return " ".join([*words, noun])


def treatment_name(facts: ConditionFacts) -> str:
    """Name what is done to the units: ``dropout at rate 0.5``, ``Gaussian noise at rate 0.5 (input rate 0.2)``."""
    return f"{form_name(facts.form)} {_at_rates(facts)}"


def _at_rates(facts: ConditionFacts) -> str:
    return f"{'from' if KINDS[facts.form.kind].learns_rates else 'at'} {rates_name(facts)}"


def rates_name(facts: ConditionFacts) -> str:
    """Name a condition's rates: ``rate 0.5``, ``rate 0.5 (input rate 0.2)``; ``start rate 0.5`` where it is learnt."""
    extras = _extras(facts)
    start = "start rate" if KINDS[facts.form.kind].learns_rates else "rate"
    return f"{start} {facts.rate}" + (f" ({', '.join(extras)})" if extras else "")


def _extras(facts: ConditionFacts) -> list[str]:
    rates = {"input rate": facts.input_rate, "output rate": facts.output_rate}
    extras = [f"{name} {rate}" for name, rate in rates.items() if rate not in ("0", "0.0")]
    return extras + [
        f"{leaf(path)} {value.removesuffix('.0')}"
        for path, value in facts.dropout.items()
        if path not in _TOLD_OTHERWISE
    ]


def dropout_name(facts: ConditionFacts) -> str:
    """Name a condition's dropout by what tells it from the others of its study.

    ``rate 0.5``, ``rate 0.5 (input rate 0.2)``, ``the baseline``; ``Gaussian noise at rate 0.5`` where forms of noise
    are compared.
    """
    if facts.is_baseline:
        return "the baseline"
    return treatment_name(facts) if facts.form.compared else rates_name(facts)


def settings_name(settings: Mapping[str, str]) -> str:
    """Name the settings of a group: ``train size 100 and width 64``; empty where nothing outside dropout was swept."""
    return listed(f"{leaf(path)} {value.removesuffix('.0')}" for path, value in settings.items()) if settings else ""


def full_name(facts: ConditionFacts) -> str:
    """Name a condition by its dropout and, where other settings were swept, those."""
    where = settings_name(facts.settings)
    return f"{dropout_name(facts)} at {where}" if where else dropout_name(facts)


def leaf(path: str) -> str:
    """Name a setting by the end of its path, as words: ``data.train_size`` is ``train size``."""
    return path.rpartition(".")[2].replace("_", " ")


def not_told_apart(study: StudyFacts, choice: Choice) -> str:
    """Name the conditions with dropout that may be best: ``rates 0.3 to 0.6``, ``rate 0.1``; empty without any."""
    if choice.rate_range:
        return f"rates {choice.rate_range[0]} to {choice.rate_range[1]}"
    names = [dropout_name(study.conditions[label]) for label in choice.may_be_best]
    names = [name for name in names if name != "the baseline"]
    if len(names) > _MOST_NAMED:
        return f"{len(names)} of the {choice.n_candidates} conditions with dropout"
    if len(names) > 1 and all(name.startswith("rate ") and "(" not in name for name in names):
        return f"rates {listed(name.removeprefix('rate ') for name in names)}"
    return listed(names) if names else ""


_MOST_NAMED = 4


def trials_named(named: Iterable[tuple[str, int]], n_all: int) -> str:
    """Name the first few of some trials: ``rate=0.5 seed 3, rate=0.5 seed 4 and 2 more``."""
    names = [f"{label} seed {seed}" for label, seed in named]
    rest = n_all - len(names)
    return ", ".join(names) + (f" and {rest:,} more" if rest else "")
