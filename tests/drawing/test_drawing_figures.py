"""Figures as a reader meets them: that every text can be read, and that nothing outside changes."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pytest
from made_scenarios import EVERY
from made_studies import MadeStudy, make_study
from matplotlib.figure import Figure
from reading import caption, unreadable

from dropout_lab.drawing import FORMATS, Format, Picture, StyleName, encode, gap_curves, pictures

Made = Callable[[str], MadeStudy]
Drawn = Callable[[str, str], Figure]
Painted = Callable[[str, str], Picture]

SMALL: dict[str, Any] = {"seeds": 2, "epochs": 6}

QUICK = [
    ("one_rate", "loss_curves"),
    ("diverged", "loss_curves"),
    ("label_noise", "accuracy_curves"),
    ("thirty_rates_and_a_long_name", "gap_curves"),
    ("many_layers", "validation_curve"),
    ("sampled", "mc_samples"),
    ("three_sampled", "reliability"),
    ("learnt", "learnt_rates"),
    ("tuned", "tuning"),
    ("kinds", "gap_curves"),
]


def unsaid(picture: Picture, study: MadeStudy) -> list[str]:
    """What the texts of a figure do not tell."""
    words = caption(picture.figure).replace(" ", "")
    rows = (f"data{study.study['data']['source']},300trainand359valrows", "to800train", "to1000train")
    told = {
        "the study": f"{study.study['name']}:" in words,
        "its data": any(one in words for one in rows),
        "n": "n=" in words,
        "the interval": "ci95_low" not in picture.data or "95%" in words or "nointerval" in words,
    }
    return [what for what, is_told in told.items() if not is_told]


@pytest.mark.parametrize(("scenario", "name"), QUICK)
def test_every_text_lies_on_the_page_and_no_two_overlap(scenario: str, name: str, drawn: Drawn) -> None:
    assert unreadable(drawn(scenario, name)) == []


@pytest.mark.parametrize(("scenario", "name"), QUICK)
def test_every_figure_names_the_study_its_data_and_its_interval_with_n(
    scenario: str, name: str, painted: Painted, made: Made
) -> None:
    assert unsaid(painted(scenario, name), made(scenario)) == []


@pytest.mark.slow
@pytest.mark.parametrize("style", ["light", "slide"])
@pytest.mark.parametrize("scenario", EVERY)
def test_every_picture_of_every_study_can_be_read(scenario: str, style: StyleName, made: Made) -> None:
    drawn = pictures(made(scenario).results, style=style)
    assert {picture.name: unreadable(picture.figure) for picture in drawn} == {picture.name: [] for picture in drawn}
    assert {picture.name: unsaid(picture, made(scenario)) for picture in drawn} == {
        picture.name: [] for picture in drawn
    }


def test_the_order_of_the_rows_of_curves_does_not_matter() -> None:
    study = make_study([0.5], **SMALL)
    shuffled = study.curves.sample(frac=1, random_state=0)
    again = gap_curves(replace(study, curves=shuffled).view).figure
    assert encode(again) == encode(gap_curves(study.view).figure)


def test_a_config_that_says_nothing_still_gets_a_title() -> None:
    study = make_study([0.5], **SMALL)
    words = caption(gap_curves(replace(study, study={}).view).figure)
    assert "study: loss gap against epoch" in words
    assert "300 train and 359 val rows" in words


@pytest.mark.parametrize("file_format", ["png", "svg", pytest.param("pdf", marks=pytest.mark.slow)])
def test_the_same_study_gives_the_same_bytes(file_format: Format) -> None:
    one, other = (encode(gap_curves(make_study([0.5], **SMALL).view).figure, file_format) for _ in range(2))
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
    encode(gap_curves(make_study([0.5], **SMALL).view).figure, "svg")
    assert settings() == before


def test_a_users_own_settings_change_no_figure() -> None:
    study = make_study([0.5], **SMALL)
    plain = encode(gap_curves(study.view).figure)
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "black", "figure.dpi": 300, "lines.linewidth": 9}):
        assert encode(gap_curves(study.view).figure) == plain


@pytest.mark.slow
def test_drawing_and_encoding_import_neither_torch_nor_pyplot() -> None:
    code = """
import sys
from made_studies import make_study
from dropout_lab.drawing import encode, gap_curves
encode(gap_curves(make_study([0.5], seeds=2, epochs=6).view).figure, "svg")
print({"torch", "matplotlib.pyplot"} & set(sys.modules))
"""
    path = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": path}
    )
    assert ended.stdout == "set()\n"
