"""Where texts go: labels spread without touching, lines broken to fit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dropout_lab.drawing.page import fill_rows, spread, text_width, wrap

places = st.lists(st.floats(0, 100), min_size=1, max_size=10).map(np.array)


@given(places)
def test_spread_labels_never_touch_and_stay_within_the_axes(ends: np.ndarray) -> None:
    placed = spread(ends, gap=8, high=100)
    assert (np.diff(np.sort(placed)) >= 8 - 1e-9).all()
    assert placed.min() >= -1e-9
    assert placed.max() <= 100 + 1e-9


@given(places)
def test_spread_labels_keep_the_order_of_their_lines(ends: np.ndarray) -> None:
    placed = spread(ends, gap=8, high=100)
    order = np.argsort(ends, kind="stable")
    assert (np.diff(placed[order]) > 0).all()


def test_labels_with_room_stay_at_their_lines() -> None:
    np.testing.assert_allclose(spread(np.array([90.0, 10.0, 50.0]), gap=8, high=100), [90, 10, 50])


@given(st.text(alphabet="abc WM_-.", max_size=120), st.floats(60, 400))
def test_a_wrapped_text_fits_its_width_and_loses_no_letter(text: str, width: float) -> None:
    wrapped = wrap(text, width, 8)
    assert text_width(wrapped, 8) <= width
    assert "".join(wrapped.split()) == "".join(text.split())


@pytest.mark.parametrize(("n", "shape"), [(1, (1, 1)), (4, (1, 4)), (5, (2, 3)), (9, (3, 3)), (12, (3, 4))])
def test_panels_fill_rows_as_equal_as_can_be(n: int, shape: tuple[int, int]) -> None:
    cells = fill_rows(n, 4)
    assert len(set(cells)) == n
    assert (1 + max(row for row, _ in cells), 1 + max(column for _, column in cells)) == shape
