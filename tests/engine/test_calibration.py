"""Facts of probabilities: how unsure they are, whether they mean what they say, and what averaging them is worth."""

from math import log

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss, log_loss
from torch import Tensor

from dropout_lab.evaluation import Averages, ClassSamples, NumberSamples, passes_differ, sample_counts
from dropout_lab.evaluation.probabilities import (
    N_BINS,
    ReliabilityBins,
    brier_scores,
    entropies,
    mutual_information,
    reliability_bins,
)
from dropout_lab.evaluation.samples import blocks
from dropout_lab.losses import losses_and_predictions

CPU = torch.device("cpu")


def classes_second_to_last(of_rows: object) -> Tensor:
    """Return ``[..., rows, classes]``, as one writes a table, as ``[..., classes, rows]``."""
    return torch.tensor(of_rows, dtype=torch.float64).transpose(-1, -2)


def made_logits(n_passes: int, n_trials: int = 2, n_rows: int = 11, n_classes: int = 3, scale: float = 2.0) -> Tensor:
    draws = np.random.default_rng(n_passes).normal(size=(n_passes, n_trials, n_classes, n_rows))
    return torch.from_numpy(scale * draws)


def made_targets(n_trials: int = 2, n_rows: int = 11, n_classes: int = 3) -> Tensor:
    return torch.from_numpy(np.random.default_rng(1).integers(n_classes, size=(n_trials, n_rows)))


def averages_of(logits: Tensor, targets: Tensor, *, chunk: int = 1000) -> Averages:
    """Measure averages of class probabilities, some rows at a time."""
    samples = ClassSamples(sample_counts(len(logits)), len(logits), logits.shape[1], CPU)
    for start in range(0, logits.shape[-1], chunk):
        samples.add(logits[..., start : start + chunk], targets[:, start : start + chunk])
    return samples.averages()


@pytest.mark.parametrize(
    ("probabilities", "nats"),
    [([1.0, 0.0, 0.0], 0), ([0.5, 0.5, 0.0], log(2)), ([0.5, 0.25, 0.25], 1.5 * log(2)), ([1 / 3] * 3, log(3))],
    ids=["sure", "two alike", "one more likely", "clueless"],
)
def test_entropy_is_that_of_the_table(probabilities: list[float], nats: float) -> None:
    assert entropies(classes_second_to_last([probabilities])).item() == pytest.approx(nats, abs=1e-15)


@pytest.mark.parametrize(
    ("passes", "nats"),
    [
        ([[0.7, 0.2, 0.1]] * 5, 0),
        ([[1, 0, 0], [0, 1, 0]], log(2)),
        ([[1, 0, 0], [0, 1, 0], [0, 0, 1]], log(3)),
        ([[1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 1, 0]], log(2)),
        ([[0.5, 0.5, 0], [0, 0.5, 0.5]], 1.5 * log(2) - log(2)),
        ([[1, 0, 0], [0.5, 0.5, 0]], 2 * log(2) - 0.75 * log(3) - 0.5 * log(2)),
    ],
    ids=["all alike", "two disagree", "three disagree", "two camps", "unsure and apart", "sure and unsure"],
)
def test_mutual_information_is_what_the_passes_disagree_about(passes: list[list[float]], nats: float) -> None:
    probabilities = classes_second_to_last([[of_pass] for of_pass in passes])
    of_mean, of_passes = entropies(probabilities.mean(0)), entropies(probabilities)
    found = mutual_information(of_mean, of_passes).item()
    assert found == pytest.approx(nats, abs=1e-15)
    assert found >= 0


def test_expected_calibration_error_is_the_hand_counted_one() -> None:
    probabilities = classes_second_to_last([[0.95, 0.05], [0.05, 0.95], [0.62, 0.38], [0.38, 0.62], [0.61, 0.39]])
    targets = torch.tensor([0, 0, 0, 1, 0])
    bins = reliability_bins(probabilities, targets)
    # Bin 15 has two rows, one of them right: too sure. Bin 10 has three, all of them right: too modest.
    assert bins.n_rows.nonzero().flatten().tolist() == [9, 14]
    assert bins.n_rows[[9, 14]].tolist() == [3, 2]
    assert bins.correct[[9, 14]].tolist() == [3, 1]
    expected = ((3 - (0.62 + 0.62 + 0.61)) + (1.9 - 1)) / 5
    assert bins.calibration_error.item() == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("confidence", "number"), [(1.0, 15), (0.6, 9), (0.6000001, 10), (0.5, 8)])
