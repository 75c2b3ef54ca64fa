"""The forms of noise beside each other, and the rates that concrete dropout learnt, in sentences.

Owns these wordings.
"""

from dropout_lab.findings import (
    LEARNT_RATE,
    ConditionFacts,
    Estimate,
    FormFacts,
    GroupFacts,
    LearntOverStarts,
    LearntRates,
    StudyFacts,
)
from dropout_lab.noise import KINDS
from dropout_lab.phrases import numbers
from dropout_lab.phrases.names import form_name, rates_name, settings_name
from dropout_lab.phrases.texts import sentence
from dropout_lab.verdict.words.numbers import bare, estimate
from dropout_lab.wording import listed, plural

LEARNT = "Which rates were learnt?"
_ASKED: dict[tuple[str, ...], str] = {
    ("kind",): "Which kind of noise?",
    ("schedule",): "Which schedule?",
    ("scaling",): "Which scaling?",
}
_PARTS = {"inputs": "the inputs", "outputs": "the outputs"}
_MOST_GROUPS = 4


def question(study: StudyFacts) -> str:
    """Ask for the best form, by what the study compares."""
    compared = next((one.form.compared for group in study.groups for one in group.forms), ())
    return _ASKED.get(compared, "Which form of noise?")


def answer(study: StudyFacts) -> str:
    """Say which form is best, each at the rate that val chose; empty where the study has one form only."""
    groups = [group for group in study.groups if group.forms]
    if len(study.groups) == 1 and groups:
        return _of_one(study, groups[0])
    if not groups:
        return ""
    won = [f"{_capital(form_name(_winner(group).form))} in {_where(group)}" for group in groups[:_MOST_GROUPS]]
    more = f"; {len(groups) - len(won):,} more groups are in the table" if len(groups) > len(won) else ""
    return f"Lowest val loss at the best epochs: {listed(won)}{more}."


def _winner(group: GroupFacts) -> FormFacts:
    return group.forms[0]


def _capital(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}"


def _where(group: GroupFacts) -> str:
    return f"the group with {settings_name(group.settings)}" if group.settings else "the one group"


def _of_one(study: StudyFacts, group: GroupFacts) -> str:
    first, *others = group.forms
    loss = estimate(first.val_loss, "val_loss", study, is_named=True)
    name = f"{form_name(first.form)} at {_rates(study, first)}"
    text = f"{name} has the lowest val loss at the best epochs, {loss}"
    rest = [f"{form_name(one.form)} {_short(study, one.val_loss)} at {_rates(study, one)}" for one in others]
    return f"{sentence(f'{text}; then {listed(rest)}')} {_rivals(group, others)}"


def _rates(study: StudyFacts, one: FormFacts) -> str:
    return rates_name(study.conditions[one.label])


def _short(study: StudyFacts, value: Estimate) -> str:
    return estimate(value, "val_loss", study, is_named=False)


def _rivals(group: GroupFacts, others: list[FormFacts]) -> str:
    """Say which forms may be the best as far as the seeds can tell."""
    names = [form_name(one.form) for one in others if one.may_be_best]
    n = group.forms[0].val_loss.n
    if n < 2:
        return "With one seed the order may be chance."
    if not names:
        return f"The others are distinguishably worse ({plural(n, 'seed')})."
    if len(names) == len(others) > 1:
        return f"None of the others can be told from it ({plural(n, 'seed')})."
    worse = " The others are distinguishably worse." if len(names) < len(others) else ""
    return f"{_capital(listed(names))} cannot be told from it.{worse}"


def learnt_answer(study: StudyFacts) -> str:
    """Lay the rates that were learnt beside the sweep's best rate; empty where none were learnt."""
    spoken = {label for group in study.groups for label in _members(study, group)}
    learnt = [one for one in study.learnt if one.label in spoken]
    if not learnt or len(study.groups) > 1:
        return ""
    best = _best(study.groups[0], learnt)
    layers = listed(f"{_layer(name)} {bare(value, study.digits(LEARNT_RATE))}" for name, value in best.layers.items())
    n = next(iter(best.layers.values())).n
    condition = study.conditions[best.label]
    text = (
        f"From {rates_name(condition)}, {KINDS[condition.form.kind].noun} had learnt these rates at the last epoch: "
        f"{layers} (means over {plural(n, 'seed')})."
    )
    starts = _over_starts(study, study.learnt_over_starts) if study.learnt_over_starts else ""
    return " ".join(filter(None, [text, starts, _beside(study, study.groups[0])]))


def _over_starts(study: StudyFacts, facts: LearntOverStarts) -> str:
    """Say how far the learnt rates depend on where learning began."""
    decimals = study.digits(LEARNT_RATE)
    ends = {
        name: (numbers.size(low, decimals), numbers.size(high, decimals)) for name, (low, high) in facts.layers.items()
    }
    said = [f"{_layer(name)} at {low if low == high else f'{low} to {high}'}" for name, (low, high) in ends.items()]
    text = f"Over all {facts.n_starts} starts the mean rates end: {listed(said)}"
    endings = {True: "; what is learnt depends on the start.", False: "; the starts cannot be told apart.", None: "."}
    return f"{text}{endings[facts.are_apart]}"


def _members(study: StudyFacts, group: GroupFacts) -> list[str]:
    return [label for label, one in study.conditions.items() if one.baseline == group.baseline]


def _best(group: GroupFacts, learnt: list[LearntRates]) -> LearntRates:
    """Return the rates of the learning condition that val prefers."""
    chosen = {one.label for one in group.forms} | ({group.choice.label} if group.choice else set())
    return next((one for one in learnt if one.label in chosen), learnt[0])


def _layer(name: str) -> str:
    return _PARTS.get(name, f"hidden layer {name}")


def _beside(study: StudyFacts, group: GroupFacts) -> str:
    """Name the best rate of those that were given, where there are any."""
    given = [one for one in group.forms if not KINDS[one.form.kind].learns_rates]
    if not given:
        return ""
    best: ConditionFacts = study.conditions[given[0].label]
    name = f"{rates_name(best)} ({form_name(best.form)})"
    return f"Of the rates that were given, val chose {name}, by mean val loss at the best epochs."
