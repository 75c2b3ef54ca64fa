"""One GPU or several: which ones a study takes, and a worker for each. The CPU stands in for them here."""

import sys
from collections import deque

import pytest
import torch
from small_studies import run, small_study, tables_without_times
from thinned import thinned

from dropout_lab.errors import UserError
from dropout_lab.results import read_results
from dropout_lab.study import execute, executors, machine, pool, prepare_run
from dropout_lab.study.executors import InProcess, Job, runner_of
from dropout_lab.study.machine import find_machine
from dropout_lab.study.pool import WorkerPool
from dropout_lab.study.train_part import train_part

MEMORY = {"cuda:0": 2**33, "cuda:1": 2**32}


@pytest.fixture
def two_gpus(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(machine, "_installed_memory", MEMORY.__getitem__)


@pytest.mark.usefixtures("two_gpus")
@pytest.mark.parametrize(
    ("asked", "found"),
    {
        "auto": ("cuda:0", "cuda:1"),
        "cuda": ("cuda:0", "cuda:1"),
        "cuda:0": ("cuda:0",),
        "cuda:1": ("cuda:1",),
        "cuda:01": ("cuda:1",),
    }.items(),
)
def test_auto_and_cuda_take_every_gpu_and_a_number_takes_one(asked, found):
    chosen = find_machine(asked, None, ("tf32",))
    assert chosen.devices == found
    assert chosen.workers == len(found)
    assert chosen.device == ", ".join(found)


@pytest.mark.usefixtures("two_gpus")
def test_a_cohort_must_fit_into_the_smallest_gpu():
    assert find_machine("cuda", None, ()).memory_bytes == 2**32


@pytest.mark.usefixtures("two_gpus")
def test_a_gpu_beyond_the_last_one_is_refused_naming_how_many_there_are():
    with pytest.raises(UserError, match=r"Got cuda:2, found 2 CUDA device\(s\)"):
        find_machine("cuda:2", None, ())


@pytest.mark.parametrize("asked", ["cuda", "cuda:0"])
def test_cuda_without_a_gpu_is_refused(asked, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(UserError, match=f"Got {asked}, found no CUDA device"):
        find_machine(asked, None, ())


def test_a_cohort_on_a_gpu_trains_with_that_gpu_as_the_current_one(tmp_path, monkeypatch):
    entered = []

    class CurrentDevice:
        def __init__(self, device):
            self.device = device

        def __enter__(self):
            entered.append(self.device)

        def __exit__(self, *args):
            entered.append(None)

    def seen(cohort, data, device, on_epoch):
        entered.append(f"training on {device}")
        return train_part(cohort, data, "cpu", on_epoch)

    monkeypatch.setattr(torch.cuda, "device", CurrentDevice)
    prepared = prepare_run(small_study(), out=tmp_path, threads=1)
    list(InProcess(prepared.data, "cuda:1", seen).run(deque(prepared.cohorts), lambda cohort, epoch: None))
    assert entered == ["cuda:1", "training on cuda:1", None]


@pytest.fixture
def six_cohorts(tmp_path):
    study = small_study(sweep={"model.activation": ["relu", "tanh", "gelu"], "training.batch_size": [16, 32]})
    return prepare_run(study, out=tmp_path, threads=1)


def test_cohorts_are_dealt_to_free_devices_and_say_where_they_trained(six_cohorts):
    devices = ["cpu:0", "cpu:1"]
    pool = WorkerPool(six_cohorts.data, train_part, devices, n_threads=2, start_method="fork")
    ended = list(pool.run(deque(six_cohorts.cohorts), lambda cohort, epoch: None))
    assert len(ended) == 6
    assert {device for e in ended for device in e.part.trials["device"]} == set(devices)


@pytest.mark.parametrize(("device", "n_started"), thinned([("cpu", 1), ("cpu:0", 7)], kept=[("cpu:0", 7)]))
def test_a_worker_with_a_device_of_its_own_is_replaced_after_an_error(six_cohorts, monkeypatch, device, n_started):
    def broken(*args):
        raise RuntimeError("an illegal memory access was encountered")

    started = []
    original = WorkerPool._start
    monkeypatch.setattr(WorkerPool, "_start", lambda *args: started.append(original(*args)) or started[-1])
    pool = WorkerPool(six_cohorts.data, broken, [device], n_threads=1, start_method="fork")
    ended = list(pool.run(deque(six_cohorts.cohorts), lambda cohort, epoch: None))
    assert len(ended) == 6
    assert all("illegal memory access" in str(e.error) for e in ended)
    assert len(started) == n_started
    assert {worker.device for worker in started} == {device}
    assert not any(worker.process.is_alive() for worker in started)


@pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux only")
@pytest.mark.parametrize(
    ("devices", "cores", "n_cohorts", "chosen"),
    [
        (("cpu",), 1, 6, ("in process", "cpu")),
        (("cpu",), 8, 1, ("in process", "cpu")),
        (("cpu",), 4, 6, (["cpu"] * 4, {"n_threads": 4, "start_method": "fork"})),
        (("cpu",), 8, 3, (["cpu"] * 3, {"n_threads": 8, "start_method": "fork"})),
        (("cuda:1",), 8, 6, ("in process", "cuda:1")),
        (("cuda:0", "cuda:1"), 8, 1, ("in process", "cuda:0")),
        (("cuda:0", "cuda:1"), 1, 6, (["cuda:0", "cuda:1"], {"n_threads": None, "start_method": "spawn"})),
        (("cuda:0", "cuda:1", "cuda:2"), 8, 2, (["cuda:0", "cuda:1"], {"n_threads": None, "start_method": "spawn"})),
    ],
)
def test_a_worker_for_every_core_or_gpu_that_can_have_a_cohort(
    six_cohorts, monkeypatch, devices, cores, n_cohorts, chosen
):
    monkeypatch.setattr(executors, "InProcess", lambda data, device, train: ("in process", device))
    monkeypatch.setattr(pool, "WorkerPool", lambda data, train, devices, **how: (list(devices), how))
    has = machine.Machine(devices, cores, 2**34)
    cohorts = six_cohorts.cohorts[:n_cohorts]
    job = Job(cohorts, six_cohorts.data, has, train_part, execute._at_once(cohorts, has))
    assert runner_of(job) == chosen


@pytest.mark.slow  # a spawned worker imports torch anew
def test_a_study_on_several_devices_gives_the_bytes_of_one_process_for_the_same_plan(tmp_path, monkeypatch):
    monkeypatch.setattr(machine, "_resolve", lambda device: ("cpu", "cpu"))
    spawned = []
    original = WorkerPool._start
    monkeypatch.setattr(WorkerPool, "_start", lambda *args: spawned.append(original(*args)) or spawned[-1])
    pooled = run(small_study(), tmp_path / "pool", threads=1)
    assert [type(worker.process).__name__ for worker in spawned] == ["SpawnProcess", "SpawnProcess"]
    assert not any(worker.process.is_alive() for worker in spawned)
    alone = run(small_study(), tmp_path / "alone", threads=1, executor="process")
    results = read_results(pooled.folder)
    assert results.manifest["device"] == "cpu, cpu"
    assert len(results.manifest["plan"]) == 2
    assert set(results.trials["device"]) == {"cpu"}
    assert tables_without_times(pooled.folder) == tables_without_times(alone.folder)
