"""What the documents say is there: links, commands, versions, pins."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import dropout_lab

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", flags=re.MULTILINE)
CODE_BLOCK = re.compile(r"^```.*?^```", flags=re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def documents(repository_root: Path) -> list[Path]:
    return [*repository_root.glob("*.md"), *repository_root.glob("docs/**/*.md"), repository_root / "results/README.md"]


@pytest.fixture(scope="module")
def pyproject(repository_root: Path) -> dict[str, Any]:
    return tomllib.loads((repository_root / "pyproject.toml").read_text("utf-8"))


def commands_in(documents: list[Path], program: str) -> set[str]:
    """Return the words that follow `program` in code: at the start of a line or of a code span."""
    text = "\n".join(document.read_text("utf-8") for document in documents)
    return set(re.findall(rf"(?:^[ \t]*|`){program} ([a-z][a-z-]*)", text, flags=re.MULTILINE))


def anchors(document: Path) -> set[str]:
    """Return the anchors that a web page of the document has: headings in lower case, words joined by hyphens."""
    headings = HEADING.findall(CODE_BLOCK.sub("", document.read_text("utf-8")))
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def test_every_link_between_the_documents_leads_somewhere(documents: list[Path]) -> None:
    links = [
        (document, *link.partition("#")[::2])
        for document in documents
        for link in LINK.findall(CODE_BLOCK.sub("", document.read_text("utf-8")))
        if "://" not in link
    ]
    assert links
    targets = [(document, (document.parent / path) if path else document, anchor) for document, path, anchor in links]
    dead = [
        f"{document.name}: {target}#{anchor}"
        for document, target, anchor in targets
        if not target.exists() or (anchor and anchor not in anchors(target))
    ]
    assert not dead


def test_the_index_of_the_documents_names_every_page(repository_root: Path) -> None:
    index = (repository_root / "docs" / "README.md").read_text("utf-8")
    pages = {page.name for page in (repository_root / "docs").glob("*.md")} - {"README.md"}
    assert pages <= set(LINK.findall(index))


def test_every_make_target_that_the_documents_name_exists(documents: list[Path], repository_root: Path) -> None:
    targets = set(re.findall(r"^([\w-]+):", (repository_root / "Makefile").read_text("utf-8"), flags=re.MULTILINE))
    assert {"demo", "test"} <= commands_in(documents, "make") <= targets


def test_every_command_that_the_documents_name_exists(documents: list[Path]) -> None:
    from typer.main import get_command

    from dropout_lab.cli import app

    commands = set(get_command(app).commands)  # type: ignore[attr-defined]
    assert {"run", "sweep", "plot"} <= commands_in(documents, "dropout-lab") <= commands


def test_the_changelog_begins_with_the_version_of_the_package(repository_root: Path) -> None:
    versions = re.findall(
        r"^## \[([\d.]+)\]", (repository_root / "CHANGELOG.md").read_text("utf-8"), flags=re.MULTILINE
    )
    assert versions[0] == dropout_lab.__version__


def test_every_dependency_is_pinned_to_a_version_that_it_may_have(
    pyproject: dict[str, Any], repository_root: Path
) -> None:
    lines = (repository_root / "constraints.txt").read_text("utf-8").splitlines()
    pins = [line.split("==") for line in lines if line and not line.startswith("#")]
    pinned = {canonicalize_name(name): version for name, version in pins}
    project = pyproject["project"]
    extras = [line for lines in project["optional-dependencies"].values() for line in lines]
    wanted = [Requirement(line) for line in project["dependencies"] + extras]
    unpinned = [str(one) for one in wanted if pinned.get(canonicalize_name(one.name), "0") not in one.specifier]
    assert not unpinned
