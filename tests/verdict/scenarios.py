"""Studies with a known story, made once for all tests of the verdict."""

from collections.abc import Callable
from functools import cache

from made_results import RUN, Net, make_results

from dropout_lab.results import Results
from dropout_lab.verdict import Verdict, verdict

BASELINE = Net(best=0.30, last=0.45, epoch=8)
DIVERGED = dict.fromkeys(range(8), "diverged")
RATES = (0.1, 0.2, 0.3, 0.5, 0.7)


def _of(*nets: Net, **settings: object) -> Results:
    """A study of one group: the baseline, then rate 0.5, or 0.1, 0.2, ..."""
    rates = (0.5,) if len(nets) == 2 else RATES
    return make_results({0: nets[0], **dict(zip(rates, nets[1:], strict=False))}, **settings)  # type: ignore[arg-type]


def _sizes() -> Results:
    """Dropout helps little data, hurts much data, and changes nothing between."""
    helped = {0: BASELINE, 0.5: Net(0.25, 0.30, train=0.1, epoch=14)}
    unclear = {0: BASELINE, 0.5: Net(0.30, 0.451, epoch=8, spread=0.02)}
    hurt = {0: Net(0.2, 0.2, epoch=20), 0.5: Net(0.3, 0.3, train=0.2, epoch=20)}
    return make_results(helped, unclear, hurt, swept={"data.train_size": [100, 300, 1000]})


def _grid() -> Results:
    """Twelve groups of three conditions."""
    swept = {"data.train_size": [100, 200, 300], "model.width": [16, 64], "training.learning_rate": [0.001, 0.01]}
    rates = {0.2: Net(0.25, 0.30, train=0.1), 0.5: Net(0.26, 0.31, train=0.1)}
    return make_results(*[{0: BASELINE, **rates}] * 12, swept=swept, seeds=3)


SCENARIOS: dict[str, Callable[[], Results]] = {
    "helps": lambda: _of(BASELINE, Net(0.25, 0.30, train=0.1, epoch=14), rows_factor=1.2),
    "helps_these_rows_only": lambda: _of(BASELINE, Net(0.29, 0.44), rows_factor=9),
    "as_good_as_stopping_early": lambda: _of(BASELINE, Net(0.301, 0.32, train=0.05, epoch=14)),
    "worse_than_stopping_early": lambda: _of(BASELINE, Net(0.36, 0.38, train=0.2, epoch=14)),
    "underfits": lambda: _of(BASELINE, Net(0.55, 0.60, train=0.35, epoch=20)),
    "hurts_and_widens": lambda: _of(BASELINE, Net(0.40, 0.60)),
    "train_rises_only": lambda: _of(BASELINE, Net(0.30, 0.451, train=0.1, epoch=8, spread=0.02)),
    "no_difference": lambda: _of(BASELINE, Net(0.30, 0.452, epoch=8, spread=0.02)),
    "no_difference_on_new_rows": lambda: _of(BASELINE, Net(0.29, 0.44, spread=0.02), rows_factor=3),
    "identical": lambda: _of(Net(0.3, 0.4, spread=0), Net(0.3, 0.4, spread=0)),
    "few_seeds": lambda: _of(BASELINE, Net(0.25, 0.30, train=0.1), seeds=4),
    "one_seed": lambda: _of(BASELINE, Net(0.25, 0.30, train=0.1), seeds=1),
    "no_overfit": lambda: _of(Net(0.30, 0.30, train=0.30, epoch=20), Net(0.4, 0.4, train=0.4, epoch=20)),
    "gap_only": lambda: _of(Net(0.30, 0.30, epoch=20), Net(0.29, 0.29, epoch=20)),
    "negative_gap": lambda: _of(Net(0.30, 0.35, train=0.8), Net(0.28, 0.30, train=0.9), data={"label_noise": 0.3}),
    "all_diverged": lambda: _of(Net(0.3, 0.4, status=DIVERGED), Net(0.3, 0.4, status=DIVERGED)),
    "baseline_diverged": lambda: _of(Net(0.3, 0.4, status=DIVERGED), Net(0.25, 0.3)),
    "dropout_diverged": lambda: _of(BASELINE, Net(0.25, 0.3, status=DIVERGED)),
    "one_pair": lambda: _of(BASELINE, Net(0.25, 0.3, status=dict.fromkeys(range(1, 8), "diverged"))),
    "unfinished": lambda: _of(BASELINE, Net(0.25, 0.3, status={1: "interrupted", 2: "diverged", 3: "failed"})),
    "baseline_alone": lambda: _of(BASELINE),
    "regression": lambda: _of(BASELINE, Net(0.25, 0.30, train=0.1, epoch=14), task="regression"),
    "no_test": lambda: _of(BASELINE, Net(0.25, 0.30, train=0.1), has_test=False),
    "slower": lambda: _of(BASELINE, Net(0.25, 0.30, train=0.1, epoch=16), cohorts="apart"),
    "rates": lambda: _of(
        BASELINE, *(Net(best, best + 0.1, train=0.1) for best in (0.29, 0.2511, 0.25, 0.2512, 0.40)), seeds=5
    ),
    "rates_all_alike": lambda: _of(BASELINE, *[Net(0.30, 0.45, spread=0.02)] * 3),
    "baseline_best": lambda: _of(BASELINE, *(Net(best, best + 0.2) for best in (0.35, 0.36, 0.37))),
    "uncorrected": lambda: _of(
        BASELINE,
        Net(0.284, 0.43, epoch=8, spread=0.02),
        *[Net(0.30, 0.451, epoch=8, spread=0.02)] * 4,
        seeds=10,
    ),
    "uncorrected_and_no_better_than_stopping_early": lambda: _of(
        BASELINE,
        Net(0.30, 0.43, epoch=8, spread=0.02),
        *[Net(0.32, 0.451, epoch=8, spread=0.02)] * 4,
        seeds=10,
    ),
    "per_layer_and_inputs": lambda: make_results(
        {0: BASELINE, (0, 0.2): Net(0.29, 0.40), (0.5, 0.2): Net(0.28, 0.39), "0.2-0.5": Net(0.2801, 0.38)}
    ),
    "mixed": lambda: _of(
        BASELINE,
        Net(0.25, 0.30, device="cuda"),
        earlier_runs=[{**RUN, "packages": {"numpy": "1.26", "torch": "2.6.0"}}],
        data={"split_seed": "per_seed"},
    ),
    "sizes": _sizes,
    "grid": _grid,
    "grid_of_one_seed": lambda: make_results(
        {0: BASELINE, 0.5: Net(0.25, 0.30)},
        {0: BASELINE, 0.5: Net(0.35, 0.50)},
        swept={"model.width": [16, 64]},
        seeds=1,
    ),
    "grid_diverged": lambda: make_results(
        {0: BASELINE, 0.5: Net(0.25, 0.30, train=0.1)},
        {0: Net(0.3, 0.4, status=DIVERGED), 0.5: Net(0.3, 0.4, status=DIVERGED)},
        swept={"training.learning_rate": [0.01, 10.0]},
    ),
}


@cache
def judged(name: str) -> Verdict:
    return verdict(SCENARIOS[name]())
