"""The facts behind the words: each rule on numbers small enough to check by hand."""

import dataclasses
import json
from dataclasses import replace

import numpy as np
import pytest
from made_results import EPOCHS, RUN, Net, make_results
from scenarios import BASELINE, SCENARIOS, judged

from dropout_lab.errors import UserError
from dropout_lab.findings import Effect, Estimate, StudyView, read_facts
from dropout_lab.findings.comparison import mechanism_of
from dropout_lab.findings.effects import certainty_of, direction_of
from dropout_lab.findings.overfitting import Overfitting, read_overfitting
from dropout_lab.findings.tally import tally_of
from dropout_lab.statistics import nested_choice
from dropout_lab.verdict import Margin, verdict
from dropout_lab.verdict.words.effects import cost_sentence, help_sentence, overfitting_sentence

GAP = Estimate(3, 0.4, 0.3, 0.5)
NEW = Estimate(3, 0.4, 0.2, 0.6)
EPOCH_NUMBERS = np.arange(1, 6)


def read(gap: Estimate, new: Estimate | None, epochs: np.ndarray, val_loss: np.ndarray) -> Overfitting:
    return read_overfitting(gap, new, None, 0.04, 0.01, epochs, val_loss)


@pytest.mark.parametrize(("train", "expected"), [(0.02, 20.0), (0.39, None), (0.5, None), (0.0, None), (-0.1, None)])
def test_val_loss_is_a_multiple_of_train_loss_only_where_that_says_something(
    train: float, expected: float | None
) -> None:
    at_the_end = np.full((3, 5), 0.4)
    assert read_overfitting(GAP, NEW, None, train, 0.01, EPOCH_NUMBERS, at_the_end).times_train == (
        None if expected is None else pytest.approx(expected)
    )


def test_the_rise_is_measured_at_the_epoch_of_the_lowest_mean_for_every_seed() -> None:
    early, late = [0.9, 0.9, 0.9], [0.6, 0.7, 0.6]
    val_loss = np.array([early, [0.2, 0.3, 0.1], [0.5, 0.1, 0.4], [0.5, 0.5, 0.5], late]).T  # means fall to epoch 2
    facts = read(GAP, NEW, EPOCH_NUMBERS, val_loss)
    assert (facts.lowest_mean_epoch, facts.last_epoch) == (2, 5)
    assert facts.rise.value == pytest.approx(np.mean([0.4, 0.4, 0.5]))  # not last - best of each seed: seed 1's is 0.6
    assert facts.rise_share == pytest.approx(facts.rise.value / 0.2)
    assert (facts.turned_up, facts.reading) == ("yes", "overfits")


def test_curves_that_only_wobble_are_rarely_said_to_have_turned_up() -> None:
    random = np.random.default_rng(0)
    wobbles = [1 + random.normal(size=(5, 40)) for _ in range(200)]
    readings = [read(GAP, NEW, np.arange(40), val_loss) for val_loss in wobbles]
    by_fixed_epoch = np.mean([facts.rise.low is not None and facts.rise.low > 0 for facts in readings])
    assert by_fixed_epoch > 0.1  # the lowest of 40 means lies low by chance
    assert np.mean([facts.turned_up == "yes" for facts in readings]) < 0.06
    assert np.mean([facts.still_falls for facts in readings]) < 0.05


def test_a_curve_that_falls_to_its_end_still_falls() -> None:
    falling = np.linspace(3, 1, 20) + 0.01 * np.random.default_rng(0).normal(size=(3, 20))
    assert read(GAP, NEW, np.arange(1, 21), falling).still_falls
    flat_at_the_end = np.minimum(falling, 1) - 1e-6 * np.arange(20)  # lowest at the end by next to nothing
    flat_at_the_end += 0.1 * np.random.default_rng(1).normal(size=(3, 1)) * np.linspace(-1, 1, 20)
    assert not read(GAP, NEW, np.arange(1, 21), flat_at_the_end).still_falls


