"""All figures of a study: which there are, that every text can be read, and that nothing outside changes."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pandas as pd
import pytest
from made_studies import SCENARIOS, MadeStudy, make_study
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from reading import caption, visible_texts

from dropout_lab.drawing import FORMATS, Format, encode, figures, gap_curves

Made = Callable[[str], MadeStudy]
Drawn = Callable[[str, str], Figure]

SMALL: dict[str, Any] = {"seeds": 2, "epochs": 6}

CURVES = {"loss_curves", "gap_curves", "accuracy_curves", "accuracy_gap_curves"}
AGAINST_RATE = {"validation_curve", "accuracy_validation_curve"}
RMSE = {"loss_curves", "gap_curves", "rmse_curves", "rmse_gap_curves", "validation_curve", "rmse_validation_curve"}

QUICK = {
    ("one_rate", "loss_curves"),
    ("diverged", "loss_curves"),
    ("label_noise", "accuracy_curves"),
    ("thirty_rates_and_a_long_name", "gap_curves"),
    ("many_layers", "validation_curve"),
}


def every_figure() -> Iterator[object]:
    for scenario in SCENARIOS:
        has_rates = scenario not in ("one_rate", "baseline_alone")
        for stem in sorted(RMSE if scenario == "regression" else CURVES | AGAINST_RATE if has_rates else CURVES):
            marks = () if (scenario, stem) in QUICK else pytest.mark.slow
            yield pytest.param(scenario, stem, marks=marks, id=f"{scenario}-{stem}")


def boxes(figure: Figure) -> list[tuple[str, Bbox]]:
    figure.draw_without_rendering()
    renderer = figure.canvas.get_renderer()
    return [
        (text.get_text(), Text.get_window_extent(text, renderer))
        for text in visible_texts(figure)
        if text.get_rotation() % 90 == 0  # a turned text does not fill its box
    ]


@pytest.mark.parametrize(("scenario", "stem"), list(every_figure()))
def test_every_text_lies_on_the_page_and_no_two_overlap(scenario: str, stem: str, drawn: Drawn) -> None:
    figure = drawn(scenario, stem)
    found = boxes(figure)
    page = figure.bbox
    clipped = [
        text for text, box in found if box.x0 < page.x0 or box.x1 > page.x1 or box.y0 < page.y0 or box.y1 > page.y1
    ]
    touching = [
        (one, other)
        for (one, a), (other, b) in combinations(found, 2)
        if min(a.x1, b.x1) - max(a.x0, b.x0) > 1 and min(a.y1, b.y1) - max(a.y0, b.y0) > 1.5
    ]
    assert len(found) > 10
    assert clipped == []
    assert touching == []


@pytest.mark.parametrize(("scenario", "stem"), list(every_figure()))
def test_every_figure_names_the_study_its_data_and_its_interval_with_n(
    scenario: str, stem: str, drawn: Drawn, made: Made
) -> None:
    study, words = made(scenario).study, caption(drawn(scenario, stem)).replace(" ", "")
    assert f"{study['name']}:" in words
    assert (
        f"data{study['data']['source']},300trainand359valrows" in words
        or "to800train" in words
        or "to1000train" in words
    )
    assert "n=" in words
    assert "95%tinterval" in words or "thereisnointerval" in words


@pytest.mark.parametrize(
    ("study", "stems"),
    [
        pytest.param(lambda: make_study([0.5], **SMALL), CURVES, id="one_rate_has_no_validation_curve"),
        pytest.param(lambda: make_study([0.2, 0.5], **SMALL), CURVES | AGAINST_RATE, id="a_grid_has"),
        pytest.param(
            lambda: make_study([0.2, 0.5], task="regression", **SMALL),
            RMSE,
            id="regression_speaks_of_rmse",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_the_figures_of_a_study_follow_from_its_task_and_rates(study: Callable[[], MadeStudy], stems: set[str]) -> None:
    assert set(figures(**study().everything)) == stems


@pytest.mark.parametrize("ended", ["diverged", "failed", "interrupted"])
def test_without_a_complete_trial_there_is_nothing_to_draw(ended: str, made: Made) -> None:
    study = made("one_rate")
    trials = study.trials.assign(status=ended)
    assert figures(study.curves, trials, study=study.study, task=study.task) == {}


def test_the_frames_stay_as_they_were() -> None:
    study = make_study([0.5], **SMALL)
    curves, trials = study.curves.copy(), study.trials.copy()
    figures(**study.everything)
    pd.testing.assert_frame_equal(study.curves, curves)
    pd.testing.assert_frame_equal(study.trials, trials)


def test_the_order_of_the_rows_of_curves_does_not_matter() -> None:
    study = make_study([0.5], **SMALL)
    shuffled = study.curves.sample(frac=1, random_state=0)
    again = gap_curves(shuffled, study.trials, study=study.study, task=study.task)
    assert encode(again) == encode(gap_curves(**study.everything))


def test_a_config_that_says_nothing_still_gets_a_title() -> None:
    study = make_study([0.5], **SMALL)
    words = caption(gap_curves(study.curves, study.trials, study={}, task=study.task))
    assert "study: loss gap against epoch" in words
    assert "300 train and 359 val rows" in words


@pytest.mark.parametrize("file_format", ["png", "svg", pytest.param("pdf", marks=pytest.mark.slow)])
def test_the_same_study_gives_the_same_bytes(file_format: Format) -> None:
    one, other = (encode(gap_curves(**make_study([0.5], **SMALL).everything), file_format) for _ in range(2))
    assert one == other


@pytest.mark.parametrize(
    ("file_format", "start"),
    [("png", b"\x89PNG"), ("svg", b"<?xml"), pytest.param("pdf", b"%PDF", marks=pytest.mark.slow)],
    ids=FORMATS,
)
def test_a_figure_is_encoded_in_the_format_asked_for(file_format: str, start: bytes, drawn: Drawn) -> None:
    assert encode(drawn("one_rate", "gap_curves"), file_format).startswith(start)


def test_an_unknown_format_is_refused(drawn: Drawn) -> None:
    with pytest.raises(ValueError, match="png, svg, pdf"):
        encode(drawn("one_rate", "gap_curves"), "gif")  # type: ignore[arg-type]


def test_text_in_svg_stays_text_and_carries_no_date(drawn: Drawn) -> None:
    svg = encode(drawn("one_rate", "gap_curves"), "svg").decode()
    assert "digits: loss gap against epoch</text>" in svg
    assert "<dc:date>" not in svg


def test_drawing_leaves_matplotlibs_settings_alone() -> None:
    def settings() -> dict[str, object]:
        return {name: mpl.rcParams[name] for name in mpl.rcParams if name != "backend"}  # to read it would choose one

    before = settings()
    encode(gap_curves(**make_study([0.5], **SMALL).everything), "svg")
    assert settings() == before


def test_a_users_own_settings_change_no_figure() -> None:
    study = make_study([0.5], **SMALL)
    plain = encode(gap_curves(**study.everything))
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "black", "figure.dpi": 300, "lines.linewidth": 9}):
        assert encode(gap_curves(**study.everything)) == plain


def test_drawing_and_encoding_import_neither_torch_nor_pyplot() -> None:
    code = """
import sys
from made_studies import make_study
from dropout_lab.drawing import encode, gap_curves
encode(gap_curves(**make_study([0.5], seeds=2, epochs=6).everything), "svg")
print({"torch", "matplotlib.pyplot"} & set(sys.modules))
"""
    path = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": path}
    )
    assert ended.stdout == "set()\n"
