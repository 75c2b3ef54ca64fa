"""dropout-lab: does my network overfit, does dropout help, at which rate, and how sure can I be?

    import dropout_lab as dl

    study = dl.run("digits")           # train what is missing; or dl.load("results/digits")
    study.summary                      # pandas frames: curves, trials, test, summary
    study.verdict                      # what the numbers say, in words
    study.plot.gap()                   # a matplotlib Figure

Importing this package imports nothing heavy: pandas, matplotlib and PyTorch wait until something needs them.
"""

from typing import TYPE_CHECKING, Any

from dropout_lab.errors import ConfigError, DataError, FolderError, LabError, RunError, UserError

if TYPE_CHECKING:
    from dropout_lab.notebook import Picture, StudyResults, Verdict, load, run

__version__ = "0.1.0"

__all__ = [
    "ConfigError",
    "DataError",
    "FolderError",
    "LabError",
    "Picture",
    "RunError",
    "StudyResults",
    "UserError",
    "Verdict",
    "__version__",
    "load",
    "run",
]
_LATER = {"Picture", "StudyResults", "Verdict", "load", "run"}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from dropout_lab import notebook

    return getattr(notebook, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
