"""The plan: how trials are cut into cohorts, on how many threads each trains, and what of it a folder remembers."""

import json
import signal
import sys
from itertools import product

import pytest
import torch
from small_studies import run, small_study, tables_without_times
from thinned import thinned

from dropout_lab.errors import FolderError
from dropout_lab.results import read_results
from dropout_lab.study import SilentObserver, execute, prepare_run
from dropout_lab.study.cutting import cut_rectangle, threads_of
from dropout_lab.study.execute import execute_cohorts
from dropout_lab.study.executors import InProcess
from dropout_lab.study.machine import Machine
from dropout_lab.study.train_part import train_part

LARGE = 784 * 512 * 128 * 10
TWO_COHORTS = {"seeds": 1, "sweep": {"model.activation": ["relu", "tanh"]}, "dropout__rates": [0]}


def a_cpu(cores):
    return Machine(("cpu",), cores, 2**34)


@pytest.fixture
def fails_after_half_a_minute():
    """Turn a test that would wait for ever into one that fails."""

    def stop(*args):
        raise TimeoutError("the workers hang")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(30)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def every_net_is_large(monkeypatch):
    monkeypatch.setattr("dropout_lab.study.cutting._WORK_OF_A_THREAD", {True: 1, False: 1})


@pytest.fixture
def threads_used(monkeypatch):
    """The threads that torch had while each cohort trained in this process, in their order."""
    seen = []

    def train(*arguments):
        seen.append(torch.get_num_threads())
        return train_part(*arguments)

    monkeypatch.setattr(execute_cohorts, "__defaults__", (train,))
    monkeypatch.setattr(execute, "runner_of", lambda job, executor: InProcess(job.data, "cpu", job.train))
    return seen


