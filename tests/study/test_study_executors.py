"""Cohorts train in this process or in workers beside it: the same bytes, and nothing lost when a worker dies."""

import gc
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections import Counter, deque
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from small_studies import run, small_study, tables_without_times
from thinned import thinned

from dropout_lab.errors import FolderBusyError
from dropout_lab.kernels import loading
from dropout_lab.results import ResultsFolder, parts, read_results, tables
from dropout_lab.results.manifest import read_manifest
from dropout_lab.study import SilentObserver, prepare_run
from dropout_lab.study.execute import execute_cohorts
from dropout_lab.study.executors import EXECUTORS, Job
from dropout_lab.study.machine import Machine
from dropout_lab.study.pool import WorkerPool
from dropout_lab.study.train_part import Part, train_part
from dropout_lab.training import kernels_of


def is_unlucky(cohort):
    return cohort.settings.architecture.activation == "tanh"


def unlucky_train(cohort, *args):
    if is_unlucky(cohort):
        raise ValueError(f"no luck with {cohort.id}")
    return train_part(cohort, *args)


def pool_of_two(data, train=train_part, *, n_threads=2, start_method="fork"):
    return WorkerPool(data, train, ["cpu", "cpu"], n_threads=n_threads, start_method=start_method)


class ExecutorContract:
    """What every executor must do, whatever it runs on."""

    @pytest.fixture
    def runner(self, prepared):
        raise NotImplementedError

    @pytest.fixture
    def prepared(self, tmp_path):
        study = small_study(sweep={"model.activation": ["relu", "tanh", "gelu"]})
        return prepare_run(study, out=tmp_path, threads=1)

    def test_every_cohort_ends_once_with_its_part(self, prepared, runner):
        found = list(runner(prepared, train_part).run(deque(prepared.cohorts), lambda cohort, epoch: None))
        assert sorted(e.cohort.id for e in found) == sorted(c.id for c in prepared.cohorts)
        assert all(e.error is None and len(e.part.trials) == e.cohort.n_trials for e in found)

    def test_every_epoch_is_told(self, prepared, runner):
        epochs = []
        running = runner(prepared, train_part)
        list(running.run(deque(prepared.cohorts), lambda cohort, epoch: epochs.append((cohort.id, epoch))))
        assert sorted(epochs) == sorted((c.id, e) for c in prepared.cohorts for e in (1, 2, 3))

    def test_an_error_is_handed_over_and_the_others_train(self, prepared, runner):
        found = list(runner(prepared, unlucky_train).run(deque(prepared.cohorts), lambda cohort, epoch: None))
        failed = {e.cohort.id: str(e.error) for e in found if e.error is not None}
        unlucky = [c for c in prepared.cohorts if is_unlucky(c)]
        assert failed == {c.id: f"no luck with {c.id}" for c in unlucky}
        assert len(unlucky) == 1
        assert sum(e.part is not None for e in found) == len(prepared.cohorts) - 1

    def test_cohorts_put_into_the_queue_on_the_way_are_trained_too(self, prepared, runner):
        waiting = deque(prepared.cohorts[:1])
        seen = []
        for ended in runner(prepared, train_part).run(waiting, lambda cohort, epoch: None):
            seen.append(ended.cohort.id)
            if len(seen) == 1:
                waiting.extend(prepared.cohorts[1:])
        assert sorted(seen) == sorted(c.id for c in prepared.cohorts)

    def test_who_stops_listening_ends_it(self, prepared, runner):
        waiting = deque(prepared.cohorts)
        with closing(runner(prepared, train_part).run(waiting, lambda cohort, epoch: None)) as results:
            next(results)
        assert not multiprocessing.active_children()


@pytest.mark.parametrize("name", EXECUTORS)
class TestRegistered(ExecutorContract):
    @pytest.fixture
    def runner(self, name):
        machine = Machine(("cpu",), 2, 2**34)
        return lambda prepared, train: EXECUTORS[name].runner(
            Job(prepared.cohorts, prepared.data, machine, train, at_once=2)
        )

    def test_a_study_has_the_same_bytes_after_an_interruption_too(self, tmp_path, name):
        study = small_study(sweep={"model.activation": ["relu", "tanh"]})
        undisturbed = run(study, tmp_path / "undisturbed", executor="process")

        class Impatient(SilentObserver):
            def cohort_done(self, *args):
                raise KeyboardInterrupt

        prepared = prepare_run(study, out=tmp_path / "disturbed", threads=1, executor=name)
        assert prepared.execute(Impatient()).interrupted
        resumed = run(study, tmp_path / "disturbed", executor=name)
        assert not resumed.interrupted
        assert tables_without_times(resumed.folder) == tables_without_times(undisturbed.folder)


