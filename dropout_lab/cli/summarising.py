"""`summary`: the statistics of a study and its verdict.

Owns which rows of a summary are shown, as text or as JSON; never imports torch.
"""

import json
import math
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dropout_lab.cli import streams
from dropout_lab.cli.plotting import Point
from dropout_lab.errors import INCOMPLETE, UserError

if TYPE_CHECKING:
    from dropout_lab.cli.records import Row
    from dropout_lab.cli.summary_rows import Asked, Found
    from dropout_lab.results import Results


class Estimand(StrEnum):
    """What an interval speaks of."""

    SPLIT = "split"
    POPULATION = "population"


def summary(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A study's folder, or a folder of studies.")],
    metric: Annotated[
        str, typer.Option(metavar="METRIC", help="A metric of summary.csv, such as loss_gap or val_accuracy.")
    ] = "val_loss",
    point: Annotated[
        Point | None,
        typer.Option(
            help="Epoch of the numbers: last, best (lowest val loss), or stop (by patience). Default: last, and best "
            "for what is tuned.",
            show_default=False,
        ),
    ] = None,
    estimand: Annotated[
        Estimand | None,
        typer.Option(
            help="What the intervals speak of: split (these rows) or population (data like this). Default: both.",
            show_default=False,
        ),
    ] = None,
    margin: Annotated[
        float | None,
        typer.Option(
            metavar="X",
            help="Smallest difference that matters, in the metric's unit: adds whether a condition is no worse than "
            "its baseline, or equivalent, within it.",
        ),
    ] = None,
    best_over: Annotated[
        str | None,
        typer.Option(
            metavar="PATHS",
            help="Swept settings, such as training.learning_rate,model.width, that each side of a comparison chooses "
            "for itself: best against best comes first. Default: learning rate, its schedule and batch size.",
            show_default=False,
        ),
    ] = None,
    fixed: Annotated[
        bool, typer.Option("--fixed", help="Group by group alone: every swept setting is studied for its own sake.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print rows and verdict as JSON instead of text.")] = False,
) -> None:
    """Print a study's statistics and its verdict.

    A row for each condition: n, mean, sd, 95 % interval, and the difference to the baseline, paired by seed. Of a
    folder of studies it prints each.
    """
    from dropout_lab.cli.summary_rows import Asked, find
    from dropout_lab.cli.summary_text import summary_text
    from dropout_lab.results import find_studies, read_results
    from dropout_lab.study import bring_up_to_date

    at, tuned_at = point or Point.LAST, point or Point.BEST
    paths = () if fixed else None if best_over is None else tuple(part.strip() for part in best_over.split(","))
    asked = Asked(metric, at.value, estimand.value if estimand else None, margin, tuned_at.value, paths)
    studies = find_studies(path)
    printed: list[Any] = []
    for study in studies:
        try:
            bring_up_to_date(study)
            results = read_results(study)
            found = find(results, asked)
            printed.append(_as_json(results, asked, found) if as_json else summary_text(results, asked, found))
        except UserError as error:
            if len(studies) == 1:
                raise
            streams.say(f"error: {error}")
    if as_json:
        streams.result(json.dumps(printed, indent=2, allow_nan=False, ensure_ascii=False))
    elif printed:
        streams.result("\n\n\n".join(printed))
    if len(printed) < len(studies):
        raise typer.Exit(INCOMPLETE)


def _as_json(results: "Results", asked: "Asked", found: "Found") -> dict[str, Any]:
    """Return a study's rows and verdict as plain values; `docs/cli.md` has the keys."""
    from dropout_lab.cli.records import records

    heading = {"folder": str(results.path), "study": results.study["name"], "task": results.manifest["task"]}
    rows = [{**row, **(_equivalence_of(row, found) if asked.margin else {})} for row in records(found.rows)]
    tuned = results.tuned[(results.tuned["metric"] == asked.metric) & (results.tuned["point"] == asked.tuned_point)]
    measured = {"unit": found.unit, "rows": rows, "tuned": records(tuned)}
    return {**heading, **asdict(asked), **measured, "verdict": found.verdict.as_json()}


def _equivalence_of(row: "Row", found: "Found") -> dict[str, object]:
    one = found.equivalences.get(str(row["condition"])) if row["estimand"] == "split" else None
    if one is None:
        return dict.fromkeys(("p_no_worse", "p_equivalent", "conclusion"))
    p_no_worse, p_equivalent = (None if math.isnan(p) else p for p in (one.p_no_worse, one.p_equivalent))
    return {"p_no_worse": p_no_worse, "p_equivalent": p_equivalent, "conclusion": one.conclusion}
