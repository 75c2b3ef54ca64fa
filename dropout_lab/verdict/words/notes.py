"""The notes under a verdict: what is missing, mixed or to be kept in mind.

Owns these wordings. Nothing that is left out of a mean goes unsaid.
"""

from collections.abc import Iterator

from dropout_lab.findings import StudyFacts, too_few_pairs
from dropout_lab.metrics import TASKS
from dropout_lab.phrases import glossary
from dropout_lab.phrases.names import form_name, setting_name, trials_name
from dropout_lab.wording import listed, plural

_MOST_TRIALS = 3  # named one by one

_ENDED = {
    "diverged": glossary.DIVERGED,
    "failed": "failed",
    "interrupted": "not finished",
}


def notes(study: StudyFacts) -> tuple[str, ...]:
    """Return the notes of a study, what is missing first."""
    return (
        *_missing(study),
        *_mixtures(study),
        *_of_the_data(study),
        *_of_the_tuning(study),
        *_of_the_samples(study),
        *_of_the_method(study),
    )


def _missing(study: StudyFacts) -> Iterator[str]:
    trials = study.trials
    if trials.n_complete == trials.planned:
        return
    ended = [
        f"{trials.counts[status]:,} {words} ({trials_name(trials.named[status], trials.counts[status])})"
        for status, words in _ENDED.items()
        if status in trials.counts
    ]
    yield (
        f"{trials.n_complete:,} of {plural(trials.planned, 'planned trial')} are complete; {', '.join(ended)}. "
        f"{glossary.COMPLETE_TRIALS.sentence}"
    )
    if "diverged" in trials.counts:
        yield (f"{glossary.LESS_DIVERGING} Means over the seeds that did not diverge flatter a condition.")
    if "failed" in trials.counts or "interrupted" in trials.counts:
        yield "The study is unfinished: running it again trains what is missing, and may change what is said here."


def _mixtures(study: StudyFacts) -> Iterator[str]:
    trials = study.trials
    if len(trials.devices) > 1:
        yield (
            f"Trials were trained on different devices ({', '.join(trials.devices)}), whose arithmetic differs by "
            "rounding: pairs across devices may differ by more than dropout."
        )
    if trials.versions:
        several = [f"{package} {listed(versions)}" for package, versions in trials.versions.items()]
        yield f"The runs of this study had different versions: {'; '.join(several)}."


def _of_the_data(study: StudyFacts) -> Iterator[str]:
    if note := TASKS[study.task].loss_note:
        yield note
    if study.has_label_noise:
        yield glossary.LABEL_NOISE.sentence
    if study.is_split_per_seed:
        yield (
            f"{glossary.OWN_SPLITS}. Since the splits share rows, more seeds say less about new rows than "
            "they seem to; the intervals for new rows take that into account."
        )
    if study.trials.n_complete and study.why_no_new_rows is not None:
        yield glossary.no_new_rows(study.why_no_new_rows)
    compared = [facts.comparison for facts in study.conditions.values() if facts.comparison]
    n_without = sum(one.new_rows is None and one.last.estimate.n > 1 for one in compared)
    if study.why_no_new_rows is None and n_without:
        yield f"Of {plural(n_without, 'comparison')} nothing is said about new rows: not all of their rows were kept."


def _of_the_tuning(study: StudyFacts) -> Iterator[str]:
    tuning = study.tuning or study.rivals
    if tuning is not None:
        yield glossary.TUNED.sentence.format(candidates=plural(tuning.budget, "candidate"))
    elif study.best_over and study.trials.n_complete:
        yield glossary.NO_RIVALS.format(settings=listed(map(setting_name, study.best_over)))
    if tuning is None and not any(contest.differences for contest in study.contests):
        return
    yield (
        "All choices were made on one and the same val split, which flatters them all a little, and the best of many "
        "most; the test rows chose nothing."
    )


def _of_the_samples(study: StudyFacts) -> Iterator[str]:
    scheduled, refused = study.unsampled.scheduled, study.unsampled.refused
    if scheduled:
        names = listed(map(form_name, scheduled))
        yield f"No nets were sampled of {names}: a rate that changes while training leaves no one rate to sample at."
    if refused:
        yield (
            f"Of {plural(len(refused), 'trial')} no sampled nets count, since none of their samples differed "
            f"({trials_name(refused[:_MOST_TRIALS], len(refused))}): noise that changes nothing leaves nothing to "
            "average."
        )
    if any(found.calibration for found in study.sampling):
        yield (
            "A calibration error is above 0 by chance alone where rows are few, also for honest probabilities: compare "
            "the errors with each other, not with 0."
        )


def _of_the_method(study: StudyFacts) -> Iterator[str]:
    comparisons = [facts.comparison for facts in study.conditions.values() if facts.comparison]
    lasts = [comparison.last for comparison in comparisons]
    if any(effect.estimate.n > 1 for effect in lasts):
        yield "Numbers in brackets are 95 % intervals; differences to the baseline are paired by seed."
    if fewest := too_few_pairs(lasts):
        yield f"{glossary.SIGN_FLIP.sentence.format(n=fewest.estimate.n, p=fewest.smallest_p)} {glossary.NORMAL}"
    costs = [comparison.cost for comparison in comparisons if comparison.cost]
    reasons = {cost.why_no_seconds for cost in costs}
    if "together" in reasons and any(cost.seconds is not None for cost in costs):
        yield "Wall times are compared between conditions that trained apart: those of a stack share its time evenly."
    elif "apart" in reasons:
        yield "Wall times are not compared: conditions trained in stacks of different sizes, or on different devices."
