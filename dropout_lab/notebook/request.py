"""What someone asks `run` for, as a study.

Owns how arguments of Python become settings.
"""

from collections.abc import Mapping, Sequence
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any

from dropout_lab.errors import UserError

if TYPE_CHECKING:
    from dropout_lab.config import Study

PLACE = "arguments"
"""Where overrides and axes stand, for messages: what is the command line elsewhere."""

Config = str | PathLike[str] | Mapping[str, Any]
Overrides = str | Sequence[str] | Mapping[str, Any]
Axes = Mapping[str, Sequence[Any] | str]


def read_request(
    config: Config,
    overrides: Overrides,
    *,
    axes: Axes | None,
    seeds: int | Sequence[int] | None,
    device: str | None,
    tune: Axes | None = None,
) -> "Study":
    """Return the study that the arguments of `run` describe; see there.

    Raises:
        ConfigError: with every problem at once.
    """
    from dropout_lab.config import read_study

    values: dict[str, Any] = {**(axes or {}), **{f"tune.{name}": of_one for name, of_one in (tune or {}).items()}}
    if seeds is not None:
        values = {**values, "seeds": _once("seeds", seeds, values)}
    given: Sequence[str] | Mapping[str, Any] = [overrides] if isinstance(overrides, str) else overrides
    if device is not None:
        if isinstance(given, Mapping):
            given = {**given, "device": _once("device", device, given)}
        else:
            given = [*given, f"device={device}"]
    named = config if isinstance(config, Mapping) else fspath(config)
    return read_study(named, given, values, place=PLACE)


def check_threads(threads: int | None) -> None:
    """Raise a UserError unless `threads` is None or a whole number of at least 1."""
    if threads is not None and (isinstance(threads, bool) or not isinstance(threads, int) or threads < 1):
        raise UserError(
            f"{PLACE}: threads must be a whole number of at least 1. Got {threads!r}. Leave it out for all cores."
        )


def written(function: str, config: Config, overrides: Overrides, named: Mapping[str, Any]) -> list[str]:
    """Return the command that makes the same call, for the record: what the command line records of itself.

    Args:
        function: the function's name.
        config: its first argument.
        overrides: its second one; left out where empty.
        named: further arguments by name; those that are None are left out.

    >>> written("run", "digits", {"seeds": 3}, {"out": "results", "axes": None})
    ['python', '-c', "import dropout_lab; dropout_lab.run('digits', {'seeds': 3}, out='results')"]
    """
    from dropout_lab.config.examine import plain

    arguments = [repr(plain(value)) for value in (config, *([overrides] if overrides else []))]
    arguments += [f"{name}={plain(value)!r}" for name, value in named.items() if value is not None]
    return ["python", "-c", f"import dropout_lab; dropout_lab.{function}({', '.join(arguments)})"]


def _once(name: str, value: Any, others: Mapping[str, Any]) -> Any:
    if name in others:
        raise UserError(f"{PLACE}: {name} must be given once, not twice. Keep one of the two.")
    return value
