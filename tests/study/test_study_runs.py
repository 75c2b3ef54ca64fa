"""A study from start to finish: nothing lost, nothing overwritten, the same bytes twice."""

import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from small_studies import run, small_study, tables_without_times

from dropout_lab.drawing import pictures
from dropout_lab.errors import DataError, FolderError, UserError
from dropout_lab.results import ResultsFolder, read_results
from dropout_lab.study import SilentObserver, bring_up_to_date, folder_status, prepare_run, results_table
from dropout_lab.study import execute as execute_module
from dropout_lab.study.execute import execute_cohorts
from dropout_lab.study.train_part import train_part


def test_a_study_leaves_a_row_per_trial_and_epoch(tmp_path):
    outcome = run(small_study(), tmp_path)
    results = read_results(outcome.folder)
    assert outcome.exit_code == 0
    assert outcome.counts == {"complete": 4}
    assert len(results.curves) == 4 * 3
    assert list(results.trials["condition"]) == ["rate=0", "rate=0", "rate=0.5", "rate=0.5"]
    assert list(results.trials["seed"]) == [0, 1, 0, 1]


def test_the_gap_in_the_curves_is_val_minus_train(tmp_path):
    curves = read_results(run(small_study(), tmp_path).folder).curves
    assert np.array_equal(curves["loss_gap"], curves["val_loss"] - curves["train_loss"])
    assert np.array_equal(curves["accuracy_gap"], curves["train_accuracy"] - curves["val_accuracy"])


def test_the_same_command_twice_gives_the_same_bytes_apart_from_wall_times(tmp_path):
    first, second = (run(small_study(), tmp_path / name).folder for name in "ab")
    assert tables_without_times(first) == tables_without_times(second)


def test_running_again_trains_nothing_and_changes_no_table(tmp_path):
    folder = run(small_study(), tmp_path).folder
    before = {path.name: path.read_bytes() for path in folder.glob("*.csv")}
    again = prepare_run(small_study(), out=tmp_path, threads=1)
    assert again.n_missing == 0
    assert again.execute().exit_code == 0
    assert {path.name: path.read_bytes() for path in folder.glob("*.csv")} == before


