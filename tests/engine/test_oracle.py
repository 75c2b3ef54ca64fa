"""Every trial of a stacked cohort is the trial that a plain `torch.nn` loop trains on literal Philox words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from thinned import thinned

from dropout_lab import optimizers
from dropout_lab.activations import ACTIVATIONS
from dropout_lab.evaluation import Rows
from dropout_lab.optimizers import Schedule, UpdateSettings
from dropout_lab.training import CohortData, CohortSettings, ConcreteSettings, ConditionSettings, RateSchedule

from . import oracle, oracle_noise
from .builders import REGRESSION_WIDTHS, Trained, condition, data, settings, train
from .oracle import Epoch, Recipe, Split, train_alone
from .oracle_noise import NoiseRecipe

OPTIMIZERS = ("sgd", "momentum", "nesterov", "adam", "adamw", "rmsprop")
RATE_MIX = (condition(0, 0, 0), condition(0, 0.5, 0.5), condition(0.2, 0.6, 0.3))


@dataclass(frozen=True)
class Option:
    """One way to set up a cohort: its conditions, and what differs from the builders' settings and data."""

    conditions: Sequence[ConditionSettings] = RATE_MIX
    settings: dict[str, object] = field(default_factory=dict)
    data: dict[str, object] = field(default_factory=dict)

    def cohort(self, **others: object) -> CohortSettings:
        return settings(*self.conditions, **({"epochs": 2} | self.settings | others))


def mixed(**of_each: tuple[float | None, ...]) -> list[ConditionSettings]:
    """Return `RATE_MIX` with updates that differ from condition to condition: one value each."""
    updates = [dict(zip(of_each, values, strict=True)) for values in zip(*of_each.values(), strict=True)]
    return [condition(*base.rates, **update) for base, update in zip(RATE_MIX, updates, strict=True)]


EVERYTHING = mixed(learning_rate=(0.02, 0.01, 0.03), weight_decay=(0.1, 0.0, 0.2), max_norm=(0.9, 1.2, None))
GENTLY = mixed(learning_rate=(0.005, 0.003, 0.002))
REGRESSION = {"widths": REGRESSION_WIDTHS, "task": "regression"}
OPTIONS = {
    "rates of every kind": Option(),
    "input dropout alone": Option([condition(0.4, 0, 0), condition(0.1, 0, 0)]),
    "a rate for every layer": Option([condition(0, 0.7, 0.1), condition(0, 0, 0.9)]),
    "learning rates in one cohort": Option(mixed(learning_rate=(0.05, 0.001, 0.02))),
    "momenta in one cohort": Option(mixed(momentum=(0.9, 0.5, 0.99))),
    "weight decays in one cohort": Option(mixed(weight_decay=(0.3, 0.0, 0.01))),
    "max-norms in one cohort": Option(mixed(max_norm=(0.5, None, 1.2))),
    "everything in one cohort": Option(EVERYTHING, {"schedule": Schedule("cosine", final=0.1)}),
    "linear schedule": Option(settings={"schedule": Schedule("linear", final=0.1)}),
    "cosine schedule": Option(settings={"schedule": Schedule("cosine", final=0.2)}),
    "step schedule": Option(settings={"schedule": Schedule("step", every=2, factor=0.3), "epochs": 3}),
    "steps instead of epochs": Option(settings={"schedule": Schedule("linear"), "n_steps": 7}),
    "every second epoch": Option(settings={"every": 2, "epochs": 3}),
    "whole batches only": Option(data={"n_train": 24}),
    "one batch an epoch": Option(settings={"batch_size": 22}),
    "batches of one row": Option(settings={"batch_size": 1, "n_steps": 8}),
    "a dataset for every seed": Option(data={"n_datasets": 2}),
    "regression": Option(GENTLY, REGRESSION, data={"task": "regression"}),
    "regression, a dataset for every seed": Option(GENTLY, REGRESSION, data={"task": "regression", "n_datasets": 2}),
    "no hidden layer": Option([condition(0), condition(0.3)], {"widths": (8, 3)}),
    "one hidden layer": Option([condition(0, 0.5), condition(0.2, 0.5)], {"widths": (8, 9, 3)}),
    "four hidden layers": Option([condition(0, 0.5, 0, 0.2, 0.1)], {"widths": (8, 6, 5, 6, 4, 3)}),
}
NOISY_OUTPUTS = {"output_rate": 0.2}
MIX = (condition(0, 0, 0), condition(0, 0.5, 0.3), condition(0.2, 0.6, 0, noise=NOISY_OUTPUTS))
DECAYING = (condition(0, 0, 0, weight_decay=0.2), condition(0.1, 0.5, 0.3, weight_decay=0.1), MIX[2])
SCALED = [condition(0.2, rate, 0.3, noise={"scaling": "inference", "output_rate": rate}) for rate in (0.0, 0.4)]
SCHEDULED = [
    condition(0.2, 0.5, 0.3, noise={"rate_schedule": schedule, **NOISY_OUTPUTS})
    for schedule in (
        RateSchedule("early", until=2),
        RateSchedule("early", until=0.5),
        RateSchedule("late", until=1),
        RateSchedule("linear"),
        RateSchedule("curriculum", gamma=5.0),
        RateSchedule(),
    )
]
SHALLOW = (condition(0), condition(0.3, noise=NOISY_OUTPUTS))
GENTLE_MIX = [replace(its, update=UpdateSettings(0.004)) for its in MIX]
NOISES = {
    "an output rate": Option(MIX),
    "scaling at inference": Option([*MIX, *SCALED]),
    "scaling at inference, a linear net": Option(
        [*SHALLOW, condition(0.3, noise={"scaling": "inference", "output_rate": 0.4})], {"widths": (8, 3)}
    ),
    "schedules": Option(SCHEDULED, {"seeds": (11,)}),
    "gaussian": Option(MIX, {"noise_kind": "gaussian"}),
    "gaussian, schedules": Option(SCHEDULED, {"noise_kind": "gaussian", "seeds": (11,)}),
    "gaussian, a linear net": Option(SHALLOW, {"noise_kind": "gaussian", "widths": (8, 3)}),
    "alpha": Option(MIX, {"noise_kind": "alpha", "activation": "selu"}),
    "alpha, schedules": Option(SCHEDULED, {"noise_kind": "alpha", "activation": "selu", "seeds": (11,)}),
    "dropconnect": Option(MIX, {"noise_kind": "dropconnect"}),
    "dropconnect, scaling at inference": Option([*MIX, *SCALED], {"noise_kind": "dropconnect"}),
    "dropconnect, schedules": Option(SCHEDULED, {"noise_kind": "dropconnect", "seeds": (11,)}),
    "dropconnect, a linear net": Option(SHALLOW, {"noise_kind": "dropconnect", "widths": (8, 3)}),
    "concrete": Option(DECAYING, {"noise_kind": "concrete"}),
    "concrete, a strong prior": Option(
        MIX, {"noise_kind": "concrete", "concrete": ConcreteSettings(temperature=0.3, length_scale=2.0, entropy=0.02)}
    ),
    "concrete, regression": Option(
        GENTLE_MIX,
        {"noise_kind": "concrete", "concrete": ConcreteSettings(length_scale=0.5)} | REGRESSION,
        data={"task": "regression", "n_datasets": 2},
    ),
}
SHAPES = [
    *(pytest.param(activation, "auto", id=activation) for activation in ACTIVATIONS),
    *(pytest.param("tanh", init, id=f"{init} weights") for init in ("he", "glorot", "lecun", "torch")),
]


