"""The house keeps its shape: who may import whom, who may print, and what must be documented.

Read from the source alone; nothing of the package is imported. Every rule takes a module and returns what is wrong
with it, so the same rule is shown to catch a module written to break it.
"""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

import pytest

PACKAGE = "dropout_lab"

# A room imports from lower floors and from itself; rooms of one floor do not know each other.
FLOORS: dict[int, tuple[str, ...]] = {
    6: ("cli", "__main__", "notebook"),
    5: ("study", "report"),
    4: ("drawing", "verdict", "progress"),
    3: ("training", "findings"),
    2: ("evaluation", "statistics", "mechanism"),
    1: ("config", "data", "model", "results", "document"),
    0: (
        "errors",
        "wording",
        "phrases",
        "randomness",
        "kernels",
        "noise",
        "metrics",
        "losses",
        "activations",
        "optimizers",
    ),
}
FLOOR_OF = {room: floor for floor, rooms in FLOORS.items() for room in rooms}
NEIGHBOURS = {
    "__main__": {"cli"},
    "config": {"data"},  # a source's name is a choice of the config; the record that names it imports no library
    "__init__": {"notebook", "errors"},  # what `import dropout_lab as dl` hands out
    "losses": {"metrics", "kernels"},  # a task's name is defined once; a loss is a kernel where there is one
    "phrases": {"noise", "wording"},  # a kind of noise has its words on its record
}
# The command line talks to the runner of studies and never reaches past it to the engine.
CLI_MAY_KNOW = {
    "activations",
    "study",
    "report",
    "progress",
    "findings",
    "verdict",
    "results",
    "statistics",
    "drawing",
    "config",
    "metrics",
    "wording",
    "phrases",
    "document",
    "mechanism",
    "noise",
    "errors",
}
# `plot`, `check` and `--help` answer at once: what they reach never imports torch, and waits with the rest.
NEVER_TORCH = {
    "config",
    "results",
    "statistics",
    "findings",
    "drawing",
    "verdict",
    "report",
    "errors",
    "metrics",
    "document",
}
IMPORTS_LATE = {
    "config",
    "cli",
    "__main__",
    "__init__",
    "errors",
    "progress",
    "activations",
    "optimizers",
    "phrases",
    "document",
}
KINDS_OF_FINDINGS = {"Estimate", "Effect", "Comparison", "Ranking"}
SPEAK = {"drawing", "verdict", "report", "cli", "notebook"}
HEAVY = {"torch", "numba", "pandas", "scipy", "sklearn", "matplotlib"}


@dataclass(frozen=True)
class Module:
    """One source file; `path` is relative to the package."""

    path: PurePosixPath
    source: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.source)

    @property
    def room(self) -> str:
        return PurePosixPath(self.path.parts[0]).stem


Rule = Callable[[Module], list[str]]


