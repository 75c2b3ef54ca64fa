"""YAML 1.2 core values with line numbers, read and written.

Owns which scalars are numbers, booleans and nulls, and where each value stands. It exists because PyYAML follows YAML
1.1: it reads `1e-3` as text and `no` as false, keeps the last of two equal keys in silence, and forgets the lines.
Reading walks PyYAML's node graph; writing uses the same scalar rules, so that what is written reads back as the same
value.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.composer import Composer
from yaml.emitter import Emitter
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.representer import SafeRepresenter
from yaml.resolver import BaseResolver
from yaml.scanner import Scanner
from yaml.serializer import Serializer

from dropout_lab.config.problem import Problem, SettingPath

_DEEPEST = 16  # the deepest setting, a list of rates per layer, needs 4
_TOO_DEEP = "lists or mappings nested too deep"
_TAG = "tag:yaml.org,2002:"


def _float(text: str) -> float:
    # Adding 0.0 turns -0.0 into 0.0: one rate, one label.
    return float(text.replace(".inf", "inf").replace(".nan", "nan")) + 0.0


def _int(text: str) -> int:
    return int(text, 0) if text.startswith(("0o", "0x")) else int(text)


_INT = r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+"
_FLOAT = r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"

# Source: YAML 1.2.2, section 10.3.2, core schema. In this order: a whole number is not a float.
_SCALARS: dict[str, tuple[re.Pattern[str], Callable[[str], Any]]] = {
    "null": (re.compile(r"null|Null|NULL|~|"), lambda _: None),
    "bool": (re.compile(r"true|True|TRUE|false|False|FALSE"), lambda text: text.lower() == "true"),
    "int": (re.compile(_INT), _int),
    "float": (re.compile(_FLOAT), lambda text: _float(text.lower())),
}


class _CoreSchema(BaseResolver):
    """The YAML 1.2 core schema: plain scalars that are not text."""


for _kind, (_pattern, _) in _SCALARS.items():
    _CoreSchema.add_implicit_resolver(_TAG + _kind, re.compile(rf"(?:{_pattern.pattern})\Z"), None)


class _Loader(Reader, Scanner, Parser, Composer, _CoreSchema):
    """Compose a node graph without aliases: a config is read by people, and an alias may expand without bound."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)
        Composer.__init__(self)
        _CoreSchema.__init__(self)

    def compose_node(self, parent: Node | None, index: int) -> Node | None:
        if self.check_event(yaml.AliasEvent):
            event: Any = self.peek_event()  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(None, None, f"found the alias *{event.anchor}", event.start_mark)
        return super().compose_node(parent, index)


class _Dumper(Emitter, Serializer, SafeRepresenter, _CoreSchema):
    """Write values in flow style on one line, text in quotes wherever it would read as something else."""

    def __init__(self, stream: Any, **_options: Any) -> None:
        Emitter.__init__(self, stream, width=2**31, allow_unicode=True)
        Serializer.__init__(self)
        SafeRepresenter.__init__(self, default_flow_style=True, sort_keys=False)
        _CoreSchema.__init__(self)

    def ignore_aliases(self, _data: Any) -> bool:
        return True

    def choose_scalar_style(self) -> str:
        style: str = super().choose_scalar_style()
        return '"' if style == "'" else style


_Dumper.add_representer(tuple, SafeRepresenter.represent_list)


@dataclass
class YamlText:
    """What a YAML text holds: plain values, the line of each (from 1), and what is wrong with it."""

    value: Any = None
    lines: dict[SettingPath, int] = field(default_factory=dict)
    problems: list[tuple[int, Problem]] = field(default_factory=list)
    unreadable: set[SettingPath] = field(default_factory=set)

    def refuse(self, line: int, problem: Problem) -> None:
        """Note a problem whose value cannot be read at all, so that nothing more is said about it."""
        self.problems.append((line, problem))
        self.unreadable.add(problem.path)


class YamlSyntaxError(Exception):
    """The text is no YAML. Holds the line (from 1), what was found there and how to mend it."""

    def __init__(self, line: int, found: str, mend: str) -> None:
        super().__init__(f"line {line}: {found}. {mend}")
        self.line, self.found, self.mend = line, found, mend


