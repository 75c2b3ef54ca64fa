"""What every report says, whatever it is written in: gathered once from a study's results.

Owns which facts a report has and in which order its rows stand. Texts are plain: each writer escapes them for its own
language.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dropout_lab.document import Table
from dropout_lab.findings import StudyView
from dropout_lab.metrics import TaskName
from dropout_lab.report import tables
from dropout_lab.report.methods import Paragraph, how_it_was_measured
from dropout_lab.report.provenance import (
    Command,
    Fact,
    cite,
    config_yaml,
    data_facts,
    environment_facts,
    rerun_commands,
)
from dropout_lab.results import Layout, Results, format_setting
from dropout_lab.verdict import Verdict
from dropout_lab.verdict import verdict as judge


@dataclass(frozen=True)
class ConditionRow:
    """One condition.

    Args:
        label: as in the tables, such as ``rate=0.5 data.train_size=100``.
        settings: the value, as text, of every name in `Contents.settings`; empty where it does not apply.
        baseline: the label of its baseline, its own for a baseline.
        group: the settings that are not dropout's, as text; conditions of one group share a baseline.
        is_chosen: whether val chose it among the conditions with dropout of its group.
        statuses: status -> number of trials, as in trials.csv.
        paragraph: the verdict on it.
    """

    label: str
    settings: Mapping[str, str]
    baseline: str
    group: tuple[str, ...]
    is_chosen: bool
    statuses: Mapping[str, int]
    paragraph: str

    @property
    def is_baseline(self) -> bool:
        """Tell whether it is a baseline."""
        return self.label == self.baseline


@dataclass(frozen=True)
class Contents:
    """All that a report says.

    Args:
        name: the study's.
        task: ``classification`` or ``regression``.
        updated: when the results were last written, UTC, ISO 8601: the report's date.
        verdict: headline, paragraphs, notes.
        settings: the columns that tell conditions apart: ``rate``, ``input_rate`` where it varies or is not 0, swept
            paths.
        group_paths: those among `settings` that are not dropout's.
        metrics: metrics that have estimates, in the summary's order.
        estimands: those that have estimates: ``split``, ``population``.
        conditions: every condition, in table order.
        reported: those that the answers speak of: where settings are tuned, those with the config's own values.
        focus: label of the condition that val chose among these, for examples and key numbers; the baseline of lowest
            val loss where no condition with dropout has a complete trial; None where no trial is complete.
        extras: tables of what only some studies have, in reading order.
        methods: how it was measured, paragraph by paragraph.
        gaps: the gap as `fit` prints it beside the honest one, for the focus and its baseline.
        data, environment: names and values.
        config: the resolved config, as YAML.
        citation, bibtex: how to cite the software and this study.
        rerun: commands that train it again.
        study: what holds for it, and its numbers to look up.
        results: where all of it came from: trials and curves are read there.
    """

    name: str
    task: TaskName
    updated: str
    verdict: Verdict
    settings: tuple[str, ...]
    group_paths: tuple[str, ...]
    metrics: tuple[str, ...]
    estimands: tuple[str, ...]
    conditions: tuple[ConditionRow, ...]
    reported: tuple[ConditionRow, ...]
    focus: str | None
    methods: tuple[Paragraph, ...]
    gaps: Table | None
    extras: tuple[Table, ...]
    data: tuple[Fact, ...]
    environment: tuple[Fact, ...]
    config: str
    citation: str
    bibtex: str
    rerun: tuple[Command, ...]
    study: StudyView
    results: Results

    def condition(self, label: str) -> ConditionRow:
        """Return the condition of that label.

        Raises:
            KeyError: there is none.
        """
        return {row.label: row for row in self.conditions}[label]


def gather(results: Results, *, verdict: Verdict | None = None) -> Contents:
    """Gather what a report says.

    Args:
        results: the study.
        verdict: its verdict, where it is known already; None works it out.
    """
    manifest, study = results.manifest, results.study
    judged = judge(results) if verdict is None else verdict
    found, entries = judged.view, manifest["conditions"]
    focus = found.focus
    paths = Layout.of_study(study, manifest["task"]).swept
    group_paths = tuple(path for path in paths if not path.startswith("dropout."))
    has_input_rate = any(entry["input_rate"] != 0 for entry in entries)
    rows = tuple(
        ConditionRow(
            label=entry["label"],
            settings={name: _setting(dict(entry), name) for name in ("rate", "input_rate", *paths)},
            baseline=entry["baseline"],
            group=tuple(_setting(dict(entry), path) for path in group_paths),
            is_chosen=found.is_chosen(entry["label"]),
            statuses=found.conditions[entry["label"]].counts,
            paragraph=judged.conditions.get(entry["label"], ""),
        )
        for entry in entries
    )
    citation, bibtex = cite(results)
    return Contents(
        name=str(study.get("name", results.path.name)),
        task=manifest["task"],
        updated=manifest["updated"],
        verdict=judged,
        settings=("rate", *(["input_rate"] if has_input_rate else []), *paths),
        group_paths=group_paths,
        metrics=found.metrics,
        estimands=found.estimands,
        conditions=rows,
        reported=tuple(row for row in rows if row.label in found.reported),
        focus=focus,
        methods=how_it_was_measured(found),
        gaps=tables.honest_gap(found, [found.baselines[focus], focus] if focus else []),
        extras=_extras(judged),
        data=data_facts(found),
        environment=environment_facts(found),
        config=config_yaml(study),
        citation=citation,
        bibtex=bibtex,
        rerun=rerun_commands(results),
        study=found,
        results=results,
    )


def _extras(verdict: Verdict) -> tuple[Table, ...]:
    facts, study = verdict.facts, verdict.view
    found = (
        tables.references(study),
        tables.tuning(facts, study),
        *tables.contests(facts, study),
        tables.learnt(study),
        tables.sampling(facts, study),
    )
    return tuple(table for table in found if table is not None)


def _setting(entry: Mapping[str, Any], name: str) -> str:
    if name in ("rate", "input_rate"):
        return format_setting(entry[name])
    return format_setting(entry["swept"][name]) if name in entry["swept"] else ""
