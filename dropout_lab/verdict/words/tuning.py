"""The tuned comparison in sentences: does dropout help once every condition may choose its own settings?

Owns these wordings. The untuned comparison stands beside the tuned one, since the config's own value for all conditions
is a choice like any other.
"""

from collections.abc import Iterable, Mapping

from dropout_lab.findings import Effect, Side, StudyFacts, TunedFacts, Tuning
from dropout_lab.phrases import glossary
from dropout_lab.phrases.names import condition_name, setting_name, settings_name, treatment_name
from dropout_lab.phrases.numbers import share
from dropout_lab.phrases.texts import sentence
from dropout_lab.verdict.words import effects
from dropout_lab.verdict.words.numbers import estimate, size
from dropout_lab.wording import listed, plural

TUNED = "Does dropout help once both are tuned?"
_STABLE = 0.75  # share of the leave-one-out choices from which on a choice is not called unstable
_MOST_NAMED = 4  # conditions with dropout whose tuned losses are said one by one


def untuned_question(own: Mapping[str, str]) -> str:
    """Ask what the untuned comparison answers: all conditions at the config's own values."""
    return f"And untuned, with {settings_name(own)} for all?"


def best_question(paths: Iterable[str]) -> str:
    """Ask what best against best answers."""
    return f"Does dropout help, each side at its best {_names(paths)}?"


def group_question(paths: Iterable[str]) -> str:
    """Ask what the groups answer, in each of which both sides share these settings."""
    return f"And group by group, at the same {_names(paths)} for both?"


def headline(study: StudyFacts, tuning: Tuning) -> str:
    """Return the tuned comparison in one sentence; empty where no condition with dropout was tuned."""
    if tuning.n_groups > 1:
        return _in_groups(study, tuning)
    told = _only(study, tuning)
    if told is None:
        return ""
    name, effect, _ = told
    return f"{_help(study, name, effect, tuning)}."


def answer(study: StudyFacts, tuning: Tuning) -> str:
    """Return the answer to the question of the tuned comparison; empty where there is none."""
    if tuning.n_groups > 1:
        return " ".join(filter(None, [_in_groups(study, tuning), _budget(tuning)]))
    told = _only(study, tuning)
    if told is None:
        return ""
    name, effect, condition = told
    parts = [
        f"{_help(study, name, effect, tuning)}{_corrected(effect)}.",
        _losses(study, tuning),
        _untuned(study, name, condition, effect),
        _chosen(study, tuning, condition),
        _weaker_pairs(tuning, condition),
        _jackknifed(condition),
        f"{_budget(tuning)}{_edges(tuning, condition)}",
    ]
    return " ".join(filter(None, parts))


def _only(study: StudyFacts, tuning: Tuning) -> tuple[str, Effect, TunedFacts] | None:
    """Return name, tuned difference and condition of what val chose among the tuned conditions of the one group.

    The difference is as it stands after correction, since a winner was picked.
    """
    label = next(iter(tuning.chosen.values()), None)
    condition = tuning.conditions[label] if label else None
    if label is None or condition is None or condition.tuned is None or condition.tuned.effect is None:
        return None
    return treatment_name(study.conditions[label]), condition.tuned.effect.corrected, condition


def _help(study: StudyFacts, name: str, effect: Effect, tuning: Tuning) -> str:
    """Say what dropout does to val loss with both sides tuned, without a full stop."""
    tuned = f"with {_tuned_names(tuning)} tuned for each"
    if effect.is_distinguishable:
        verb = "lowers" if effect.sign == "lower" else "raises"
        by = size(effect, study, is_named=True)
        return sentence(f"{tuned}, {name} {verb} val loss by {by} at the best epochs").removesuffix(".")
    told = effects.amount(effect, study, is_named=True)
    if effect.certainty == "unknown":
        return f"In the one seed that can be compared, {tuned}, val loss with {name} is {told} at the best epochs"
    lost = f", {effects.NOT_TOLD} after {_of_correction(effect)}" if effect.is_corrected else ""
    return f"Whether dropout helps cannot be told: {tuned}, val loss with {name} is {told} at the best epochs{lost}"


def _tuned_names(tuning: Tuning) -> str:
    names = listed(map(setting_name, tuning.axes))
    return names if len(tuning.axes) > 1 else f"the {names}"


def _corrected(effect: Effect) -> str:
    if not effect.is_distinguishable or effect.n_comparisons < 2:
        return ""
    return f", also after {_of_correction(effect)}"


def _of_correction(effect: Effect) -> str:
    return f"correction for the {effect.n_comparisons:,} tuned comparisons"


def _losses(study: StudyFacts, tuning: Tuning) -> str:
    """Give the tuned losses beside each other, lowest first: which rate, and which form of noise, is best tuned."""
    treated = [label for label in tuning.by_loss if not tuning.conditions[label].is_baseline]
    if len(treated) < 2:
        return ""
    said = [
        f"{estimate(loss, 'val_loss', study, is_named=False)} for {condition_name(study.conditions[label])}"
        for label, loss in tuning.by_loss.items()
        if label not in treated[_MOST_NAMED:]
    ]
    few = f" ({_MOST_NAMED} lowest of {len(treated):,}, and the baseline)" if len(treated) > _MOST_NAMED else ""
    return f"Tuned, val loss is {listed(said)}{few}."


