"""Styles: what can be read on which paper, and the dark counterpart of every colour of a light figure."""

import re
from collections.abc import Callable
from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from made_studies import MadeStudy, make_study
from matplotlib import colormaps
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from dropout_lab.drawing import STYLES, StyleName, dark_counterpart, encode, gap_curves, pictures, style
from dropout_lab.drawing.style import (
    DARK,
    LIGHT,
    color_map,
    colors,
    contrast,
    luminance,
    rate_colors,
    readable,
    sizes,
    with_contrast,
)

Made = Callable[[str], MadeStudy]
Drawn = Callable[[str, str], Figure]

PAPERS = {"light": LIGHT, "dark": DARK}
any_color = st.tuples(*[st.integers(0, 255)] * 3).map(lambda rgb: "#{:02x}{:02x}{:02x}".format(*rgb))


@pytest.mark.parametrize("name", PAPERS)
@pytest.mark.parametrize("n", [1, 2, 3, 9, 30])
def test_every_line_stands_out_from_the_paper_by_three_to_one(n: int, name: StyleName) -> None:
    with style(name):
        lines = [*rate_colors(n), colors().neutral]
    assert min(contrast(color, PAPERS[name].paper) for color in lines) >= 3


@pytest.mark.parametrize("name", PAPERS)
@pytest.mark.parametrize("n", [1, 2, 9, 30])
def test_text_in_a_lines_colour_can_be_read(n: int, name: StyleName) -> None:
    with style(name):
        texts = [readable(color) for color in (*rate_colors(n), colors().neutral, colors().quiet, colors().ink)]
    assert min(contrast(color, PAPERS[name].paper) for color in texts) >= 4.5


@pytest.mark.parametrize("name", PAPERS)
@pytest.mark.parametrize("n", [2, 3, 9])
def test_rates_grow_lighter_so_that_their_order_needs_no_colour_vision(n: int, name: StyleName) -> None:
    with style(name):
        assert (np.diff([luminance(color) for color in rate_colors(n)]) > 0).all()


def test_one_rate_has_a_colour_of_its_own_and_no_rate_has_none() -> None:
    assert color_map(["only"]) == {"only": LIGHT.single}
    assert color_map([]) == {}


@pytest.mark.parametrize("n", [1, 2, 5, 9, 30, 100])
def test_a_rates_colour_has_the_same_rates_dark_colour_as_its_counterpart(n: int) -> None:
    light = rate_colors(n)
    with style("dark"):
        dark = rate_colors(n)
    assert [dark_counterpart(color) for color in light] == dark


@pytest.mark.parametrize("n", [1, 2, 5, 9])
def test_a_label_and_its_line_have_one_counterpart(n: int) -> None:
    for color in (*rate_colors(n), LIGHT.neutral, LIGHT.quiet):
        assert dark_counterpart(readable(color)) == dark_counterpart(color)


def test_the_colours_of_the_theme_have_those_of_the_dark_one_as_counterparts() -> None:
    assert [dark_counterpart(color) for color in astuple(LIGHT)] == list(astuple(DARK))
    assert dark_counterpart(LIGHT.single.upper()) == DARK.single


@given(any_color)
@example("#ffffff")
@example("#000000")
def test_any_other_colour_stands_out_from_the_dark_paper_as_it_did_from_white(color: str) -> None:
    before, after = contrast(color, LIGHT.paper), contrast(dark_counterpart(color), DARK.paper)
    assert after >= 0.97 * min(before, 4.5)
    assert re.fullmatch("#[0-9a-f]{6}", dark_counterpart(color))


@pytest.mark.parametrize("name", ["viridis", "cividis", "gray"])
def test_an_order_of_lightness_is_reversed_as_a_whole(name: str) -> None:
    shades = [to_hex(color) for color in colormaps[name](np.linspace(0, 1, 20))]
    assert (np.diff([luminance(color) for color in shades]) > 0).all()
    assert (np.diff([luminance(dark_counterpart(color)) for color in shades]) < 0).all()


@given(any_color, st.floats(1.2, 12), st.sampled_from([LIGHT.paper, DARK.paper]))
def test_a_colour_can_be_given_any_contrast(color: str, ratio: float, paper: str) -> None:
    assert contrast(with_contrast(color, ratio, paper), paper) == pytest.approx(ratio, rel=0.08)


@pytest.mark.parametrize(
    ("scenario", "name"),
    [
        ("one_rate", "loss_curves"),
        ("diverged", "validation_curve"),
        pytest.param("label_noise", "accuracy_curves", marks=pytest.mark.slow),
        pytest.param("nine_rates", "gap_curves", marks=pytest.mark.slow),
        pytest.param("nine_rates", "loss_curves", marks=pytest.mark.slow),
    ],
)
def test_a_light_figure_with_every_colour_replaced_is_the_dark_figure(scenario: str, name: str, made: Made) -> None:
    (light,) = pictures(made(scenario).results, only={name})
    (dark,) = pictures(made(scenario).results, only={name}, style="dark")
    replaced = re.sub("#[0-9a-f]{6}", lambda found: dark_counterpart(found[0]), encode(light.figure, "svg").decode())
    assert without_ids(replaced) == without_ids(encode(dark.figure, "svg").decode())


def without_ids(svg: str) -> str:
    """The ids of shared shapes are hashes that know the colour."""
    return re.sub(r"\b[mpc][0-9a-f]{10}\b", "id", svg)


@pytest.mark.parametrize("name", STYLES)
def test_every_style_draws_on_its_own_paper(name: StyleName) -> None:
    (picture,) = pictures(make_study([0.5], seeds=2, epochs=6).results, style=name, only={"gap_curves"})
    paper = DARK.paper if "dark" in name else LIGHT.paper
    svg = encode(picture.figure, "svg").decode()
    assert f"fill: {paper}" in svg
    assert (DARK.ink in svg, LIGHT.ink in svg) == ("dark" in name, "dark" not in name)


def test_a_journals_page_is_as_wide_as_its_columns_and_a_slide_is_16_to_9(made: Made, drawn: Drawn) -> None:
    lone, several = drawn("diverged", "gap_curves"), drawn("diverged", "loss_curves")
    assert (lone.get_figwidth(), several.get_figwidth()) == (pytest.approx(3.4), pytest.approx(7.0))
    for picture in pictures(made("diverged").results, style="slide", only={"gap_curves", "loss_curves"}):
        assert picture.figure.get_figwidth() / picture.figure.get_figheight() == pytest.approx(16 / 9)


def test_type_on_a_slide_is_larger_beside_its_page() -> None:
    with style("slide"):
        slide = sizes()
    journal = sizes()
    assert slide.small / slide.wide > 1.04 * journal.small / journal.wide
    assert slide.small / 72 / (slide.height or 0) > 0.025
    assert slide.most_panels < journal.most_panels


def test_a_style_ends_with_its_context_and_is_kept_within() -> None:
    with style("dark"):
        with style():
            assert colors() == DARK
        assert gap_curves(make_study([0.5], seeds=2, epochs=4).view).figure.get_facecolor()[0] < 0.2
    assert colors() == LIGHT


def test_ticks_made_after_the_style_has_ended_still_have_its_colours() -> None:
    with style("dark"):
        axes = gap_curves(make_study([0.5], seeds=2, epochs=4).view).figure.axes[0]
    axes.set_yticks(np.linspace(0, 0.1, 30))
    axes.figure.draw_without_rendering()
    assert {label.get_color() for label in axes.get_yticklabels()} == {DARK.quiet}
