"""One choice: what val chose is marked alike in every figure, and a thinned figure keeps what the verdict speaks of."""

import sys
from pathlib import Path

import pytest

from dropout_lab.drawing import FIGURES
from dropout_lab.drawing.picture import Picture
from dropout_lab.findings import StudyView
from dropout_lab.verdict import verdict

sys.path.append(str(Path(__file__).parents[1] / "verdict"))
from made_results import Net, make_results  # found through the line above

RATES = [round(0.02 * k, 2) for k in range(1, 41)]
CHOSEN = 0.58
WIDTHS = list(range(10, 40))
HELPED = 27


@pytest.fixture(scope="module")
def many_rates() -> StudyView:
    """Forty rates, of which the best at its best epochs is not the best at the last one."""
    nets = {rate: Net(0.35, 0.45 + abs(rate - 0.3) / 10) for rate in RATES} | {CHOSEN: Net(0.25, 0.50)}
    return StudyView(make_results({0: Net(0.40, 0.60)} | nets, seeds=4))


@pytest.fixture(scope="module")
def many_groups() -> StudyView:
    """Thirty widths, at one of which dropout helps more than at all others."""
    plain, helped = {0: Net(0.40, 0.60), 0.5: Net(0.36, 0.55)}, {0: Net(0.40, 0.60), 0.5: Net(0.30, 0.33)}
    groups = [helped if width == HELPED else plain for width in WIDTHS]
    return StudyView(make_results(*groups, seeds=4, swept={"model.width": WIDTHS}))


def drawn(name: str, study: StudyView, **options: str) -> Picture:
    return FIGURES[name].draw(study, metric="loss", **options)


@pytest.mark.parametrize("name", ["curves", "gap_curves", "seeds"])
def test_of_many_rates_the_chosen_one_is_always_shown(name: str, many_rates: StudyView) -> None:
    assert f"rate {CHOSEN:g}" in verdict(many_rates.results).headline
    options = {"point": "last"} if name == "seeds" else {}
    shown = set(drawn(name, many_rates, **options).data["condition"])
    assert {f"rate={CHOSEN}", "rate=0"} <= shown
    assert len(shown) < len(RATES)


@pytest.mark.parametrize("name", ["curves", "gap_curves", "seeds"])
def test_of_many_groups_the_one_that_the_verdict_names_is_always_shown(name: str, many_groups: StudyView) -> None:
    assert f"width {HELPED}" in verdict(many_groups.results).study
    options = {"point": "last"} if name == "seeds" else {}
    shown = set(drawn(name, many_groups, **options).data["condition"])
    assert {f"rate=0.5 model.width={HELPED}", f"rate=0 model.width={HELPED}"} <= shown
    assert len(shown) < 2 * len(WIDTHS)


def test_of_many_differences_the_chosen_one_is_shown_and_marked() -> None:
    nets = {rate / 1000: Net(0.35, 0.45) for rate in range(1, 100)} | {0.0501: Net(0.25, 0.50)}
    picture = drawn("differences", StudyView(make_results({0: Net(0.40, 0.60)} | nets, seeds=3)), point="last")
    assert len(set(picture.data["condition"])) <= 40
    assert set(picture.data.loc[picture.data["mark"] == "chosen", "condition"]) == {"rate=0.0501"}
    (axes, *_) = picture.figure.axes
    assert [one.get_text() for one in axes.get_yticklabels() if "★" in one.get_text()] == ["rate 0.0501 ★"]


@pytest.mark.parametrize("point", ["last", "best"])
def test_figures_of_every_point_mark_the_same_rate(point: str, many_rates: StudyView) -> None:
    lowest_at_last = many_rates.choices["rate=0"].lowest_at_last
    assert lowest_at_last != f"rate={CHOSEN}"
    data = drawn("validation_curve", many_rates, point=point).data
    assert set(data.loc[data["mark"] == "chosen", "condition"]) == {f"rate={CHOSEN}"}
