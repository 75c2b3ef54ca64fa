"""Every kind of noise and every schedule has all its facets, and every surface speaks of it."""

import re
from dataclasses import fields
from pathlib import Path

import pytest
from surfaces import STUDY, mask, surfaces

import dropout_lab as dl
from dropout_lab.activations import ACTIVATIONS
from dropout_lab.config import settings
from dropout_lab.findings.study import StudyView
from dropout_lab.noise import KINDS, SCALINGS, SCHEDULES, Kind, ScheduleKind, law_of
from dropout_lab.report.methods import how_it_was_measured
from dropout_lab.results import read_results

CITED = re.compile(r"\\cite\{+([\w,]+)\}+")
OPTIONAL = {"noun_beside_others", "paper_options", "activation", "activation_reason", "options"}


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_kind_has_every_facet(kind: Kind) -> None:
    empty = {field.name for field in fields(kind) if getattr(kind, field.name) in ("", (), None)}
    assert empty <= OPTIONAL
    assert KINDS[kind.name] is kind
    assert set(kind.citations) == set(CITED.findall(kind.paper))
    own = {path[1] for path in settings() if path[0] == "dropout"}
    assert set(kind.settings) <= own
    assert all(f"{{{name}}}" in kind.paper_options for name in kind.options)
    assert (not kind.activation) or (kind.activation in ACTIVATIONS and kind.activation_reason)
    assert kind.shown.drawn.format(rate="0.5", variance="1", off="x").count("{") == 0
    assert kind.sentence.endswith(".")


@pytest.mark.parametrize("schedule", SCHEDULES.values(), ids=SCHEDULES)
def test_a_schedule_has_every_facet_or_changes_nothing(schedule: ScheduleKind) -> None:
    if schedule.is_constant:
        return
    assert schedule.does
    assert schedule.sentence.endswith(".")
    assert set(schedule.citations) == set(CITED.findall(schedule.paper))
    assert bool(schedule.switch) == ("schedule_until" in schedule.options)


@pytest.mark.parametrize("kind", [kind for kind in KINDS.values() if kind.has_kernels], ids=lambda kind: kind.name)
def test_kernels_know_thresholds_and_scales_of_units_alone(kind: Kind) -> None:
    assert len(law_of(kind.name).coefficients(0.5)) == 2
    assert not kind.on_weights


def test_every_surface_speaks_of_every_kind(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    axes = {"model": {"hidden": [6], "activation": "selu"}, "sweep": {"dropout.kind": list(KINDS)}}
    said, loaded = surfaces(axes, tmp_path, capsys)
    for kind in KINDS.values():
        noun = kind.noun_beside_others or kind.noun
        assert [
            name for name in ("summary", "html", "markdown", "notebook") if noun.lower() not in said[name].lower()
        ] == []
        assert kind.sentence in said["html"].replace("&#39;", "'")
        assert kind.paper in said["latex"]
        assert [key for key in kind.citations if f"{{{key}," not in said["latex"]] == []
        assert f"kind {kind.name}" in said["html"]
    assert set(loaded.trials["status"]) == {"complete"}


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("mode", ["train", "eval"])
def test_mask_shows_every_kind(kind: Kind, mode: str, capsys: pytest.CaptureFixture[str]) -> None:
    printed = mask(kind.name, capsys, "--mode", mode)
    assert printed.startswith(f"{kind.title} in {mode} mode: rate 0.3")
    assert ("keep probability" in printed.splitlines()[0]) == kind.drops


def test_every_schedule_is_told_by_verdict_and_reports(tmp_path: Path) -> None:
    settings = {**STUDY, "sweep": {"dropout.schedule": list(SCHEDULES)}}
    study = dl.run(settings, out=tmp_path, threads=1, progress=False)
    paragraphs = how_it_was_measured(StudyView(read_results(study.path)))
    explained, latex = " ".join(paragraph.text for paragraph in paragraphs), study.report("latex")
    for schedule in SCHEDULES.values():
        assert schedule.sentence in explained
        assert [key for key in schedule.citations if f"{{{key}," not in latex] == []
        assert f"{schedule.name} dropout" in str(study.verdict).lower()


def test_scalings_are_told_apart() -> None:
    assert [scaling.is_at_inference for scaling in SCALINGS.values()] == [False, True]
