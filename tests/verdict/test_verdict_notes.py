"""The notes: nothing that is missing or mixed goes unsaid, and nothing else is said."""

from dataclasses import replace

import pytest
from scenarios import SCENARIOS, judged

from dropout_lab.verdict import verdict, words

NOTES = {
    "13 of 16 planned trials are complete; 1 diverged, with a loss that is not finite (rate=0.5 seed 2), 1 failed "
    "(rate=0.5 seed 3), 1 not finished (rate=0.5 seed 1)": {"unfinished"},
    "rate=0 seed 0, rate=0 seed 1, rate=0 seed 2 and 13 more": {"all_diverged"},
    "A lower training.learning_rate may keep trials from diverging": {
        *("all_diverged", "baseline_diverged", "dropout_diverged", "one_pair", "unfinished", "grid_diverged"),
    },
    "The study is unfinished": {"unfinished"},
    "Trials were trained on different devices (cpu, cuda)": {"mixed"},
    "The runs of this study had different versions: numpy 1.26 and 2.0.0.": {"mixed"},
    "Every seed has a split of its own": {"mixed"},
    "Label noise: some train labels are wrong on purpose": {"negative_gap"},
    "Losses are squared errors of the standardised target": {"regression"},
    "With 4 seeds a sign-flip test cannot fall below p = 0.12": {"few_seeds"},
    "between conditions that trained apart": set(),  # no study here has both times to compare and a stack
    "Nothing is said of new rows": set(SCENARIOS)
    - {"helps", "helps_these_rows_only", "no_difference_on_new_rows", "all_diverged"},
}


@pytest.mark.parametrize("note", NOTES, ids=lambda note: note[:30])
def test_this_note_stands_under_exactly_the_studies_it_is_true_of(note: str) -> None:
    assert {name for name in SCENARIOS if any(note in text for text in judged(name).notes)} == NOTES[note]


def test_why_some_wall_times_are_missing_is_said_where_others_are_given() -> None:
    facts = judged("slower").facts
    label, timed = next((label, one) for label, one in facts.conditions.items() if one.comparison)
    assert timed.comparison is not None
    assert timed.comparison.cost is not None
    assert timed.comparison.cost.seconds is not None
    cost = replace(timed.comparison.cost, seconds=None, baseline_seconds=None, why_no_seconds="together")
    stacked = replace(timed, comparison=replace(timed.comparison, cost=cost))
    both, none = facts.conditions | {"another": stacked}, facts.conditions | {label: stacked}  # type: ignore[operator]
    phrase = "Wall times are compared between conditions that trained apart"
    assert phrase in " ".join(words.notes(replace(facts, conditions=both)))
    assert "Wall times" not in " ".join(words.notes(replace(facts, conditions=none)))


def test_a_smooth_small_study_has_no_note_on_missing_trials() -> None:
    assert not any("planned" in note for note in judged("helps").notes)


def test_conditions_whose_rows_were_not_kept_are_counted() -> None:
    results = SCENARIOS["helps"]()
    summary = results.summary
    is_lost = (summary["estimand"] == "population") & (summary["condition"] == "rate=0.5")
    notes = verdict(replace(results, summary=summary[~is_lost])).notes
    assert "Of 1 comparison nothing is said about new rows: not all of their rows were kept." in notes
