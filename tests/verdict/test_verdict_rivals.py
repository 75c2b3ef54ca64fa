"""Best against best: a grid over settings that either side could choose, and what a badly served baseline cannot do."""

import pytest
from made_results import Net, make_results

from dropout_lab.cli import main
from dropout_lab.config import settings
from dropout_lab.errors import UserError
from dropout_lab.results import Results
from dropout_lab.verdict import verdict

RATES = "training.learning_rate"


def grid(*, seeds: int = 6, path: str = RATES, values: tuple[float, ...] = (0.001, 0.1)) -> Results:
    """At the second value the baseline is served badly and dropout is not; at its best, dropout helps by 0.01."""
    good = {0: Net(0.30, 0.45, spread=0.003), 0.5: Net(0.31, 0.33, spread=0.003)}
    bad = {0: Net(0.50, 0.60, spread=0.003), 0.5: Net(0.29, 0.34, spread=0.003)}
    return make_results(good, bad, swept={path: list(values)}, seeds=seeds)


def test_a_grid_over_learning_rates_is_judged_best_against_best_first() -> None:
    told = verdict(grid())
    questions = list(told.answers)
    assert questions[1:3] == [
        "Does dropout help, each side at its best learning rate?",
        "And group by group, at the same learning rate for both?",
    ]
    best, groups = (told.answers[question] for question in questions[1:3])
    assert "lowers val loss by 0.010" in best
    assert "lowers val loss by 0.010" in told.headline
    assert "lower by 0.26" in groups  # the group that helps most is the one whose baseline is served worst
    assert "learning rate 0.001 for the baseline" in best
    assert "learning rate 0.1 for rate 0.5" in best
    assert any(note.startswith("Tuned: every condition") for note in told.notes)


@pytest.mark.parametrize(
    ("path", "best_over", "leads"),
    [
        (RATES, None, True),
        (RATES, (), False),
        ("training.weight_decay", None, False),
        ("training.weight_decay", ("training.weight_decay",), True),
    ],
)
def test_other_settings_are_studied_for_their_own_sake_unless_one_says_so(
    path: str, best_over: tuple[str, ...] | None, leads: bool
) -> None:
    told = verdict(grid(path=path), best_over=best_over)
    assert any("each side at its best" in question for question in told.answers) == leads


def test_the_config_says_which_settings_nobody_studies_for_their_own_sake() -> None:
    nuisance = {".".join(map(str, path)) for path, setting in settings().items() if setting.is_nuisance}
    assert nuisance == {RATES, "training.schedule", "training.batch_size"}
    for path in nuisance:
        told = verdict(grid(path=path))
        assert told.view.best_over == (path,)


def test_nets_of_other_shapes_are_weaker_pairs() -> None:
    told = verdict(grid(path="model.width", values=(16, 64)), best_over=["model.width"])
    assert "share no initial weights" in told.study
    assert "share no initial weights" not in verdict(grid()).study


def test_two_seeds_are_too_few_to_choose_by() -> None:
    told = verdict(grid(seeds=2))
    assert not any("each side" in question for question in told.answers)
    assert any(note.startswith("Each side at its best learning rate is not compared") for note in told.notes)


def test_a_setting_that_is_not_swept_is_refused_by_name() -> None:
    with pytest.raises(UserError, match=r"--best-over must name swept .* Got training.learning_rates. Did you mean"):
        verdict(grid(), best_over=["training.learning_rates"])
    with pytest.raises(UserError, match=r"Got model\.width\. Swept are training\.learning_rate"):
        verdict(grid(), best_over=["model.width"])


def test_the_command_line_takes_both_options(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    command = ["sweep", "digits", "name=g", "data.source=iris", "data.label_noise=0", "training.epochs=3", "seeds=3"]
    sizes = ["data.train_size=60", "data.val_size=40", "data.test_size=40", "model.hidden=[4]", "--rates", "0.5"]
    assert main([*command, *sizes, "--axis", f"{RATES}=0.01,0.1", "--no-report", "-q"]) == 0
    asked = "each side at its best learning rate"
    for options, is_there in (([], True), (["--fixed"], False), (["--best-over", RATES], True)):
        capsys.readouterr()
        assert main(["summary", "results/g", *options]) == 0
        assert (asked in capsys.readouterr().out) == is_there
    assert main(["summary", "results/g", "--best-over", "model.width"]) == 2
