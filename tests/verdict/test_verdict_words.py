"""What a verdict says of studies whose story is known, and what it must not say."""

import re
from dataclasses import replace

import pytest
from scenarios import SCENARIOS, judged

from dropout_lab.findings import Estimate
from dropout_lab.verdict.words.effects import cost_sentence
from dropout_lab.verdict.words.numbers import estimate

# Scenario -> phrases of headline and study paragraph, and phrases that would be wrong.
STORIES: dict[str, tuple[list[str], list[str]]] = {
    "helps": (
        [
            "The baseline overfits: its loss gap at the last epoch is 0.440 nats (95 % interval 0.421 to 0.459, 8",
            "; val loss is 45 times train loss (0.450 against 0.010)",
            "turned up after epoch 8, rising from 0.300 by 0.150 [0.150, 0.150] (50 %) to 0.450 at epoch 20",
            "Dropout at rate 0.5 lowers val loss by 0.150 nats",
            "and by 0.050 [0.044, 0.056] with both stopped at their best epochs",
            "At the last epoch the loss gap shrinks by 55 %",
            "val loss falls by 0.150 and train loss rises by 0.090",
            "difference in val loss at the last epoch is distinguishable from zero; it holds on new rows like these",
            "On test, with both stopped at their best epochs, dropout's loss is lower by 0.050",
            "Rate 0.5 takes longer: a seed's val loss is on average lowest after 14 epochs, the baseline's after 8",
        ],
        ["not distinguishable", "raises", "underfits", "seeds would tell", "correction"],
    ),
    "helps_these_rows_only": (
        ["lowers val loss", "on new rows like these it is", "more val rows, not more seeds"],
        ["holds on new rows"],
    ),
    "as_good_as_stopping_early": (
        ["lowers val loss by 0.130", "but stopping the baseline early does as well, as far as 8 seeds can tell"],
        ["stopping early does better"],
    ),
    "worse_than_stopping_early": (["lowers val loss by 0.070", "stopping early does better than dropout"], ["as well"]),
    "underfits": (
        ["raises val loss by 0.100", "only because train loss rises by 0.340", "it underfits", "longer training may"],
        ["lowers val loss", "stopping early does"],
    ),
    "hurts_and_widens": (
        ["raises val loss by 0.150", "At the last epoch the loss gap grows by 0.150"],
        ["shrinks", "underfits"],
    ),
    "train_rises_only": (
        ["train loss rises by 0.090, and no fall of val loss can be shown", "cannot be told"],
        ["underfits", "lowers val loss", "On these rows"],
    ),
    "no_difference": (
        ["Whether dropout helps cannot be told", "not distinguishable from zero", "about 800 seeds would tell it"],
        ["lowers val loss", "raises val loss", "On these rows", "is distinguishable from zero"],
    ),
    "no_difference_on_new_rows": (
        ["about 34 seeds would tell it from zero on these rows", "for new rows, take more val rows, not more seeds"],
        ["lowers val loss", "holds on new rows"],
    ),
    "identical": (["the same as the baseline's in all 8 seeds"], ["lower", "higher", "thousands of seeds"]),
    "few_seeds": (["lowers val loss", "4 seeds"], ["not distinguishable"]),
    "one_seed": (
        ["In the one seed", "lower by 0.150 nats", "no statement about chance is possible", "More seeds, five or more"],
        ["interval", "distinguishable", "lowers", "[", "overfits"],
    ),
    "no_overfit": (
        ["The baseline shows no sure overfitting, and dropout at rate 0.5 raises val loss", "longer training"],
        ["The baseline overfits", "turned up", "underfits"],
    ),
    "gap_only": (
        ["overfits on these rows", "did not make it worse", "lowest at the last epoch, 20"],
        ["turned up", "on new rows like these"],
    ),
    "negative_gap": (
        [
            "shows no sure overfitting",
            "is -0.450",
            "More training made it worse",
            "At the last epoch the loss gap falls by",
        ],
        ["shrinks", "overfits"],
    ),
    "all_diverged": (["Nothing can be said: none of 16 trials is complete (16 diverged)"], ["overfits", "0.5"]),
    "baseline_diverged": (["The baseline has no complete trial", "cannot be compared", "0.300 nats"], ["lowers"]),
    "dropout_diverged": (["The baseline overfits", "no condition with dropout is complete"], ["rate 0.5", "lowers"]),
    "one_pair": (["In the one seed that can be compared", "The baseline overfits"], ["distinguishable", "lowers"]),
    "unfinished": (["So far, dropout at rate 0.5 lowers"], []),
    "baseline_alone": (["The baseline overfits", "the study has no condition with dropout"], ["lowers", "rate 0.5"]),
    "regression": (["lowers val loss by 0.150 (95", "RMSE is lower by 3.3 in the target's unit"], ["nats", "accuracy"]),
    "no_test": (["lowers val loss"], ["test"]),
    "slower": (["in 0.80 s a trial against 0.40 s"], []),
    "rates": (
        [
            "Val chose rate 0.3 of 5 rates, by mean val loss at the best epochs; there any rate from 0.2 to 0.5",
            "flatters its val loss there by",
        ],
        ["and the baseline cannot"],
    ),
    "rates_all_alike": (["there any of them, or the baseline, may be the best", "thousands of seeds"], ["lowers"]),
    "baseline_best": (["the baseline is better than all of them", "raises val loss"], ["cannot be told", "flatters"]),
    "uncorrected": (
        [
            "Whether dropout helps cannot be told",
            "does not stand after correction for the 5 comparisons of the study",
            "distinguishable from zero if taken alone, but not after correction for the 5 comparisons of the study (p",
        ],
        ["also after correction", "lowers"],
    ),
    "uncorrected_and_no_better_than_stopping_early": (
        ["does not stand after correction for the 5 comparisons of the study"],
        ["also after correction"],
    ),
    "per_layer_and_inputs": (
        ["of 3 conditions with dropout", "there rate 0.5 (input rate 0.2) or rate 0.2-0.5 may be the best"],
        ["3 rates", "0.2-0.5 to"],
    ),
    "sizes": (
        [
            "lowers val loss in 1 of 3 groups, raises it in 1 and is not distinguishable from the baseline in 1",
            "one for each train size",
            "overfits on these rows in all",
            "At the last epoch it helps most with rate 0.5 at train size 100",
            "lower by 0.150 at train size 100 and higher by 0.100 at train size 1000",
            "in 1, after correction for the 3 comparisons of the study. With both",
        ],
        ["Val chose"],
    ),
    "grid": (
        ["of 12 groups", "one for each combination of train size, width and learning rate", "on average over the"],
        ["rate=", "data."],
    ),
    "grid_of_one_seed": (
        ["With one seed each, val loss at the last epoch with dropout is lower in 1 and higher in 1 of 2 groups"],
        ["lowers", "interval", "distinguishable"],
    ),
    "grid_diverged": (["lowers val loss in 1 of 2 groups; 1 cannot be compared"], ["raises"]),
}


