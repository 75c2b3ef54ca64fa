"""Two sides, each at the candidate that the other seeds chose: a paired difference, or the jackknife's."""

import numpy as np
import pytest

from dropout_lab.statistics import chosen_difference, paired_difference

ONE = np.array([[0.30], [0.34], [0.31], [0.36]])
OTHER = np.array([[0.41], [0.43], [0.44], [0.45]])


def test_without_a_choice_it_is_the_paired_difference() -> None:
    found, plain = chosen_difference(ONE, OTHER), paired_difference(ONE[:, 0], OTHER[:, 0])
    assert (found.n_pairs, found.is_jackknifed) == (4, False)
    assert found.difference == pytest.approx(float(plain.difference))
    assert (found.low, found.high, found.p) == pytest.approx((float(plain.low), float(plain.high), float(plain.p)))


def test_a_candidate_that_is_never_chosen_changes_nothing() -> None:
    assert chosen_difference(np.hstack([ONE, ONE + 1]), OTHER) == chosen_difference(ONE, OTHER)


def test_a_choice_that_hangs_on_single_seeds_is_jackknifed() -> None:
    rivals = np.hstack([ONE, ONE + np.array([[0.05], [-0.05], [0.04], [-0.041]])])
    assert chosen_difference(rivals, OTHER).is_jackknifed


def test_no_seed_picks_what_suits_itself_alone() -> None:
    lucky = np.hstack([ONE, np.array([[0.0], [0.9], [0.9], [0.9]])])
    assert chosen_difference(lucky, OTHER).difference == pytest.approx(float((ONE - OTHER).mean()))


def test_two_seeds_leave_none_to_choose_by() -> None:
    assert chosen_difference(ONE[:2], OTHER[:2]).n_pairs == 0