def imports(module: Module, nodes: Iterator[ast.AST]) -> Iterator[tuple[int, str]]:
    """Yield line and dotted name of everything that `nodes` import."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = (PACKAGE, *module.path.parent.parts)
            above = parents[: len(parents) - node.level + 1] if node.level else ()
            source = ".".join([*above, node.module] if node.module else above)
            yield from ((node.lineno, f"{source}.{alias.name}") for alias in node.names)


def unknown_room(module: Module) -> list[str]:
    known = {*FLOOR_OF, "__init__"}
    return [] if module.room in known else [f"{module.path}: give this room a floor in FLOORS and in the README"]


def import_from_above(module: Module) -> list[str]:
    """Look in functions and under TYPE_CHECKING too."""
    names = ((line, name.split(".")) for line, name in imports(module, ast.walk(module.tree)))
    rooms = [(line, parts[1]) for line, parts in names if parts[0] == PACKAGE and len(parts) > 1]
    forbidden = [(line, room) for line, room in rooms if room != "__version__" and not may_import(module.room, room)]
    return [f"{module.path}:{line}: {module.room} must not know {room}" for line, room in forbidden]


def may_import(room: str, other: str) -> bool:
    if room == other or other in NEIGHBOURS.get(room, ()):
        return True
    if room == "cli":
        return other in CLI_MAY_KNOW
    return FLOOR_OF.get(other, 99) < FLOOR_OF.get(room, 0)


def torch_where_it_is_not_wanted(module: Module) -> list[str]:
    names = imports(module, ast.walk(module.tree)) if module.room in NEVER_TORCH else iter(())
    return [f"{module.path}:{line}: imports torch" for line, name in names if name.split(".")[0] == "torch"]


def heavy_import_at_the_top(module: Module) -> list[str]:
    names = imports(module, iter(module.tree.body)) if module.room in IMPORTS_LATE else iter(())
    return [f"{module.path}:{line}: imports {name}" for line, name in names if name.split(".")[0] in HEAVY]


def printing(module: Module) -> list[str]:
    calls = [node for node in ast.walk(module.tree) if isinstance(node, ast.Call)] if module.room != "cli" else []
    prints = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "print"]
    return [f"{module.path}:{call.lineno}: only the command line prints" for call in prints]


def reliance_on_assert(module: Module) -> list[str]:
    asserts = [node for node in ast.walk(module.tree) if isinstance(node, ast.Assert)]
    return [f"{module.path}:{node.lineno}: python -O removes this check" for node in asserts]


def missing_docstring(module: Module) -> list[str]:
    undocumented = [] if ast.get_docstring(module.tree) else ["the module"]
    undocumented += [node.name for node in public_definitions(module.tree) if not ast.get_docstring(node)]
    return [f"{module.path}: {name} has no docstring" for name in undocumented]


def public_definitions(parent: ast.Module | ast.ClassDef) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    """Yield public functions and classes, and their methods save those that override a documented one."""
    for node in parent.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            if not any(isinstance(mark, ast.Name) and mark.id == "override" for mark in node.decorator_list):
                yield node
            if isinstance(node, ast.ClassDef):
                yield from public_definitions(node)


def fact_decided_anew(module: Module) -> list[str]:
    """What holds for a study is decided in `findings`; a room above asks it, and looks at no setting to find out."""
    if module.room not in SPEAK:
        return []
    lines = [
        node.lineno for node in ast.walk(module.tree) if isinstance(node, ast.Constant) and node.value == "per_seed"
    ]
    calls = [node for node in ast.walk(module.tree) if isinstance(node, ast.Call) and node.args]
    lines += [call.lineno for call in calls if _looks_up(call, "label_noise") or _looks_up(call, "split_seed")]
    return [f"{module.path}:{line}: ask findings.StudyView" for line in lines]


def second_class_of_its_kind(module: Module) -> list[str]:
    """Estimate, effect and comparison are classes of `findings`; above, nobody has another of that name."""
    if module.room not in SPEAK:
        return []
    classes = [node for node in ast.walk(module.tree) if isinstance(node, ast.ClassDef)]
    return [f"{module.path}:{one.lineno}: use that of findings" for one in classes if one.name in KINDS_OF_FINDINGS]


def _looks_up(call: ast.Call, setting: str) -> bool:
    is_get = isinstance(call.func, ast.Attribute) and call.func.attr == "get"
    name = call.args[0].value if isinstance(call.args[0], ast.Constant) else None
    return is_get and name in (setting, f"data.{setting}")


# A rule, the module that breaks it, and what stands in that module.
BROKEN: dict[str, tuple[Rule, str, str]] = {
    "a_room_without_a_floor": (unknown_room, "utils.py", ""),
    "a_floor_above": (import_from_above, "metrics.py", "from dropout_lab.study import prepare_run"),
    "the_same_floor": (import_from_above, "data/sources.py", "import dropout_lab.config"),
    "in_a_function": (import_from_above, "model.py", "def f():\n    from dropout_lab import training"),
    "under_type_checking": (import_from_above, "errors.py", "if TYPE_CHECKING:\n    import dropout_lab.cli"),
    "relative": (import_from_above, "data/csv/parse.py", "from ...drawing import page"),
    "cli_past_the_study": (import_from_above, "cli/run.py", "from dropout_lab.training import CohortTraining"),
    "the_package_itself": (import_from_above, "__init__.py", "from dropout_lab.study import prepare_run"),
    "torch_in_a_plot": (torch_where_it_is_not_wanted, "drawing/page.py", "def f():\n    import torch.nn"),
    "pandas_before_help": (heavy_import_at_the_top, "cli/run.py", "from pandas import DataFrame"),
    "print": (printing, "study/run.py", "def f():\n    print(1)"),
    "assert": (reliance_on_assert, "data/mnist.py", "def f(x):\n    assert x"),
    "a_split_for_each_seed": (fact_decided_anew, "report/methods.py", "x = split_seed == 'per_seed'"),
    "label_noise": (fact_decided_anew, "drawing/wording.py", "def f(data):\n    return data.get('label_noise')"),
    "another_estimate": (second_class_of_its_kind, "drawing/forest.py", "class Estimate: ..."),
    "no_module_docstring": (missing_docstring, "noise.py", "X = 1"),
    "no_function_docstring": (missing_docstring, "noise.py", '"""Text."""\ndef f(): ...'),
    "no_method_docstring": (
        missing_docstring,
        "noise.py",
        '"""Text."""\nclass A:\n    """Text."""\n    def f(self): ...',
    ),
}
RULES = sorted({rule for rule, _, _ in BROKEN.values()}, key=lambda rule: rule.__name__)


@pytest.fixture(scope="module")
def package(repository_root: Path) -> list[Module]:
    root = repository_root / PACKAGE
    paths = sorted(root.rglob("*.py"))
    return [Module(PurePosixPath(path.relative_to(root).as_posix()), path.read_text("utf-8")) for path in paths]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_no_module_of_the_package_shows(rule: Rule, package: list[Module]) -> None:
    offences = [offence for module in package for offence in rule(module)]
    assert not offences, "\n".join(offences)


@pytest.mark.parametrize(("rule", "path", "source"), BROKEN.values(), ids=BROKEN.keys())
def test_the_rules_catch(rule: Rule, path: str, source: str) -> None:
    assert len(rule(Module(PurePosixPath(path), source))) == 1


def test_the_readme_shows_the_floors_that_these_tests_enforce(repository_root: Path) -> None:
    readme = (repository_root / "README.md").read_text("utf-8")
    table = re.search(r"^\| floor \| rooms \|.*\n\|[-|: ]+\n((?:\|.*\n)+)", readme, flags=re.MULTILINE)
    assert table is not None, "README.md needs a table that begins with: | floor | rooms |"
    rows = [row.strip("|").split("|") for row in table[1].splitlines()]
    named = {int(floor): re.findall(r"`(\w+)(?:/|\.py)?`", rooms) for floor, rooms, *_ in rows}
    assert {floor: sorted(rooms) for floor, rooms in named.items()} == {
        floor: sorted(rooms) for floor, rooms in FLOORS.items()
    }


def test_the_page_on_the_architecture_and_its_picture_show_every_room(repository_root: Path) -> None:
    page = (repository_root / "docs" / "architecture.md").read_text("utf-8")
    picture = (repository_root / "docs" / "img" / "architecture.svg").read_text("utf-8")
    for text, opening in ((page, "`"), (picture, r"\b")):
        named = set(re.findall(rf"{opening}(\w+)(?:/|\.py)", text))
        assert set(FLOOR_OF) <= named
