"""Dropout or weight decay: each alone at the candidate that the other seeds chose, and both together."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from made_results import Net, make_results

from dropout_lab.config import settings
from dropout_lab.findings import Contest
from dropout_lab.results import Results
from dropout_lab.verdict import Verdict, verdict

DECAY, NORM, WIDTH = "training.weight_decay", "training.max_norm", "model.width"
ASKED = "Dropout or weight decay?"


def net(loss: float) -> Net:
    return Net(loss, loss + 0.05, spread=0.003)


def grid(dropout: float, decay: float, both: float, *, seeds: int = 6, path: str = DECAY, on: Any = 0.01) -> Results:
    """Rates 0.2 and 0.5 by two values of a regulariser; rate 0.2 is worse by 0.05 everywhere."""
    off = None if path == NORM else 0.0
    without = {0: net(0.5), 0.2: net(dropout + 0.05), 0.5: net(dropout)}
    with_it = {0: net(decay), 0.2: net(both + 0.05), 0.5: net(both)}
    return make_results(without, with_it, swept={path: [off, on]}, seeds=seeds)


def contest_of(told: Verdict) -> Contest:
    (contest,) = told.facts.contests
    return contest


@pytest.mark.parametrize(
    ("losses", "said"),
    [
        (
            (0.30, 0.40, 0.29),
            [
                "Dropout: at the best epochs its val loss is lower by 0.100 nats",
                "And val loss with both: against",
            ],
        ),
        ((0.40, 0.30, 0.29), ["Weight decay: at the best epochs its val loss is lower by 0.100 nats"]),
        ((0.30, 0.30, 0.30), ["Cannot be told: at the best epochs, val loss with dropout alone, against weight decay"]),
    ],
    ids=["dropout", "weight decay", "neither"],
)
def test_the_better_one_alone_is_named_where_the_test_supports_it(
    losses: tuple[float, float, float], said: Sequence[str]
) -> None:
    answer = verdict(grid(*losses)).answers[ASKED]
    assert [text for text in said if text not in answer] == []
    assert "rate 0.5 at weight decay 0 (of 2) for dropout alone, weight decay 0.01 (of 1) for" in answer
    assert ("also after correction for 3 comparisons" in answer) == (not answer.startswith("Cannot"))


def test_all_three_sides_are_compared_as_pairs_of_seeds_corrected_together() -> None:
    contest = contest_of(verdict(grid(0.30, 0.40, 0.28)))
    found = {name: round(effect.estimate.value, 2) for name, effect in contest.differences.items()}
    assert found == {"dropout-other": -0.1, "both-dropout": -0.02, "both-other": -0.12}
    assert {effect.n_comparisons for effect in contest.differences.values()} == {3}
    assert all((effect.p_holm or 0) >= (effect.p or 0) for effect in contest.differences.values())
    assert {name: side.n_candidates for name, side in contest.sides.items()} == {"dropout": 2, "other": 1, "both": 2}


def test_the_candidate_of_a_side_is_chosen_by_the_other_seeds() -> None:
    results = grid(0.30, 0.40, 0.28)
    lucky = (results.trials["condition"].str.startswith("rate=0.2 training.weight_decay=0.0")) & (
        results.trials["seed"] == 0
    )
    results.trials.loc[lucky, "best_val_loss"] = 0.2  # seed 0 would choose it; the others do not
    side = contest_of(verdict(results)).sides["dropout"]
    assert side.share == 1
    assert side.val_loss == pytest.approx(0.30, abs=0.003)


def test_two_seeds_only_describe() -> None:
    told = verdict(grid(0.30, 0.40, 0.28, seeds=2))
    assert contest_of(told).differences == {}
    assert told.answers[ASKED].startswith("Only described, since no others are left to choose by with 2 seeds")
    assert not any(note.startswith("All choices") for note in told.notes)


@pytest.mark.parametrize(
    ("path", "values", "is_asked"),
    [(DECAY, (0.01, 0.1), False), (NORM, (None, 3.0), True), (WIDTH, (16, 64), False)],
    ids=["never off", "max norm", "no regulariser"],
)
def test_only_a_regulariser_that_is_off_somewhere_is_set_against_dropout(
    path: str, values: Sequence[Any], is_asked: bool
) -> None:
    group: Mapping[Any, Net] = {0: net(0.5), 0.5: net(0.3)}
    told = verdict(make_results(group, group, swept={path: list(values)}))
    assert bool(told.facts.contests) == is_asked
    assert ("Dropout or max norm?" in told.answers) == is_asked


def test_regularisers_do_nothing_at_their_defaults() -> None:
    assert {setting.leaf: setting.default for setting in settings().values() if setting.regularises} == {
        "weight_decay": 0.0,
        "max_norm": None,
    }


def test_each_side_takes_the_nuisance_settings_that_suit_it() -> None:
    group = {0: net(0.5), 0.5: net(0.3)}
    worse = {0: net(0.6), 0.5: net(0.4)}
    swept = {DECAY: [0.0, 0.01], "training.learning_rate": [0.001, 0.01]}
    told = verdict(make_results(group, worse, worse, group, swept=swept))
    contest = contest_of(told)
    assert contest.sides["dropout"].label.endswith("training.learning_rate=0.001")
    assert contest.sides["other"].label.endswith("training.learning_rate=0.01")
    assert contest.sides["dropout"].n_candidates == contest.sides["other"].n_candidates == 2


def test_nets_of_other_shapes_are_weaker_pairs_and_other_settings_make_groups() -> None:
    group, worse = {0: net(0.5), 0.5: net(0.3)}, {0: net(0.6), 0.5: net(0.4)}
    results = make_results(group, worse, worse, group, swept={DECAY: [0.0, 0.01], WIDTH: [16, 64]})
    by_width = verdict(results)
    assert [dict(one.settings) for one in by_width.facts.contests] == [{WIDTH: "16"}, {WIDTH: "64"}]
    assert "of 2 groups" in by_width.answers[ASKED]
    assert {effect.n_comparisons for one in by_width.facts.contests for effect in one.differences.values()} == {6}
    told = verdict(results, best_over=[WIDTH])
    assert contest_of(told).have_weaker_pairs
    assert "share no initial weights" in told.answers[ASKED]