def test_a_study_that_grows_keeps_every_number_it_had(tmp_path):
    folder = run(small_study(), tmp_path).folder
    before = read_results(folder).curves
    grown = prepare_run(small_study(seeds=3, dropout__rates=[0.2, 0.5]), out=tmp_path, threads=1)
    assert grown.n_missing == 3 * 3 - 4
    assert grown.execute().exit_code == 0
    after = read_results(folder).curves
    kept = after[after["trial"].isin(before["trial"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(kept, before)
    assert set(after["condition"]) == {"rate=0", "rate=0.2", "rate=0.5"}


def test_growing_gives_what_one_run_would_have_given_up_to_rounding(tmp_path):
    run(small_study(seeds=1), tmp_path / "grown")
    grown = read_results(run(small_study(), tmp_path / "grown").folder)
    whole = read_results(run(small_study(), tmp_path / "whole").folder)
    pd.testing.assert_frame_equal(grown.curves, whole.curves, rtol=1e-4, atol=1e-5)


def test_a_narrower_request_trains_and_deletes_nothing(tmp_path):
    folder = run(small_study(), tmp_path).folder
    narrow = prepare_run(small_study(seeds=1), out=tmp_path, threads=1)
    assert narrow.n_missing == 0
    assert narrow.execute().counts == {"complete": 2}
    assert len(read_results(folder).trials) == 4


def test_another_study_in_the_folder_is_refused_naming_both_values(tmp_path):
    run(small_study(), tmp_path)
    with pytest.raises(FolderError, match=r"training\.epochs must be 3\. Got 4\.[\s\S]*name="):
        prepare_run(small_study(training__epochs=4), out=tmp_path, threads=1)


def test_other_data_under_the_same_name_are_refused(tmp_path):
    table = tmp_path / "rows.csv"
    rows = [f"{i % 7},{i % 3},{'ab'[i % 2]}" for i in range(60)]
    table.write_text("\n".join(["x,y,label", *rows]))
    study = small_study(data={"source": str(table), "target": "label"})
    run(study, tmp_path)
    table.write_text("\n".join(["x,y,label", "9,9,a", *rows[1:]]))
    with pytest.raises(FolderError, match="other contents of"):
        prepare_run(study, out=tmp_path, threads=1)


def test_a_diverged_trial_is_a_result_and_leaves_the_others_alone(tmp_path):
    study = small_study(sweep={"training.learning_rate": [0.01, 1e30]}, training__optimizer="sgd")
    outcome = run(study, tmp_path)
    results = read_results(outcome.folder)
    status = results.trials.set_index("trial")["status"]
    is_wild = results.trials.set_index("trial")["training.learning_rate"] == 1e30
    assert outcome.exit_code == 3
    assert set(status[is_wild]) == {"diverged"}
    assert set(status[~is_wild]) == {"complete"}
    wild = results.curves[results.curves["training.learning_rate"] == 1e30]
    assert wild.groupby("trial").size().eq(1).all()
    assert not np.isfinite(wild["val_loss"]).all()
    assert not results.test["trial"].isin(status[is_wild].index).any()
    assert prepare_run(study, out=tmp_path, threads=1).n_missing == 0


def test_a_cohort_that_does_not_fit_into_memory_is_halved_until_it_does(tmp_path, monkeypatch):
    sizes = []

    def scarce_memory(cohort, *args):
        sizes.append(cohort.n_trials)
        if cohort.n_trials > 2:
            raise MemoryError
        return train_part(cohort, *args)

    monkeypatch.setattr(execute_cohorts, "__defaults__", (scarce_memory,))
    outcome = run(small_study(seeds=3), tmp_path)
    assert sizes == [6, 4, 2, 2, 2]
    assert outcome.counts == {"complete": 6}
    plan = read_results(outcome.folder).manifest["plan"]
    assert [len(cohort["trials"]) for cohort in plan] == [2, 2, 2]


@pytest.mark.parametrize(
    "error",
    [MemoryError(), RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 1 bytes.")],
    ids=lambda error: type(error).__name__,
)
def test_a_single_trial_that_does_not_fit_fails_and_is_tried_again(tmp_path, monkeypatch, error):
    def no_memory(cohort, *args):
        raise error

    monkeypatch.setattr(execute_cohorts, "__defaults__", (no_memory,))
    outcome = run(small_study(seeds=1), tmp_path)
    assert outcome.counts == {"failed": 2}
    assert outcome.exit_code == 1
    monkeypatch.undo()
    assert run(small_study(seeds=1), tmp_path).counts == {"complete": 2}
    assert read_results(outcome.folder).manifest["failures"] == {}


def test_a_failing_cohort_is_named_and_the_next_one_trained(tmp_path, monkeypatch):
    def broken_for_tanh(cohort, *args):
        if "tanh" in cohort.conditions[0].label:
            raise RuntimeError("no such kernel")
        return train_part(cohort, *args)

    monkeypatch.setattr(execute_cohorts, "__defaults__", (broken_for_tanh,))
    outcome = run(small_study(sweep={"model.activation": ["tanh", "relu"]}), tmp_path)
    assert outcome.counts == {"failed": 4, "complete": 4}
    assert outcome.exit_code == 3
    assert set(outcome.failures.values()) == {"RuntimeError: no such kernel"}
    assert folder_status(outcome.folder).counts == {"failed": 4, "complete": 4}


def test_an_interrupted_study_keeps_what_is_finished_and_goes_on_from_there(tmp_path, monkeypatch):
    study = small_study(sweep={"model.activation": ["relu", "tanh"]})

    def stopped_at_tanh(cohort, *args):
        if "tanh" in cohort.conditions[0].label:
            raise KeyboardInterrupt
        return train_part(cohort, *args)

    monkeypatch.setattr(execute_cohorts, "__defaults__", (stopped_at_tanh,))
    outcome = run(study, tmp_path)
    assert outcome.exit_code == 130
    assert outcome.counts == {"complete": 4, "interrupted": 4}
    monkeypatch.undo()
    again = prepare_run(study, out=tmp_path, threads=1)
    assert again.n_missing == 4
    assert again.execute().exit_code == 0
    assert tables_without_times(outcome.folder) == tables_without_times(run(study, tmp_path / "at once").folder)


def test_baseline_and_rates_of_other_learning_rates_share_a_cohort(tmp_path):
    run_ = prepare_run(small_study(sweep={"training.learning_rate": [0.001, 0.01]}), out=tmp_path, threads=1)
    assert [cohort.n_trials for cohort in run_.cohorts] == [8]
    assert not (tmp_path / "small").exists()


def test_other_train_sizes_are_other_cohorts(tmp_path):
    run_ = prepare_run(small_study(sweep={"data.train_size": [30, 60]}), out=tmp_path, threads=1)
    assert [cohort.n_trials for cohort in run_.cohorts] == [4, 4]


def test_splitting_per_seed_gives_every_seed_its_own_rows(tmp_path):
    folder = run(small_study(data__split_seed="per_seed"), tmp_path).folder
    (path,) = folder.glob("rows/*.npz")
    with np.load(path) as rows:
        assert rows["val_rows"].shape[0] == 2
        assert set(rows["val_rows"][0]) != set(rows["val_rows"][1])


def test_the_kept_rows_average_to_the_table(tmp_path):
    folder = run(small_study(), tmp_path).folder
    (path,) = folder.glob("rows/*.npz")
    trials = read_results(folder).trials.set_index("trial")
    with np.load(path) as rows:
        for point in ("last", "best", "stop"):
            expected = trials.loc[rows["trials"], f"{point}_val_loss"]
            assert rows[f"val_{point}_loss"].mean(axis=1) == pytest.approx(expected.to_numpy(), rel=1e-5)


def test_measuring_train_on_some_rows_is_said_and_gives_other_train_losses(tmp_path):
    some = prepare_run(small_study(evaluation__train_rows=20), out=tmp_path / "some", threads=1)
    assert any("20 fixed rows of 60" in note for note in some.notes)
    few, every = (read_results(r.folder).curves for r in (some.execute(), run(small_study(), tmp_path / "all")))
    assert not np.allclose(few["train_loss"], every["train_loss"])
    assert np.array_equal(few["val_loss"], every["val_loss"])


def test_label_noise_adds_accuracy_against_the_true_labels(tmp_path):
    curves = read_results(run(small_study(data__label_noise=0.3), tmp_path).folder).curves
    assert not np.allclose(curves["train_true_accuracy"], curves["train_accuracy"])


def test_regression_reports_rmse_in_the_units_of_the_target(tmp_path):
    study = small_study(data={"source": "diabetes"}, training__epochs=8)
    table = run(study, tmp_path).table
    assert 30 < table["val_rmse"].iloc[0] < 200  # disease progression runs from 25 to 346


def test_regression_with_label_noise_is_refused_before_the_first_step(tmp_path):
    with pytest.raises(DataError, match="label_noise"):
        prepare_run(small_study(data={"source": "diabetes", "label_noise": 0.1}), out=tmp_path, threads=1)


def test_a_batch_larger_than_the_train_rows_is_cut_with_a_note(tmp_path):
    prepared = prepare_run(small_study(training__batch_size=1000), out=tmp_path, threads=1)
    assert "training.batch_size 1000 is cut to the 60 train rows." in prepared.notes
    assert prepared.cohorts[0].settings.batch_size == 60


def test_a_trial_larger_than_the_machine_is_refused_before_the_first_step(tmp_path):
    with pytest.raises(UserError, match="must fit into the memory"):
        prepare_run(small_study(model__hidden=[200_000, 200_000]), out=tmp_path, threads=1)


def test_a_device_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(UserError, match="cuda:99"):
        prepare_run(small_study(device="cuda:99"), out=tmp_path)


def test_an_axis_without_effect_is_refused_naming_both_conditions(tmp_path):
    study = small_study(sweep={"training.optimizer": ["adam", "momentum"], "training.momentum": [0.5, 0.9]})
    with pytest.raises(UserError, match=r"same training twice: .*momentum=0\.5, and .*momentum=0\.9"):
        prepare_run(study, out=tmp_path)


def test_a_study_of_two_tasks_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"one task\. Got classification \(iris\) and regression \(diabetes\)"):
        prepare_run(small_study(data={"source": "iris"}, sweep={"data.source": ["iris", "diabetes"]}), out=tmp_path)


def test_a_plan_made_before_another_run_changed_the_folder_is_refused(tmp_path):
    first, second = (prepare_run(small_study(seeds=seeds), out=tmp_path, threads=1) for seeds in ([0, 1], [5, 6]))
    first.execute()
    with pytest.raises(FolderError, match="Give the command again"):
        second.execute()
    assert list(read_results(first.folder).trials["seed"]) == [0, 1, 0, 1]


def test_a_run_executed_twice_trains_once(tmp_path):
    prepared = prepare_run(small_study(), out=tmp_path, threads=1)
    assert prepared.execute().exit_code == prepare_run(small_study(), out=tmp_path, threads=1).execute().exit_code == 0


def test_a_study_that_sweeps_its_target_can_be_run_again(tmp_path):
    table = tmp_path / "rows.csv"
    table.write_text("\n".join(["x,a,b", *(f"{i % 7},{'uv'[i % 2]},{'wxy'[i % 3]}" for i in range(60))]))
    study = small_study(data={"source": str(table), "target": "a"}, sweep={"data.target": ["a", "b"]})
    run(study, tmp_path)
    assert prepare_run(study, out=tmp_path, threads=1).n_missing == 0


def test_kept_rows_of_a_diverged_trial_are_nan(tmp_path):
    study = small_study(training__learning_rate=1e30, training__optimizer="sgd")
    (path,) = run(study, tmp_path).folder.glob("rows/*.npz")
    with np.load(path) as rows:
        assert np.isnan(rows["val_best_loss"]).all()
        assert (rows["val_best_prediction"] == -1).all()


def test_rows_beyond_the_cap_are_left_out_in_the_order_of_the_plan(tmp_path, monkeypatch):
    study = small_study(sweep={"model.activation": ["relu", "tanh"]})
    one = prepare_run(study, out=tmp_path, threads=1).cohorts[0].rows_bytes
    monkeypatch.setattr("dropout_lab.study.run.ROWS_CAP_MIB", 1.5 * one / 2**20)
    assert [c.keeps_rows for c in prepare_run(study, out=tmp_path, threads=1).cohorts] == [True, False]
    assert len(list(run(study, tmp_path).folder.glob("rows/*.npz"))) == 1


def test_tables_of_a_run_that_was_killed_are_written_on_demand(tmp_path):
    outcome = run(small_study(), tmp_path)
    before = tables_without_times(outcome.folder)
    with (folder := ResultsFolder(outcome.folder)).writing():
        folder.update(status="running")
    del before["references.csv"]  # these take the data: the next run measures them
    for table in outcome.folder.glob("*.csv"):
        table.unlink()
    bring_up_to_date(outcome.folder)
    assert tables_without_times(outcome.folder) == before
    assert folder_status(outcome.folder).state == "interrupted"


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_study_is_running_while_its_run_lives_and_interrupted_when_it_was_killed(tmp_path):
    outcome = run(small_study(), tmp_path)
    program = (
        "import sys; from dropout_lab.results import ResultsFolder\n"
        "with (folder := ResultsFolder(sys.argv[1])).writing():\n"
        "    folder.update(status='running'); print('writing', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", program, str(outcome.folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "writing\n"
        assert folder_status(outcome.folder).state == "running"
        process.kill()
    assert ResultsFolder(outcome.folder).manifest["status"] == "running"  # its last word
    assert folder_status(outcome.folder).state == "interrupted"


def test_steps_end_training_in_the_middle_of_an_epoch(tmp_path):
    study = small_study(training__steps=6, training__epochs=None)
    trials = read_results(run(study, tmp_path).folder).trials
    assert set(trials["steps"]) == {6}
    assert set(trials["epochs"]) == {2}  # of 4 steps each, the second one cut


def test_a_cohort_too_large_for_the_cache_is_cut_into_rectangles(tmp_path, monkeypatch):
    whole = prepare_run(small_study(seeds=6), out=tmp_path, threads=1)
    (cohort,) = whole.cohorts
    per_trial = cohort.memory_mib / cohort.n_trials
    monkeypatch.setattr("dropout_lab.study.cutting._CPU_COHORT_BYTES", int(4.5 * per_trial * 2**20))
    monkeypatch.setattr("dropout_lab.study.cutting._CPU_COHORT_TRIALS", 1)
    cut = prepare_run(small_study(seeds=6), out=tmp_path, threads=1).cohorts
    assert [(len(c.conditions), c.seeds) for c in cut] == [(2, (0, 1)), (2, (2, 3)), (2, (4, 5))]


def test_the_observer_hears_of_every_epoch_and_cohort(tmp_path):
    heard = []

    class Listener(SilentObserver):
        def begin(self, n_cohorts, n_trials, n_trial_epochs):
            heard.append(("begin", n_cohorts, n_trials, n_trial_epochs))

        def epoch_done(self, cohort, epoch, n_epochs, n_trials):
            heard.append(("epoch", cohort, epoch, n_epochs, n_trials))

        def cohort_done(self, cohort, n_cohorts, n_trials, wall_time_s, counts):
            heard.append(("cohort", cohort, n_cohorts, n_trials, counts))

    prepare_run(small_study(), out=tmp_path, threads=1).execute(Listener())
    epochs = [("epoch", 1, epoch, 3, 4) for epoch in (1, 2, 3)]
    assert heard == [("begin", 1, 4, 12), *epochs, ("cohort", 1, 1, 4, {"complete": 4})]


def test_the_table_pairs_by_seed_against_the_baseline(tmp_path):
    folder = run(small_study(seeds=3), tmp_path).folder
    table = results_table(read_results(folder)).set_index("condition")
    trials = read_results(folder).trials.pivot_table(index="seed", columns="condition", values="last_val_loss")
    assert table.loc["rate=0.5", "difference"] == pytest.approx((trials["rate=0.5"] - trials["rate=0"]).mean())
    assert np.isnan(table.loc["rate=0", "difference"])


def test_tf32_without_a_gpu_is_refused(tmp_path):
    if execute_module.torch.cuda.is_available():
        pytest.skip("this machine has a CUDA device")
    with pytest.raises(UserError, match="tf32 needs a CUDA device"):
        prepare_run(small_study(precision="tf32"), out=tmp_path, threads=1)


@pytest.mark.parametrize("table", ["curves", "trials", "test"])
@pytest.mark.parametrize(
    "damage",
    [lambda text: text[: text.rindex("\n", 0, -1) + 1], lambda text: text[:-3] + "x\n"],
    ids=["a line lost", "a cell"],
)
def test_a_part_that_is_not_as_it_was_written_is_refused_by_name(tmp_path, table, damage):
    folder = run(small_study(), tmp_path).folder
    (path,) = folder.glob(f"parts/*/{table}.csv")
    merged = (folder / "curves.csv").read_bytes()
    path.write_text(damage(path.read_text()))
    with pytest.raises(FolderError, match=rf"{table}\.csv: the part must be as it was written.*Delete .*parts"):
        prepare_run(small_study(), out=tmp_path, threads=1).execute()
    assert (folder / "curves.csv").read_bytes() == merged


def test_a_regression_target_too_small_to_square_is_refused(tmp_path):
    table = tmp_path / "tiny.csv"
    table.write_text("\n".join(["x,y", *(f"{i % 7},{i + 0.5}e-200" for i in range(60))]))
    with pytest.raises(DataError, match="standard deviation must be at least"):
        prepare_run(small_study(data={"source": str(table), "target": "y"}), out=tmp_path)


def test_a_command_that_is_not_unicode_is_recorded_all_the_same(tmp_path):
    prepared = prepare_run(small_study(), out=tmp_path, threads=1, command=["dropout-lab", "caf\udce9"])
    assert read_results(prepared.execute().folder).manifest["command"] == ["dropout-lab", "caf\udce9"]


def test_a_complete_trial_without_its_curve_is_damage(tmp_path):
    folder = run(small_study(), tmp_path).folder
    curves = folder / "curves.csv"
    curves.write_text(curves.read_text().splitlines()[0] + "\n")
    with pytest.raises(FolderError, match="every complete trial must have its curve"):
        read_results(folder)


@pytest.mark.slow
def test_a_grid_that_is_mostly_not_trained_yet_is_drawn_from_what_is(tmp_path, monkeypatch):
    widths = list(range(2, 15))
    study = small_study(model__hidden=[4], dropout__rates=[0.2, 0.4], sweep={"model.width": widths})

    def only_one_width(cohort, *args):
        if "model.width=11" not in cohort.conditions[0].label:
            raise RuntimeError("not today")
        return train_part(cohort, *args)

    monkeypatch.setattr(execute_cohorts, "__defaults__", (only_one_width,))
    results = read_results(run(study, tmp_path).folder)
    drawn = pictures(results, only={"loss_curves", "gap_curves"})
    assert [picture.name for picture in drawn] == ["loss_curves", "gap_curves"]


@pytest.mark.parametrize(
    ("key", "value"),
    [("study", {}), ("study", None), ("failures", None), ("earlier_runs", None), ("plan", {})],
    ids=str,
)
def test_a_manifest_with_another_kind_of_value_is_damage(tmp_path, key, value):
    path = run(small_study(), tmp_path).folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {key: value}))
    with pytest.raises(FolderError, match=f"Got another kind of value in {key}"):
        prepare_run(small_study(), out=tmp_path)


def test_a_folder_name_longer_than_the_system_takes_is_refused(tmp_path):
    with pytest.raises(FolderError, match="Name another place with --out"):
        prepare_run(small_study(), out=tmp_path / ("x" * 300))
