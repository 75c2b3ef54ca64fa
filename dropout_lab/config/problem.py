"""One thing that is wrong with a config: which setting, what must hold, what came, how to mend it.

Owns the shape of a problem and how a setting's path is written. It exists so that a rule states its problem once,
wherever it is checked.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from pydantic_core import PydanticCustomError

from dropout_lab.errors import complaint

SettingPath = tuple[str | int, ...]


@dataclass(frozen=True)
class Problem:
    """A broken rule.

    Args:
        path: the setting at fault, and the index within its value.
        must: what must hold, read after the path: ``must be a number above 0``.
        got: the value that came; empty where the path says it all.
        mend: how to mend it, a full sentence, or empty.
        involved: the other settings the rule looked at. A rule is silent where one of them is itself at fault.
    """

    path: SettingPath
    must: str
    got: str = ""
    mend: str = ""
    involved: tuple[SettingPath, ...] = ()

    def __str__(self) -> str:
        """Return the problem in the words of the error template, without its place."""
        return complaint(show_path(self.path), self.must, self.got, self.mend)

    def under(self, path: SettingPath) -> "Problem":
        """Return the problem of a value as a problem of the setting at `path` that holds the value."""
        return replace(self, path=path + self.path)


def show_path(path: SettingPath) -> str:
    """Return a path as the user writes it.

    >>> show_path(("dropout", "rates", 3))
    'dropout.rates[3]'
    """
    steps = (
        f"[{step}]" if isinstance(step, int) else f".{step if step.isprintable() else repr(step)}" for step in path
    )
    return "".join(steps).removeprefix(".") or "the config"


def refuse(problems: Iterable[Problem]) -> None:
    """Raise all `problems` of a validator as one error that pydantic collects; do nothing where there are none.

    Raises:
        PydanticCustomError: holding the problems, so that they come out of pydantic as they went in.
    """
    found = tuple(problems)
    if found:
        text = "\n".join(str(problem) for problem in found)
        raise PydanticCustomError("rule", "{text}", {"text": text, "problems": found})
