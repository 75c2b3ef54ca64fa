"""Cohorts train in this process or in workers beside it: the same bytes, and nothing lost when a worker dies."""

import os
import signal
import subprocess
import sys
import time
from collections import deque
from itertools import product
from pathlib import Path

import pytest
from small_studies import run, small_study, tables_without_times

from dropout_lab.errors import FolderBusyError
from dropout_lab.results import ResultsFolder, read_results
from dropout_lab.study import SilentObserver, execute, prepare_run
from dropout_lab.study.cohorts import cut_rectangle
from dropout_lab.study.execute import execute_cohorts
from dropout_lab.study.executors import InProcess, WorkerPool
from dropout_lab.study.part import train_part


def broken_train(cohort, data, device, on_epoch):
    raise ValueError(f"no luck with {cohort.id}")


class ExecutorContract:
    """What every executor must do, whatever it runs on."""

    def executor(self, data, train=train_part):
        raise NotImplementedError

    @pytest.fixture
    def prepared(self, tmp_path):
        study = small_study(sweep={"model.activation": ["relu", "tanh", "gelu"]})
        return prepare_run(study, out=tmp_path, threads=1)

    def ended(self, prepared, train=train_part):
        epochs = []
        executor = self.executor(prepared.data, train)
        found = list(executor.run(deque(prepared.cohorts), lambda cohort, epoch: epochs.append((cohort.id, epoch))))
        return found, epochs

    def test_every_cohort_ends_once_with_its_part(self, prepared):
        found, _ = self.ended(prepared)
        assert sorted(e.cohort.id for e in found) == sorted(c.id for c in prepared.cohorts)
        assert all(e.error is None and len(e.part.trials) == e.cohort.n_trials for e in found)

    def test_every_epoch_is_told(self, prepared):
        _, epochs = self.ended(prepared)
        assert sorted(epochs) == sorted((c.id, e) for c in prepared.cohorts for e in (1, 2, 3))

    def test_an_error_is_handed_over_and_the_others_train(self, prepared):
        found, _ = self.ended(prepared, broken_train)
        assert sorted(str(e.error) for e in found) == sorted(f"no luck with {c.id}" for c in prepared.cohorts)

    def test_cohorts_put_into_the_queue_on_the_way_are_trained_too(self, prepared):
        waiting = deque(prepared.cohorts[:1])
        seen = []
        for ended in self.executor(prepared.data).run(waiting, lambda cohort, epoch: None):
            seen.append(ended.cohort.id)
            if len(seen) == 1:
                waiting.extend(prepared.cohorts[1:])
        assert sorted(seen) == sorted(c.id for c in prepared.cohorts)


class TestInProcess(ExecutorContract):
    def executor(self, data, train=train_part):
        return InProcess(data, "cpu", train)


class TestWorkerPool(ExecutorContract):
    def executor(self, data, train=train_part):
        return WorkerPool(data, train, n_workers=2)


def test_a_pool_gives_the_same_bytes_as_one_process_for_the_same_plan(tmp_path, monkeypatch):
    pooled = run(small_study(), tmp_path / "pool", threads=2)
    monkeypatch.setattr(execute, "_executor", lambda cohorts, data, machine, train: InProcess(data, "cpu", train))
    alone = run(small_study(), tmp_path / "alone", threads=2)
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
    pool = WorkerPool(prepared.data, train_part, n_workers=2)
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
    monkeypatch.setattr(WorkerPool, "_start", lambda self: started.append(original(self)) or started[-1])
    outcome = prepare_run(study, out=tmp_path, threads=2).execute(ImpatientObserver())
    assert outcome.exit_code == 130
    assert outcome.counts == {"complete": 4, "interrupted": 4}
    assert len(started) == 2
    assert not any(worker.process.is_alive() for worker in started)
    assert run(study, tmp_path, threads=2).exit_code == 0


@pytest.mark.parametrize("workers", [1, 2, 4])
@pytest.mark.parametrize(("n_conditions", "n_seeds", "limit"), list(product([1, 2, 9], [1, 5, 20], [1, 7, 100])))
def test_parts_fit_the_limit_and_occupy_every_worker_that_can_have_one(n_conditions, n_seeds, limit, workers):
    condition_parts, seed_parts = cut_rectangle(n_conditions, n_seeds, limit=limit, workers=workers)
    largest = -(-n_conditions // condition_parts) * -(-n_seeds // seed_parts)
    assert largest <= limit
    assert condition_parts * seed_parts >= min(workers, n_conditions * n_seeds, 2)
