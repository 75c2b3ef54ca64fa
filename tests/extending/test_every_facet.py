"""Every record of every registry has all that the rooms ask of it."""

import inspect
import re
from collections import Counter
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

import dropout_lab as dl
from dropout_lab.activations import ACTIVATIONS, INITIALISATIONS, OUTPUT_INITIALISATION
from dropout_lab.cli import options
from dropout_lab.config import settings
from dropout_lab.data import SOURCES
from dropout_lab.drawing import FIGURES, Figure, needs_of
from dropout_lab.findings import StudyView
from dropout_lab.kernels import updates
from dropout_lab.metrics import LOSS, METRICS, TASKS, Metric, Task
from dropout_lab.noise import KINDS, SCALINGS, SCHEDULES, Kind, ScheduleKind, law_of
from dropout_lab.optimizers import OPTIMIZERS
from dropout_lab.report.citations import ENTRIES
from dropout_lab.results import read_results
from dropout_lab.study.executors import EXECUTORS

metrics = pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
tasks = pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
FIGURE = pytest.mark.parametrize("figure", FIGURES.values(), ids=FIGURES)
SECTIONS = {"", "figures", "tuning", "learnt", "sampling"}
CITED = re.compile(r"\\cite\{+([\w,]+)\}+")
MAY_BE_EMPTY = {"spoken_unit", "spoken_unit_of_one", "loss_note"}
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


def test_scalings_are_told_apart() -> None:
    assert [scaling.is_at_inference for scaling in SCALINGS.values()] == [False, True]


@FIGURE
def test_every_figure_says_what_it_is_called_shows_and_needs(figure: Figure, study: dl.StudyResults) -> None:
    assert FIGURES[figure.name] is figure
    assert figure.method.isidentifier()
    assert figure.shows
    assert not figure.shows.endswith(".")
    is_everywhere = figure.is_carried is Figure.is_carried
    assert bool(figure.needs) == bool(figure.mend(StudyView(read_results(study.path)))) == (not is_everywhere)
    assert figure.section in SECTIONS
    assert figure.scope in {"", "overview", "detail"}
    assert needs_of(figure.picture_name("loss")) == figure.needs


@FIGURE
def test_a_figure_takes_what_its_record_says(figure: Figure) -> None:
    taken = inspect.signature(figure.draw).parameters
    assert ("metric" in taken, "point" in taken) == (figure.has_metrics, figure.has_point)


@FIGURE
def test_the_document_lists_every_figure_as_its_record_says(figure: Figure, repository_root: Path) -> None:
    text = (repository_root / "docs" / "figures.md").read_text("utf-8")
    name, called = f"`{figure.picture_name('loss')}`", f"`study.plot.{figure.method}()`"
    assert f"| {name} | {called} | {figure.shows} | {figure.needs or 'a complete trial'} |\n" in text


@FIGURE
def test_a_method_is_named_and_explained_as_its_figure(figure: Figure, study: dl.StudyResults) -> None:
    assert figure.method in dir(study.plot)
    method = getattr(study.plot, figure.method)
    assert (method.__name__, method.__doc__.partition("\n")[0]) == (figure.method, f"Draw {figure.shows}.")
    asked = set(inspect.signature(method).parameters)
    assert "style" in asked
    assert ("metric" in asked, "point" in asked) == (figure.has_metrics, figure.has_point)


@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_every_optimizer_says_all_there_is_to_say(optimizer):
    assert optimizer.words
    assert optimizer.n_slots >= 0
    assert set(optimizer.settings) <= {"momentum"}
    assert all(key in ENTRIES for key in optimizer.citations)


def test_every_compiled_update_is_that_of_an_optimizer_and_has_room_for_what_it_remembers():
    assert set(updates.CODES) <= set(OPTIMIZERS)
    assert len(set(updates.CODES.values())) == len(updates.CODES)
    assert all(OPTIMIZERS[name].n_slots <= updates.N_SLOTS for name in updates.CODES)


@pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=ACTIVATIONS)
def test_every_activation_says_all_there_is_to_say(activation):
    assert activation.words
    scheme = INITIALISATIONS[activation.initialisation]
    assert not scheme.suits_the_activation


def test_the_output_layer_has_a_scheme_of_its_own():
    assert not INITIALISATIONS[OUTPUT_INITIALISATION].suits_the_activation


def test_the_kernels_compute_one_activation():
    assert [name for name, activation in ACTIVATIONS.items() if activation.is_relu] == ["relu"]


@pytest.mark.parametrize("scheme", INITIALISATIONS.values(), ids=INITIALISATIONS)
def test_every_initialisation_says_all_there_is_to_say(scheme):
    assert scheme.words
    assert scheme.citations


@pytest.mark.parametrize("executor", EXECUTORS.values(), ids=EXECUTORS)
def test_every_executor_says_all_there_is_to_say(executor):
    assert EXECUTORS[executor.name] is executor
    assert executor.words
    assert callable(executor.runner)
    assert callable(executor.is_chosen)


def test_the_executors_are_named_where_one_is_asked_for():
    help_text = options.Executor.__metadata__[0].help
    for name in EXECUTORS:
        assert name in help_text
        assert f"``{name}``" in inspect.getdoc(dl.run)


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_the_docs_say_what_every_source_is(source, repository_root):
    name = f"*{source.name}" if source.is_file else source.name
    row = f"| `{name}` | {source.words} | {source.origin or 'you'} |"
    assert row in (repository_root / "docs" / "config.md").read_text("utf-8").splitlines()


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_every_source_says_all_there_is_to_say(source):
    assert SOURCES[source.name] is source
    assert source.words
    assert source.is_file == (not source.origin) == (source.task is None)
    assert source.is_file or not source.needs_target
    assert source.name == source.name.lower()


def empty(thing: Metric | Task) -> list[str]:
    return [one.name for one in fields(thing) if getattr(thing, one.name) == "" and one.name not in MAY_BE_EMPTY]


@metrics
def test_a_metric_has_its_words_and_its_ends(metric: Metric) -> None:
    assert METRICS[metric.name] is metric
    assert not empty(metric)
    assert metric.lowest < metric.highest
    assert metric.better in {"lower", "higher", None}
    assert metric.unit.format(target="y")
    assert metric.axis_unit.format(target="y")


@tasks
def test_a_task_has_its_words_and_its_metrics(task: Task) -> None:
    assert TASKS[task.name] is task
    assert not empty(task)
    assert task.loss.column == LOSS
    assert task.loss.of_rows == "losses"
    assert np.dtype(task.prediction_type).kind == ("i" if task.predicts_classes else "f")
    assert {*task.metrics, *task.of_averages} <= set(METRICS.values())
    assert max(Counter(metric.column for metric in (*task.metrics, *task.of_averages)).values()) == 1
    assert set(task.averages_with_intervals) <= {*task.metrics, *task.of_averages}


@tasks
def test_a_metric_of_a_task_has_a_direction_and_one_way_to_be_computed(task: Task) -> None:
    for metric in task.metrics:
        assert metric.better is not None
        assert (metric.of_rows is None) != (metric.of_split is None)
        assert metric.of_rows != "hits" or task.predicts_classes
