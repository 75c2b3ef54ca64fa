"""Figures become part of the page, curves arrive whole, and numbers are written with the decimals they deserve."""

import base64
import json
import math
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from written_studies import Net, make_results, results_of, whole

from dropout_lab.drawing import dark_counterpart
from dropout_lab.findings import StudyView
from dropout_lab.phrases.numbers import number, p_value, rounded, rounded_p
from dropout_lab.report.contents import gather
from dropout_lab.report.embedding import pack, script_json
from dropout_lab.report.explorer import explorer_data
from dropout_lab.report.key_numbers import focus_text, key_numbers
from dropout_lab.report.methods import how_it_was_measured
from dropout_lab.report.paper import how_it_was_trained
from dropout_lab.report.svg import Palette, inline_svg, natural_width

SVG = """<?xml version="1.0"?>
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="90pt" height="60pt"
 viewBox="0 0 90.5 60.25"><metadata><x>https://matplotlib.org</x></metadata><defs><style>*{stroke: red}</style></defs>
<g id="figure_1"><g id="axes_1"><path d="M 1.23456 2.00049 L 3 4" clip-path="url(#p1)"
 style="fill: none; stroke: #0072B2"/>
<defs><path id="m1" d="M 0 0" style="stroke: #0072b2"/></defs><use xlink:href="#m1" x="0.123456"/>
<text x="5" style="font-family: 'DejaVu Sans'">1.23456 &lt;b&gt;</text></g></g>
<defs><clipPath id="p1"><rect x="0" y="0"/></clipPath></defs></svg>"""


def inlined(name: str = "one", label: str = "loss 1.23456") -> tuple[str, Palette]:
    palette = Palette()
    return inline_svg(SVG, name=name, label=label, palette=palette), palette


def test_a_figure_has_only_ids_that_are_used_and_all_begin_with_its_name() -> None:
    svg, _ = inlined()
    assert svg.count("id=") == 2
    assert all(part in svg for part in ('id="one-m1"', 'href="#one-m1"', 'id="one-p1"', 'clip-path="url(#one-p1)"'))


def test_a_figure_loses_what_belongs_to_a_file_of_its_own() -> None:
    svg, _ = inlined()
    assert "http" not in svg
    assert "style" not in svg
    assert "<?xml" not in svg
    assert "width=" not in svg


def test_coordinates_are_rounded_and_texts_are_not() -> None:
    svg, _ = inlined()
    assert 'd="M 1.23 2 L 3 4"' in svg
    assert 'x="0.12"' in svg
    assert "1.23456 &lt;b&gt;</text>" in svg
    assert 'aria-label="loss 1.23456"' in svg


def test_a_label_cannot_leave_its_attribute() -> None:
    svg, _ = inlined(label='"><script>')
    assert "<script>" not in svg


def test_colours_follow_the_theme() -> None:
    _, palette = inlined()
    rules = palette.rules()
    assert "stroke: var(--c0072b2)" in rules
    assert "#" not in rules
    assert palette.variables(is_dark=False) == "--c0072b2:#0072b2"
    assert palette.variables(is_dark=True) == f"--c0072b2:{dark_counterpart('#0072b2')}"


def test_equal_styles_of_two_figures_share_a_class() -> None:
    palette = Palette()
    first, second = (inline_svg(SVG, name=name, label="", palette=palette) for name in ("one", "two"))
    assert first.replace("one-", "two-") == second
    assert palette.rules().count("\n") == 2


def test_the_natural_width_is_that_of_the_view_box() -> None:
    assert natural_width(SVG) == 90.5


@given(st.text())
def test_json_in_a_page_ends_no_element_and_reads_back(text: str) -> None:
    written = script_json({"text": text})
    assert not set("<>&\u2028\u2029") & set(written)
    assert json.loads(written) == {"text": text}


def test_packed_arrays_read_back_row_by_row() -> None:
    content = base64.b64decode(pack([[1.5, math.nan], [-2.25, math.inf]]))
    first, missing, third, infinite = struct.unpack("<4f", content)
    assert (first, third, infinite) == (1.5, -2.25, math.inf)
    assert math.isnan(missing)


def unpack(text: str, columns: int) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), dtype="<f4").reshape(-1, columns)


def test_a_figure_lets_the_page_show_through_but_keeps_what_is_drawn_on_it() -> None:
    background = '<g id="patch_1"><path d="M 0 0 L 9 9" style="fill: #ffffff"/></g>'
    covered = SVG.replace('<g id="axes_1">', f'{background}<g id="axes_1">{background}{background}')
    svg = inline_svg(covered, name="one", label="loss", palette=Palette())
    assert svg.count("M 0 0 L 9 9") == 1