ALL_PAIRS = list(product(OPTIMIZERS, OPTIONS))
EVERY_PAIR_ONCE = [pair for at, pair in enumerate(ALL_PAIRS) if pair[0] == "adam" or at % 5 == 0]
"""All options of one optimizer, and every fifth of the others: each of both is met, and each pair by the slow tests."""


@pytest.mark.parametrize(("optimizer", "option"), thinned(ALL_PAIRS, kept=EVERY_PAIR_ONCE))
def test_in_float64_every_trial_equals_the_plain_loop(optimizer: str, option: str) -> None:
    of, on = OPTIONS[option].cohort(optimizer=optimizer), data(**OPTIONS[option].data)
    assert_equals_the_plain_loop(of, on, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("option", NOISES)
def test_in_float64_every_noise_equals_the_plain_loop(option: str) -> None:
    of, on = NOISES[option].cohort(optimizer="momentum"), data(**NOISES[option].data)
    assert_equals_the_plain_loop(of, on, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_in_float64_learnt_rates_follow_every_optimizer_and_do_not_decay(optimizer: str) -> None:
    of = NOISES["concrete"].cohort(optimizer=optimizer, epochs=3)
    assert_equals_the_plain_loop(of, data(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    "option",
    thinned(
        ["scaling at inference", "gaussian", "alpha", "dropconnect", "concrete", "concrete, regression"],
        kept=["gaussian", "concrete"],
    ),
)
def test_in_float32_every_noise_equals_the_plain_loop_over_20_steps(option: str) -> None:
    of = NOISES[option].cohort(precision="float32", n_steps=20)
    assert_equals_the_plain_loop(of, data(dtype="float32", **NOISES[option].data), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("activation", "init"), SHAPES)
@pytest.mark.parametrize("optimizer", ["nesterov", "adam"])
def test_in_float64_every_activation_and_init_equals_the_plain_loop(optimizer: str, activation: str, init: str) -> None:
    of = Option().cohort(optimizer=optimizer, activation=activation, init=init)
    assert_equals_the_plain_loop(of, data(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("option", ["everything in one cohort", "regression, a dataset for every seed"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_in_float32_every_trial_equals_the_plain_loop_over_20_steps(optimizer: str, option: str) -> None:
    of = OPTIONS[option].cohort(optimizer=optimizer, precision="float32", n_steps=20)
    assert_equals_the_plain_loop(of, data(dtype="float32", **OPTIONS[option].data), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("module", [oracle, oracle_noise], ids=lambda module: module.__name__)
def test_the_oracle_imports_nothing_of_the_engine(module: ModuleType) -> None:
    assert "dropout_lab" not in Path(module.__file__).read_text(encoding="utf-8")


def test_no_optimizer_goes_without_an_oracle() -> None:
    assert set(optimizers.OPTIMIZERS) == set(OPTIMIZERS)


def assert_equals_the_plain_loop(of: CohortSettings, on: CohortData, *, rtol: float, atol: float) -> None:
    """Raise AssertionError unless the losses of every trial equal the oracle's to `rtol`, its weights nearly so."""
    trained = train(of, on)
    for trial in range(of.n_trials):
        alone = list(train_alone(*_recipe_and_splits(of, on, trial)))
        _assert_same_curves(trained, alone, trial, _target_scale(of, on, trial), rtol)
        for name in ("weights", "biases"):
            for mine, theirs in zip(getattr(trained.parameters, name), getattr(alone[-1], name), strict=True):
                np.testing.assert_allclose(mine[trial].view_as(theirs), theirs, rtol=rtol, atol=atol)


def _assert_same_curves(trained: Trained, alone: list[Epoch], trial: int, target_scale: float, rtol: float) -> None:
    evaluated = [alone[epoch - 1] for epoch in trained.epochs]
    assert trained.epochs[-1] == len(alone)
    score = "rmse" if "train_rmse" in trained.curves else "accuracy"
    columns = {
        "objective_loss": [e.objective_loss for e in evaluated],
        "train_loss": [e.train_loss for e in evaluated],
        "val_loss": [e.val_loss for e in evaluated],
        f"train_{score}": [e.train_score * target_scale for e in evaluated],
        f"val_{score}": [e.val_score * target_scale for e in evaluated],
    }
    for name, expected in columns.items():
        np.testing.assert_allclose(trained.curves[name][:, trial], expected, rtol=rtol, err_msg=name)
    n_hidden = len(alone[0].weights) - 1
    for layer, which in enumerate(["inputs", *range(1, n_hidden + 1), "outputs"]):
        learnt = [e.learnt_rates.get(layer, np.nan) for e in evaluated]
        logged = trained.curves.get(f"learnt_rate_{which}")
        assert logged is not None or np.isnan(learnt).all()
        if logged is not None:
            np.testing.assert_allclose(logged[:, trial], learnt, rtol=rtol, err_msg=f"learnt rate of {which}")


def _recipe_and_splits(of: CohortSettings, on: CohortData, trial: int) -> Iterator[Recipe | Split]:
    """Return what the oracle needs to train trial `trial`: plain numbers, and the rows of its seed."""
    which_condition, which_seed = divmod(trial, len(of.seeds))
    its, update = of.conditions[which_condition], of.conditions[which_condition].update
    yield Recipe(
        widths=of.architecture.widths,
        noise=_noise_recipe(of, its),
        seed=of.seeds[which_seed],
        task=of.task,
        activation=of.architecture.activation,
        init=of.architecture.init,
        batch_size=of.batch_size,
        n_steps=of.n_steps or of.epochs * -(-len(on.train) // of.batch_size),
        optimizer=of.optimizer,
        learning_rate=update.learning_rate,
        momentum=update.momentum,
        weight_decay=update.weight_decay,
        max_norm=update.max_norm,
        schedule=of.schedule.kind,
        schedule_final=of.schedule.final,
        schedule_every=of.schedule.every,
        schedule_factor=of.schedule.factor,
        dtype=torch.float64 if of.precision == "float64" else torch.float32,
    )
    for split in (on.train, on.measured_train, on.val):
        yield _of_seed(split, which_seed)


def _noise_recipe(of: CohortSettings, its: ConditionSettings) -> NoiseRecipe:
    return NoiseRecipe(
        kind=of.noise_kind,
        rates=(*its.rates, its.output_rate),
        scaling=its.scaling,
        schedule=its.rate_schedule.kind,
        schedule_until=its.rate_schedule.until,
        schedule_gamma=its.rate_schedule.gamma,
        temperature=of.concrete.temperature,
        length_scale=of.concrete.length_scale,
        entropy=of.concrete.entropy,
    )


def _of_seed(split: Rows, which_seed: int) -> Split:
    dataset = which_seed if len(split.features) > 1 else 0
    return Split(split.features[dataset], split.targets[dataset])


def _target_scale(of: CohortSettings, on: CohortData, trial: int) -> float:
    return float(on.target_scales[trial % len(of.seeds) if len(on.target_scales) > 1 else 0])