@pytest.mark.parametrize(("n_points", "turned_up"), [(1, "too few points"), (4, "too few points"), (5, "yes")])
def test_a_curve_of_few_measured_epochs_is_not_judged(n_points: int, turned_up: str) -> None:
    epochs = np.linspace(12, 60, n_points).astype(np.int64)
    val_loss = np.array([[1.0, 0.5, 0.7, 0.8, 0.9]])[:, -n_points:] + 0.001 * np.arange(3)[:, None]
    facts = read(GAP, NEW, epochs, val_loss)
    assert (facts.turned_up, facts.n_points, facts.still_falls) == (turned_up, n_points, False)
    assert facts.reading == "overfits"  # the gap is measured all the same


@pytest.mark.parametrize(
    ("gap", "on_new_rows", "reading"),
    [
        (GAP, NEW, "overfits"),
        (GAP, None, "overfits on these rows"),
        (GAP, Estimate(3, 0.4, None, None), "overfits on these rows"),
        (GAP, Estimate(3, 0.4, 0.005, 0.8), "not shown"),  # surely above 0, but not above the margin
        (Estimate(3, 0.1, -0.1, 0.3), None, "not shown"),
        (Estimate(3, 0.001, -0.001, 0.003), Estimate(3, 0.001, -0.004, 0.006), "does not overfit"),
        (Estimate(1, 0.4, None, None), None, "unknown"),
    ],
)
def test_a_net_overfits_where_its_gap_on_new_rows_is_surely_above_the_margin(
    gap: Estimate, on_new_rows: Estimate | None, reading: str
) -> None:
    falling = np.linspace(3, 1, 5) * np.ones((3, 1))  # whether val loss turned up is another question
    assert read(gap, on_new_rows, EPOCH_NUMBERS, falling).reading == reading


@pytest.mark.parametrize(
    ("estimate", "p", "p_holm", "certainty"),
    [
        (Estimate(5, -0.1, -0.2, -0.05), 0.01, 0.04, "clear"),
        (Estimate(5, -0.1, -0.2, -0.05), 0.01, 0.06, "uncorrected"),
        (Estimate(5, -0.1, -0.2, 0.05), 0.2, 0.2, "unclear"),
        (Estimate(5, -0.1, -0.2, 0.05), 0.01, 0.01, "unclear"),
        (Estimate(5, -0.1, -0.2, -0.05), 0.06, 0.06, "unclear"),
        (Estimate(5, -0.1, None, None), 0.01, 0.01, "unclear"),
        (Estimate(5, -0.1, -0.1, -0.1), None, None, "untested"),
        (Estimate(1, -0.1, None, None), None, None, "unknown"),
    ],
    ids=["clear", "uncorrected", "holds_0", "p_alone", "interval_alone", "unbounded", "constant", "one_pair"],
)
def test_a_difference_is_certain_only_where_interval_and_p_agree(
    estimate: Estimate, p: float | None, p_holm: float | None, certainty: str
) -> None:
    assert certainty_of(estimate, p, p_holm) == certainty


@pytest.mark.parametrize(
    ("metric", "sign", "direction"),
    [("val_loss", "lower", "better"), ("val_accuracy", "lower", "worse"), ("test_rmse", "higher", "worse")],
)
def test_losses_and_rmse_are_better_lower_and_accuracies_higher(metric: str, sign: str, direction: str) -> None:
    assert direction_of(metric, sign, "clear") == direction  # type: ignore[arg-type]
    assert direction_of(metric, sign, "unclear") == "unclear"  # type: ignore[arg-type]