@pytest.mark.slow
class TestSpawnedPool(ExecutorContract):
    @pytest.fixture
    def runner(self):
        return lambda prepared, train: pool_of_two(prepared.data, train, start_method="spawn")


def test_a_pool_gives_the_same_bytes_as_one_process_for_the_same_plan(tmp_path):
    pooled = run(small_study(), tmp_path / "pool", threads=2)
    alone = run(small_study(), tmp_path / "alone", threads=2, executor="process")
    assert len(read_results(pooled.folder).manifest["plan"]) == 2
    assert tables_without_times(pooled.folder) == tables_without_times(alone.folder)


def test_a_cohort_whose_worker_was_killed_is_halved_and_trained_again(tmp_path, monkeypatch):
    def killed_above_two_trials(cohort, *args):
        if cohort.n_trials > 2:
            os.kill(os.getpid(), signal.SIGKILL)  # as the system does when memory runs out
        return train_part(cohort, *args)

    monkeypatch.setattr(execute_cohorts, "__defaults__", (killed_above_two_trials,))
    outcome = run(small_study(seeds=3), tmp_path, threads=2)
    assert outcome.counts == {"complete": 6}
    assert {len(cohort["trials"]) for cohort in read_results(outcome.folder).manifest["plan"]} == {1, 2}


@pytest.mark.parametrize("seeds", [1, 2])
def test_a_cohort_whose_workers_crash_fails_by_name_and_is_not_halved(tmp_path, monkeypatch, seeds):
    def crashes(cohort, *args):
        os._exit(9)

    monkeypatch.setattr(execute_cohorts, "__defaults__", (crashes,))
    outcome = run(small_study(seeds=seeds), tmp_path, threads=2)
    assert outcome.counts == {"failed": 2 * seeds}
    assert all("exit code 9" in text for text in outcome.failures.values())
    assert {len(cohort["trials"]) for cohort in read_results(outcome.folder).manifest["plan"]} == {seeds}


def test_a_cohort_whose_worker_died_once_is_trained_again_whole(tmp_path, monkeypatch):
    undisturbed = run(small_study(), tmp_path / "undisturbed", threads=2)

    def dies_once(cohort, *args):
        try:
            (tmp_path / cohort.id).touch(exist_ok=False)
        except FileExistsError:
            return train_part(cohort, *args)
        return os.kill(os.getpid(), signal.SIGKILL)

    monkeypatch.setattr(execute_cohorts, "__defaults__", (dies_once,))
    outcome = run(small_study(), tmp_path / "disturbed", threads=2)
    assert tables_without_times(outcome.folder) == tables_without_times(undisturbed.folder)


def test_an_idle_worker_that_died_is_replaced(tmp_path):
    prepared = prepare_run(small_study(sweep={"model.activation": ["relu", "tanh"]}), out=tmp_path)
    pool = pool_of_two(prepared.data)
    for worker in pool._idle:
        worker.process.kill()
        worker.process.join()
    ended = list(pool.run(deque(prepared.cohorts), lambda cohort, epoch: None))
    assert sorted(e.cohort.id for e in ended if e.part is not None) == sorted(c.id for c in prepared.cohorts)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_run_killed_outright_leaves_no_worker_and_the_folder_free(tmp_path):
    script = (
        "import sys, time; from dropout_lab.study import SilentObserver; from small_studies import *;"
        "prepared = prepare_run(small_study(training__epochs=100_000), out=sys.argv[1], threads=2);"
        "observer = SilentObserver(); observer.epoch_done = lambda *_: print('training', flush=True);"
        "prepared.execute(observer)"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parent, text=True) as process:
        process.stdout.readline()
        process.kill()
    study = small_study(training__epochs=100_000)
    deadline = time.monotonic() + 20
    while True:  # the workers notice at once, but not before the kill returns
        try:
            with ResultsFolder(tmp_path / study.name).writing():
                break
        except FolderBusyError:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_an_interrupted_pool_keeps_the_finished_cohorts_and_leaves_no_worker(tmp_path, monkeypatch):
    study = small_study(sweep={"model.activation": ["relu", "tanh"]})

    class ImpatientObserver(SilentObserver):
        def cohort_done(self, *args):
            raise KeyboardInterrupt

    started = []
    original = WorkerPool._start
    monkeypatch.setattr(WorkerPool, "_start", lambda *args: started.append(original(*args)) or started[-1])
    outcome = prepare_run(study, out=tmp_path, threads=2).execute(ImpatientObserver())
    assert outcome.exit_code == 130
    assert outcome.counts == {"complete": 4, "interrupted": 4}
    assert len(started) == 2
    assert not any(worker.process.is_alive() for worker in started)
    assert run(study, tmp_path, threads=2).exit_code == 0


