"""Figures as part of a page: SVG whose colours follow the page's theme and whose names clash with no other figure's.

A `Palette` collects the styles and colours that all figures of a page use; the page's style sheet defines them once.
"""

import re
from html import escape
from xml.etree import ElementTree

from dropout_lab.drawing import dark_counterpart
from dropout_lab.drawing.style import LIGHT

_SVG = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_COLOR = re.compile(r"#[0-9a-fA-F]{6}\b")
_COORDINATE = re.compile(r"-?\d+\.\d{3,}")
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_FONTS = "'DejaVu Sans', 'Bitstream Vera Sans', Verdana, Geneva, sans-serif"  # of nearly equal widths
_PAPER_STYLE = f"fill: {LIGHT.paper}"
_DROPPED = {"metadata", "style"}
_GEOMETRY = {"d", "x", "y", "width", "height", "transform", "viewBox"}


class Palette:
    """The colours and styles of a page's figures, each under a name."""

    def __init__(self) -> None:
        self._colors: dict[str, str] = {}
        self._classes: dict[str, str] = {}

    def color(self, light: str) -> str:
        """Return the CSS value that shows the colour `#rrggbb` on a light page and its counterpart on a dark one."""
        key = light.lower()
        self._colors.setdefault(key, f"--c{key[1:]}")
        return f"var({self._colors[key]})"

    def style_class(self, style: str) -> str:
        """Return the class that stands for an inline style, whose colours then follow the theme."""
        return self._classes.setdefault(style, f"s{len(self._classes)}")

    def rules(self) -> str:
        """Return the rules of all classes."""
        rules = []
        for style, name in self._classes.items():
            themed = _COLOR.sub(lambda match: self.color(match[0]), style).replace("'DejaVu Sans'", _FONTS)
            rules.append(f".{name}{{{themed}}}")
        return "\n".join(rules)

    def variables(self, *, is_dark: bool) -> str:
        """Return the definitions of all colours for one theme; call `rules` first."""
        values = {name: dark_counterpart(key) if is_dark else key for key, name in sorted(self._colors.items())}
        return ";".join(f"{name}:{value}" for name, value in values.items())


def inline_svg(svg: str, *, name: str, label: str, palette: Palette) -> str:
    """Return the `svg` element of an SVG file for use inside HTML.

    Args:
        svg: a file as matplotlib writes it.
        name: of the figure, unique in the page: ids begin with it.
        label: what is shown, for readers who do not see it.
        palette: collects its styles.

    Returns:
        The element without style attributes, namespaces and unused ids, coordinates rounded to 1/100 of a point.
    """
    root = ElementTree.fromstring(svg)
    used = set(_REFERENCE.findall(svg)) | {use.get(_HREF, "#")[1:] for use in root.iter(f"{_SVG}use")}
    _uncover(root)
    for attribute in ("width", "height", "version"):
        root.attrib.pop(attribute, None)
    root.attrib |= {"role": "img", "aria-label": label}
    return _written(root, used, name, palette)


def natural_width(svg: str) -> float:
    """Return the width, in points, that a figure was drawn for."""
    found = re.search(r'viewBox="[-\d.]+ [-\d.]+ ([\d.]+) ', svg)
    return float(found[1]) if found else 0.0


def _uncover(root: ElementTree.Element) -> None:
    """Remove the backgrounds of the figure and its panels: the page's own paper is below, with a scroller's shadow."""
    for group in root.iter(f"{_SVG}g"):
        if group.get("id", "").startswith(("figure_", "axes_")):
            first = next(iter(group), None)
            if first is not None and [path.get("style", "").strip() for path in first] == [_PAPER_STYLE]:
                group.remove(first)


def _written(element: ElementTree.Element, used: set[str], name: str, palette: Palette) -> str:
    tag = element.tag.removeprefix(_SVG)
    if tag in _DROPPED:
        return ""
    attributes = {}
    for key, value in element.attrib.items():
        if key == "id":
            if value in used:
                attributes["id"] = f"{name}-{value}"
        elif key == "style":
            attributes["class"] = palette.style_class(_REFERENCE.sub(rf"url(#{name}-\1)", value.strip()))
        elif key == _HREF:
            attributes["href"] = f"#{name}-{value[1:]}"
        else:
            attributes[key] = _REFERENCE.sub(rf"url(#{name}-\1)", _shortened(value) if key in _GEOMETRY else value)
    inside = escape(element.text or "", quote=False) if tag in ("text", "tspan") else ""
    inside += "".join(_written(child, used, name, palette) for child in element)
    if tag == "g" and not attributes:
        return inside
    if tag == "defs" and not inside:
        return ""
    opened = "".join(f' {key}="{escape(value)}"' for key, value in attributes.items())
    return f"<{tag}{opened}>{inside}</{tag}>"


def _shortened(value: str) -> str:
    rounded = _COORDINATE.sub(lambda match: f"{float(match[0]):.2f}".rstrip("0").rstrip("."), value)
    return " ".join(rounded.split())