def effect(metric: str, value: float) -> Effect:
    """A certain difference, or an unclear one where it is 0."""
    certainty = "clear" if value else "unclear"
    sign = "lower" if value < 0 else "higher"
    estimate = Estimate(5, value, value - 0.01, value + 0.01)
    direction = direction_of(metric, sign, certainty)  # type: ignore[arg-type]
    return Effect(metric, "last", "split", estimate, 0.01, 0.01, 0.06, 1, sign, certainty, direction)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("val", "train", "mechanism"),
    [
        (-0.2, 0, "val falls"),
        (-0.1, 0.1, "val falls, train rises"),
        (0, 0.2, "train rises"),
        (0.1, 0.3, "underfits"),
        (0.3, 0, "widens"),
    ],
    ids=str,
)
def test_a_gap_closes_by_val_falling_or_train_rising(val: float, train: float, mechanism: str) -> None:
    gap = effect("loss_gap", val - train)
    assert mechanism_of(effect("val_loss", val), gap, effect("train_loss", train)) == mechanism


def test_shares_and_parts_of_the_gap_are_those_of_the_paired_means() -> None:
    comparison = judged("helps").facts.conditions["rate=0.5"].comparison
    assert comparison is not None
    assert comparison.gap_closed_share == pytest.approx(0.24 / 0.44)
    assert comparison.gap is not None
    assert comparison.train is not None
    parts = comparison.last.estimate.value - comparison.train.estimate.value
    assert comparison.gap.estimate.value == pytest.approx(parts)


def test_epochs_and_times_are_compared_over_the_same_seeds() -> None:
    comparison = judged("slower").facts.conditions["rate=0.5"].comparison
    assert comparison is not None
    cost = comparison.cost
    assert cost is not None
    assert (cost.mean_best_epoch, cost.baseline_mean_best_epoch, cost.epochs_ratio) == (16, 8, 2)
    assert cost.seconds == pytest.approx(16 / EPOCHS)
    assert cost.why_no_seconds is None


@pytest.mark.parametrize(
    ("device", "cohorts", "why"), [("cpu", "together", "together"), ("cuda", "apart", "apart"), ("cpu", "apart", None)]
)
def test_times_are_compared_only_between_like_cohorts(device: str, cohorts: str, why: str | None) -> None:
    results = make_results({0: BASELINE, 0.5: Net(0.25, 0.3, device=device)}, cohorts=cohorts)
    comparison = read_facts(StudyView(results)).conditions["rate=0.5"].comparison
    assert comparison is not None
    assert comparison.cost is not None
    assert comparison.cost.why_no_seconds == why
    assert (comparison.cost.seconds is None) == (why is not None)


def test_the_optimism_is_that_of_the_choice_among_conditions_with_dropout() -> None:
    results = SCENARIOS["rates"]()
    choice = read_facts(StudyView(results)).groups[0].choice
    assert choice is not None
    treated = results.trials[results.trials["rate"] != "0"]
    expected = nested_choice(treated.pivot(index="seed", columns="rate", values="best_val_loss").to_numpy())
    assert expected is not None
    assert choice.optimism == pytest.approx(expected.optimism)
    assert (choice.label, choice.rate_range, choice.n_candidates) == ("rate=0.3", ("0.2", "0.5"), 5)


def test_rates_with_a_gap_between_them_are_no_range() -> None:
    bests = (0.25, 0.40, 0.2501, 0.2502, 0.40)
    nets = {rate: Net(best, best + 0.1) for rate, best in zip((0.1, 0.2, 0.3, 0.5, 0.7), bests, strict=True)}
    told = verdict(make_results({0: BASELINE, **nets}))
    choice = told.facts.groups[0].choice
    assert choice is not None
    assert choice.rate_range is None
    assert "there rate 0.1, rate 0.3 or rate 0.5 may be the best" in told.study


def test_every_group_is_tallied_once() -> None:
    tally = judged("sizes").facts.tally
    assert tally.last == {"better": 1, "unclear": 1, "worse": 1}
    assert tally.overfitting == {"overfits on these rows": 3}
    assert (tally.largest, tally.n_not_compared) == ("rate=0.5 data.train_size=100", 0)
    assert [point.train_size for point in tally.trend] == ["100", "300", "1000"]
    assert judged("grid_diverged").facts.tally.n_not_compared == 1


