"""CONTRIBUTING's table is true: what it names is there, and an addition touches the files of its row and no others."""

import ast
import importlib
import re
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
TABLE = (ROOT / "CONTRIBUTING.md").read_text("utf-8").partition("| to add or change |")[2].partition("\n\n")[0]
PATH = re.compile(r"`((?:dropout_lab|tests|configs|benchmarks)/[\w./]*)`")
MOST_FILES = {
    "a kind of noise": 3,
    "a metric": 2,
    "an optimizer": 2,
    "a figure": 2,
    "where cohorts train: an executor": 2,
    "a source of data": 1,
    "an activation": 1,
    "a way to initialise": 1,
    "a schedule of the rates": 1,
    "a schedule of the learning rate": 1,
}
"""Rows of a registry, and how many files of the package an addition may touch."""


@dataclass(frozen=True)
class Row:
    """A row of the table: what is changed, where, and what goes with it."""

    what: str
    files: tuple[str, ...]
    besides: tuple[str, ...]

    @property
    def example(self) -> ModuleType:
        """The worked example that it names."""
        (name,) = (path for path in self.besides if path.startswith("tests/extending/"))
        return importlib.import_module(Path(name).stem)


def rows() -> list[Row]:
    cells = [line.strip("|").split(" | ") for line in TABLE.splitlines()[2:]]
    return [Row(what.strip(), tuple(PATH.findall(go)), tuple(PATH.findall(also))) for what, go, also in cells]


ROWS = {row.what: row for row in rows()}
of_a_registry = pytest.mark.parametrize("row", [ROWS[what] for what in MOST_FILES], ids=[*MOST_FILES])


def test_all_that_the_table_names_is_there() -> None:
    assert [path for row in ROWS.values() for path in (*row.files, *row.besides) if not (ROOT / path).exists()] == []
    assert [row.what for row in ROWS.values() if not row.files] == []
    assert [path for path in re.findall(r"`([^`\s]*(?:/|\.py))`", TABLE) if not PATH.fullmatch(f"`{path}`")] == []


def test_every_worked_example_is_named_in_a_row() -> None:
    here = {f"tests/extending/{path.name}" for path in Path(__file__).parent.glob("test_adding_*.py")}
    named = {what: path for what, row in ROWS.items() for path in row.besides if path in here}
    assert set(named) == set(MOST_FILES)
    assert set(named.values()) == here


@of_a_registry
def test_an_addition_touches_the_files_of_its_row_and_no_others(row: Row) -> None:
    touched = row.example.TOUCHES
    as_in_the_row = [path if (ROOT / path).exists() else f"{Path(path).parent.as_posix()}/" for path in touched]
    assert sorted(as_in_the_row) == sorted(row.files)
    assert len(touched) <= MOST_FILES[row.what]


@of_a_registry
def test_the_list_stands_in_a_file_of_the_row(row: Row) -> None:
    assert [name for path in row.files if path.endswith(".py") for name in lists_in(path, row.example.REGISTRY)]


@of_a_registry
def test_the_records_stand_where_the_row_says(row: Row) -> None:
    (record,) = {type(record).__name__ for record in row.example.REGISTRY.values()}
    made_in = {
        path.relative_to(ROOT).as_posix() for path in (ROOT / "dropout_lab").rglob("*.py") if makes(path, record)
    }
    places = [path for path in row.files if path.endswith((".py", "/"))]
    assert made_in
    assert [path for path in made_in if not path.startswith(tuple(places))] == []


def lists_in(path: str, registry: object) -> list[str]:
    """Return the names under which a module makes a registry; importing it does not count."""
    module = importlib.import_module(path.removesuffix(".py").replace("/", "."))
    made = [node.target.id for node in ast.parse((ROOT / path).read_text("utf-8")).body if is_named(node)]
    return [name for name in made if getattr(module, name) is registry]


def is_named(node: ast.stmt) -> bool:
    return isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)


def makes(path: Path, record: str) -> bool:
    """Tell whether a module makes a record of a class."""
    source = path.read_text("utf-8")
    return f"{record}(" in source and any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == record
        for node in ast.walk(ast.parse(source))
    )
