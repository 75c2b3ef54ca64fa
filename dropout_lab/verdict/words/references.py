"""Sentences on nets against predictors that are no nets: the trivial one, and a linear model on the same rows.

Who loses to one of them is told before anything else.
"""

from collections.abc import Iterable

from dropout_lab.findings import AgainstReferences, Standing, StudyFacts
from dropout_lab.metrics import TASKS, column_of
from dropout_lab.phrases.names import full_name, settings_name, treatment_name
from dropout_lab.phrases.texts import sentence
from dropout_lab.verdict.words.numbers import estimate, signed
from dropout_lab.wording import listed, plural

QUESTION = "Does it beat a simpler model?"

_MOST_NAMED = 4  # groups of rows; beyond, they are counted


def are_beaten(study: StudyFacts) -> bool:
    """Tell whether some nets are shown to beat every reference of their rows, in every metric and on all rows."""
    return all(standing.reading == "beats" for rows in study.references for standing in rows.standings)


def headline(study: StudyFacts) -> str:
    """Say who the nets do not beat, to be followed by another sentence; empty where they beat all, or of several rows.

    Of the loss alone: a headline has room for one thing.
    """
    if len(study.references) != 1:
        return ""
    losing = [one for one in study.references[0].of("val_loss") if one.reading != "beats"]
    return _losing(losing, study, by="") if losing else ""


def answer(study: StudyFacts) -> str:
    """Say who does better on val rows, and by how much; empty where no reference was measured."""
    if not any(rows.standings for rows in study.references):
        return ""
    if len(study.references) == 1:
        return " ".join(_of_rows(study.references[0], study))
    return " ".join(_of_all_rows(study))


def _of_rows(rows: AgainstReferences, study: StudyFacts) -> Iterable[str]:
    metrics = list(dict.fromkeys(standing.metric for standing in rows.standings))
    is_won = all(standing.reading == "beats" for standing in rows.standings)
    if is_won:
        yield f"Yes: better than {_listed(rows.of(metrics[0]), study)}."
    for metric in metrics:
        standings = rows.of(metric)
        losing = [one for one in standings if one.reading != "beats"]
        by = "" if column_of(metric).is_loss else f"by {column_of(metric).text} "
        if losing:
            yield sentence(_losing(losing, study, by=by))
        if losing or column_of(metric).is_loss:
            yield _numbers(standings, study)
    if rows.worse_at_last:
        yield _worse_at_last(rows, study)


def _losing(losing: Iterable[Standing], study: StudyFacts, *, by: str) -> str:
    """Say whom no net beats, the sentence left open."""
    losing = list(losing)
    is_sure = all(one.reading == "worse" for one in losing)
    done = " or ".join(TASKS[study.task].references[one.reference].done for one in losing)
    return f"{by}no net {'beats' if is_sure else 'is shown to beat'} {done}"


def _listed(standings: Iterable[Standing], study: StudyFacts) -> str:
    return listed([TASKS[study.task].references[one.reference].done for one in standings])


def _numbers(standings: tuple[Standing, ...], study: StudyFacts) -> str:
    """Say how well the best net and the references do."""
    first = standings[0]
    column, condition = column_of(first.metric, study.task), study.conditions[first.label]
    name = "the baseline" if condition.is_baseline else treatment_name(condition)
    net = estimate(first.net, first.metric, study, is_named=True)
    others = [
        f"{TASKS[study.task].references[one.reference].label} {signed(one.value, one.metric, study)}"
        for one in standings
    ]
    extreme = "lowest" if column.better == "lower" else "highest"
    return f"At the best epochs the {extreme} mean {column.text} is {net}, with {name} ({', '.join(others)})."


def _worse_at_last(rows: AgainstReferences, study: StudyFacts) -> str:
    labels, trivial = rows.worse_at_last, TASKS[study.task].trivial
    names = [full_name(study.conditions[label]) for label in labels]
    who = listed(names) if len(names) <= _MOST_NAMED else plural(len(names), "condition")
    return sentence(
        f"at the last epoch {who} {'has' if len(labels) == 1 else 'have'} a higher val loss than {trivial.done}"
    )


def _of_all_rows(study: StudyFacts) -> Iterable[str]:
    """Say of several data settings where nets do not do better."""
    n_rows = len(study.references)
    lost: dict[str, list[AgainstReferences]] = {}
    for rows in study.references:
        for standing in rows.of("val_loss"):
            if standing.reading != "beats":
                lost.setdefault(standing.reference, []).append(rows)
    words = TASKS[study.task]
    if not lost:
        first = study.references[0].of("val_loss")
        yield f"Yes: by val loss at the best epochs, better than {_listed(first, study)} in all {n_rows} data settings."
    for name, against_references in lost.items():
        where = [settings_name(rows.settings) for rows in against_references]
        named = f" ({listed(where)})" if len(where) <= _MOST_NAMED else ""
        done = words.references[name].done
        yield f"In {len(where)} of {n_rows} data settings{named} no net is shown to beat {done} by val loss."
    worse = sum(len(rows.worse_at_last) for rows in study.references)
    if worse:
        has = "has" if worse == 1 else "have"
        yield f"At the last epoch {plural(worse, 'condition')} {has} a higher val loss than {words.trivial.done}."