def test_the_explorer_holds_the_means_of_the_complete_trials_at_every_epoch() -> None:
    results = results_of("a diverged condition")
    data = explorer_data(StudyView(results), Palette())
    assert data is not None
    assert [(line["label"], line["n"]) for line in data["lines"]] == [("baseline", 8), ("rate 0.2", 7)]
    line = data["lines"][1]
    loss = data["views"][0]
    complete = results.trials.loc[results.trials["status"] == "complete", "trial"]
    curves = results.curves[results.curves["trial"].isin(complete) & (results.curves["condition"] == "rate=0.2")]
    expected = curves.groupby("epoch")[["train_loss", "val_loss"]].mean()
    means = unpack(line["mean"], data["columns"])[:, loss["columns"]]
    assert loss["parts"] == ("train", "val")
    assert line["epochs"] == expected.index.tolist()
    np.testing.assert_allclose(means, expected.to_numpy(), rtol=1e-6)
    assert line["isChosen"]
    assert line["best"] == expected["val_loss"].idxmin()


def test_a_long_training_is_thinned_out_but_keeps_first_best_and_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dropout_lab.report.explorer._MOST_NUMBERS", 80)
    monkeypatch.setattr("dropout_lab.report.explorer._FEWEST_EPOCHS", 3)
    data = explorer_data(StudyView(results_of("helps")), Palette())
    assert data is not None
    assert data["step"] == 6
    for line in data["lines"]:
        assert line["epochs"] == [1, 2, 8, 10, 14, 20]
        assert line["best"] in line["epochs"]
        assert len(unpack(line["mean"], data["columns"])) == len(line["epochs"])


def test_a_single_seed_has_curves_without_intervals() -> None:
    data = explorer_data(StudyView(results_of("one seed")), Palette())
    assert data is not None
    assert np.isnan(unpack(data["lines"][0]["half"], data["columns"])).all()


def test_the_key_numbers_tell_the_gap_the_differences_and_the_trials() -> None:
    contents = gather(results_of("helps"))
    labels = [one.label for one in key_numbers(contents)]
    assert labels == [
        "Loss gap, without → with dropout",
        "Val loss, minus baseline",
        "Val accuracy, minus baseline",
        "Test loss, minus baseline",
        "Complete trials",
    ]
    gap = key_numbers(contents)[0]
    assert gap.value == "0.410 → 0.230"
    assert gap.details[0] == "last epoch, n = 8"
    assert [line.partition(":")[0] for line in gap.details[1:]] == ["change, split", "change, population"]
    assert focus_text(contents) == "Rate 0.5 against its baseline."


def test_a_difference_in_accuracy_is_in_percentage_points() -> None:
    contents = gather(results_of("helps"))
    accuracy = {one.label: one for one in key_numbers(contents)}["Val accuracy, minus baseline"]
    effect = contents.study.effect("rate=0.5", "val_accuracy", "last")
    assert effect is not None
    assert accuracy.details[0] == "percentage points, last epoch, n = 8"
    points = float(accuracy.value.replace("−", "-"))
    assert points == pytest.approx(100 * effect.estimate.value, abs=0.05)


def test_the_key_numbers_of_several_groups_say_of_which_they_speak() -> None:
    said = focus_text(gather(results_of("three hundred conditions")))
    assert said.startswith("Of 60 groups: the one with train size ")


def test_the_key_numbers_of_a_study_without_dropout_are_those_of_the_baseline() -> None:
    contents = gather(results_of("the baseline alone"))
    assert [one.label for one in key_numbers(contents)] == ["Loss gap", "Complete trials"]
    assert focus_text(contents) == "Of the baseline: no condition with dropout has a complete trial."


@given(st.floats(-1e6, 1e6), st.integers(0, 6))
def test_a_rounded_number_reads_as_the_number_and_keeps_its_side_of_zero(value: float, decimals: int) -> None:
    once = rounded(value, decimals)
    assert number(once, decimals) == number(value, decimals)
    assert (once > 0, once < 0) == (value > 0, value < 0)


@given(st.floats(0, 1))
def test_a_rounded_p_value_reads_as_the_p_value(p: float) -> None:
    assert p_value(rounded_p(p)) == p_value(p)


@pytest.mark.parametrize(("level", "is_noise"), [(0.0, False), (0.2, True)])
def test_a_swept_label_noise_of_0_is_no_label_noise(level: float, is_noise: bool) -> None:
    made = make_results({0: Net(0.3, 0.4), 0.5: Net(0.3, 0.4)}, swept={"data.label_noise": [level]}, seeds=2)
    study = gather(whole(made)).study
    assert ("wrong on purpose" in " ".join(one.text for one in how_it_was_measured(study))) is is_noise
    paper = " ".join(how_it_was_trained(study))
    assert ("training labels was replaced" in paper) is is_noise
    assert "Further settings" not in paper