@pytest.mark.parametrize("workers", [1, 2, 4])
@pytest.mark.parametrize(("n_conditions", "n_seeds", "limit"), list(product([1, 2, 9], [1, 5, 20], [1, 7, 100])))
def test_parts_fit_the_limit_and_occupy_every_worker_that_can_have_one(n_conditions, n_seeds, limit, workers):
    condition_parts, seed_parts = cut_rectangle(n_conditions, n_seeds, limit=limit, workers=workers)
    largest = -(-n_conditions // condition_parts) * -(-n_seeds // seed_parts)
    assert largest <= limit
    assert condition_parts * seed_parts >= min(workers, n_conditions * n_seeds, 2)


@pytest.mark.parametrize(
    ("n_cohorts", "cores", "threads"),
    [(1, 1, 1), (1, 2, 2), (1, 8, 8), (2, 8, 4), (3, 8, 2), (3, 2, 1), (3, 4, 1), (8, 8, 1), (100, 8, 1)],
)
def test_cohorts_of_large_nets_share_the_cores_evenly_where_there_are_fewer_than_cores(n_cohorts, cores, threads):
    assert threads_of(LARGE, n_cohorts, a_cpu(cores)) == threads


def test_a_cohort_of_small_nets_trains_on_one_thread_however_many_cores_there_are():
    digits = 64 * 26_122 * 5
    assert threads_of(digits, 1, a_cpu(64)) == 1


def test_more_work_is_worth_more_threads():
    threads = [threads_of(work, 1, a_cpu(64)) for work in (1e6, 4e7, 1e8, 1e9, 1e12)]
    assert threads == sorted(threads)
    assert threads[0] == 1
    assert 1 < threads[2] < threads[3] < 64 == threads[4]


def test_a_gpu_is_fed_by_one_thread():
    assert threads_of(LARGE, 1, Machine(("cuda:0",), 16, 2**34)) == 1


def test_a_single_trial_of_an_mnist_net_is_planned_on_both_cores(tmp_path):
    study = small_study(seeds=1, dropout__rates=[0], model__hidden=[1500, 1500])
    (cohort,) = prepare_run(study, out=tmp_path, threads=2).plan
    assert cohort.threads == 2


@pytest.mark.usefixtures("every_net_is_large")
def test_the_plan_records_the_threads_that_each_cohort_trained_on(tmp_path, threads_used):
    outcome = run(small_study(**TWO_COHORTS), tmp_path, threads=6)
    assert threads_used == [3, 3]
    assert [cohort["threads"] for cohort in read_results(outcome.folder).manifest["plan"]] == [3, 3]


@pytest.mark.usefixtures("every_net_is_large")
@pytest.mark.parametrize("cores", thinned([1, 2, 16], kept=[16]))
def test_a_resumed_cohort_trains_on_the_threads_of_the_plan_whatever_the_machine_has(tmp_path, threads_used, cores):
    class Impatient(SilentObserver):
        def cohort_done(self, *args):
            raise KeyboardInterrupt

    study = small_study(**TWO_COHORTS)
    assert prepare_run(study, out=tmp_path, threads=4).execute(Impatient()).interrupted
    assert run(study, tmp_path, threads=cores).exit_code == 0
    assert threads_used == [2, 2]


@pytest.mark.usefixtures("every_net_is_large")
def test_a_cohort_of_a_plan_without_threads_trains_on_one(tmp_path, threads_used):
    study = small_study(seeds=1, dropout__rates=[0])
    folder = run(study, tmp_path, threads=4).folder
    manifest = json.loads((folder / "manifest.json").read_text())
    (cohort,) = manifest["plan"]
    assert cohort.pop("threads") == 4
    (folder / "manifest.json").write_text(json.dumps(manifest))
    for file in (folder / "parts" / cohort["id"]).iterdir():
        file.unlink()
    (folder / "parts" / cohort["id"]).rmdir()
    assert run(study, tmp_path, threads=4).exit_code == 0
    assert threads_used == [4, 1]


@pytest.mark.usefixtures("every_net_is_large")
@pytest.mark.slow
def test_the_halves_of_a_cohort_train_on_its_threads(tmp_path, threads_used, monkeypatch):
    counting = execute_cohorts.__defaults__[0]

    def too_large_at_first(cohort, *arguments):
        if cohort.n_trials > 1:
            raise MemoryError
        return counting(cohort, *arguments)

    monkeypatch.setattr(execute_cohorts, "__defaults__", (too_large_at_first,))
    monkeypatch.setattr("dropout_lab.study.planning.cut_rectangle", lambda *args, **options: (1, 1))
    outcome = run(small_study(dropout__rates=[0]), tmp_path, threads=2)
    assert threads_used == [2, 2]
    assert [cohort["threads"] for cohort in read_results(outcome.folder).manifest["plan"]] == [2, 2]


@pytest.mark.parametrize("threads", [0, -1, 1.0, True, "2", None])
def test_threads_of_a_plan_that_are_no_number_of_threads_are_damage(tmp_path, threads):
    folder = run(small_study(), tmp_path).folder
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["plan"][0]["threads"] = threads
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(FolderError, match=r"plan.*threads must be a whole number of at least 1"):
        read_results(folder)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGALRM")
@pytest.mark.usefixtures("every_net_is_large", "fails_after_half_a_minute")
def test_a_pool_of_workers_with_several_threads_gives_the_same_bytes_as_one_process(tmp_path):
    torch.set_num_threads(2)
    torch.exp(torch.zeros(10**6))  # OpenMP's threads are running: a forked child that asks for them waits for ever
    study = small_study(**TWO_COHORTS, model__hidden=[200, 200])
    pooled = run(study, tmp_path / "pool", threads=4)
    alone = run(study, tmp_path / "alone", threads=4, executor="process")
    assert [cohort["threads"] for cohort in read_results(pooled.folder).manifest["plan"]] == [2, 2]
    assert tables_without_times(pooled.folder) == tables_without_times(alone.folder)


def test_every_gpu_has_a_cohort_where_there_are_trials_enough(tmp_path, monkeypatch):
    gpus = tuple(f"cuda:{number}" for number in range(4))
    monkeypatch.setattr("dropout_lab.study.machine._resolve", lambda device: gpus)
    monkeypatch.setattr("dropout_lab.study.machine._installed_memory", lambda device: 2**34)
    plan = prepare_run(small_study(seeds=50), out=tmp_path).plan
    assert len(plan) == 4
    assert {cohort.threads for cohort in plan} == {1}
    assert max(cohort.n_trials for cohort in plan) - min(cohort.n_trials for cohort in plan) <= 2
