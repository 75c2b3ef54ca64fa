"""The configs that come with the lab.

Owns where they lie: inside the package when installed from a wheel, beside it in a checkout. Must not read them. It
exists so that `dropout-lab run digits` works from any folder.
"""

from pathlib import Path

from dropout_lab.data.sources import source_names
from dropout_lab.errors import ConfigError, complaint, nearest

_PACKAGE = Path(__file__).resolve().parent.parent


def shipped_configs() -> dict[str, Path]:
    """Return the path of every shipped config by its name, sorted by name."""
    installed, checkout = _PACKAGE / "configs", _PACKAGE.parent / "configs"
    folder = installed if installed.is_dir() else checkout
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def find_config(config: str | Path | None, place: str = "command line") -> tuple[Path, str]:
    """Return the file that CONFIG names, and how messages name it.

    Args:
        config: a path, the name of a shipped config, or None for `digits`. A file goes before a shipped config.
        place: where it was named, for messages.

    Raises:
        ConfigError: there is neither.
    """
    name = "digits" if config is None else str(config)
    shipped = shipped_configs()
    path = Path(name)
    if name in shipped and not path.is_file():
        return shipped[name], _as_seen_from_here(shipped[name])
    if not _exists(path):
        near = nearest(path.stem, shipped)
        mend = f"Did you mean the shipped {near}?" if near else f"Shipped: {', '.join(shipped)}."
        if name in source_names():  # easily taken for a config
            mend = f"It is a data set: name a config, such as digits, and set data.source={name}."
        problem = complaint("CONFIG", "must be a file or the name of a shipped config", name, mend)
        raise ConfigError(f"the {place}", [f"{place}: {problem}"])
    return path, name


def _exists(path: Path) -> bool:
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except (OSError, ValueError):
        return True  # it may exist: reading it says what is wrong
    return True


def _as_seen_from_here(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
