"""The tuned comparison: what is chosen by the other seeds, and what the verdict says of it beside the untuned one."""

from functools import cache

import pytest
from made_extras import with_tuning
from made_results import Net, make_results

from dropout_lab.results import Results
from dropout_lab.verdict import Verdict, verdict

RATE = "training.learning_rate"
RATES = [0.001, 0.003, 0.01]
OWN = {RATE: 0.001}


def study(*groups: dict[object, Net], seeds: int = 8, **settings: object) -> Results:
    """A study that tunes the learning rate over three values, of which the first is the config's own."""
    return with_tuning(make_results(*groups, swept={RATE: RATES}, seeds=seeds, **settings), OWN)  # type: ignore[arg-type]


def net(best: float) -> Net:
    return Net(best, best + 0.1, epoch=10)


@cache
def helps() -> Results:
    """Tuned, the baseline is best at the middle rate and dropout at the largest."""
    return study(
        {0: net(0.30), 0.2: net(0.29), 0.5: net(0.25)},
        {0: net(0.27), 0.2: net(0.28), 0.5: net(0.255)},
        {0: net(0.35), 0.2: net(0.29), 0.5: net(0.235)},
    )


@cache
def only_untuned() -> Results:
    """Dropout helps at the config's own learning rate alone: the baseline wants another one."""
    wide = Net(0.25, 0.35, spread=0.03)
    return study({0: net(0.30), 0.5: net(0.25)}, {0: net(0.249), 0.5: wide}, {0: net(0.31), 0.5: net(0.30)})


@cache
def less_sure() -> Results:
    """Tuned the help is as large as untuned, but no longer sure."""
    wide = Net(0.222, 0.32, spread=0.075)
    return study({0: net(0.30), 0.5: net(0.25)}, {0: net(0.27), 0.5: wide}, {0: net(0.31), 0.5: net(0.31)})


@cache
def only_tuned() -> Results:
    """Dropout helps only where it may choose its own learning rate."""
    return study({0: net(0.25), 0.5: net(0.26)}, {0: net(0.26), 0.5: net(0.24)}, {0: net(0.27), 0.5: net(0.22)})


@cache
def said(results: "object") -> Verdict:
    return verdict(results())  # type: ignore[operator]


def test_dropout_is_compared_with_a_baseline_that_chose_its_own_learning_rate() -> None:
    tuning = said(helps).facts.tuning
    assert tuning is not None
    label = f"rate=0.5 {RATE}=0.001"
    assert tuning.chosen == {f"rate=0 {RATE}=0.001": label}
    tuned, untuned = tuning.conditions[label].tuned, tuning.conditions[label].untuned
    assert tuned is not None
    assert tuned.effect is not None
    assert untuned is not None
    assert untuned.effect is not None
    assert tuned.effect.estimate.value == pytest.approx(0.235 - 0.27, abs=1e-6)
    assert untuned.effect.estimate.value == pytest.approx(0.25 - 0.30, abs=1e-6)
    assert (tuned.settings, tuned.share, tuned.at_edge) == ({RATE: "0.01"}, 1.0, (RATE,))
    assert tuning.budget == len(RATES)


@pytest.mark.parametrize(
    ("made", "said_of", "not_said"),
    [
        (
            helps,
            [
                "With the learning rate tuned for each, dropout at rate 0.5 lowers val loss by 0.035",
                "also after correction for the 2 tuned comparisons",
                "at learning rate 0.001 for both, which is a choice as well, dropout at rate 0.5 lowers it by 0.050",
                "learning rate 0.003 for the baseline (whichever seed is left out) and learning rate 0.01 for rate 0.5",
                "the same budget: 3 candidates",
                "Learning rate 0.01 is at the end of what was tried",
            ],
            ["hides", "looks like"],
        ),
        (
            only_untuned,
            [
                "Whether dropout helps cannot be told",
                "what looks like dropout's help there may be that of the learning",
            ],
            ["lowers val loss by 0.0"],
        ),
        (
            less_sure,
            ["Whether dropout helps cannot be told", "; tuned, the difference is not clearly smaller, but less sure."],
            ["looks like", "hides"],
        ),
        (
            only_tuned,
            ["dropout at rate 0.5 lowers val loss by 0.030", "that learning rate hides the help"],
            ["looks like dropout's help"],
        ),
    ],
    ids=["helps", "only_untuned", "less_sure", "only_tuned"],
)
def test_the_tuned_answer_stands_beside_the_untuned_one(made, said_of: list[str], not_said: list[str]) -> None:
    answer = said(made).answers["Does dropout help once both are tuned?"]
    assert [phrase for phrase in said_of if phrase not in answer] == []
    assert [phrase for phrase in not_said if phrase in answer] == []


