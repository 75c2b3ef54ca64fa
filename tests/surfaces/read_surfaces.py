"""Every surface of a study as plain text, and the intervals and the numbers with decimals that stand in it."""

import base64
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from dropout_lab.cli.summary_rows import Asked, find
from dropout_lab.cli.summary_text import summary_text
from dropout_lab.drawing import pictures
from dropout_lab.findings import StudyView
from dropout_lab.phrases.numbers import number
from dropout_lab.report import html, html_report, latex_report, markdown_report
from dropout_lab.report.explorer import explorer_data
from dropout_lab.report.svg import Palette
from dropout_lab.results import Results
from dropout_lab.verdict import Verdict

sys.path.append(str(Path(__file__).parents[1] / "report"))
from latex_reading import shown, without_comments  # found through the line above
from page_reading import Element, read_page

_AS_A_TERMINAL = {
    "−": "-",
    "∞": "inf",
    r"\[": "[",
    r"\]": "]",
    r"\_": "_",
    "$": "",
    " %": "%",
    "< ": "<",
    "`": "",
    "*": "",
}
_NUMBER = r"[<>]?-?(?:\d[\d,]*(?:\.\d+)?(?:e-?\d+)?|inf)(?![\d.])|a trace"
_END = rf"({_NUMBER})(?: (?:lower|higher))?"
_UNIT = r"(?: (?!to )[a-z/]+){0,2}"
_INTERVAL = re.compile(
    rf"({_NUMBER}){_UNIT} ?(?:\((?:95% interval )?|\[){_END}(?:, ?| to ){_END}(?:\]|\)|, \d+ seeds?\))"
)
_DECIMAL = re.compile(r"(?<![\w.,-])[<>]?-?\d[\d,]*\.\d+(?:e-?\d+)?(?!\.?\w)")
_VERSION = re.compile(r"\b(?:Python|PyTorch|dropout-lab|numpy|torch|version) v?\d[\w.+]*")

Interval = tuple[str, frozenset[str]]


def surfaces(results: Results, told: Verdict) -> dict[str, str]:
    """Return what each surface says, with the signs that a terminal knows, and single spaces."""
    found = find(results, asked := Asked("val_loss", "last", None, None, "best"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(html, "key_figures", lambda *_: [])  # what stands below them is read from the pictures
        page = read_page(html_report(results, verdict=told))
    paper, _, _ = latex_report(results, verdict=told).partition(r"\begin{filecontents")
    texts = {
        "verdict": told.text(100_000),
        "summary": summary_text(results, asked, found),
        "Markdown": markdown_report(results, verdict=told),
        "LaTeX": shown(without_comments(paper)),
        "page": "\n".join(_lines(page)),
        "explorer": "\n".join(_read_off(told.view)),
        "captions": "\n".join(picture.caption for picture in pictures(results)),
    }
    return {name: _plain(text) for name, text in texts.items()}


def _read_off(study: StudyView) -> Iterator[str]:
    """Yield what the page's script writes beside the curves at the last epoch of every condition, view by view."""
    data = explorer_data(study, Palette())
    for line in data["lines"] if data else []:
        means = np.frombuffer(base64.b64decode(line["mean"]), "<f4").reshape(-1, data["columns"])[-1]
        for view in data["views"]:
            cells = [number(float(f"{means[column]:.7g}"), view["decimals"]) for column in view["columns"]]
            yield f"{line['label']}: {view['title']} {' '.join(cells)}"


def _lines(element: Element) -> Iterator[str]:
    """Yield what a reader sees of a page, without its drawings, its data and what is there to be copied."""
    for child in element.children:
        if isinstance(child, str):
            yield child
        elif child.tag not in ("script", "style", "svg", "pre", "textarea", "head"):
            yield from _lines(child)


def _plain(text: str) -> str:
    for mark, written in _AS_A_TERMINAL.items():
        text = text.replace(mark, written)
    return _VERSION.sub("", " ".join(text.split()))


def intervals_in(text: str) -> dict[Interval, str]:
    """Return every number with its interval, signs apart, and where it stands."""
    return {interval(*match.groups()): _around(text, match) for match in _INTERVAL.finditer(text)}


def numbers_in(text: str) -> dict[str, str]:
    """Return every number that has decimals, signs apart, and where it stands."""
    return {size(match[0]): _around(text, match) for match in _DECIMAL.finditer(text)}


def _around(text: str, match: re.Match[str]) -> str:
    return text[max(0, match.start() - 60) : match.end() + 30]


def interval(value: str, low: str, high: str) -> Interval:
    """Return a number with its interval, without signs: words around it may say them."""
    return size(value), frozenset((size(low), size(high)))


def size(text: str) -> str:
    """Return a number as it is written, without its sign; what reads as nought is 0."""
    bare = text.lstrip("<>-").replace(",", "")
    return bare if bare.strip("0.").strip() and bare != "a trace" else "0"
