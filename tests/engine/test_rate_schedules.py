"""Facts of the schedules of the rate: the papers' formulas, update by update."""

from math import exp

import numpy as np
import pytest

from dropout_lab.training import RateSchedule

from .builders import condition, noise_source, settings

N_STEPS, STEPS_PER_EPOCH = 300, 10


def factors(schedule: RateSchedule) -> np.ndarray:
    return np.array([schedule.at(step, N_STEPS, STEPS_PER_EPOCH) for step in range(N_STEPS)])


def test_a_constant_schedule_changes_nothing() -> None:
    assert (factors(RateSchedule()) == 1).all()


@pytest.mark.parametrize(("until", "last"), [(5, 50), (0.25, 75), (50 / 300, 50)], ids=["epochs", "share", "default"])
def test_early_dropout_falls_linearly_from_the_rate_to_0_and_stays_there(until: float, last: int) -> None:
    of = factors(RateSchedule("early", until=until))
    np.testing.assert_allclose(of[: last + 1], np.linspace(1, 0, last + 1), atol=1e-12)
    assert (of[last:] == 0).all()


@pytest.mark.parametrize(("until", "first"), [(5, 50), (0.25, 75), (50 / 300, 50)], ids=["epochs", "share", "default"])
def test_late_dropout_is_off_and_then_constant(until: float, first: int) -> None:
    of = factors(RateSchedule("late", until=until))
    assert (of[:first] == 0).all()
    assert (of[first:] == 1).all()


def test_by_default_early_and_late_switch_after_a_sixth_of_the_training() -> None:
    assert RateSchedule("early").until == RateSchedule("late").until == 50 / 300


def test_a_linear_schedule_ends_at_the_rate() -> None:
    np.testing.assert_allclose(factors(RateSchedule("linear")), np.arange(1, 301) / 300)


def test_curriculum_dropout_keeps_by_the_papers_formula() -> None:
    rate, gamma = 0.4, 10 / N_STEPS
    keep = (1 - rate) + rate * np.exp(-gamma * np.arange(N_STEPS))
    np.testing.assert_allclose(1 - rate * factors(RateSchedule("curriculum")), keep, rtol=1e-12)


def test_gamma_sets_how_soon_curriculum_dropout_is_full() -> None:
    assert RateSchedule("curriculum", gamma=2.0).at(150, N_STEPS, STEPS_PER_EPOCH) == pytest.approx(1 - exp(-1))


@pytest.mark.parametrize("kind", ["early", "late", "linear", "curriculum"])
def test_the_share_of_dropped_units_follows_the_schedule(kind: str) -> None:
    schedule = RateSchedule(kind, until=0.5)
    of = settings(condition(0, 0.6, noise={"rate_schedule": schedule}), widths=(8, 50, 3), n_steps=9, seeds=(3,))
    source = noise_source(of)
    for step in range(9):
        dropped = float((source.draw(step, 200).values[1].multipliers == 0).double().mean())
        assert abs(dropped - 0.6 * schedule.at(step, 9, 3)) < 4 * np.sqrt(0.24 / 10_000) + 1e-4


def test_the_scale_of_the_survivors_follows_the_rate_of_the_update() -> None:
    of = settings(condition(0, 0.5, noise={"rate_schedule": RateSchedule("linear")}), widths=(8, 50, 3), n_steps=4)
    drawn = noise_source(of).draw(1, 20).values[1].multipliers
    assert sorted(set(drawn.flatten().tolist())) == [0.0, 1 / (1 - 0.25)]
