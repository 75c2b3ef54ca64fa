"""Compiled training is that of the stack, with the same bits in any company, and threads can share it."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from thinned import thinned

from dropout_lab.evaluation import eval_mode
from dropout_lab.kernels import blas, descent, jit, updates
from dropout_lab.kernels.team import Team, barrier, share_of, team_of, teamwork
from dropout_lab.model import Architecture, Products, addressed_nets, goes_trialwise, initial_parameters
from dropout_lab.optimizers import Schedule
from dropout_lab.training import CohortSettings, CohortTraining, RateSchedule, compiled
from dropout_lab.training.compiled import CompiledStep
from dropout_lab.training.step import EagerStep

from .breaks import go_layer_by_layer
from .builders import Trained, condition, data, settings, train

ROUNDING = {"float32": 1e-6, "float64": 1e-13}
HIDDEN = {"no hidden layer": (), "one": (5,), "two": (40, 33), "four": (4, 40, 6, 20)}
RATES = (0.3, 0.5, 0.0, 0.2, 0.6)
SMALL = (8, 40, 33, 3)


def cohort_of(hidden: tuple[int, ...] = (40, 33), **options: Any) -> CohortSettings:
    """Return three conditions with other rates, learning rates, decays and norms; the second drops inputs too."""
    rates = [(0.2 * (k == 1), *(RATES[(k + layer) % 5] for layer in range(len(hidden)))) for k in range(3)]
    of_updates: list[dict[str, Any]] = [{}, {"weight_decay": 0.01, "learning_rate": 0.01}, {"max_norm": 0.5}]
    conditions = (condition(*of, **its, momentum=0.8) for of, its in zip(rates, of_updates, strict=True))
    return settings(*conditions, widths=(8, *hidden, 3), **options)


def assert_same(mine: Trained, theirs: Trained, close: float) -> None:
    for name, curve in theirs.curves.items():
        np.testing.assert_allclose(mine.curves[name], curve, rtol=close, atol=close, err_msg=name)
    for a, b in zip(mine.parameters.tensors, theirs.parameters.tensors, strict=True):
        torch.testing.assert_close(a, b, rtol=close, atol=close)


def by_the_stack(of: CohortSettings, monkeypatch: pytest.MonkeyPatch) -> Trained:
    with monkeypatch.context() as patch:
        go_layer_by_layer(patch)
        return train(of, data(dtype=of.precision))


@contextmanager
def threads_of_torch(n_threads: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(n_threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize("precision", list(ROUNDING))
@pytest.mark.parametrize("hidden", HIDDEN.values(), ids=HIDDEN)
def test_every_depth_is_trained_as_the_stack(
    hidden: tuple[int, ...], precision: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = cohort_of(hidden, precision=precision)
    assert_same(train(of, data(dtype=precision)), by_the_stack(of, monkeypatch), ROUNDING[precision])


@pytest.mark.parametrize("optimizer", updates.CODES)
def test_every_optimizer_is_that_of_the_stack(optimizer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    of = cohort_of(optimizer=optimizer)
    assert_same(train(of), by_the_stack(of, monkeypatch), 1e-11)


@pytest.mark.parametrize(
    "options",
    [
        {"schedule": Schedule("cosine", final=0.1)},
        {"n_steps": 5},
        {"batch_size": 22},
        {"batch_size": 1, "epochs": 1},
        {"seeds": (3,)},
    ],
    ids=["a schedule", "an epoch cut short", "one batch", "batches of one row", "one seed"],
)
def test_every_way_through_the_rows_is_that_of_the_stack(
    options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    of = cohort_of(**options)
    assert_same(train(of), by_the_stack(of, monkeypatch), 1e-12)


def test_rates_follow_their_schedules_and_scalings_as_in_the_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    rising = {"rate_schedule": RateSchedule("linear")}
    of = settings(condition(0.2, 0.5, 0.3, noise=rising), condition(0, 0.4, 0.1, noise={"scaling": "inference"}))
    assert isinstance(CohortTraining(of, data())._step, CompiledStep)
    assert_same(train(of), by_the_stack(of, monkeypatch), 1e-12)


@pytest.mark.parametrize("n_threads", [2, 3])
@pytest.mark.parametrize("hidden", HIDDEN.values(), ids=HIDDEN)
def test_threads_that_share_the_work_train_the_same_net(hidden: tuple[int, ...], n_threads: int) -> None:
    alone = train(cohort_of(hidden))
    with threads_of_torch(n_threads):
        assert_same(train(cohort_of(hidden)), alone, 1e-12)


def test_updates_in_many_calls_are_those_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = train(cohort_of())
    calls = []
    original = descent.descend
    monkeypatch.setattr(compiled, "_WORK_AT_ONCE", 1.0)
    monkeypatch.setattr(compiled, "descend", lambda *values: (calls.append(len(values[5])), original(*values)))
    one_by_one = train(cohort_of())
    assert calls == [1] * 9
    for a, b in zip(one_by_one.parameters.tensors, at_once.parameters.tensors, strict=True):
        assert torch.equal(a, b)


@pytest.mark.parametrize("precision", list(ROUNDING))
@pytest.mark.parametrize("optimizer", updates.CODES)
def test_a_trial_has_the_same_bits_in_any_company(optimizer: str, precision: str) -> None:
    of, on = cohort_of(optimizer=optimizer, precision=precision), data(dtype=precision)
    together = train(of, on)
    for number, one in enumerate(of.conditions):
        for place, seed in enumerate(of.seeds):
            alone = train(replace(of, conditions=(one,), seeds=(seed,)), on)
            trial = len(of.seeds) * number + place
            for mine, theirs in zip(together.parameters.tensors, alone.parameters.tensors, strict=True):
                assert torch.equal(mine[trial], theirs[0])
            for name, curve in alone.curves.items():
                np.testing.assert_array_equal(together.curves[name][:, trial], curve[:, 0])


@pytest.mark.parametrize("hidden", HIDDEN.values(), ids=HIDDEN)
@pytest.mark.parametrize("n_datasets", [1, 2])
def test_what_is_measured_is_what_layer_by_layer_measures(
    hidden: tuple[int, ...], n_datasets: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    of, on = cohort_of(hidden), data(n_datasets=n_datasets)
    mine = train(of, on, keep_rows=True)
    monkeypatch.setattr(eval_mode, "goes_trialwise", lambda *_: False)
    theirs = train(of, on, keep_rows=True)
    assert_same(mine, theirs, 1e-13)
    for key, (losses, predicted) in theirs.result.rows.items():
        np.testing.assert_allclose(mine.result.rows[key][0], losses, rtol=1e-6)
        np.testing.assert_array_equal(mine.result.rows[key][1], predicted)


@pytest.mark.parametrize("n_threads", [1, 2, 3])
def test_rows_are_measured_alike_on_any_number_of_threads(n_threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dropout_lab.model.trialwise.CHUNK_ROWS", 4)
    training = CohortTraining(cohort_of(), data())
    parameters, val = training._parameters, training.data.val
    losses, predicted = training._evaluator.measure_rows(parameters, val)
    with threads_of_torch(n_threads):
        again, predicted_again = training._evaluator.measure_rows(parameters, val)
    np.testing.assert_array_equal(again, losses)
    np.testing.assert_array_equal(predicted_again, predicted)


@pytest.mark.parametrize(
    ("shape", "task", "products", "goes"),
    [
        (Architecture((8, 4, 3)), "classification", Products(), True),
        (Architecture((8, 4, 3), activation="tanh"), "classification", Products(), False),
        (Architecture((8, 4, 1)), "regression", Products(), False),
        (Architecture((8, 4, 3)), "classification", Products(torch.bfloat16), False),
    ],
    ids=["relu and classes", "tanh", "regression", "bfloat16"],
)
def test_only_relu_nets_of_classes_at_full_precision_go_trial_by_trial(
    shape: Architecture, task: str, products: Products, goes: bool
) -> None:
    assert goes_trialwise(shape, task, products, torch.device("cpu")) is goes
    assert not goes_trialwise(shape, task, products, torch.device("cuda"))


@pytest.mark.parametrize(
    ("of", "step"),
    [
        (settings(condition(0.2, 0.5, 0.3)), CompiledStep),
        (settings(condition(0, 0, 0)), CompiledStep),
        (settings(condition(0, 0.5, 0.3, noise={"output_rate": 0.1})), EagerStep),
        (settings(condition(0, 0.5, 0.3), noise_kind="gaussian"), EagerStep),
        (settings(condition(0, 0.5, 0.3), noise_kind="dropconnect"), EagerStep),
    ],
    ids=["dropout", "no noise", "dropped outputs", "gaussian", "dropconnect"],
)
def test_only_dropout_of_inputs_and_hidden_units_is_compiled(of: CohortSettings, step: type) -> None:
    assert type(CohortTraining(of, data())._step) is step


def test_features_of_another_type_than_the_parameters_are_refused() -> None:
    with pytest.raises(ValueError, match="of one type"):
        CohortTraining(cohort_of(precision="float32"), data(dtype="float64"))


def test_parameters_that_lie_otherwise_in_memory_are_refused() -> None:
    of = cohort_of()
    parameters = initial_parameters(of.architecture, of.seeds, 3, dtype=of.dtype, device=torch.device("cpu"))
    addressed_nets(of.architecture, parameters)
    *hidden, output = parameters.weights
    with pytest.raises(ValueError, match="weights must be contiguous"):
        addressed_nets(of.architecture, replace(parameters, weights=(*hidden, output.contiguous())))


def said_by(folder: Path) -> list[str]:
    """Return what a process says that uses a kernel of a folder: whether it is on the disk, and its result."""
    code = "from kernels import elementwise, jit; import numpy as np; a = np.ones((1, 1, 1)); "
    code += "print(jit.is_on_disk(elementwise.bias_relu)); elementwise.bias_relu(a, a.copy()); print(a[0, 0, 0])"
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout.split()


@pytest.fixture(scope="module")
def compiled_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a copy of the kernels, of which a process has used one, and left it on the disk."""
    folder, package = tmp_path_factory.mktemp("compiled"), Path(jit.__file__).parent
    shutil.copytree(package, folder / "kernels", ignore=shutil.ignore_patterns("__pycache__", "gpu"))
    for module in (folder / "kernels").glob("*.py"):
        module.write_text(module.read_text().replace("dropout_lab.kernels", "kernels"))
    assert said_by(folder) == ["False", "2.0"]
    return folder