def _untuned(study: StudyFacts, name: str, condition: TunedFacts, tuned: Effect) -> str:
    """Set the same condition untuned beside it, and say where the two disagree."""
    if study.tuning is None or condition.untuned is None or condition.untuned.effect is None:
        return ""
    effect = condition.untuned.effect.corrected
    text = f"Untuned, at {settings_name(study.own_settings)} for both, which is a choice as well, "
    if effect.is_distinguishable:
        verb = "lowers" if effect.sign == "lower" else "raises"
        text += f"{name} {verb} it by {size(effect, study, is_named=False)}"
    else:
        text += f"with {name} it is {effects.difference(effect, study)}"
    return f"{text}{_disagreement(condition, effect, tuned, _names(study.own_settings))}."


def _disagreement(condition: TunedFacts, untuned: Effect, tuned: Effect, names: str) -> str:
    """Say where the two disagree; the settings are to blame only where the tuned mean leaves the untuned interval."""
    if untuned.direction == tuned.direction:
        return ""
    if tuned.direction == "better":
        return (
            f": that {names} hides the help, since it suits the baseline better" if condition.shift == "below" else ""
        )
    looks = {"better": ("dropout's help", "above"), "worse": ("harm", "below")}
    if untuned.direction not in looks:
        return ""
    what, where = looks[untuned.direction]
    if condition.shift == where:
        return f": what looks like {what} there may be that of the {names}"
    return "; tuned, the difference is not clearly smaller, but less sure"


def _names(paths: Iterable[str]) -> str:
    """Name settings by the ends of their paths: ``learning rate and width``."""
    return listed(map(setting_name, paths))


def _chosen(study: StudyFacts, tuning: Tuning, condition: TunedFacts) -> str:
    """Say what the baseline and the chosen condition chose, and how stable these choices are."""
    sides = [tuning.conditions[condition.baseline], condition]
    said = [
        f"{settings_name(one.tuned.settings)} for {condition_name(study.conditions[one.label])}{_stability(one.tuned)}"
        for one in sides
        if one.tuned is not None and one.tuned.settings
    ]
    return f"Tuning chose {listed(said)}." if said else ""


def _weaker_pairs(tuning: Tuning, condition: TunedFacts) -> str:
    """Say that sides of other shapes share no initial weights; empty where they are of one shape."""
    sides = [one.tuned.settings for one in (tuning.conditions[condition.baseline], condition) if one.tuned]
    shapes = [{path: text for path, text in side.items() if path.startswith("model.")} for side in sides]
    if all(shape == shapes[0] for shape in shapes):
        return ""
    return "The two nets have other shapes and share no initial weights, so their pairs are weaker."


def _stability(side: Side) -> str:
    if side.share is None:
        return ""
    if side.share >= 1:
        return " (whichever seed is left out)"
    shaky = ", so the choice is not stable" if side.share < _STABLE else ""
    return f" (in {share(side.share)} of the choices with a seed left out{shaky})"


def _jackknifed(condition: TunedFacts) -> str:
    """Say why an interval may be wider than at fixed settings, also where every choice named is the same."""
    if condition.tuned is None or not condition.tuned.is_jackknifed:
        return ""
    return glossary.JACKKNIFED.sentence


def _budget(tuning: Tuning) -> str:
    return f"Every condition had the same budget: {plural(tuning.budget, 'candidate')}."


def _edges(tuning: Tuning, condition: TunedFacts) -> str:
    """Warn of choices at the end of what was tried."""
    sides = [tuning.conditions[condition.baseline].tuned, condition.tuned]
    ends = {path: side.settings[path] for side in sides if side is not None for path in side.at_edge}
    if not ends:
        return ""
    named, are = settings_name(ends), "is" if len(ends) == 1 else "are"
    return f" {named[0].upper()}{named[1:]} {are} at the end of what was tried: a wider range may hold a better one."


def _in_groups(study: StudyFacts, tuning: Tuning) -> str:
    """Count over the groups what dropout does tuned, and untuned."""
    tuned, untuned = tuning.directions["tuned"], tuning.directions["untuned"]
    if not tuned:
        return ""
    of_all = f" of {tuning.n_groups:,} groups"
    text = (
        f"At the best epochs, with {_tuned_names(tuning)} tuned for each, dropout at the rate that val chose "
        f"{effects.counted(tuning.told, of_all)}"
    )
    if tuning.n_comparisons > 1:
        text += f", after correction for the {tuning.n_comparisons:,} tuned comparisons"
    if tuning.told != tuned:
        text += f"; every group taken alone, it {effects.counted(tuned)}"
    own = settings_name(study.own_settings)
    says_untuned = untuned and study.tuning is tuning
    if says_untuned:
        text += f"; untuned, at {own} for all, each alone, it {effects.counted(untuned)}"
    return f"{text}."
