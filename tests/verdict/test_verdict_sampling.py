"""Monte-Carlo averaging against weight scaling: differences by seed, calibration, and what could not be sampled."""

import pytest
from made_extras import MAX_SAMPLES, with_samples
from made_results import Net, Noise, make_results

from dropout_lab.verdict import Verdict, verdict

BASELINE, DROPOUT = Net(0.30, 0.45, epoch=8), Net(0.25, 0.30, train=0.1, epoch=14)
ASKED = "Is averaging sampled nets better than weight scaling, and are its probabilities honest?"


def judged(gain: float = 0.02, *, task: str = "classification", seeds: int = 8, **sampled: object) -> Verdict:
    made = make_results({0: BASELINE, 0.5: DROPOUT}, task=task, seeds=seeds)  # type: ignore[arg-type]
    return verdict(with_samples(made, gain, **sampled))  # type: ignore[arg-type]


def test_the_average_is_compared_with_weight_scaling_of_the_same_seed() -> None:
    (found,) = judged(0.02, spread=0.0001).facts.sampling
    assert (found.label, found.n_samples, found.loss.point) == ("rate=0.5", MAX_SAMPLES, "last")
    assert found.loss.estimate.value == pytest.approx(-0.02)
    width = found.loss.estimate.high - found.loss.estimate.low  # type: ignore[operator]
    assert width < 0.001  # unpaired, the sd of 0.02 over seeds would make it a hundred times as wide
    assert found.loss.direction == "better"


@pytest.mark.parametrize(
    ("gain", "phrases"),
    [
        (
            0.02,
            ["Averaging 50 sampled nets of dropout at rate 0.5 lowers the loss on val at the last epoch by 0.020 "],
        ),
        (-0.02, ["Averaging 50 sampled nets of dropout at rate 0.5 raises the loss"]),
        (0.0002, ["Whether averaging 50 sampled nets", "does better than weight scaling cannot be told"]),
    ],
    ids=["better", "worse", "unclear"],
)
def test_the_answer_says_whether_averaging_helps(gain: float, phrases: list[str]) -> None:
    answer = judged(gain).answers[ASKED]
    assert [phrase for phrase in phrases if phrase not in answer] == []
    assert "the baseline's" not in answer


@pytest.mark.parametrize(
    ("meets", "gain", "phrase"),
    [
        (5, 0.02, "it meets the loss of weight scaling at 5 samples"),
        (0, 0.02, "a single sampled net meets the loss of weight scaling already"),
        (0, -0.02, "no number of samples up to 50 meets the loss of weight scaling"),
    ],
    ids=["at_5", "at_once", "never"],
)
def test_the_answer_says_at_how_many_samples_the_two_meet(meets: int, gain: float, phrase: str) -> None:
    assert phrase in judged(gain, meets=meets, spread=0).answers[ASKED]


def test_calibration_of_baseline_weight_scaling_and_average_is_said_in_this_order() -> None:
    told = judged(ece=(0.08, 0.05, 0.02))
    (found,) = told.facts.sampling
    assert [(one.label, one.method, round(one.ece.value, 6)) for one in found.calibration] == [
        ("rate=0", "weight scaling", 0.08),
        ("rate=0.5", "weight scaling", 0.05),
        ("rate=0.5", "monte carlo", 0.02),
    ]
    text = " ".join(told.answers[ASKED].split())
    assert "is 0.0800 [0.0800, 0.0800] for the baseline, 0.0500 [0.0500, 0.0500] for weight scaling and 0.0200" in text
    assert "nats" not in text.partition("calibration error")[2]


def test_disagreement_is_the_share_of_mutual_information_in_the_entropy() -> None:
    told = judged()
    share = told.facts.sampling[0].disagreement_share
    assert share is not None
    assert share.value == pytest.approx(0.1 / 0.5)
    assert "20 % is the sampled nets' disagreement" in told.answers[ASKED]


def test_regression_has_no_probabilities_to_be_honest() -> None:
    answer = judged(task="regression").answers["Is averaging sampled nets better than weight scaling?"]
    assert "RMSE is lower by" in answer
    assert "standard deviation of 3.0" in answer
    assert "calibration" not in answer
    assert "nats" not in answer


def test_one_seed_says_nothing_of_chance() -> None:
    answer = judged(seeds=1).answers[ASKED]
    assert answer.startswith(
        "In the one seed there is, on val at the last epoch, the loss of averaging 50 sampled nets"
    )
    assert "lowers" not in answer
    assert "distinguishable" not in answer


def test_trials_whose_samples_did_not_vary_are_named_and_left_out() -> None:
    told = judged(refused=[("rate=0.5", 3), ("rate=0.5", 5)])
    assert told.facts.sampling[0].loss.estimate.n == 6
    (note,) = [note for note in told.notes if "sampled nets count" in note]
    assert note.startswith("Of 2 trials no sampled nets count, since none of their samples differed (rate=0.5 seed 3, ")


def test_a_rate_with_a_schedule_is_said_to_have_no_samples() -> None:
    path = "dropout.schedule"
    keys = {Noise(0.5, 0, ((path, name),)): DROPOUT for name in ("constant", "early")}
    made = make_results({0: BASELINE, **keys}, within={path: ["constant", "early"]})
    early = f"rate=0.5 {path}=early"
    told = verdict(with_samples(made, refused=[(early, seed) for seed in range(8)]))
    assert "No nets were sampled of early dropout: a rate that changes" in " ".join(told.notes)
    assert "none of their samples differed" not in " ".join(told.notes)


def test_the_other_sampled_rates_are_said_one_by_one() -> None:
    answer = verdict(with_samples(make_results({0: BASELINE, 0.2: BASELINE, 0.5: DROPOUT}), 0.02)).answers[ASKED]
    assert answer.startswith("Averaging 50 sampled nets of dropout at rate 0.5")
    assert "Elsewhere the average's loss against weight scaling's is: at rate 0.2 lower by 0.020 [" in answer


def test_many_other_sampled_rates_are_counted() -> None:
    rates: dict[object, Net] = {0: BASELINE, 0.5: DROPOUT, **dict.fromkeys((0.1, 0.2, 0.3, 0.4), BASELINE)}
    answer = verdict(with_samples(make_results(rates), -0.02)).answers[ASKED]
    assert "In the 4 other conditions, the average's loss is higher in 4." in answer


def test_a_study_without_samples_is_asked_nothing_of_them() -> None:
    told = verdict(make_results({0: BASELINE, 0.5: DROPOUT}))
    assert told.facts.sampling == ()
    assert not [question for question in told.answers if "sampled" in question]


def test_several_groups_are_counted() -> None:
    group = {0: BASELINE, 0.5: DROPOUT}
    told = verdict(with_samples(make_results(group, group, swept={"data.train_size": [100, 300]})))
    assert (
        "lower than with weight scaling in 2 of 2 groups. It is lower with rate 0.5 at train size 100 and" in told.study
    )
