"""Data: from a source's name or file to the arrays of one split, ready for training.

Floor 1. Takes plain values, knows no config object, no model and no results. `load_dataset` reads all rows,
`split_rows` says which are train, val and test, `prepare` encodes and scales them; each is a pure function.
"""

from dropout_lab.data.dataset import Dataset, TextColumn
from dropout_lab.data.preparation import PreparedData, prepare
from dropout_lab.data.sources import load_dataset, source_names
from dropout_lab.data.splits import Split, split_rows

__all__ = ["Dataset", "PreparedData", "Split", "TextColumn", "load_dataset", "prepare", "source_names", "split_rows"]