def test_a_bin_holds_its_upper_edge(confidence: float, number: int) -> None:
    bins = reliability_bins(classes_second_to_last([[confidence, 1 - confidence]]), torch.tensor([0]))
    assert bins.n_rows.argmax().item() + 1 == number


def test_a_calibrated_forecaster_has_no_calibration_error_and_a_boaster_has() -> None:
    draws = np.random.default_rng(0)
    chance = draws.uniform(0.5, 1, size=100_000)
    targets = torch.from_numpy((draws.uniform(size=100_000) > chance).astype(np.int64))
    honest = classes_second_to_last(np.stack([chance, 1 - chance], axis=1))
    louder = np.minimum(chance + 0.1, 1)
    boast = classes_second_to_last(np.stack([louder, 1 - louder], axis=1))
    assert reliability_bins(honest, targets).calibration_error.item() < 0.01
    expected = np.mean(louder - chance)
    assert reliability_bins(boast, targets).calibration_error.item() == pytest.approx(expected, abs=0.01)


def test_bins_of_parts_add_up_to_the_bins_of_the_whole() -> None:
    probabilities, targets = made_logits(1)[0].softmax(-2), made_targets()
    whole = reliability_bins(probabilities, targets)
    parts = [reliability_bins(probabilities[..., rows], targets[:, rows]) for rows in (slice(0, 4), slice(4, None))]
    together = ReliabilityBins.empty(torch.zeros(2, dtype=torch.float64)) + parts[0] + parts[1]
    assert whole.n_rows.shape == (2, N_BINS)
    for name in ("n_rows", "confidence", "correct", "calibration_error"):
        torch.testing.assert_close(getattr(together, name), getattr(whole, name))


def test_brier_score_of_two_classes_is_twice_that_of_scikit_learn() -> None:
    probabilities, targets = made_logits(1, n_trials=1, n_classes=2)[0].softmax(-2), made_targets(1, n_classes=2)
    expected = 2 * brier_score_loss(targets[0].numpy(), probabilities[0, 1].numpy())
    assert brier_scores(probabilities, targets).mean().item() == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("probabilities", "target", "score"),
    [([0, 1, 0], 1, 0), ([0, 1, 0], 0, 2), ([1 / 3] * 3, 0, 2 / 3), ([0.5, 0.25, 0.25], 1, 0.25 + 0.5625 + 0.0625)],
    ids=["sure and right", "sure and wrong", "clueless", "by hand"],
)
def test_brier_score_is_the_squared_distance_to_the_true_class(
    probabilities: list[float], target: int, score: float
) -> None:
    found = brier_scores(classes_second_to_last([probabilities]), torch.tensor([target]))
    assert found.item() == pytest.approx(score, abs=1e-15)


def test_loss_and_accuracy_are_those_of_the_averaged_probabilities() -> None:
    logits, targets = made_logits(4), made_targets()
    found = averages_of(logits, targets).metrics
    for trial in range(2):
        mean = logits[:, trial].softmax(-2).mean(0).T.numpy()
        expected = log_loss(targets[trial].numpy(), mean, labels=[0, 1, 2])
        assert found["loss"][-1, trial] == pytest.approx(expected, rel=1e-12)
        assert found["accuracy"][-1, trial] == (mean.argmax(1) == targets[trial].numpy()).mean()


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_mean_and_spread_are_taken_over_disjoint_blocks(count: int) -> None:
    logits, targets = made_logits(7), made_targets()
    found, at = averages_of(logits, targets).metrics, sample_counts(7).index(count)
    losses = []
    for start in range(0, 7 - count + 1, count):
        mean = logits[start : start + count].softmax(-2).mean(0)
        losses.append(-mean.gather(1, targets.unsqueeze(1)).log().mean((1, 2)).numpy())
    np.testing.assert_allclose(found["loss"][at], np.mean(losses, axis=0), rtol=1e-12)
    spread = np.std(losses, axis=0, ddof=1) if len(losses) > 1 else np.full(2, np.nan)
    np.testing.assert_allclose(found["loss_sd"][at], spread, rtol=1e-12)


