"""What needs no net, in the figures: a line where it lies on the axis, its value below where not, and its numbers."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from dropout_lab.drawing.learning_curve import learning_curve
from dropout_lab.drawing.seeds import seeds
from dropout_lab.drawing.training_curves import training_curves
from dropout_lab.drawing.validation_curve import validation_curve
from dropout_lab.findings import StudyView

sys.path.append(str(Path(__file__).parents[1] / "verdict"))
from made_references import with_references  # found through the line above
from made_results import Net, make_results

NETS = {0: Net(0.40, 0.60), 0.2: Net(0.38, 0.5), 0.5: Net(0.35, 0.45)}
TRIVIAL, LINEAR = {"val_loss": 9.0, "val_accuracy": 0.4}, {"val_loss": 0.5, "val_accuracy": 0.7}


def study(**changes: object) -> StudyView:
    return StudyView(with_references(make_results(NETS, **changes), TRIVIAL, LINEAR))


def texts(picture) -> str:
    figure = picture.figure
    return " ".join(text.get_text() for text in [*figure.texts, *(t for axes in figure.axes for t in axes.texts)])


@pytest.mark.parametrize("draw", [training_curves, validation_curve])
def test_a_line_stands_at_the_linear_model_and_what_lies_beyond_is_named(draw) -> None:
    picture = draw(study())
    levels = [line.get_ydata()[0] for line in picture.figure.axes[0].lines if len(set(line.get_ydata())) == 1]
    assert 0.5 in levels
    assert 9.0 not in levels
    said = " ".join(texts(picture).split())
    assert "Dash-dotted: logistic regression, without a net, on the same val rows." in said
    assert "Beyond the axis, without a net: class shares at 9.000." in said
    drawn = picture.data[picture.data["condition"] == "logistic regression"]
    assert set(drawn["metric"]) == {"val_loss"}
    assert set(drawn["mean"]) == {0.5}


def test_sizes_have_a_line_through_their_references() -> None:
    sizes = make_results(NETS, NETS, swept={"data.train_size": [50, 100]})
    rows = sizes.trials["condition"].str.extract(r"=(50|100)$")[0].astype(int)
    sizes = replace(sizes, trials=sizes.trials.assign(n_train=rows))
    sizes = with_references(sizes, TRIVIAL, LINEAR, only="=50")
    sizes = with_references(sizes, TRIVIAL, {**LINEAR, "val_loss": 0.45}, only="=100")
    picture = learning_curve(StudyView(sizes))
    drawn = picture.data[picture.data["condition"] == "logistic regression"]
    assert drawn[["n_train", "mean"]].to_numpy().tolist() == [[50, 0.5], [100, 0.45]]
    assert "logistic regression" in texts(picture)


def test_a_figure_without_such_lines_names_the_values() -> None:
    said = " ".join(texts(seeds(study())).split())
    assert "Without a net, val loss on these rows: class shares 9.000, logistic regression 0.500." in said


def test_a_study_without_references_has_none_of_it() -> None:
    assert "without a net" not in texts(training_curves(StudyView(make_results(NETS)))).lower()
