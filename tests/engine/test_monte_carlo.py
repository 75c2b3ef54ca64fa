"""Facts of Monte-Carlo averaging: whose noise it has, what it converges to, and when it is refused."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from dropout_lab.evaluation import Evaluator
from dropout_lab.model import Parameters, PassNoise
from dropout_lab.noise import RateSchedule
from dropout_lab.training import CohortData, CohortSettings, ConditionSettings, Inference, monte_carlo
from dropout_lab.training.monte_carlo import InferenceMeter, NoisyPasses
from dropout_lab.training.weight_scaling import WeightScaling

from .builders import REGRESSION_WIDTHS, condition, data, rows, settings, train
from .oracle import philox

KINDS = ["bernoulli", "gaussian", "alpha", "dropconnect", "concrete"]
NOISY = condition(0.2, 0.5, 0.3)
BASELINE = condition(0, 0, 0)
N_TRAIN = 22


def of_kind(kind: str, *conditions: ConditionSettings, **options: object) -> CohortSettings:
    activation = "selu" if kind == "alpha" else "tanh"
    return settings(*conditions, noise_kind=kind, activation=activation, **({"mc_samples": 6} | options))


def inference(of: CohortSettings, **options: object) -> Inference:
    """Train a cohort and return its inference."""
    found = train(of, data(task=of.task, **options)).result.inference
    assert found is not None
    return found


def made_parameters(of: CohortSettings, seed: int = 0) -> Parameters:
    draws = np.random.default_rng(seed)
    tensors = [
        (draws.normal(size=(of.n_trials, n_in, n_out)), draws.normal(size=(of.n_trials, 1, n_out)))
        for n_in, n_out in of.architecture.layers
    ]
    logits = ()
    if of.noise_kind == "concrete":
        logits = tuple(torch.zeros(of.n_trials, 1, 1, dtype=torch.float64) for _ in of.architecture.widths)
    weights, biases = zip(*tensors, strict=True)
    return Parameters(tuple(map(torch.from_numpy, weights)), tuple(map(torch.from_numpy, biases)), logits)


def outputs_of(of: CohortSettings, parameters: Parameters, n_samples: int, n_rows: int = 5) -> torch.Tensor:
    """Return the outputs of noisy passes, ``[passes, trials, out_features, rows]``."""
    passes = NoisyPasses(of, [parameters], N_TRAIN)
    return torch.cat([tables[0].clone() for tables, _ in passes.tables(rows(n_rows), n_samples)], dim=-1)


def assert_same_averages(mine: Inference, theirs: Inference, trials: list[int], rtol: float = 1e-9) -> None:
    """Compare these trials of `mine` with all trials of `theirs`."""
    of_sampled = [mine.sampled.tolist().index(trial) for trial in trials]
    for key, averages in theirs.monte_carlo.items():
        for name, values in averages.metrics.items():
            found = mine.monte_carlo[key].metrics[name][:, of_sampled]
            np.testing.assert_allclose(found, values, rtol=rtol, atol=1e-12, err_msg=f"{key} {name}")
    for key, averages in theirs.weight_scaling.items():
        for name, values in averages.metrics.items():
            found = mine.weight_scaling[key].metrics[name][:, trials]
            np.testing.assert_allclose(found, values, rtol=rtol, atol=1e-12, err_msg=f"{key} {name}")


@pytest.mark.parametrize("scaling", ["inverted", "inference"])
def test_the_mean_of_a_linear_net_goes_to_eval_mode_and_its_variance_to_theory(scaling: str) -> None:
    rate, n_samples = 0.25, 2000
    of = settings(condition(rate, noise={"scaling": scaling}), widths=(8, 1), task="regression", seeds=(3,))
    parameters, features = made_parameters(of), rows(5).features[0]
    outputs = outputs_of(of, parameters, n_samples)[:, 0, 0]
    scale, variance_factor = (1, rate / (1 - rate)) if scaling == "inverted" else (1 - rate, rate * (1 - rate))
    weights, bias = parameters.weights[0][0, :, 0], parameters.biases[0].item()
    variance = variance_factor * (features**2 @ weights**2)
    standard_error = (variance / n_samples).sqrt()
    assert ((outputs.mean(0) - (scale * features @ weights + bias)).abs() < 5 * standard_error).all()
    torch.testing.assert_close(outputs.var(0), variance, rtol=0.15, atol=0)


def test_predictive_sd_and_loss_of_a_linear_net_go_to_theory() -> None:
    of = settings(condition(0.25), widths=(8, 1), task="regression", seeds=(3,), mc_samples=4000)
    on = data(task="regression")
    trained = train(of, on)
    weights, features = trained.parameters.weights[0][0, :, 0], on.val.features[0]
    sds = (0.25 / 0.75 * (features**2 @ weights**2)).sqrt()
    found = trained.result.inference
    assert found is not None
    metrics = found.monte_carlo["val", "last"].metrics
    assert metrics["predictive_sd"][-1, 0] == pytest.approx(2.5 * sds.mean().item(), rel=0.03)
    in_eval_mode = found.weight_scaling["val", "last"].metrics["loss"][0, 0]
    # The error of an average of k passes has the variance of one pass, k times less, on top of that of eval mode.
    for at, count in enumerate(found.n_samples):
        expected = in_eval_mode + (sds**2).mean().item() / count
        tolerance = 0.03 if count < 50 else 0.15
        assert metrics["loss"][at, 0] == pytest.approx(expected, rel=tolerance)


def multipliers(seed: int, layer: int, sample: int, n_rows: int, width: int, rate: float) -> torch.Tensor:
    """Return 0 or 1 / keep from literal Philox words: purpose 8, lane ``row * width + unit``."""
    element = np.arange(n_rows * width)
    words = philox(seed, 8, layer, sample, n_rows * width // 4 + 1)
    drawn = (words[element // 4] >> (16 * (element % 4)).astype(np.uint64) & np.uint64(0xFFFF)).astype(np.int64)
    signed = np.where(drawn < 32768, drawn, drawn - 65536)
    n_dropping = round(65536 * rate)
    kept = torch.from_numpy(signed >= -32768 + n_dropping).view(n_rows, width)
    return kept.double() / (1 - n_dropping / 65536)


@pytest.mark.parametrize(
    "condition_settings",
    [
        condition(0.2, 0.5, 0.3, noise={"output_rate": 0.25}),
        condition(0, 0.5, 0.3),
        condition(0, 0, 0.3),
        condition(0, 0, 0, noise={"output_rate": 0.5}),
    ],
    ids=["everywhere", "hidden layers", "one layer", "outputs"],
)
def test_a_pass_equals_a_plain_net_under_literal_draws(condition_settings: ConditionSettings) -> None:
    of = settings(condition_settings, activation="tanh", seeds=(3, 11))
    parameters, n_rows = made_parameters(of), 5
    outputs = outputs_of(of, parameters, 3, n_rows)
    for sample in range(3):
        for trial, seed in enumerate((3, 11)):
            values = rows(n_rows).features[0]
            for layer, rate in enumerate(condition_settings.layer_rates):
                values = values * multipliers(seed, layer, sample, n_rows, values.shape[1], rate)
                if layer < 3:
                    values = values @ parameters.weights[layer][trial] + parameters.biases[layer][trial]
                    values = values.tanh() if layer < 2 else values
            torch.testing.assert_close(outputs[sample, trial].T, values, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_rows_may_come_in_chunks_of_any_size(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    of = of_kind(kind, NOISY, condition(0, 0.3, 0.3))
    parameters = made_parameters(of)
    whole = outputs_of(of, parameters, 4, n_rows=11)
    monkeypatch.setattr(NoisyPasses, "_rows_at_once", lambda *_: 3)
    torch.testing.assert_close(outputs_of(of, parameters, 4, n_rows=11), whole, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_running_the_noiseless_layers_once_changes_nothing(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    of = of_kind(kind, condition(0, 0, 0.5, noise={"output_rate": 0.2}))
    parameters = made_parameters(of)
    once = outputs_of(of, parameters, 4)
    monkeypatch.setattr(monte_carlo, "_layers_before_noise", lambda _: 0)
    torch.testing.assert_close(once, outputs_of(of, parameters, 4), rtol=1e-12, atol=1e-12)


def test_a_chunk_stays_within_the_stated_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(monte_carlo, "BYTES_AT_ONCE", 50_000)
    of = settings(NOISY)
    chunks = [
        sum(table.nbytes for table in tables)
        for tables, _ in NoisyPasses(of, [made_parameters(of)] * 3, N_TRAIN).tables(rows(60), 20)
    ]
    assert len(chunks) > 1
    assert max(chunks) < 50_000 / 2  # as much again is computed of them


@pytest.mark.parametrize("kind", KINDS)
def test_a_stack_equals_each_trial_alone(kind: str) -> None:
    conditions = (BASELINE, NOISY, condition(0, 0.3, 0.6))
    stack = inference(of_kind(kind, *conditions))
    assert stack.sampled.tolist() == [2, 3, 4, 5]
    for trial in stack.sampled.tolist():
        alone = of_kind(kind, conditions[trial // 2], seeds=((3, 11)[trial % 2],))
        assert_same_averages(stack, inference(alone), [trial])


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_trials_with_splits_of_their_own_equal_themselves_alone(task: str) -> None:
    widths = REGRESSION_WIDTHS if task == "regression" else (8, 12, 7, 3)
    on = data(task=task, n_datasets=2)
    stack = train(settings(BASELINE, NOISY, task=task, widths=widths, mc_samples=4), on).result.inference
    assert stack is not None
    for seed in range(2):
        of_seed = replace(
            on,
            **{
                split: replace(part, features=part.features[seed : seed + 1], targets=part.targets[seed : seed + 1])
                for split in ("train", "measured_train", "val", "test")
                for part in [getattr(on, split)]
            },
            target_scales=on.target_scales[seed : seed + 1] if task == "regression" else on.target_scales,
        )
        one = settings(NOISY, task=task, widths=widths, mc_samples=4, seeds=((3, 11)[seed],))
        alone = train(one, of_seed).result.inference
        assert alone is not None
        assert_same_averages(stack, alone, [2 + seed])


@pytest.mark.parametrize("kind", KINDS)
def test_averages_at_best_are_those_of_a_training_that_ended_there(kind: str) -> None:
    of = of_kind(kind, condition(0.2, 0.2, 0.2), seeds=(3,), epochs=40, patience=3)
    whole = train(of)
    best = int(whole.result.point_index["best"][0])
    assert best < 39
    ended = train(replace(of, epochs=best + 1)).result.inference
    assert whole.result.inference is not None
    assert ended is not None
    for name, values in ended.monte_carlo["test", "last"].metrics.items():
        np.testing.assert_array_equal(whole.result.inference.monte_carlo["test", "best"].metrics[name], values)


@pytest.mark.parametrize(("epochs", "n_measured"), [(1, 1), (40, 3)], ids=["all alike", "all different"])
def test_alike_points_are_measured_once(epochs: int, n_measured: int, monkeypatch: pytest.MonkeyPatch) -> None:
    measured = []
    fill = NoisyPasses._fill
    monkeypatch.setattr(NoisyPasses, "_fill", lambda *given: (measured.append(len(given[1])), fill(*given)))
    found = inference(settings(condition(0, 0.5, 0.3, learning_rate=0.1), epochs=epochs, patience=1, mc_samples=4))
    assert set(measured) == {n_measured}
    at_points = [found.monte_carlo["val", point].metrics["loss"] for point in ("last", "best", "stop")]
    assert len({losses.tobytes() for losses in at_points}) == n_measured


@pytest.mark.parametrize(
    ("is_alive", "first"),
    [([True, True], ["last", "best", "stop"]), ([True, False], ["last", "best", "best"]), ([False] * 2, ["last"] * 3)],
    ids=["all trials count", "diverged ones do not", "none does"],
)
def test_points_are_alike_where_no_trial_that_counts_tells_them_apart(is_alive: list[bool], first: list[str]) -> None:
    indices = {"last": np.array([9, 9]), "best": np.array([4, 7]), "stop": np.array([4, 5])}
    assert list(monte_carlo._first_alike(indices, np.array(is_alive)).values()) == first


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_weight_scaling_is_what_training_measured(task: str) -> None:
    widths = REGRESSION_WIDTHS if task == "regression" else (8, 12, 7, 3)
    of = settings(
        BASELINE,
        condition(0.2, 0.5, 0.3, noise={"scaling": "inference"}),
        task=task,
        widths=widths,
        mc_samples=4,
        epochs=9,
    )
    trained = train(of, data(task=task))
    found, score = trained.result.inference, "rmse" if task == "regression" else "accuracy"
    assert found is not None
    for point, index in trained.result.point_index.items():
        val = found.weight_scaling["val", point].metrics
        np.testing.assert_allclose(val["loss"][0], trained.curves["val_loss"][index, np.arange(4)], rtol=1e-12)
        np.testing.assert_allclose(val[score][0], trained.curves[f"val_{score}"][index, np.arange(4)], rtol=1e-12)
        test = found.weight_scaling["test", point].metrics
        np.testing.assert_allclose(test["loss"][0], trained.result.test[point].loss, rtol=1e-12)
    absent = ["loss_sd", f"{score}_sd", "predictive_sd" if task == "regression" else "mutual_information"]
    assert all(np.isnan(val[name]).all() for name in absent)


def test_asking_for_samples_changes_nothing_else() -> None:
    plain, sampled = (train(settings(BASELINE, NOISY, mc_samples=n)) for n in (0, 5))
    assert plain.result.inference is None
    for name, curve in plain.curves.items():
        np.testing.assert_array_equal(sampled.curves[name], curve)
    for point, measured in plain.result.test.items():
        np.testing.assert_array_equal(sampled.result.test[point].loss, measured.loss)


def test_more_samples_begin_with_the_same_ones() -> None:
    few, many = (inference(settings(NOISY, mc_samples=n)).monte_carlo["val", "last"].metrics for n in (4, 9))
    for name in ("entropy", "mutual_information", "ece", "brier"):
        np.testing.assert_array_equal(many[name][:4], few[name])


def test_only_noise_at_a_constant_rate_is_sampled() -> None:
    scheduled = condition(0, 0.5, 0.5, noise={"rate_schedule": RateSchedule("linear")})
    found = inference(
        settings(BASELINE, scheduled, NOISY, condition(0, 0, 0, noise={"output_rate": 0.5}), mc_samples=4)
    )
    assert found.sampled.tolist() == [4, 5, 6, 7]
    assert found.monte_carlo["val", "best"].metrics["loss"].shape == (4, 4)
    assert found.weight_scaling["val", "best"].metrics["loss"].shape == (1, 8)


def test_a_cohort_without_noise_has_weight_scaling_alone() -> None:
    found = inference(settings(BASELINE, mc_samples=4))
    assert found.monte_carlo == {}
    assert found.sampled.size == 0
    assert set(found.weight_scaling) == {(s, p) for s in ("val", "test") for p in ("last", "best", "stop")}


@pytest.mark.parametrize("kind", KINDS)
def test_the_passes_of_every_kind_differ(kind: str) -> None:
    assert not inference(of_kind(kind, BASELINE, NOISY)).lacks_spread.any()


def test_averaging_with_the_noise_off_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    class Silent(monte_carlo.NoiseSource):
        def draw(self, *_: int, **__: object) -> PassNoise:
            return PassNoise((None,) * 4)

    monkeypatch.setattr(monte_carlo, "NoiseSource", Silent)
    found = inference(settings(BASELINE, NOISY, mc_samples=4))
    assert found.lacks_spread.tolist() == [False, False, True, True]


def blank_rows() -> CohortData:
    """Return data whose val and test rows are all 0: noise on the inputs has nothing to act on."""
    on = data()
    blank = {name: replace(getattr(on, name), features=0 * getattr(on, name).features) for name in ("val", "test")}
    return replace(on, **blank)


def test_a_trial_whose_noise_has_nothing_to_act_on_is_caught_and_its_neighbour_is_not() -> None:
    of = settings(condition(0.5, 0, 0), condition(0, 0.5, 0), mc_samples=20)
    found = train(of, blank_rows()).result.inference
    assert found is not None
    assert found.lacks_spread.tolist() == [True, True, False, False]


def test_passes_that_are_alike_at_one_point_are_enough_to_be_caught() -> None:
    of, on = settings(NOISY, mc_samples=6), data()
    alive, dead = made_parameters(of), made_parameters(of).empty_like()
    scaling = WeightScaling(of, alive)
    meter = InferenceMeter(of, on, Evaluator(of.architecture, of.task, 1, np.ones(2), of.products), scaling)
    indices = {"last": np.array([1, 1]), "best": np.array([0, 0])}
    is_alive = np.ones(2, dtype=bool)
    assert meter.measure({"last": alive, "best": dead}, indices, is_alive).lacks_spread.all()
    assert not meter.measure({"last": alive, "best": alive}, indices, is_alive).lacks_spread.any()


def test_a_diverged_trial_is_not_said_to_lack_spread() -> None:
    of = settings(condition(0.5, 0, 0, learning_rate=1e200), condition(0, 0.5, 0), mc_samples=20)
    trained = train(of, blank_rows())
    assert trained.result.diverged.tolist() == [True, True, False, False]
    assert trained.result.inference is not None
    assert not trained.result.inference.lacks_spread.any()


def test_the_weights_of_a_pass_under_dropconnect_are_the_same_for_all_rows() -> None:
    of = settings(NOISY, noise_kind="dropconnect")
    silent_inputs = replace(of, conditions=(condition(0, 0.5, 0.3),))
    row = rows(1)
    same = replace(row, features=row.features.expand(1, 6, 8), targets=row.targets.expand(1, 6))
    for settings_of, is_alike in ((silent_inputs, True), (replace(silent_inputs, noise_kind="bernoulli"), False)):
        tables, _ = next(NoisyPasses(settings_of, [made_parameters(of)], N_TRAIN).tables(same, 8))
        assert torch.allclose(tables[0], tables[0][..., :1]) is is_alike
