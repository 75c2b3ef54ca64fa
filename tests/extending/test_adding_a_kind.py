"""A kind of noise is added by a law and its record, and every surface speaks of it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
import torch
from registered import registered
from surfaces import TINY, mask, surfaces
from torch import Tensor

import dropout_lab as dl
from dropout_lab.config import study_from_mapping
from dropout_lab.errors import ConfigError
from dropout_lab.mechanism import Request, demonstrate
from dropout_lab.noise import KINDS, Kind, Moments, Noise, Shown, quantised_rate
from dropout_lab.report.citations import ENTRIES
from dropout_lab.study.noise import noise_settings

REGISTRY = KINDS
TOUCHES = ("dropout_lab/noise/uniform.py", "dropout_lab/noise/kinds.py", "dropout_lab/report/citations.bib")

UNIT_VARIANCE = sqrt(12 / (65536**2 - 1))  # of the 65,536 lanes, equally likely and 1 apart


@dataclass(frozen=True)
class Uniform:
    """Multipliers ``1 + sigma * u`` with u uniform, mean 0 and variance 1: Bernoulli dropout's mean and variance."""

    n_buffers: ClassVar[int] = 1

    def coefficients(self, rate: float) -> tuple[float, ...]:
        """Return sigma."""
        q = quantised_rate(rate)
        return (sqrt(q / (1 - q)),)

    def draw(self, lanes: Tensor, coefficients: Iterable[Tensor], buffers: Sequence[Tensor]) -> Noise:
        """See `Law.draw`."""
        (out,), (sigma,) = buffers, coefficients
        uniform = (lanes.to(out.dtype) + 0.5) * UNIT_VARIANCE
        return Noise(torch.mul(uniform, sigma, out=out).add_(1))

    def moments(self, value: float, rate: float) -> Moments:
        """See `Law.moments`."""
        (sigma,) = self.coefficients(rate)
        return Moments(value, (sigma * value) ** 2)


UNIFORM = Kind(
    name="uniform",
    law=lambda _: Uniform(),
    does="multiplies them by uniform noise of the same mean and variance",
    title="Uniform dropout",
    noun="uniform noise",
    sentence="Uniform noise multiplies each unit by a uniform draw with mean 1 and variance rate / (1 - rate).",
    paper=r"uniform noise \cite{nobody2026} multiplied each hidden unit by a uniform draw of mean 1",
    citations=("nobody2026",),
    shown=Shown(
        drawn="Nothing is switched off: every unit is multiplied by a uniform number with variance {variance}.",
        learning="Every unit contributes and learns, some more and some less.",
        kept="Nothing is scaled: the noise has mean 1.",
    ),
    drops=False,
)


@pytest.fixture(autouse=True)
def uniform(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make the kind known to every test of this file, and to no other."""
    entry = "@misc{nobody2026,\n  author = {Nobody},\n  title  = {Uniform Noise},\n  year   = {2026}\n}"
    monkeypatch.setitem(ENTRIES, "nobody2026", entry)
    with registered(KINDS, UNIFORM):
        yield


def test_its_moments_are_what_theory_says_over_all_draws() -> None:
    lanes = torch.arange(-(2**15), 2**15).to(torch.int16).view(1, 1, -1)
    sigma = torch.tensor(Uniform().coefficients(0.3)[0], dtype=torch.float64).view(1, 1, 1)
    drawn = Uniform().draw(lanes, [sigma], [torch.empty((1, 1, 2**16), dtype=torch.float64)]).multipliers.numpy()
    assert (2 * drawn).mean() == pytest.approx(Uniform().moments(2.0, 0.3).mean, rel=1e-12)
    assert (2 * drawn).var() == pytest.approx(Uniform().moments(2.0, 0.3).variance, rel=1e-12)


def test_its_draws_are_paired_over_rates() -> None:
    low, high = (demonstrate(Request(rate, n_units=8, kind="uniform"), n_many=20).draws for rate in (0.2, 0.5))
    for one, other in zip(low, high, strict=True):
        np.testing.assert_allclose((one.multipliers - 1) * 2, other.multipliers - 1, atol=1e-4)  # sigma 0.5 and 1


def test_its_schedule_is_applied(tmp_path: Path) -> None:
    dropout = {"kind": "uniform", "rates": [0.5]}
    late = {"schedule": "late", "schedule_until": 2}
    found = dl.run({**TINY, "dropout": {**dropout, **late}}, out=tmp_path / "late", threads=1, progress=False)
    whole = dl.run({**TINY, "dropout": dropout}, out=tmp_path / "constant", threads=1, progress=False)
    late_loss, constant_loss = (
        study.curves.pivot_table(index="epoch", columns="condition", values="train_loss") for study in (found, whole)
    )
    assert list(late_loss.iloc[:, 0] == late_loss.iloc[:, 1]) == [True, True, False]  # none until epoch 2, then all
    assert not (constant_loss.iloc[:, 0] == constant_loss.iloc[:, 1]).any()
    assert len(set(found.trials["trial"]) & set(whole.trials["trial"])) == 2  # the baseline's, of two seeds


def test_its_settings_are_those_of_its_record() -> None:
    dropout = {"kind": "uniform", "schedule": "early", "scaling": "inference"}
    settings = noise_settings(study_from_mapping({**TINY, "dropout": dropout}))
    assert list(settings) == ["kind", "schedule", "schedule_until"]


def test_a_name_spelt_wrong_is_told_of_it() -> None:
    with pytest.raises(ConfigError, match=r"concrete, uniform\. Got uniforn\. Did you mean uniform\?"):
        study_from_mapping({**TINY, "dropout": {"kind": "uniforn"}})


def test_every_surface_speaks_of_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    axes = {"sweep": {"dropout.kind": ["bernoulli", "uniform"]}, "dropout": {"schedule": "linear"}}
    said, loaded = surfaces(axes, tmp_path, capsys)
    assert {"run", "summary", "html", "markdown", "notebook"} <= {
        name for name in said if "uniform noise" in said[name]
    }
    assert UNIFORM.sentence in said["html"]
    assert UNIFORM.paper in said["latex"]
    assert "@misc{nobody2026," in said["latex"]
    assert "zoph2018" in said["latex"]
    assert "kind uniform" in said["html"]
    assert set(loaded.trials["status"]) == {"complete"}
    printed = mask("uniform", capsys)
    assert "Uniform dropout in train mode: rate 0.3\n" in printed
    assert "variance 0.4286." in " ".join(printed.split())


def test_it_is_gone_afterwards() -> None:
    with registered(KINDS, Kind(**{**vars(UNIFORM), "name": "passing"})):
        assert "passing" in KINDS
    assert "passing" not in KINDS
    with pytest.raises(ConfigError, match=r"concrete, uniform\. Got passing"):
        study_from_mapping({**TINY, "dropout": {"kind": "passing"}})