def read_yaml(text: str) -> YamlText:
    """Return the values of one YAML document: mappings as `dict` with text keys, sequences as `tuple`.

    Raises:
        YamlSyntaxError: the text is no YAML, or uses aliases, or holds several documents.
    """
    read = YamlText()
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        if node is not None:
            read.value = _value(node, (), read)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise YamlSyntaxError(line, "a character that cannot be printed", "Remove it.") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlSyntaxError(mark.line + 1 if mark else 1, *_syntax_words(error)) from None
    except (OverflowError, ValueError):  # chr() of an escape such as "\UFFFFFFFF"
        raise YamlSyntaxError(loader.line + 1, "an escape that names no character", "Remove it.") from None
    except RecursionError:
        raise YamlSyntaxError(1, _TOO_DEEP, "No setting needs that.") from None
    return read


def yaml_text(value: object) -> str:
    """Return `value` as YAML on one line, such that `read_yaml` gives it back.

    >>> yaml_text((0.5, "0.5", None, True, 1e-05))
    '[0.5, "0.5", null, true, 1.0e-05]'
    """
    text: str = yaml.dump([value], Dumper=_Dumper)  # inside a list no document end marker follows a scalar
    return text.strip()[1:-1]


def _syntax_words(error: yaml.MarkedYAMLError) -> tuple[str, str]:
    found = " ".join(part for part in (error.context, error.problem) if part)
    if "alias" in found:
        return found, "Aliases are not supported: write the value out."
    if found == _TOO_DEEP:
        return found, "No setting needs that."
    if "'\\t'" in found:
        return found, "Indent with spaces, not tabs."
    if "single document" in found:
        return "a second document after `---`", "One file holds one config."
    if "'@'" in found or "'`'" in found or "'%'" in found:
        return found, "Put the text in quotes."
    return found, "Look at the line before it too: a colon, a bracket or a quote may be missing there."


def _value(node: Node, path: SettingPath, read: YamlText) -> Any:
    line = node.start_mark.line + 1
    if len(path) > _DEEPEST:
        raise yaml.MarkedYAMLError(None, None, _TOO_DEEP, node.start_mark)
    read.lines.setdefault(path, line)
    kind = node.tag.removeprefix(_TAG)
    if isinstance(node, MappingNode) and kind == "map":
        return _mapping(node, path, read)
    if isinstance(node, SequenceNode) and kind == "seq":
        return tuple(_value(item, (*path, index), read) for index, item in enumerate(node.value))
    if isinstance(node, ScalarNode) and kind == "str":
        return _text(node)
    if isinstance(node, ScalarNode) and kind in _SCALARS:
        return _scalar(node.value, kind, path, read)
    tag = f"the tag {node.tag.replace(_TAG, '!!')}"
    read.refuse(line, Problem(path, "must be written without a tag", tag, "Write the plain value."))
    return None


def _mapping(node: MappingNode, path: SettingPath, read: YamlText) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, ScalarNode):
            read.refuse(line, Problem(path, "must have plain names as keys", "a list or a mapping as a key"))
            continue
        name = _text(key_node)
        if name in values:
            must = f"must be given once, and line {read.lines[(*path, name)]} gives it already"
            read.problems.append((line, Problem((*path, name), must, mend="Keep one of the two.")))
            continue
        read.lines[(*path, name)] = line
        values[name] = _value(value_node, (*path, name), read)
    return values


def _text(node: ScalarNode) -> str:
    text: str = node.value
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise yaml.MarkedYAMLError(None, None, "found half a surrogate pair", node.start_mark)
    return text


def _scalar(text: str, kind: str, path: SettingPath, read: YamlText) -> Any:
    pattern, convert = _SCALARS[kind]
    try:
        if pattern.fullmatch(text):  # a tag written out can force a kind on any text: !!int abc
            return convert(text)
    except ValueError:  # Python reads no whole number of more than 4300 digits
        text = f"a number of {len(text)} digits"
    read.refuse(read.lines[path], Problem(path, "must be a number that can be read", text))
    return None
