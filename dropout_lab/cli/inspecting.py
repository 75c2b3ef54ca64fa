"""`status`, `check` and `schema`: look without training.

Owns what they print; imports no torch.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dropout_lab.cli import options, streams
from dropout_lab.errors import INCOMPLETE, FolderError
from dropout_lab.wording import plural

if TYPE_CHECKING:
    from dropout_lab.study import StudyStatus

_STATUSES = {"complete": "complete", "diverged": "diverged", "failed": "failed", "interrupted": "missing"}
"""Status -> how it is called here: to someone who asks what is there, a planned trial without a result is missing."""


def status(
    path: Annotated[Path, typer.Argument(metavar="DIR", help="A study's folder, or a folder of studies.")],
    as_json: options.Json = False,
) -> None:
    """Show which trials are complete, diverged, failed or missing.

    Reads only, and may be asked while a study runs.
    """
    from dropout_lab.cli.records import as_json as json_text
    from dropout_lab.results import find_studies
    from dropout_lab.study import folder_status

    studies: dict[Path, StudyStatus] = {}
    folders = find_studies(path)
    for folder in folders:
        try:
            studies[folder] = folder_status(folder)
        except FolderError as error:
            if len(folders) == 1:
                raise
            streams.say(f"error: {error}")
    if as_json:
        streams.result(json_text([row for folder, found in studies.items() for row in status_rows(folder, found)]))
    elif studies:
        streams.result("\n\n".join(status_text(folder, found) for folder, found in studies.items()))
    if len(studies) < len(folders):
        raise typer.Exit(INCOMPLETE)


def status_rows(folder: Path, found: "StudyStatus") -> list[dict[str, object]]:
    """Return a row of plain values for each condition of a study: its trials by status."""
    rows: dict[str, dict[str, object]] = {}
    for label, statuses in found.trials.groupby("condition", sort=False)["status"]:
        counts = {name: int((statuses == status).sum()) for status, name in _STATUSES.items()}
        rows[str(label)] = {"folder": str(folder), "condition": str(label), "trials": len(statuses), **counts}
    return list(rows.values())


def status_text(folder: Path, found: "StudyStatus") -> str:
    """Set a study's state as text: totals, a table of conditions, and every failure's reason."""
    from dropout_lab.document import Column
    from dropout_lab.document.terminal import aligned

    rows = status_rows(folder, found)
    counts = [f"{found.counts.get(status, 0):,} {name}" for status, name in _STATUSES.items()]
    columns = [Column("condition", [str(row["condition"]) for row in rows], kind="text")]
    columns += [Column(name, [str(row[name]) for row in rows]) for name in ("trials", *_STATUSES.values())]
    lines = [f"{folder}: {found.state}, {plural(found.plan_size, 'trial')}: {', '.join(counts)}", ""]
    lines.append(aligned(columns, width=streams.table_width()))
    reasons = found.trials["failure"].dropna().value_counts()
    lines += [f"failed {count:,} times: {reason}" for reason, count in reasons.items()]
    if found.state == "interrupted" or found.counts.get("interrupted") or found.counts.get("failed"):
        lines.append("The study's command, given again, trains what is missing or failed.")
    return "\n".join(lines)


def check(config: options.Config, overrides: options.Overrides = None) -> None:
    """Check a config and print it resolved, as YAML.

    Every default is filled in. Reads no data: sizes are checked against the data by run --dry-run.
    """
    from dropout_lab.config import resolved_yaml

    streams.result(resolved_yaml(options.read(config, overrides)).rstrip("\n"))


def schema() -> None:
    """Print the JSON Schema of configs, for editors.

    A config's first line may point to it: # yaml-language-server: $schema=schema.json
    """
    import json

    from dropout_lab.config import json_schema

    streams.result(json.dumps(json_schema(), indent=2, ensure_ascii=False))
