"""Data: from a source's name or file to the arrays of one split, ready for training.

Takes plain values. `load_dataset` reads all rows, `split_rows` says which are train, val and test, `prepare` encodes
and scales them; each is a pure function. `SOURCES` names what can be read; all else imports NumPy, so it is imported
when first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from dropout_lab.data.sources import SOURCES, Source, load_dataset, source_names

if TYPE_CHECKING:
    from dropout_lab.data.dataset import Dataset, TextColumn
    from dropout_lab.data.preparation import PreparedData, prepare
    from dropout_lab.data.splits import Split, split_rows

__all__ = [
    "SOURCES",
    "Dataset",
    "PreparedData",
    "Source",
    "Split",
    "TextColumn",
    "load_dataset",
    "prepare",
    "source_names",
    "split_rows",
]
_LATER = {
    "Dataset": "dataset",
    "PreparedData": "preparation",
    "Split": "splits",
    "TextColumn": "dataset",
    "prepare": "preparation",
    "split_rows": "splits",
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
