"""The folders that an earlier version left behind, each an archive beside this file."""

import tarfile
from pathlib import Path

ARCHIVES = sorted(Path(__file__).parent.glob("*.tar.xz"))
NAMES = [path.name.removesuffix(".tar.xz") for path in ARCHIVES]


def unpack(name: str, root: Path) -> Path:
    """Unpack one study into root/results and return its folder."""
    with tarfile.open(Path(__file__).parent / f"{name}.tar.xz") as archive:
        archive.extractall(root / "results", filter="data")
    return root / "results" / name