def test_the_headline_is_the_tuned_comparison() -> None:
    told = said(only_untuned)
    assert told.headline.startswith("Whether dropout helps cannot be told: with the learning rate tuned for each")
    untuned = told.answers["And untuned, with learning rate 0.001 for all?"]
    assert untuned.startswith("Dropout at rate 0.5 lowers val loss by 0.050")


def test_beside_the_tuned_comparison_the_verdict_speaks_of_the_configs_own_values_alone() -> None:
    told = said(helps)
    assert "groups" not in told.study
    assert "The baseline at learning rate 0.001" in told.study
    assert len(told.facts.groups) == 1
    assert {label.rpartition("=")[2] for label in told.facts.reported} == {"0.001"}
    assert len(told.conditions) == 9  # every condition still has its paragraph


def test_which_rate_is_best_tuned_is_said_apart_from_which_is_best_untuned() -> None:
    told = said(helps)
    tuned = told.answers["Does dropout help once both are tuned?"]
    assert (
        "Tuned, val loss is 0.235 [0.216, 0.254] for rate 0.5, 0.270 [0.254, 0.286] for the baseline and 0.280" in tuned
    )
    assert "At which rate?" not in told.answers
    assert told.answers["Untuned: at which rate?"].startswith("Val chose rate 0.5 of 2 rates")
    untuned = list(told.answers)[2:]
    assert [question for question in untuned if "ntuned" not in question] == []


def test_an_interval_that_counts_the_choice_says_so() -> None:
    wavering = [{0: net(0.3), 0.5: Net(0.25 + shift, 0.35, spread=0.02)} for shift in (0, 0.004, 0.008)]
    told = verdict(study(*wavering))
    sides = [one.tuned for one in told.facts.tuning.conditions.values() if one.tuned]  # type: ignore[union-attr]
    assert any(side.is_jackknifed for side in sides)
    phrase = "intervals and p come from the jackknife"
    assert phrase in told.answers["Does dropout help once both are tuned?"]
    assert "jackknife" not in said(helps).study


def test_a_choice_that_falls_apart_with_a_seed_left_out_is_called_unstable() -> None:
    noisy = Net(0.25, 0.35, spread=0.05)
    answer = verdict(study(*[{0: noisy, 0.5: noisy}] * 3)).answers["Does dropout help once both are tuned?"]
    assert "of the choices with a seed left out, so the choice is not stable)" in answer


def test_two_seeds_cannot_choose_for_each_other_so_the_verdict_is_the_untuned_one() -> None:
    told = verdict(study(*[{0: net(0.3), 0.5: net(0.25)}] * 3, seeds=2))
    assert "Does dropout help once both are tuned?" not in told.answers
    assert "Does dropout help?" in told.answers


def test_where_more_is_swept_the_groups_are_counted_tuned_and_untuned() -> None:
    sizes = {"data.train_size": [100, 300]}
    better, alike = {0: net(0.30), 0.5: net(0.25)}, {0: net(0.25), 0.5: net(0.30)}
    results = with_tuning(make_results(*[better] * 3, *[alike] * 3, swept=sizes | {RATE: RATES}), OWN)
    told = verdict(results)
    assert "lowers val loss in 1 of 2 groups and raises it in 1, after correction for the 2 tuned" in told.headline
    assert "comparisons; untuned, at learning rate 0.001 for all, each alone, it lowers val loss in 1" in told.headline
    assert "Of 2 groups, one for each train size, the baseline" in told.study


def test_the_notes_say_that_the_budget_is_equal_and_that_one_val_split_chose_all() -> None:
    notes = " ".join(said(helps).notes)
    assert "every condition, the baseline too, had the same 3 candidates" in notes
    assert "All choices were made on one and the same val split" in notes


def test_an_unfinished_study_that_tunes_still_has_a_verdict() -> None:
    lost = Net(0.3, 0.4, status=dict.fromkeys(range(8), "interrupted"))
    told = verdict(study({0: net(0.3), 0.5: net(0.25)}, {0: lost, 0.5: lost}, {0: lost, 0.5: lost}))
    assert told.headline.startswith("So far, dropout at rate 0.5 lowers val loss")
    assert told.facts.tuning is not None  # untuned rows are there