@pytest.fixture
def kernels(compiled_once: Path, tmp_path: Path) -> Path:
    """Return a folder of one's own, with the kernels and what was compiled of them."""
    return Path(shutil.copytree(compiled_once, tmp_path / "own"))


def test_kernels_are_compiled_anew_when_any_of_their_sources_has_changed(kernels: Path) -> None:
    """Numba by itself looks at a function's own file, not at those that it calls."""
    assert said_by(kernels) == ["True", "2.0"]
    with (kernels / "kernels" / "philox.py").open("a") as other_module:
        other_module.write("# changed\n")
    assert said_by(kernels) == ["False", "2.0"]


@pytest.mark.parametrize(("ending", "left"), thinned([("nbi", b""), ("nbc", b"garbage!")], kept=[("nbc", b"garbage!")]))
def test_kernels_that_are_damaged_on_the_disk_are_compiled_anew(kernels: Path, ending: str, left: bytes) -> None:
    damaged = list(kernels.rglob(f"*.{ending}"))
    assert damaged
    for file in damaged:
        file.write_bytes(left)
    assert said_by(kernels)[1] == "2.0"
    assert said_by(kernels) == ["True", "2.0"]


def test_kernels_run_where_the_disk_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("numba.core.caching.IndexDataCacheFile.save", full)
    doubled = jit.compiled(lambda x: 2 * x)
    assert doubled(3) == 6


