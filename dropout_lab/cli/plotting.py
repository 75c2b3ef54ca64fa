"""`plot`: figures from the CSV files alone.

Owns which figures are asked for, where they are saved and in which formats; never imports torch, so that results can be
plotted on a machine without it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dropout_lab.cli import streams
from dropout_lab.errors import INCOMPLETE, FolderError, UserError, complaint, did_you_mean
from dropout_lab.metrics import metric_columns

if TYPE_CHECKING:
    from dropout_lab.drawing import Picture
    from dropout_lab.results import Results

_NUMBERS = "csv"  # beside the formats of a figure: its numbers


class Point(StrEnum):
    """The points of a trial that a plot can show."""

    BEST = "best"
    LAST = "last"
    STOP = "stop"


class Style(StrEnum):
    """The looks of a plot."""

    LIGHT = "light"
    DARK = "dark"
    SLIDE = "slide"
    SLIDE_DARK = "slide-dark"


@dataclass(frozen=True)
class _Wanted:
    """What was asked for; None stands for all that a study has.

    Args:
        metrics, figures: by name.
        point: as `drawing.pictures` takes it.
        style: as `drawing.pictures` takes it.
        formats: the endings of the files.
    """

    metrics: Sequence[str] | None
    figures: Sequence[str] | None
    point: Point
    style: Style
    formats: Sequence[str]


class _UnfitError(UserError):
    """What was asked for is not in a study, and would be in another."""


def plot(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A study's folder, or a folder of studies.")],
    metrics: Annotated[
        str | None,
        typer.Option(
            "--metric",
            metavar="M1,M2",
            help=f"Metrics: {', '.join(metric_columns())}. Default: all of the study's.",
        ),
    ] = None,
    figures: Annotated[
        str | None,
        typer.Option(
            "--figure",
            metavar="NAME,...",
            help="Figures, by their names: loss_curves, gap_curves, and so on. Default: all that the study has.",
        ),
    ] = None,
    point: Annotated[
        Point,
        typer.Option(help="Epoch of which a figure without epochs speaks: best (lowest val loss), last, or stop."),
    ] = Point.LAST,
    style: Annotated[
        Style,
        typer.Option(help="light for a journal's page, dark for a dark page, slide and slide-dark for a slide."),
    ] = Style.LIGHT,
    formats: Annotated[
        str,
        typer.Option("--format", metavar="F1,F2", help="File formats: png, svg, pdf, and csv for a figure's numbers."),
    ] = "png",
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder of the plots. Default: plots/ in the study's folder."),
    ] = None,
) -> None:
    """Draw a study's figures from its CSV files.

    Losses, scores and gaps against epoch, and whatever else the study's grid can show. Prints the paths of the plots.
    """
    from dropout_lab.drawing import FORMATS, METRICS, all_names
    from dropout_lab.results import find_studies
    from dropout_lab.study import bring_up_to_date

    wanted = _Wanted(
        metrics=None if metrics is None else _read_list(metrics, "--metric", METRICS),
        figures=None if figures is None else _read_list(figures, "--figure", all_names()),
        point=point,
        style=style,
        formats=_read_list(formats, "--format", (*FORMATS, _NUMBERS)),
    )
    studies = find_studies(path)
    n_empty = 0
    for study in studies:
        folder = study / "plots" if out is None else out / study.name if len(studies) > 1 else out
        try:
            bring_up_to_date(study)
            saved = _plot_one(study, folder, wanted)
        except (FolderError, _UnfitError) as error:
            if len(studies) == 1:
                raise
            streams.say(f"error: {error}")
            saved = []
        n_empty += not saved
        for file in saved:
            streams.result(str(file))
    if n_empty:
        raise typer.Exit(INCOMPLETE)


def _read_list(text: str, option: str, known: Sequence[str]) -> list[str]:
    """Read the value of an option that takes several names.

    Raises:
        UserError: it names something else.
    """
    names = [name.strip().lower() for name in text.split(",")]
    for name in names:
        if name not in known:
            mend = did_you_mean(name, known, f"Join several by commas: {','.join(known[:2])}.")
            must = f"must name some of {', '.join(known)}"
            raise UserError(f"command line: {complaint(option, must, name or 'nothing', mend)}")
    return list(dict.fromkeys(names))


def _plot_one(study: Path, folder: Path, wanted: _Wanted) -> list[Path]:
    """Draw one study and return the files; none, and a message, where no trial is complete."""
    from dropout_lab.drawing import pictures
    from dropout_lab.results import read_results

    results = read_results(study)
    if not (results.trials["status"] == "complete").any():
        streams.say(
            f"error: {study}: a plot needs a complete trial. Got none of {len(results.trials):,}. "
            f"See dropout-lab status {study}, and run the study again."
        )
        return []
    metrics = _fitting_metrics(study, results, wanted)
    names = _fitting_figures(study, results, metrics, wanted)
    drawn = pictures(results, metrics=metrics, point=wanted.point.value, style=wanted.style.value, only=names)
    return _save(drawn, folder, wanted.formats)


def _fitting_metrics(study: Path, results: "Results", wanted: _Wanted) -> list[str]:
    """Return the metrics that were asked for and that the study has.

    Raises:
        _UnfitError: there are none.
    """
    from dropout_lab.drawing import metrics_of

    known = metrics_of(results)
    if wanted.metrics is None:
        return list(known)
    unfit = [metric for metric in wanted.metrics if metric not in known]
    if unfit:
        words = (
            f"{study}: --metric must name some of {', '.join(known)}, the metrics of {results.manifest['task']}. "
            f"Got {', '.join(unfit)} (command line)."
        )
        if len(unfit) == len(wanted.metrics):
            raise _UnfitError(f"{words} Leave --metric out to see all.")
        streams.say(f"note: {words}")
    return [metric for metric in known if metric in wanted.metrics]


def _fitting_figures(study: Path, results: "Results", metrics: Sequence[str], wanted: _Wanted) -> list[str]:
    """Return the names of the figures that were asked for and that the study has.

    Raises:
        _UnfitError: there are none.
    """
    from dropout_lab.drawing import needs_of, picture_names

    every = picture_names(results)
    names = picture_names(results, metrics=metrics)
    if wanted.figures is None:
        return names
    unfit = [name for name in wanted.figures if name not in names]
    if unfit:
        mend = "Name its metric with --metric" if unfit[0] in every else f"It needs {needs_of(unfit[0])}"
        words = f"{study}: --figure must name some of {', '.join(names)}. Got {unfit[0]} (command line). {mend}."
        if len(unfit) == len(wanted.figures):
            raise _UnfitError(words)
        streams.say(f"note: {words}")
    return [name for name in names if name in wanted.figures]


def _save(drawn: "Sequence[Picture]", folder: Path, formats: Sequence[str]) -> list[Path]:
    """Write pictures and return the files.

    Raises:
        UserError: there is no folder for them.
    """
    from dropout_lab.results.atomic import write_file

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            f"{folder}: plots need a folder. Got: {error.strerror}. Name another place with --out."
        ) from None
    files = {folder / f"{picture.name}.{ending}": (picture, ending) for picture in drawn for ending in formats}
    for file, (picture, ending) in files.items():
        write_file(file, _encoded(picture, ending), mend="Free the disk, or name another place with --out.")
    return list(files)


def _encoded(picture: "Picture", ending: str) -> bytes:
    from dropout_lab.drawing import FORMATS, encode

    known = next((name for name in FORMATS if name == ending), None)
    return (
        picture.data.to_csv(index=False, lineterminator="\n").encode()
        if known is None
        else encode(picture.figure, known)
    )
