"""What a thing is stands in its record: nobody compares the name of a registered thing outside its registry's room.

Read from the source alone. A name that decides something elsewhere is a second, hidden registry: whoever adds a thing
would have to know of it.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from dropout_lab.activations import ACTIVATIONS, INITIALISATIONS
from dropout_lab.data import SOURCES
from dropout_lab.metrics import LOSS, METRICS, TASKS
from dropout_lab.noise import KINDS, SCALINGS, SCHEDULES
from dropout_lab.optimizers import OPTIMIZERS
from dropout_lab.optimizers import SCHEDULES as LEARNING_RATE_SCHEDULES
from dropout_lab.study.executors import EXECUTORS

_ON_STRINGS = {"endswith", "startswith", "removesuffix", "removeprefix", "replace", "get"}


@dataclass(frozen=True)
class Registry:
    """The names that a registry has, and the room that may compare them.

    Attributes:
        is_part: whether a name also counts inside a longer one, as `accuracy` in `val_accuracy`.
    """

    names: frozenset[str]
    room: str
    is_part: bool = False

    def has(self, text: str) -> bool:
        """Tell whether a text is a name of this registry."""
        parts = (text.strip("_"), text.rpartition("_")[2], text.partition("_")[0]) if self.is_part else (text,)
        return any(part in self.names for part in parts)


# A registry joins with a line.
REGISTRIES = {
    "tasks": Registry(frozenset(TASKS), "metrics"),
    "losses": Registry(frozenset([LOSS]), "metrics"),
    "metrics": Registry(
        frozenset(name for metric in METRICS.values() for name in (metric.name, metric.column)) - {LOSS},
        "metrics",
        is_part=True,
    ),
    "kinds of noise": Registry(frozenset(KINDS), "noise"),
    "scalings": Registry(frozenset(SCALINGS), "noise"),
    "schedules of the rates": Registry(frozenset(SCHEDULES), "noise"),
    "optimizers": Registry(frozenset(OPTIMIZERS), "optimizers.py"),
    "learning-rate schedules": Registry(frozenset(LEARNING_RATE_SCHEDULES) - frozenset(SCHEDULES), "optimizers.py"),
    "activations": Registry(frozenset(ACTIVATIONS), "activations.py"),
    # Two of these are words of others too: of many settings, and of a library.
    "initial weights": Registry(frozenset(INITIALISATIONS) - {"auto", "torch"}, "activations.py"),
    "sources": Registry(frozenset(SOURCES), "data"),
    "executors": Registry(frozenset(EXECUTORS), "study"),
}


def comparisons(source: str, registry: Registry) -> Iterator[int]:
    """Yield the lines that decide by a name: a comparison, a case, a test of a text, a table picked from at once."""
    for line, decided_by in decisions(source):
        if any(map(registry.has, decided_by)):
            yield line


@cache
def decisions(source: str) -> tuple[tuple[int, tuple[str, ...]], ...]:
    """Return the lines that decide by a text, each with these texts."""
    found = (
        (getattr(node, "lineno", 0), tuple(text for part in deciding(node) for text in texts(part)))
        for node in ast.walk(ast.parse(source))
    )
    return tuple((line, decided_by) for line, decided_by in found if decided_by)


def deciding(node: ast.AST) -> list[ast.expr]:
    """Return the expressions of a node that decide by what they say."""
    match node:
        case ast.Compare():
            return [node.left, *node.comparators]
        case ast.MatchValue():
            return [node.value]
        case ast.Call(func=ast.Attribute(attr="get", value=ast.Dict(keys=keys))):
            return [key for key in keys if key]
        case ast.Call(func=ast.Attribute(attr=attr)) if attr in _ON_STRINGS:
            return node.args[:1]
        case ast.Subscript(value=ast.Dict(keys=keys)):
            return [key for key in keys if key]
        case _:
            return []


def texts(node: ast.expr) -> Iterator[str]:
    """Yield a text, or those of a list, a tuple or a set of them."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        for item in node.elts:
            yield from texts(item)


@pytest.mark.parametrize("of", REGISTRIES)
def test_no_module_compares_a_name_outside_its_registry(of: str, repository_root: Path) -> None:
    registry, package = REGISTRIES[of], repository_root / "dropout_lab"
    paths = {path.relative_to(package): path for path in sorted(package.rglob("*.py"))}
    found = [
        f"{name}:{line}"
        for name, path in paths.items()
        if name.parts[0] != registry.room
        for line in comparisons(path.read_text("utf-8"), registry)
    ]
    assert not found, f"These decide by a name; ask the record: {', '.join(found)}"


@pytest.mark.parametrize(
    "source",
    [
        'task == "regression"',
        'task in ("classification", "other")',
        'metric.endswith("_accuracy")',
        'metric.endswith(("loss", "rmse"))',
        '"accuracy" in metric',
        'metric != "val_rmse"',
        'match task:\n    case "regression":\n        pass',
        '{"classification": 1}[task]',
        '{"regression": 1}.get(task)',
        'metric == "loss"',
        'kind == "concrete"',
        'schedule != "constant"',
        'scaling == "inference"',
        'optimizer in {"momentum", "nesterov"}',
        'activation == "relu"',
        'init == "he"',
        'path.suffix in (".csv", ".npz")',
        'executor == "pool"',
    ],
)
def test_the_rule_catches(source: str) -> None:
    assert [line for registry in REGISTRIES.values() for line in comparisons(source, registry)]


@pytest.mark.parametrize("source", ['label = "accuracy"', 'values["accuracy"]', "metric == LOSS", 'split == "val"'])
def test_the_rule_leaves_alone(source: str) -> None:
    assert not [line for registry in REGISTRIES.values() for line in comparisons(source, registry)]