def test_a_target_that_is_no_class_is_refused_before_threads_wait_for_each_other() -> None:
    on = data()
    on.train.targets[0, 5] = 3
    with pytest.raises(ValueError, match="a target must be one of the classes"):
        CohortTraining(cohort_of(), on)


@pytest.mark.parametrize("dtype", thinned(ROUNDING, kept=["float32"]))
@pytest.mark.parametrize("library", ["NumPy's", "SciPy's"])
def test_products_of_any_layout_are_numpys(library: str, dtype: str) -> None:
    draws = np.random.default_rng(0)
    routine = blas._ROUTINES[dtype]
    of_scipy = blas.get_cython_function_address("scipy.linalg.cython_blas", routine)
    gemm = of_scipy if library == "SciPy's" else blas.gemm_address(dtype)

    def matrix(rows: int, columns: int, is_turned: bool, is_part: bool) -> np.ndarray:
        shape = (columns, rows) if is_turned else (rows, columns)
        whole = draws.normal(size=(shape[0], shape[1] + 3 * is_part)).astype(dtype)[:, : shape[1]]
        return whole.T if is_turned else whole

    for m, k, n in [(3, 4, 5), (1, 4, 5), (3, 1, 5), (3, 4, 1), (1, 1, 1), (64, 33, 40), (3, 4, 0)]:
        for case in range(8):
            left, right = matrix(m, k, bool(case & 1), bool(case & 4)), matrix(k, n, bool(case & 2), bool(case & 4))
            out = matrix(m, n, False, bool(case & 4))
            blas.product(gemm, left, right, out)
            np.testing.assert_allclose(out, left @ right, rtol=50 * ROUNDING[dtype], atol=10 * ROUNDING[dtype])


def test_the_newest_openblas_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    versions = [blas._version({"version": version}) for version in ("0.3.9", "0.3.31.188.0", "0.3.30")]
    assert sorted(versions)[-1] == (0, 3, 31, 188, 0)
    monkeypatch.setattr(blas._controller(), "info", list)
    none_loaded = blas.gemm_address.__wrapped__("float32")
    assert none_loaded == blas.get_cython_function_address("scipy.linalg.cython_blas", "sgemm")