@pytest.mark.parametrize(
    ("n_threads", "at_once"), thinned([(1, 1), (2, 1), (3, 1), (4, 2), (8, 2)], kept=[(3, 1), (4, 2)])
)
def test_cohorts_wait_while_those_that_train_have_all_the_cores(tmp_path, n_threads, at_once):
    study = small_study(sweep={"model.activation": ["relu", "tanh", "gelu"]})
    prepared = prepare_run(study, out=tmp_path, threads=1)
    pool, busy = pool_of_two(prepared.data, n_threads=n_threads), []
    waiting = deque(replace(cohort, threads=2) for cohort in prepared.cohorts)
    ended = list(pool.run(waiting, lambda cohort, epoch: busy.append(len(pool._busy))))
    assert len(ended) == 3
    assert max(busy) == at_once


def test_a_worker_goes_on_while_the_part_of_its_last_cohort_is_written(tmp_path):
    prepared = prepare_run(small_study(sweep={"model.activation": ["relu", "tanh"]}), out=tmp_path, threads=1)
    pool = WorkerPool(prepared.data, train_part, ["cpu"], n_threads=1, start_method="fork")
    with closing(pool.run(deque(prepared.cohorts), lambda cohort, epoch: None)) as results:
        next(results)
        assert len(pool._busy) == 1


def test_a_part_is_let_go_once_it_is_written(tmp_path):
    class Counting(SilentObserver):
        def cohort_done(self, *args):
            alive.append(sum(type(thing) is Part for thing in gc.get_objects()))

    alive: list[int] = []
    study = small_study(sweep={"model.activation": ["relu", "tanh", "gelu"], "training.batch_size": [16, 32]})
    prepare_run(study, out=tmp_path, threads=1).execute(Counting())
    assert alive == [1] * 6


@pytest.mark.parametrize("n_cohorts", [1, 6])
def test_what_a_run_reads_and_writes_at_its_end_does_not_grow_with_its_cohorts(tmp_path, monkeypatch, n_cohorts):
    counts = Counter()

    def counted(module, name, label):
        original = getattr(module, name)
        monkeypatch.setattr(module, name, lambda *args, **options: counts.update([label]) or original(*args, **options))

    counted(ResultsFolder, "_write_manifest", "manifests written")
    counted(parts, "parse_table", "tables parsed")
    counted(tables, "parse_table", "tables parsed")
    study = small_study(sweep={"training.batch_size": list(range(10, 10 + n_cohorts))})
    outcome = run(study, tmp_path)
    assert len(read_manifest(outcome.folder)["plan"]) == n_cohorts
    assert counts == {"manifests written": 2, "tables parsed": 2}


@pytest.mark.parametrize("are_there", [True, False], ids=["kernels on the disk", "none yet"])
@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_that_kernels_are_compiled_is_said_once_and_only_where_there_are_none(
    tmp_path, monkeypatch, are_there, activation
):
    monkeypatch.setattr(loading.Kernels, "are_on_disk", are_there)
    observer, heard = SilentObserver(), []
    observer.note = heard.append
    prepare_run(small_study(model__activation=activation), out=tmp_path, threads=1).execute(observer)
    assert sum("compiled for this machine" in note for note in heard) == (not are_there)


@pytest.mark.parametrize(
    "kernels", [loading.TRAINING, loading.MEASURING, loading.STACKS], ids=["train", "measure", "stack"]
)
def test_kernels_that_are_loaded_are_on_the_disk(kernels):
    kernels.load("float32")
    assert kernels.are_on_disk


@pytest.mark.parametrize(
    ("changed", "needed"),
    [
        ({}, [loading.TRAINING, loading.MEASURING]),
        ({"evaluation__mc_samples": 5}, [loading.TRAINING, loading.MEASURING, loading.STACKS]),
        ({"dropout__kind": "gaussian"}, [loading.MEASURING, loading.STACKS]),
        ({"model__activation": "tanh"}, [loading.STACKS]),
    ],
    ids=["dropout", "Monte-Carlo samples", "gaussian", "tanh"],
)
def test_the_kernels_of_a_cohort_are_those_it_uses(tmp_path, changed, needed):
    plan = prepare_run(small_study(**changed), out=tmp_path, threads=1).plan
    assert [kernels_of(cohort.settings) for cohort in plan] == [needed] * len(plan)
