"""A small reader of HTML: its elements, its texts, and what is wrong with its structure."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "input", "br", "hr", "img"}
REFERENCES = ("aria-labelledby", "aria-describedby", "for")


@dataclass
class Element:
    """An element; the texts inside it stand between its children."""

    tag: str
    attributes: dict[str, str]
    children: "list[Element | str]" = field(default_factory=list)

    def all(self, *tags: str) -> "Iterator[Element]":
        """Yield every element below, in order; only some kinds where `tags` are given."""
        for child in self.children:
            if isinstance(child, Element):
                if not tags or child.tag in tags:
                    yield child
                yield from child.all(*tags)

    def by_id(self, name: str) -> "Element":
        return next(element for element in self.all() if element.attributes.get("id") == name)

    @property
    def text(self) -> str:
        """What a reader sees of it, with single spaces."""
        parts = (child if isinstance(child, str) else child.text for child in self.children)
        return " ".join(" ".join(parts).split())

    def rows(self) -> list[list[str]]:
        """The cells of the rows of a table's bodies."""
        return [[cell.text for cell in row.all("th", "td")] for body in self.all("tbody") for row in body.all("tr")]


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("root", {})
        self.open = [self.root]
        self.problems: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        repeated = [name for name, count in Counter(name for name, _ in attrs).items() if count > 1]
        self.problems += [f"<{tag}> has {name} twice" for name in repeated]
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if self.open[-1].tag == tag:
            self.open.pop()
        else:
            self.problems.append(f"</{tag}> where <{self.open[-1].tag}> is open")

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def read_page(html: str) -> Element:
    """Parse a page.

    Raises:
        ValueError: its tags do not nest.
    """
    builder = _Builder()
    builder.feed(html)
    builder.close()
    problems = [*builder.problems, *(f"<{element.tag}> is never closed" for element in builder.open[1:])]
    if problems:
        raise ValueError("; ".join(problems[:5]))
    return builder.root


def broken_references(page: Element) -> list[str]:
    """Return what names an id that is not there, and ids that are there twice."""
    ids = Counter(element.attributes["id"] for element in page.all() if "id" in element.attributes)
    named = []
    for element in page.all():
        named += [name for key in REFERENCES for name in element.attributes.get(key, "").split()]
        href = element.attributes.get("href", "")
        named += [href[1:]] if href.startswith("#") else []
        named += re.findall(r"url\(#([^)]*)\)", " ".join(element.attributes.values()))
    return [f"{name} is missing" for name in named if name not in ids] + [
        f"{name} is there {count} times" for name, count in ids.items() if count > 1
    ]


def headings(page: Element) -> list[int]:
    """Return the levels of the headings, in order."""
    return [int(element.tag[1]) for element in page.all("h1", "h2", "h3", "h4")]