@pytest.mark.parametrize("name", STORIES)
def test_the_study_paragraph_tells_the_story_of(name: str) -> None:
    told = judged(name)
    text = f"{told.headline} {told.study}"
    present, absent = STORIES[name]
    assert [phrase for phrase in present if phrase not in text] == [], text
    assert [phrase for phrase in absent if phrase in text] == [], text


@pytest.mark.parametrize("name", SCENARIOS)
def test_texts_are_plain_whole_and_short(name: str) -> None:
    told = judged(name)
    for text in (told.headline, told.study, *told.conditions.values(), *told.notes):
        assert re.fullmatch(r"[A-Z0-9].*\.", text), text
        assert not re.search(r"\bnan\b|\binf\b|None|  |\.\.|[<>*`{}|]|\( |significan", text), text
    assert len(sentences(told.headline)) == 1
    assert len(sentences(told.study)) <= 9
    assert len(told.study) < 1800
    assert max(len(sentences(text)) for text in told.conditions.values()) <= 6


def sentences(text: str) -> list[str]:
    return re.findall(r"\S.*?\.(?= [A-Z]|$)", text)


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_condition_has_its_paragraph_in_table_order(name: str) -> None:
    labels = list(judged(name).conditions)
    assert labels == list(judged(name).facts.conditions)
    assert labels[0].startswith("rate=0")


CONDITIONS = {
    "helps": (
        "rate=0.5",
        [
            "lowers val loss",
            "at the last epoch holds on new rows",
            "shrinks by 55 %",
            "longer",
        ],
    ),
    "helps_these_rows_only": ("rate=0.5", ["On new rows like these, the difference at the last epoch cannot be told"]),
    "uncorrected": ("rate=0.1", ["not distinguishable from zero after correction for 5 comparisons"]),
    "all_diverged": ("rate=0", ["No trial of this condition is complete (8 diverged)"]),
    "baseline_diverged": ("rate=0.5", ["This condition overfits", "there is nothing to compare it with"]),
    "unfinished": ("rate=0.5", ["Left out: 1 diverged, 1 failed and 1 interrupted of 8 trials"]),
    "no_test": ("rate=0", ["The baseline overfits"]),
    "sizes": ("rate=0.5 data.train_size=100", ["On test"]),
    "one_seed": ("rate=0.5", ["one seed: no statement about chance is possible", "lower by 0.240 in this seed"]),
    "per_layer_and_inputs": ("rate=0 input_rate=0.2", ["Dropout at rate 0 (input rate 0.2) lowers"]),
}


@pytest.mark.parametrize("name", CONDITIONS)
def test_the_paragraph_of_a_condition_says(name: str) -> None:
    label, phrases = CONDITIONS[name]
    text = judged(name).conditions[label]
    assert [phrase for phrase in phrases if phrase not in text] == [], text


def test_only_baseline_and_chosen_condition_show_their_test_results() -> None:
    told = judged("rates")
    of_test = [label for label, text in told.conditions.items() if "On test" in text]
    compared = [label for label, facts in told.facts.conditions.items() if facts.comparison and facts.comparison.test]
    assert (of_test, compared) == (["rate=0"], ["rate=0.3"])  # the study's own paragraph reports rate 0.3


def test_one_epoch_is_no_epochs() -> None:
    facts = judged("slower").facts.conditions["rate=0.5"]
    assert facts.comparison is not None
    assert facts.comparison.cost is not None
    cost = replace(facts.comparison.cost, mean_best_epoch=1.0, baseline_mean_best_epoch=1.0, epochs_ratio=1.0)
    assert "lowest after 1 epoch, and so is the baseline's" in cost_sentence("Rate 0.5", facts, cost)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.01, "1 percentage point"), (0.02, "2 percentage points")],
    ids=["one", "two"],
)
def test_one_percentage_point_is_singular(value: float, text: str) -> None:
    wide = Estimate(5, value, -0.02, 0.04)
    study = replace(judged("helps").facts, decimals={"accuracy": 2})
    assert estimate(wide, "val_accuracy", study, is_named=True).startswith(f"{text} (")