def test_a_trend_is_the_mean_over_the_groups_of_a_train_size() -> None:
    swept = {"data.train_size": [100, 200], "model.width": [8, 16]}
    groups = [{0: BASELINE, 0.5: Net(0.25, last)} for last in (0.40, 0.30, 0.44, 0.42)]
    facts = read_facts(StudyView(make_results(*groups, swept=swept)))
    assert [point.difference for point in facts.tally.trend] == pytest.approx([-0.10, -0.02])
    assert tally_of(facts.groups, facts.conditions) == facts.tally


MARGINS = {
    "equivalent": (Margin(0.02), Net(0.30, 0.451, spread=0.004), "rate 0.5 and the baseline are equivalent"),
    "no_worse": (Margin(0.02), Net(0.25, 0.35), "rate 0.5 is no worse than the baseline"),
    "not_shown": (
        Margin(0.001),
        Net(0.30, 0.451, spread=0.02),
        "Within 0.001 nats of val loss at the last epoch, rate 0.5 is not shown to be",
    ),
    "worse": (Margin(0.02), Net(0.30, 0.60), "rate 0.5 is not shown to be no worse"),
    "accuracy": (Margin(0.03, "val_accuracy"), Net(0.30, 0.451), "Within 3 percentage points of val accuracy"),
}


@pytest.mark.parametrize("name", MARGINS)
def test_with_a_margin_the_verdict_speaks_of_equivalence(name: str) -> None:
    margin, net, phrase = MARGINS[name]
    results = make_results({0: BASELINE, 0.5: net})
    assert phrase in verdict(results, margin=margin).study
    assert "ithin" not in verdict(results).study


def test_with_a_margin_the_groups_are_counted_by_what_is_shown() -> None:
    nets = [Net(0.30, 0.451, spread=0.004), Net(0.25, 0.35), Net(0.30, 0.60)]
    groups = [{0: BASELINE, 0.5: net} for net in nets]
    told = verdict(make_results(*groups, swept={"model.width": [8, 16, 32]}), margin=Margin(0.02))
    assert (
        "Within 0.02 nats of val loss at the last epoch, it is equivalent to the baseline in 1, no worse than the "
        "baseline in 1 and shown to be neither equivalent to the baseline nor no worse in 1."
    ) in told.study


def test_nets_that_are_the_same_are_equivalent_within_any_margin() -> None:
    told = verdict(SCENARIOS["identical"](), margin=Margin(1e-9))
    assert "rate 0.5 and the baseline are equivalent" in told.study


@pytest.mark.parametrize("value", [0.0, -1.0, float("nan"), float("inf")])
def test_a_margin_is_above_0_and_finite(value: float) -> None:
    with pytest.raises(UserError, match=r"margin: the margin must be a number above 0\. Got"):
        Margin(value)


def test_a_margin_in_a_metric_that_the_study_lacks_is_refused_by_naming_those_it_has() -> None:
    with pytest.raises(UserError, match=r"one of val_loss, val_accuracy in a study of classification\. Got val_rmse"):
        verdict(SCENARIOS["helps"](), margin=Margin(1.0, "val_rmse"))


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_verdict_is_json_without_numbers_that_json_lacks(name: str) -> None:
    told = judged(name)
    read_back = json.loads(json.dumps(told.as_json(), allow_nan=False))
    assert read_back["headline"] == told.headline
    assert list(read_back["facts"]["conditions"]) == list(told.conditions)


def test_a_verdict_does_not_change() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        judged("helps").headline = "Dropout always helps."  # type: ignore[misc]


def test_versions_are_a_mixture_only_where_they_differ() -> None:
    results = make_results({0: BASELINE}, earlier_runs=[{**RUN, "command": ["run", "again"]}])
    assert read_facts(StudyView(results)).trials.versions == {}


