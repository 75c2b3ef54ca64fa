"""`run`: the same studies, checks and errors as the command line, from Python."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tiny_study import TINY

import dropout_lab as dl
from dropout_lab.cli import main
from dropout_lab.notebook.request import read_request


def conditions(study: dl.StudyResults) -> list[str]:
    return list(study.table["condition"])


def test_a_run_returns_the_study_that_it_trained(here: Path) -> None:
    study = dl.run("tiny.yaml", {"name": "new"}, seeds=[0, 4], threads=1, progress=False)

    assert (study.name, study.path) == ("new", Path("results/new"))
    assert sorted(study.trials["seed"].unique()) == [0, 4]
    assert conditions(study) == ["rate=0", "rate=0.5"]
    assert (study.trials["status"] == "complete").all()


def test_python_and_the_command_line_write_the_same_numbers(here: Path) -> None:
    assert main(["run", "tiny.yaml", "--out", "typed", "-q", "--no-report"]) == 0

    typed, called = Path("typed/tiny"), Path("results/tiny")
    assert (typed / "curves.csv").read_bytes() == (called / "curves.csv").read_bytes()
    assert (typed / "summary.csv").read_bytes() == (called / "summary.csv").read_bytes()


def test_the_config_of_a_study_trains_that_study_again(study: dl.StudyResults, tmp_path: Path) -> None:
    again = dl.run(study.config, out=tmp_path, threads=1, progress=False)

    pd.testing.assert_frame_equal(again.curves, study.curves)


def test_a_finished_study_is_not_trained_again(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = Path("results/tiny/curves.csv").read_bytes()

    dl.run(TINY, threads=1)

    assert capsys.readouterr() == ("", "tiny: 2 conditions x 2 seeds, all finished before: nothing to train\n")
    assert Path("results/tiny/curves.csv").read_bytes() == before


def test_notes_and_progress_go_to_stderr_and_can_be_silenced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    large_batch = {"training.batch_size": 5000}
    dl.run(TINY, large_batch, out=tmp_path / "loud", threads=1)
    out, err = capsys.readouterr()
    assert out == ""
    assert "note: training.batch_size 5000 is cut to the 60 train rows." in err
    assert "tiny: 2 conditions x 2 seeds, 4 trials to train in 1 cohort on cpu" in err
    assert "cohort 1/1: 4 trials in" in err

    dl.run(TINY, large_batch, out=tmp_path / "silent", threads=1, progress=False)
    assert capsys.readouterr() == ("", "")


def test_axes_make_a_grid_as_sweep_does(tmp_path: Path) -> None:
    axes = {"dropout.rates": np.array([0.2, 0.5]), "model.width": (4, 8)}
    study = dl.run(TINY, axes=axes, out=tmp_path, threads=1, progress=False)

    assert len(study.table) == 6
    assert sorted(study.trials["model.width"].unique()) == [4, 8]


def test_a_study_is_tuned_by_an_argument_and_says_so_in_its_command(tmp_path: Path) -> None:
    tune = {"training.learning_rate": (0.001, np.float64(0.01))}
    study = dl.run(TINY, seeds=3, tune=tune, out=tmp_path, threads=1, progress=False)

    assert study.config["tune"] == {"training.learning_rate": [0.001, 0.01]}
    assert len(study.tuned)
    assert "tune={'training.learning_rate': (0.001, 0.01)}" in study.manifest["command"][2]


SPELLINGS: dict[str, tuple[Any, dict[str, Any]]] = {
    "a mapping": ({"training.epochs": 7, "dropout.rates": [0.2]}, {"seeds": 3}),
    "words": (["training.epochs=7", "dropout.rates=[0.2]", "seeds=3"], {}),
    "a word": ("training.epochs=7", {"axes": {"dropout.rates": [0.2], "seeds": 3}}),
    "text of axes": ("training.epochs=7", {"axes": {"dropout.rates": "0.2", "seeds": "3"}}),
    "numbers of NumPy": ({"training.epochs": np.int64(7), "dropout.rates": np.array([0.2])}, {"seeds": np.arange(3)}),
    "a range": ({"training.epochs": 7, "dropout.rates": (0.2,)}, {"seeds": range(3)}),
}


@pytest.mark.parametrize(("overrides", "named"), SPELLINGS.values(), ids=SPELLINGS)
def test_settings_may_be_spelled_in_many_ways(overrides: Any, named: dict[str, Any]) -> None:
    given = {"axes": None, "seeds": None, "device": "cpu"} | named
    study = read_request(TINY, overrides, **given)

    assert (study.training.epochs, study.dropout.rates, study.seeds, study.device) == (7, (0.2,), (0, 1, 2), "cpu")


def test_a_path_is_taken_as_a_data_source(tmp_path: Path) -> None:
    study = read_request(
        {"data": {"source": tmp_path / "a.csv", "target": "y"}}, (), axes=None, seeds=None, device=None
    )

    assert study.data.source == str(tmp_path / "a.csv")


def test_a_mapping_without_a_name_is_called_study(tmp_path: Path) -> None:
    unnamed = {key: value for key, value in TINY.items() if key != "name"}

    assert dl.run(unnamed, out=tmp_path, threads=1, progress=False).path == tmp_path / "study"


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown config": (
        {"config": "tyny"},
        "arguments: CONFIG must be a file or the name of a shipped config. Got tyny",
    ),
    "an unknown setting": (
        {"overrides": {"trainin.epochs": 3}},
        "1 problem in the arguments:\n  arguments: trainin.epochs is no setting. Did you mean training.epochs?",
    ),
    "an unknown axis": (
        {"axes": {"model.witdh": [4]}},
        "arguments: sweep.model.witdh names no setting. Did you mean model.width?",
    ),
    "a setting out of range": ({"overrides": ["training.epochs=0"]}, "arguments: training.epochs must be"),
    "a word that is no setting": ({"overrides": ["epochs"]}, "must read section.key=value"),
    "a bad mapping": (
        {"config": {"data": {"source": "iris"}, "epochs": 3}},
        "1 problem in config:\n  config: epochs is no setting. Did you mean training.epochs?",
    ),
    "a mapping without data": ({"config": {"name": "x"}}, "config: data.source must be given. Got nothing."),
    "no seeds": ({"seeds": 0}, "arguments: seeds must be"),
    "seeds twice": ({"seeds": 2, "axes": {"seeds": 3}}, "arguments: seeds must be given once, not twice."),
    "seeds twice in another place": ({"seeds": 2, "overrides": "seeds=3"}, "arguments: seeds must be given once"),
    "tuning without the own value": (
        {"seeds": 3, "tune": {"training.learning_rate": [0.5, 0.7]}},
        "arguments: tune.training.learning_rate must hold the config's own value",
    ),
    "tuning twice": (
        {"seeds": 3, "tune": {"model.width": [4]}, "overrides": {"tune.model.width": [4, 8]}},
        "arguments: tune.model.width must be given once, not twice",
    ),
    "a device twice": ({"device": "cpu", "overrides": {"device": "cpu"}}, "device must be given once, not twice"),
    "no threads": ({"threads": 0}, "arguments: threads must be a whole number of at least 1. Got 0."),
    "threads that are no number": ({"threads": "2"}, "Got '2'"),
    "an unknown device": ({"device": "gpu"}, "device must be"),
    "more rows than there are": ({"overrides": {"name": "new", "data.train_size": 900}}, "data.train_size"),
    "another study's folder": ({"overrides": {"training.epochs": 7}}, "training.epochs must be 3. Got 7."),
    "too many trials": (
        {"seeds": 5001},
        "arguments: more than 10,000 trials must be ",
    ),
}


@pytest.mark.parametrize(("changes", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_trained_is_refused_before_the_first_step(
    here: Path, changes: dict[str, Any], message: str
) -> None:
    before = sorted(here.rglob("*"))

    with pytest.raises(dl.UserError) as caught:
        dl.run(**{"config": TINY, "progress": False} | changes)

    assert message in str(caught.value)
    assert "command line" not in str(caught.value)
    assert sorted(here.rglob("*")) == before


def test_many_trials_are_trained_once_confirmed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dropout_lab.study.conditions.MANY_TRIALS", 3)

    with pytest.raises(dl.UserError, match="Add yes=True"):
        dl.run(TINY, out=tmp_path, progress=False)
    assert len(dl.run(TINY, out=tmp_path, threads=1, progress=False, yes=True).trials) == 4


def test_a_run_that_is_stopped_raises_and_keeps_what_is_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dropout_lab.study.train_part import train_part

    calls = []

    def train_once(*arguments: Any) -> object:
        calls.append(arguments)
        if len(calls) > 1:
            raise KeyboardInterrupt
        return train_part(*arguments)

    grid: dict[str, Any] = {"axes": {"training.epochs": [1, 2]}, "out": tmp_path, "threads": 1, "progress": False}
    with monkeypatch.context() as patch:
        patch.setattr("dropout_lab.study.execute.execute_cohorts.__defaults__", (train_once,))
        with pytest.raises(KeyboardInterrupt, match=r"4 of 8 trials are finished and kept in .*tiny; the same call"):
            dl.run(TINY, **grid)

    assert dict(dl.load(tmp_path / "tiny").trials["status"].value_counts()) == {"complete": 4, "interrupted": 4}
    assert (dl.run(TINY, **grid).trials["status"] == "complete").all()


def failing(*_: object) -> None:
    raise RuntimeError("the device fell over")


def test_a_run_without_a_trial_that_works_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dropout_lab.study.execute.execute_cohorts.__defaults__", (failing,))

    with pytest.raises(dl.RunError, match="4 trials failed: RuntimeError: the device fell over"):
        dl.run(TINY, out=tmp_path, threads=1, progress=False)


def test_some_trials_that_failed_are_warned_of_even_when_silent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dl.run(TINY, out=tmp_path, threads=1, progress=False)
    monkeypatch.setattr("dropout_lab.study.execute.execute_cohorts.__defaults__", (failing,))

    with pytest.warns(RuntimeWarning, match="2 trials failed: RuntimeError: the device fell over") as caught:
        study = dl.run(TINY, seeds=3, out=tmp_path, threads=1, progress=False)

    assert caught[0].filename == __file__
    assert dict(study.trials["status"].value_counts()) == {"complete": 4, "failed": 2}


def test_trials_that_diverge_are_results(tmp_path: Path) -> None:
    study = dl.run(TINY, {"training.learning_rate": 1e30}, out=tmp_path, threads=1, progress=False)

    assert (study.trials["status"] == "diverged").all()
    assert "4 diverged" in repr(study)


def test_the_recorded_command_makes_the_same_call(here: Path) -> None:
    command = json.loads(Path("results/tiny/manifest.json").read_text())["command"]
    assert command[:2] == ["python", "-c"]
    before = Path("results/tiny/curves.csv").read_bytes()

    (Path("results") / "tiny").rename("elsewhere")
    exec(command[2], {})

    assert Path("results/tiny/curves.csv").read_bytes() == before


def test_a_worker_that_imports_the_script_is_told_of_the_guard(monkeypatch: pytest.MonkeyPatch) -> None:
    from multiprocessing import current_process

    monkeypatch.setattr(current_process(), "_inheriting", True, raising=False)

    with pytest.raises(dl.UserError, match='if __name__ == "__main__": above the call'):
        dl.run(TINY)
