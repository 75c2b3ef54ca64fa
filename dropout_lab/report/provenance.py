"""Where a study's numbers come from: data, environment, how to cite it and how to train it again.

Reads the manifest and the counts of the trials. Facts are names and texts.
"""

import shlex
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from dropout_lab.config.core_yaml import yaml_text
from dropout_lab.data.sources import is_file_name
from dropout_lab.findings import StudyView
from dropout_lab.results import Results, RunEntry, format_setting
from dropout_lab.results.axes import values_of

_NAMED = 12  # runs, devices or versions beyond this are counted
_AGAIN = "again"


class Fact(NamedTuple):
    """A name and its value."""

    name: str
    value: str


class Command(NamedTuple):
    """What a command is for, and the command."""

    purpose: str
    command: str


def data_facts(study: StudyView) -> tuple[Fact, ...]:
    """Say which rows were used: source, split, scaling, and the fingerprint of the contents."""
    config, manifest = study.results.study, study.results.manifest

    def setting(name: str) -> str:
        return ", ".join(map(format_setting, values_of(config, f"data.{name}", None)))

    facts = [Fact("source", setting("source")), Fact("task", study.task)]
    if config["data"].get("target") is not None:
        facts.append(Fact("target", setting("target")))
    facts += [Fact(f"{split} rows", _range(study.series.range_of(f"n_{split}"))) for split in ("train", "val", "test")]
    facts += [
        Fact("split seed", setting("split_seed")),
        Fact("scaling", setting("scaling")),
        Fact("label noise on train rows", setting("label_noise")),
    ]
    prints = manifest["data_fingerprints"].items()
    return (*facts, *(Fact(f"SHA-256 of {source}", fingerprint) for source, fingerprint in prints))


def environment_facts(study: StudyView) -> tuple[Fact, ...]:
    """Say what trained the study: versions, devices, threads, times, and runs before the last one."""
    manifest, seconds = study.results.manifest, study.seconds
    runs: list[RunEntry] = [*manifest["earlier_runs"], manifest]
    facts = [
        Fact("dropout-lab", _each(run["dropout_lab"] for run in runs)),
        Fact("Python", _each(run["python"] for run in runs)),
    ]
    names = dict.fromkeys(name for run in runs for name in run["packages"])
    facts += [Fact(name, _each(run["packages"].get(name, "none") for run in runs)) for name in names]
    return (
        *facts,
        Fact("platform", _each(run["platform"] for run in runs)),
        Fact("device", _each(study.devices) or manifest["device"]),
        Fact("cohorts at once", _each(str(run["threads"]) for run in runs)),
        Fact("precision", format_setting(study.results.study.get("precision"))),
        Fact("training time, all trials", f"{seconds:,.1f} s" if seconds < 600 else f"{seconds / 60:,.0f} min"),
        Fact("begun", _time(manifest["created"])),
        Fact("last written", _time(manifest["updated"])),
        Fact("git commit (working directory)", _each(run["git_commit"] or "none" for run in runs)),
        Fact("runs", str(len(runs))),
    )


def rerun_commands(results: Results) -> tuple[Command, ...]:
    """Return the command that trains the whole study again, the last one given to train it, and what to install.

    The last command may have trained a part alone, or added seeds; the recorded config holds all of the study, with its
    name, so that the new results have a folder of that name.
    """
    manifest, source = results.manifest, str(results.study["data"]["source"])
    name = str(results.study.get("name", results.path.name))
    again = ["dropout-lab", "run", f"{results.path.name or name}/study.yaml"]
    is_file = is_file_name(source)
    if is_file:
        again.append(f"data.source={source}")
    whole = f"The whole study as recorded, beside its folder, into {_AGAIN}/{name}"
    whole += " (name where your data file is)" if is_file else ""
    packages = " ".join(f"{name}=={version.partition('+')[0]}" for name, version in manifest["packages"].items())
    return (
        Command(whole, shlex.join([*again, "--out", _AGAIN])),
        Command("Last command given", shlex.join(manifest["command"])),
        Command("The versions that it was trained with", f"pip install {packages}"),
    )


def cite(results: Results) -> tuple[str, str]:
    """Return how to cite the software that made the study: as a sentence, and as BibTeX."""
    version, year = results.manifest["dropout_lab"], results.manifest["updated"][:4]
    sentence = f"dropout-lab contributors ({year}). dropout-lab (version {version}) [Computer software]."
    bibtex = "\n".join(
        [
            "@software{dropout_lab,",
            "  author  = {{dropout-lab contributors}},",
            "  title   = {dropout-lab},",
            f"  version = {{{version}}},",
            f"  year    = {{{year}}}",
            "}",
        ]
    )
    return sentence, bibtex


def config_yaml(study: Mapping[str, Any]) -> str:
    """Return a resolved study, of plain mappings and lists, as YAML text that reads back as the same study."""
    lines = []
    for name, value in study.items():
        if isinstance(value, Mapping) and name not in ("sweep", "tune"):
            lines += [f"{name}:", *(f"  {leaf}: {yaml_text(setting)}" for leaf, setting in value.items())]
        else:
            lines.append(f"{name}: {yaml_text(value)}")
    return "\n".join(lines) + "\n"


def _each(values: Iterable[str]) -> str:
    distinct = list(dict.fromkeys(map(str, values)))
    more = f" and {len(distinct) - _NAMED} more" if len(distinct) > _NAMED else ""
    return ", ".join(distinct[:_NAMED]) + more


def _range(ends: tuple[int, int] | None) -> str:
    if ends is None:
        return "unknown: no trial is finished"
    low, high = ends
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def _time(stamp: str) -> str:
    """Write an ISO 8601 time of the manifest as people read it: `2026-11-21 21:27 UTC`."""
    return f"{stamp[:10]} {stamp[11:16]} UTC"
