"""How conditions and groups are called in a sentence.

Owns names; knows no number that was measured.
"""

from collections.abc import Iterable, Mapping

from dropout_lab.verdict.facts import Choice, ConditionFacts, StudyFacts
from dropout_lab.verdict.words.numbers import listed


def dropout_name(facts: ConditionFacts) -> str:
    """Name a condition's dropout: ``rate 0.5``, ``rate 0.5 (input rate 0.2)``, ``the baseline``."""
    if facts.is_baseline:
        return "the baseline"
    extras = [f"input rate {facts.input_rate}"] if facts.input_rate not in ("0", "0.0") else []
    extras += [f"{leaf(path)} {value}" for path, value in facts.dropout.items() if path != "dropout.input_rate"]
    return f"rate {facts.rate}" + (f" ({', '.join(extras)})" if extras else "")


def settings_name(settings: Mapping[str, str]) -> str:
    """Name the settings of a group: ``train size 100 and width 64``; empty where nothing outside dropout was swept."""
    return listed(f"{leaf(path)} {value}" for path, value in settings.items()) if settings else ""


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
    if len(names) > 1 and all("(" not in name for name in names):
        return f"rates {listed(name.removeprefix('rate ') for name in names)}"
    return listed(names) if names else ""


_MOST_NAMED = 4


def trials_named(named: Iterable[tuple[str, int]], n_all: int) -> str:
    """Name the first few of some trials: ``rate=0.5 seed 3, rate=0.5 seed 4 and 2 more``."""
    names = [f"{label} seed {seed}" for label, seed in named]
    rest = n_all - len(names)
    return ", ".join(names) + (f" and {rest:,} more" if rest else "")
