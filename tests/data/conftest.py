"""Files of one test: tables, and a tiny MNIST."""

from collections.abc import Callable
from pathlib import Path

import pytest
from made_data import tiny_mnist, write_idx_files

WriteTable = Callable[..., str]


@pytest.fixture
def write_table(tmp_path: Path) -> WriteTable:
    """Write text to a CSV file and return its path."""

    def write(text: str, name: str = "table.csv") -> str:
        path = tmp_path / name
        path.write_bytes(text.encode())
        return str(path)

    return write


@pytest.fixture
def mnist_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a tiny MNIST, gzip-compressed, that only `root` leads to."""
    monkeypatch.delenv("DROPOUT_LAB_DATA", raising=False)
    monkeypatch.setattr("dropout_lab.data.mnist.user_cache_path", lambda name: tmp_path / "cache" / name)
    folder = tmp_path / "downloads"
    write_idx_files(folder, tiny_mnist())
    return folder
