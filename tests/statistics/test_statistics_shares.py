"""The Wilson interval of a share: published numbers, and what any interval of a probability must hold to."""

import numpy as np
import pytest

from dropout_lab.statistics.intervals import share_interval


@pytest.mark.parametrize(
    ("share", "n", "expected"),
    [
        (81 / 263, 263, (0.2553, 0.3662)),
        (15 / 148, 148, (0.0624, 0.1605)),
        (0 / 20, 20, (0.0, 0.1611)),
        (1 / 29, 29, (0.0061, 0.1718)),
    ],
    ids=["81 of 263", "15 of 148", "0 of 20", "1 of 29"],
)
def test_the_published_examples_come_out(share: float, n: int, expected: tuple[float, float]) -> None:
    assert share_interval(share, n) == pytest.approx(expected, abs=5e-5)  # Newcombe 1998, table I, method 3


def test_it_holds_the_share_and_shrinks_as_rows_are_added() -> None:
    shares, counts = np.linspace(0, 1, 11), np.array([[0.4], [2.0], [50.0], [5000.0]])
    low, high = share_interval(shares, counts)
    assert (low <= shares).all()
    assert (shares <= high).all()
    assert (np.diff(high - low, axis=0) < 0).all()


@pytest.mark.parametrize(("share", "n", "confidence"), [(1.1, 5, 0.95), (0.5, 0, 0.95), (0.5, 5, 1.0)])
def test_what_is_no_share_has_no_interval(share: float, n: float, confidence: float) -> None:
    with pytest.raises(ValueError, match=r"shares lie in \[0, 1\]"):
        share_interval(share, n, confidence)