def test_with_one_sample_the_loss_is_the_mean_loss_of_the_passes() -> None:
    logits, targets = made_logits(5), made_targets()
    of_passes = [losses_and_predictions("classification", one.transpose(1, 2), targets)[0].mean(1) for one in logits]
    found = averages_of(logits, targets).metrics
    np.testing.assert_allclose(found["loss"][0], torch.stack(of_passes).mean(0), rtol=1e-12)
    np.testing.assert_array_equal(found["mutual_information"][0], 0)


@given(st.integers(0, 1000), st.floats(0, 30))
@settings(max_examples=20)
def test_averaging_never_raises_the_loss_above_the_mean_of_what_is_averaged(seed: int, scale: float) -> None:
    logits = scale * torch.from_numpy(np.random.default_rng(seed).normal(size=(8, 1, 3, 5)))
    loss = averages_of(logits, made_targets(1, n_rows=5)).metrics["loss"][:, 0]
    one, two, four, eight = loss[[0, 1, 3, 7]]
    assert eight <= four + 1e-12
    assert four <= two + 1e-12
    assert two <= one + 1e-12


def test_alike_passes_are_worth_one_of_them() -> None:
    logits, targets = made_logits(1).expand(6, -1, -1, -1), made_targets()
    found = averages_of(logits, targets).metrics
    for name in ("loss", "accuracy", "entropy", "ece", "brier"):
        np.testing.assert_allclose(found[name], found[name][:1].repeat(6, 0), rtol=1e-12, err_msg=name)
    np.testing.assert_allclose(found["mutual_information"], 0, atol=1e-14)
    np.testing.assert_allclose(found["loss_sd"][:3], 0, atol=1e-14)


def test_entropy_calibration_and_brier_are_of_the_first_samples() -> None:
    logits, targets = made_logits(6), made_targets()
    whole, first = averages_of(logits, targets).metrics, averages_of(logits[:4], targets).metrics
    for name in ("entropy", "mutual_information", "ece", "brier"):
        np.testing.assert_array_equal(whole[name][:4], first[name], err_msg=name)
    expected = reliability_bins(logits[:4].softmax(-2).mean(0), targets).calibration_error
    np.testing.assert_allclose(whole["ece"][3], expected, rtol=1e-12)


def test_a_class_held_impossible_costs_a_finite_loss() -> None:
    logits = torch.zeros(2, 1, 2, 1)
    logits[:, :, 0] = 1000.0
    found = averages_of(logits, torch.tensor([[1]])).metrics
    np.testing.assert_allclose(found["loss"], 1000)


def test_reliability_is_that_of_all_samples() -> None:
    logits, targets = made_logits(6, n_rows=40), made_targets(n_rows=40)
    found = averages_of(logits, targets).reliability
    bins = reliability_bins(logits.softmax(-2).mean(0), targets)
    assert found is not None
    np.testing.assert_array_equal(found.n_rows, bins.n_rows)
    np.testing.assert_allclose(found.accuracy, bins.correct / bins.n_rows, rtol=1e-12)
    np.testing.assert_allclose(found.confidence, bins.confidence / bins.n_rows, rtol=1e-12)


@pytest.mark.parametrize("chunk", [1, 4, 10])
def test_rows_may_come_in_chunks_of_any_size(chunk: int) -> None:
    logits, targets = made_logits(5), made_targets()
    whole, pieces = averages_of(logits, targets).metrics, averages_of(logits, targets, chunk=chunk).metrics
    for name, values in whole.items():
        np.testing.assert_allclose(pieces[name], values, rtol=1e-12, atol=1e-15, err_msg=name)


