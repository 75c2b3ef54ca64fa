"""Nets against predictors that are no nets: who loses is told first, and only what the seeds show."""

import pytest
from made_references import with_references
from made_results import Net, make_results

from dropout_lab.findings import StudyView
from dropout_lab.verdict import verdict
from dropout_lab.verdict.words.references import QUESTION

NETS = {0: Net(0.40, 0.60, spread=0.01), 0.5: Net(0.35, 0.45, spread=0.01)}


def loss(value: float) -> dict[str, float]:
    return {"val_loss": value, "val_accuracy": 0.0}


def test_a_study_without_references_is_not_asked() -> None:
    assert QUESTION not in verdict(make_results(NETS)).answers


def test_nets_that_beat_all_are_told_with_the_numbers_and_not_first() -> None:
    told = verdict(with_references(make_results(NETS), loss(0.69), loss(0.5)))
    assert list(told.answers)[:2] == ["Does it overfit?", QUESTION]
    assert told.answers[QUESTION].startswith(
        "Yes: better than predicting the class shares and a logistic regression. At the best epochs the lowest mean "
        "val loss is 0.350 nats"
    )
    assert "(class shares 0.690, logistic regression 0.500)" in told.answers[QUESTION]
    assert "no net" not in told.headline.lower()


@pytest.mark.parametrize(
    ("trivial", "linear", "said"),
    [
        (0.30, 0.20, "No net beats predicting the class shares or a logistic regression"),
        (0.69, 0.20, "No net beats a logistic regression"),
        (0.69, 0.35, "No net is shown to beat a logistic regression"),
    ],
)
def test_nets_that_do_not_beat_a_simpler_model_are_told_so_first(trivial: float, linear: float, said: str) -> None:
    told = verdict(with_references(make_results(NETS), loss(trivial), loss(linear)))
    assert next(iter(told.answers)) == QUESTION
    assert told.answers[QUESTION].startswith(f"{said}. At the best epochs")
    assert told.headline.startswith(f"{said}; dropout at rate 0.5")


def test_an_accuracy_that_always_no_has_too_is_told_though_the_loss_is_better() -> None:
    results = make_results(NETS)
    best = StudyView(results).estimate("rate=0.5", "val_accuracy", "best")
    assert best is not None
    told = verdict(with_references(results, {"val_loss": 0.69, "val_accuracy": best.value + 0.2}, loss(0.5)))
    assert next(iter(told.answers)) == QUESTION
    assert "By val accuracy no net beats predicting the class shares." in told.answers[QUESTION]
    assert "no net" not in told.headline.lower()  # which speaks of the loss


def test_a_net_that_ends_worse_than_a_guess_is_told_so() -> None:
    told = verdict(with_references(make_results(NETS), loss(0.52), loss(0.5)))
    assert "At the last epoch the baseline has a higher val loss than predicting the class shares." in told.study


def test_one_seed_is_compared_as_it_stands() -> None:
    told = verdict(with_references(make_results(NETS, seeds=1), loss(0.30), loss(0.69)))
    assert told.answers[QUESTION].startswith("No net beats predicting the class shares.")


def test_nets_and_references_are_paired_where_every_seed_has_its_own_split() -> None:
    wide = make_results({0: Net(0.40, 0.60, spread=0.1), 0.5: Net(0.35, 0.45, spread=0.1)})
    nets = StudyView(wide).trials.by_seed("best_val_loss", "rate=0.5")
    mean = sum(nets.values()) / len(nets)
    apart = {seed: value - mean for seed, value in nets.items()}  # a split that is hard for the nets is so for all
    shared = verdict(with_references(wide, loss(0.69), loss(mean + 0.02)))
    paired = verdict(with_references(wide, loss(0.69), loss(mean + 0.02), by_seed=apart))
    assert "No net is shown to beat a logistic regression." in shared.answers[QUESTION]
    assert paired.answers[QUESTION].startswith("Yes: better than predicting the class shares and a logistic")


def test_several_data_settings_are_counted_and_named() -> None:
    results = make_results(NETS, NETS, swept={"data.train_size": [50, 100]})
    results = with_references(results, loss(0.69), loss(0.2), only="data.train_size=50")
    results = with_references(results, loss(0.68), loss(0.5), only="data.train_size=100")
    told = verdict(results)
    assert next(iter(told.answers)) == QUESTION
    assert (
        "In 1 of 2 data settings (train size 50) no net is shown to beat a logistic regression by val loss."
        in told.answers[QUESTION]
    )


def test_regression_speaks_of_the_train_mean_once() -> None:
    results = make_results(NETS, task="regression")
    values = {"val_loss": 0.2, "val_rmse": 3.0}
    told = verdict(with_references(results, values, {**values, "val_loss": 0.9}))
    assert told.answers[QUESTION].count("o net") == 1
    assert told.answers[QUESTION].startswith("No net beats predicting the train mean.")


def test_the_numbers_are_in_the_json() -> None:
    facts = verdict(with_references(make_results(NETS), loss(0.69), loss(0.5))).as_json()["facts"]
    (rows,) = facts["references"]
    assert {one["reference"]: one["value"] for one in rows["standings"] if one["metric"] == "val_loss"} == {
        "trivial": 0.69,
        "linear_model": 0.5,
    }