def test_blas_is_held_to_a_number_of_threads() -> None:
    def numbers() -> set[int]:
        return {of["num_threads"] for of in blas._controller().info() if of["user_api"] == "blas"}

    with blas.blas_threads(2):
        if numbers() != {2}:
            pytest.skip("this BLAS has no threads that can be set")
        with blas.blas_threads(1):
            assert numbers() == {1}


@pytest.mark.parametrize("size", [1, 2, 3, 5])
@pytest.mark.parametrize("count", [0, 1, 15, 16, 17, 40, 512])
def test_shares_cover_everything_once(size: int, count: int) -> None:
    shares = [share_of(member, count) for member in team_of(size)]
    assert [i for first, stop in shares for i in range(first, stop)] == list(range(count))
    assert all(first % 16 == 0 for first, stop in shares if first < stop)


def test_members_wait_for_each_other() -> None:
    seen = np.zeros((3, 200), dtype=np.int64)

    def work(team: Team) -> None:
        for k in range(200):
            seen[team.member, k] = k + 1
            barrier(team)
            assert (seen[:, k] == k + 1).all()
            barrier(team)

    with teamwork(3) as together:
        together(work)
    assert (seen == np.arange(1, 201)).all()


@pytest.mark.parametrize("failing", [0, 1])
def test_where_a_member_fails_the_others_come_to_an_end(failing: int) -> None:
    def work(team: Team) -> None:
        if team.member == failing:
            raise KeyboardInterrupt
        barrier(team)

    with pytest.raises(KeyboardInterrupt), teamwork(2) as together:
        together(work)


def another_conditions_rates(arguments: dict[str, Any]) -> None:
    noise = arguments["noise"]
    arguments["noise"] = noise._replace(thresholds=np.roll(noise.thresholds, 1, axis=1))


def no_scales(arguments: dict[str, Any]) -> None:
    arguments["noise"] = arguments["noise"]._replace(scales=np.ones_like(arguments["noise"].scales))


def the_same_draws_for_all_seeds(arguments: dict[str, Any]) -> None:
    arguments["noise"] = arguments["noise"]._replace(seeds=np.zeros_like(arguments["noise"].seeds))


def draws_of_another_purpose(arguments: dict[str, Any]) -> None:
    arguments["noise"] = arguments["noise"]._replace(purpose=7)


def another_seeds_targets(arguments: dict[str, Any]) -> None:
    arguments["batches"] = arguments["batches"]._replace(targets=arguments["batches"].targets[::-1].copy())


def the_first_rows_again(arguments: dict[str, Any]) -> None:
    arguments["first_row"] = 0


def the_first_step_again(arguments: dict[str, Any]) -> None:
    arguments["n_made"] = 0


def no_decay(arguments: dict[str, Any]) -> None:
    arguments["rule"] = arguments["rule"]._replace(weight_decays=np.zeros(6))


def no_bound(arguments: dict[str, Any]) -> None:
    arguments["rule"] = arguments["rule"]._replace(max_norms=np.full(6, np.inf))


def one_learning_rate(arguments: dict[str, Any]) -> None:
    arguments["rule"] = arguments["rule"]._replace(learning_rates=np.full(6, 0.02))


def another_optimizer(arguments: dict[str, Any]) -> None:
    arguments["rule"] = arguments["rule"]._replace(optimizer=updates.CODES["adamw"])


@pytest.mark.parametrize(
    "breaking",
    [
        another_conditions_rates,
        no_scales,
        the_same_draws_for_all_seeds,
        draws_of_another_purpose,
        another_seeds_targets,
        the_first_rows_again,
        the_first_step_again,
        no_decay,
        no_bound,
        one_learning_rate,
        another_optimizer,
    ],
    ids=lambda breaking: breaking.__name__,
)
def test_broken_training_differs_from_the_stack(
    breaking: Callable[[dict[str, Any]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    names = descent.descend.py_func.__code__.co_varnames

    def broken(original: Callable[..., None], *values: Any) -> None:
        arguments = dict(zip(names, values, strict=False))
        breaking(arguments)
        original(*arguments.values())

    expected = by_the_stack(cohort_of(), monkeypatch)
    monkeypatch.setattr(compiled, "_WORK_AT_ONCE", 1.0)
    monkeypatch.setattr(compiled, "descend", partial(broken, descent.descend))
    with pytest.raises(AssertionError):
        assert_same(train(cohort_of()), expected, 1e-9)