def test_longer_and_quicker_take_a_difference_in_epochs_that_the_seeds_agree_on() -> None:
    sure = judged("helps").facts.conditions["rate=0.5"].comparison
    assert sure is not None
    assert sure.cost is not None
    assert sure.cost.epochs_difference.excludes_zero
    cost = replace(sure.cost, epochs_difference=Estimate(8, 6.0, -1.0, 13.0))
    facts = replace(judged("helps").facts.conditions["rate=0.5"], comparison=replace(sure, cost=cost))
    assert "takes longer" in cost_sentence("it", facts, sure.cost)
    assert "may or may not take longer" in cost_sentence("it", facts, cost)


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        (Estimate(8, 0.1, -1.0, 1.2), "takes about as long: "),
        (Estimate(8, 0.1, -6.0, 6.2), "takes about as long, as far as 8 seeds can tell: "),
        (Estimate(1, 0.1, None, None), "takes about as long in this seed: "),
    ],
    ids=["shown", "seen", "one seed"],
)
def test_about_as_long_is_said_plainly_where_the_interval_shows_it(seen: Estimate, said: str) -> None:
    facts = judged("helps").facts.conditions["rate=0.5"]
    assert facts.comparison is not None
    assert facts.comparison.cost is not None
    cost = replace(facts.comparison.cost, epochs_ratio=1.01, epochs_difference=seen)
    assert said in cost_sentence("it", facts, cost)


def test_what_only_correction_takes_away_is_never_said_to_be_so_without_it() -> None:
    comparison = judged("no_difference").facts.conditions["rate=0.5"].comparison
    assert comparison is not None
    assert comparison.best is not None
    lost = replace(
        comparison.best,
        estimate=Estimate(8, -0.02, -0.03, -0.01),
        p=0.02,
        p_holm=0.2,
        n_comparisons=9,
        is_corrected=True,
        sign="lower",
        certainty="unclear",
    )
    told = help_sentence("dropout", replace(comparison, best=lost), judged("no_difference").facts)
    assert "not distinguishable from zero after correction for 9 comparisons (p = 0.020)" in told
    assert "and so it is" not in told


def test_what_a_short_curve_cannot_tell_is_left_out() -> None:
    results = make_results({0: BASELINE, 0.5: Net(0.25, 0.30, train=0.1, epoch=14)})
    short = replace(results, curves=results.curves[results.curves["epoch"].isin([10, 20])])
    told = verdict(short)
    comparison = told.facts.conditions["rate=0.5"].comparison
    assert comparison is not None
    assert comparison.best is None
    assert comparison.cost is None
    assert "Its curve is not judged: 2 epochs measured, where that takes 5 or more." in told.study
    for claim in ("turned up", "lowest", "stopped at their best epochs", "takes longer"):
        assert claim not in told.study.partition("On test")[0]


def test_what_was_picked_from_several_stands_as_corrected() -> None:
    effect = judged("uncorrected").facts.conditions["rate=0.1"].comparison
    assert effect is not None
    assert effect.last.certainty == "uncorrected"
    assert effect.corrected.last.direction == "unclear"
    assert effect.corrected.last.p == effect.last.p_holm
    assert judged("uncorrected").facts.tally.largest is None
    clear = judged("rates").facts.conditions["rate=0.3"].comparison
    assert clear is not None
    assert clear.corrected == clear


def test_a_difference_on_test_is_corrected_for_all_that_val_chose_from() -> None:
    one, of_five = (judged(name).facts for name in ("helps", "uncorrected"))
    chosen = of_five.conditions["rate=0.1"].comparison
    alone = one.conditions["rate=0.5"].comparison
    assert alone is not None
    assert alone.test is not None
    assert alone.test.p_holm == alone.test.p
    assert chosen is not None
    assert chosen.test is not None
    assert chosen.test.p is not None
    assert chosen.test.p_holm == pytest.approx(min(1.0, 5 * chosen.test.p))


def test_the_margin_of_overfitting_is_told_by_its_own_digits() -> None:
    facts = read(Estimate(3, 0.001, 0.0, 0.002), Estimate(3, 0.001, 0.0, 0.002), EPOCH_NUMBERS, np.ones((3, 5)))
    coarse = replace(judged("helps").facts, decimals={"loss": 1, "accuracy": 1})
    assert "does not overfit by more than 0.01 nats" in overfitting_sentence("the baseline", facts, coarse)
