"""Dropout against another regulariser of the grid, in sentences.

Owns these wordings. Every sentence here is of the best epochs, and of each side at the candidate that the other seeds
chose for it; differences are as they stand after correction for all comparisons of this kind.
"""

from collections.abc import Sequence

from dropout_lab.findings import Contest, ContestSide, Direction, SideName, StudyFacts
from dropout_lab.phrases import glossary
from dropout_lab.phrases.names import full_name, setting_name, settings_name
from dropout_lab.phrases.numbers import share
from dropout_lab.phrases.texts import sentence
from dropout_lab.verdict.words import effects
from dropout_lab.verdict.words.numbers import signed, size, unit
from dropout_lab.wording import listed, plural

_DIRECTIONS: dict[Direction, str] = {
    "better": "better in {}",
    "worse": "worse in {}",
    "unclear": "not told from it in {}",
    "same": "the same in {}",
}


def answers(study: StudyFacts) -> dict[str, str]:
    """Return an answer for every regulariser that the grid sets against dropout, by its question."""
    by_path: dict[str, list[Contest]] = {}
    for contest in study.contests:
        by_path.setdefault(contest.path, []).append(contest)
    return {
        question(path): _of_one(study, contests[0]) if len(contests) == 1 else _of_groups(study, contests)
        for path, contests in by_path.items()
    }


def question(path: str) -> str:
    """Ask which of the two does better.

    >>> question("training.weight_decay")
    'Dropout or weight decay?'
    """
    return f"Dropout or {setting_name(path)}?"


def _of_one(study: StudyFacts, contest: Contest) -> str:
    if not contest.differences:
        return _described(study, contest)
    parts = [_alone(study, contest), _both(study, contest), _chosen(study, contest)]
    if contest.have_weaker_pairs:
        parts.append("The nets that were chosen have other shapes and share no initial weights, so pairs are weaker.")
    if contest.is_jackknifed:
        parts.append(glossary.JACKKNIFED.sentence)
    return " ".join(filter(None, parts))


def _alone(study: StudyFacts, contest: Contest) -> str:
    """Say which of the two does better without the other."""
    if "dropout-other" not in contest.differences:
        return ""
    told, other = contest.differences["dropout-other"].corrected, setting_name(contest.path)
    if told.is_distinguishable:
        better, worse = ("dropout", other) if told.sign == "lower" else (other, "dropout")
        by = size(told, study, is_named=True)
        after = f", also after correction for {told.n_comparisons:,} comparisons" if told.n_comparisons > 1 else ""
        return sentence(f"{better}: at the best epochs its val loss is lower by {by} than with {worse} alone{after}")
    differs = effects.difference(told, study, is_named=True).replace("the baseline's", f"with {other} alone")
    return f"Cannot be told: at the best epochs, val loss with dropout alone, against {other} alone, is {differs}."


def _both(study: StudyFacts, contest: Contest) -> str:
    """Say what both together do against each alone."""
    said = []
    for name, alone in (("both-dropout", "dropout alone"), ("both-other", f"{setting_name(contest.path)} alone")):
        if name in contest.differences:
            differs = effects.difference(contest.differences[name].corrected, study)
            same = differs.replace("the same as the baseline's", "the same")
            said.append(f"against {alone} it is {same}")
    return f"And val loss with both: {'; '.join(said)}." if said else ""


def _chosen(study: StudyFacts, contest: Contest) -> str:
    """Name what was chosen, of how many, and how stable that is."""
    said = [
        f"{_name(study, side)} (of {side.n_candidates:,}{_stability(side)}) {_for(name, contest)}"
        for name, side in contest.sides.items()
    ]
    measured = "At the best epochs every seed is measured at what the others chose for each side"
    return f"{measured}; all together choose {listed(said)}."


def _name(study: StudyFacts, side: ContestSide) -> str:
    condition = study.conditions[side.label]
    return settings_name(condition.settings) if condition.is_baseline else full_name(condition)


def _for(name: SideName, contest: Contest) -> str:
    return (
        "for both" if name == "both" else f"for {'dropout' if name == 'dropout' else setting_name(contest.path)} alone"
    )


def _stability(side: ContestSide) -> str:
    return "" if side.share is None or side.share >= 1 else f", in {share(side.share)} of the choices"


def _described(study: StudyFacts, contest: Contest) -> str:
    """Give the lowest mean of every side, and say why no more can be said."""
    losses = [
        f"{signed(side.val_loss, 'val_loss', study)} with {_name(study, side)}" for side in contest.sides.values()
    ]
    seeds = "one seed" if contest.n_seeds == 1 else f"{contest.n_seeds:,} seeds"
    return (
        f"Only described, since no others are left to choose by with {seeds} that finished every candidate: the lowest "
        f"mean val losses at the best epochs are, in{unit('val_loss', study)}, {listed(losses)}."
    )


def _of_groups(study: StudyFacts, contests: Sequence[Contest]) -> str:
    """Count over the groups which side does better."""
    other, of_all = setting_name(contests[0].path), f" of {len(contests):,} groups"
    names = {
        "dropout-other": f"dropout alone, against {other} alone,",
        "both-dropout": "both together, against dropout alone,",
        "both-other": f"both together, against {other} alone,",
    }
    said = []
    for name, sides in names.items():
        counts = study.contest_counts[contests[0].path].get(name, {})
        parts = [text.format(f"{counts[key]:,}") for key, text in _DIRECTIONS.items() if key in counts]
        if parts:
            said.append(
                f"{sides} {'is' if name == 'dropout-other' else 'are'} {listed([parts[0] + of_all, *parts[1:]])}"
            )
            of_all = ""
    if not said:
        return f"Cannot be told: none of {plural(len(contests), 'group')} has 3 seeds that finished every candidate."
    n_comparisons = max(effect.n_comparisons for one in contests for effect in one.differences.values())
    after = f"after correction for {plural(n_comparisons, 'comparison')}"
    return sentence(
        f"by val loss at the best epochs, each side at what the other seeds chose, {after}: {'; '.join(said)}"
    )
