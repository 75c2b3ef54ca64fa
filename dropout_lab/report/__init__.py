"""The report: what a study found, how sure that is and how it was measured, as one text to hand on.

Results in, text out: a page of HTML, Markdown for a pull request, LaTeX for a paper. Saves nothing and prints
nothing; all three say the same, for `contents` gathers it once. Each is imported when first asked for: only the page
draws figures, and whoever wants a number written as the report writes it should not wait for matplotlib.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dropout_lab.report.html import html_report
    from dropout_lab.report.latex import latex_report
    from dropout_lab.report.markdown import markdown_report

__all__ = ["html_report", "latex_report", "markdown_report"]
_LATER = {"html_report": "html", "latex_report": "latex", "markdown_report": "markdown"}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