def test_every_trial_is_measured_by_itself() -> None:
    logits, targets = made_logits(5), made_targets()
    whole = averages_of(logits, targets).metrics
    for trial in range(2):
        alone = averages_of(logits[:, trial : trial + 1], targets[trial : trial + 1]).metrics
        for name, values in whole.items():
            np.testing.assert_allclose(values[:, trial], alone[name][:, 0], rtol=1e-12, atol=1e-15, err_msg=name)


def number_averages(predictions: Tensor, targets: Tensor, scales: tuple[float, ...] = (1.0,)) -> dict[str, np.ndarray]:
    """Measure averages of predictions ``[passes, trials, rows]``."""
    counts = sample_counts(len(predictions))
    samples = NumberSamples(counts, len(predictions), np.array(scales), CPU)
    for rows in (slice(0, 1), slice(1, None)):
        samples.add(predictions[..., rows].unsqueeze(-2), targets[:, rows])
    return samples.averages().metrics


def test_errors_that_cancel_are_gone_from_the_mean() -> None:
    targets = torch.tensor([[1.0, -2.0, 5.0]], dtype=torch.float64)
    predictions = targets + torch.tensor([1.0, -1.0, 1.0, -1.0], dtype=torch.float64).view(4, 1, 1)
    found = number_averages(predictions, targets)
    np.testing.assert_allclose(found["loss"][:, 0], [1, 0, 1 / 9, 0], atol=1e-15)
    np.testing.assert_allclose(found["loss_sd"][:2, 0], 0, atol=1e-15)
    assert np.isnan(found["loss_sd"][2:]).all()
    assert np.isnan(found["predictive_sd"][0, 0])
    np.testing.assert_allclose(found["predictive_sd"][1:, 0], [2**0.5, (4 / 3) ** 0.5, (4 / 3) ** 0.5])


def test_errors_and_spread_of_predictions_are_in_units_of_the_target() -> None:
    draws = np.random.default_rng(0)
    predictions, targets = (torch.from_numpy(draws.normal(size=shape)) for shape in ((6, 2, 9), (2, 9)))
    found = number_averages(predictions, targets, scales=(1.0, 3.0))
    for trial, scale in enumerate((1.0, 3.0)):
        pairs = predictions[:, trial].view(3, 2, 9).mean(1).numpy() - targets[trial].numpy()
        of_blocks = scale * np.sqrt((pairs**2).mean(1))
        assert found["loss"][1, trial] == pytest.approx((pairs**2).mean(), rel=1e-12)
        assert found["rmse"][1, trial] == pytest.approx(of_blocks.mean(), rel=1e-12)
        assert found["rmse_sd"][1, trial] == pytest.approx(of_blocks.std(ddof=1), rel=1e-12)
        spread = scale * predictions[:, trial].numpy().std(0, ddof=1).mean()
        assert found["predictive_sd"][-1, trial] == pytest.approx(spread, rel=1e-12)


@pytest.mark.parametrize("n_samples", [1, 2, 19, 20])
def test_up_to_twenty_samples_every_number_is_looked_at(n_samples: int) -> None:
    assert sample_counts(n_samples) == tuple(range(1, n_samples + 1))


@given(st.integers(21, 10_000))
def test_beyond_twenty_samples_at_most_twenty_numbers_are_looked_at(n_samples: int) -> None:
    counts = sample_counts(n_samples)
    assert (counts[0], counts[-1]) == (1, n_samples)
    assert len(counts) <= 20
    assert list(counts) == sorted(set(counts))


def test_blocks_use_every_pass_at_most_once_and_the_first_ones_first() -> None:
    assert blocks(torch.arange(7), 3).tolist() == [[0, 1, 2], [3, 4, 5]]


def test_a_single_row_that_differs_tells_passes_apart() -> None:
    outputs = torch.zeros(4, 3, 2, 5)
    outputs[2, 1, 0, 4] = 1e-30
    assert passes_differ(outputs).tolist() == [False, True, False]
