"""`plot`: figures from the CSV files alone.

Floor 5, cli. Owns where figures are saved and in which formats; must not know how one is drawn, and never imports
torch, so that results can be plotted on a machine without it.
"""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dropout_lab.cli import streams
from dropout_lab.errors import INCOMPLETE, FolderError, UserError

if TYPE_CHECKING:
    from dropout_lab.drawing import Format


class Point(StrEnum):
    """The points of a trial that a plot can show."""

    BEST = "best"
    LAST = "last"
    STOP = "stop"


def plot(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A study's folder, or a folder of studies.")],
    formats: Annotated[
        str, typer.Option("--format", metavar="F1,F2", help="File formats: png, svg, pdf, or several of them.")
    ] = "png",
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder of the plots. Default: plots/ in the study's folder."),
    ] = None,
    point: Annotated[
        Point,
        typer.Option(
            help="Epoch shown in the curves against rate: best (lowest val loss), last, or stop (by patience)."
        ),
    ] = Point.LAST,
) -> None:
    """Draw a study's curves from its CSV files.

    Losses, scores and gaps against epoch; for two rates or more also against rate. Prints the paths of the plots.
    """
    from dropout_lab.results import find_studies
    from dropout_lab.study import bring_up_to_date

    wanted = read_formats(formats)
    studies = find_studies(path)
    n_empty = 0
    for study in studies:
        folder = study / "plots" if out is None else out / study.name if len(studies) > 1 else out
        try:
            bring_up_to_date(study)
            saved = _save_plots(study, folder, wanted, point)
        except FolderError as error:
            if len(studies) == 1:
                raise
            streams.say(f"error: {error}")
            saved = []
        n_empty += not saved
        for file in saved:
            streams.result(str(file))
    if n_empty:
        raise typer.Exit(INCOMPLETE)


def read_formats(text: str) -> "list[Format]":
    """Read the value of --format.

    Raises:
        UserError: it names another format.
    """
    from dropout_lab.drawing import FORMATS

    names = [name.strip().lower() for name in text.split(",")]
    known = [name for name in FORMATS if name in names]
    for name in names:
        if name not in known:
            raise UserError(
                f"command line: --format must name some of {', '.join(FORMATS)}. Got {name or 'nothing'}. "
                "Join several by commas: png,svg."
            )
    return known


def _save_plots(study: Path, folder: Path, formats: "list[Format]", point: Point) -> list[Path]:
    """Draw one study and return the files; none, and a message, where no trial is complete."""
    from dropout_lab.drawing import encode, figures
    from dropout_lab.results import read_results
    from dropout_lab.results.atomic import write_file

    results = read_results(study)
    task = results.manifest["task"]
    drawn = figures(results.curves, results.trials, study=results.study, task=task, point=point.value)
    if not drawn:
        streams.say(
            f"error: {study}: a plot needs a complete trial. Got none of {len(results.trials):,}. "
            f"See dropout-lab status {study}, and run the study again."
        )
        return []
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            f"{folder}: plots need a folder. Got: {error.strerror}. Name another place with --out."
        ) from None
    files = {folder / f"{stem}.{name}": (figure, name) for stem, figure in drawn.items() for name in formats}
    for path, (figure, name) in files.items():
        write_file(path, encode(figure, name))
    return list(files)
