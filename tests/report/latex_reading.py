"""A small reader of LaTeX: what would not compile, which commands stand in it, and what a reader would see."""

import re

_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%.*")
_TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|[{}$&#_^~%]|\n\s*\n", flags=re.DOTALL)
_COLUMNS = re.compile(r"\\begin\{tabular\}\{((?:@\{\}|[lrc])+)\}")
_MULTICOLUMN = re.compile(r"\\multicolumn\{(\d+)\}")
_SHOWN = {
    r"\textbackslash{}": "\\",
    r"\textasciicircum{}": "^",
    r"\textasciitilde{}": "~",
    r"\textendash{}": "–",
    r"\textsuperscript{2}": "²",
    r"\`{}": "`",
    r"$\infty$": "∞",
    r"$\times$": "×",
    r"$\leq$": "≤",
    r"$\geq$": "≥",
    "$-$": "−",
    r"\textless{}": "<",
    r"\textgreater{}": ">",
    r"\textbar{}": "|",
    "''": '"',
    "-{}": "-",
    "--": "–",  # unless kept apart, two hyphens join
    **{f"\\{mark}": mark for mark in "{}$&#%_"},
}
_ESCAPE = re.compile("|".join(map(re.escape, sorted(_SHOWN, key=len, reverse=True))))


def without_comments(latex: str) -> str:
    return "\n".join(_COMMENT.sub(r"\1", line) for line in latex.splitlines())


def commands(latex: str) -> set[str]:
    return set(re.findall(r"\\[A-Za-z]+", without_comments(latex)))


def shown(latex: str) -> str:
    """Return what a reader of escaped text sees."""
    return _ESCAPE.sub(lambda escape: _SHOWN[escape[0]], latex)


def rows_of(latex: str) -> list[list[list[str]]]:
    """Return the cells below the middle rule of every table."""
    bodies = re.findall(r"\\midrule\n(.*?)\\bottomrule", latex, flags=re.DOTALL)
    return [
        [[cell.strip() for cell in re.split(r"(?<!\\)&", line)] for line in re.split(r"\\\\\n", body) if line.strip()]
        for body in bodies
    ]


def problems(latex: str) -> list[str]:
    """Return what would stop or warn a compiler: braces, dollars, environments, specials, cells in a row."""
    text = without_comments(latex)
    return [*_unbalanced(text), *_environments(text), *_ragged(text)]


def _unbalanced(text: str) -> list[str]:
    depth, in_math, found = 0, False, []
    in_tabular = 0
    for token in _TOKEN.finditer(text):
        mark = token[0]
        if mark == "{":
            depth += 1
        elif mark == "}":
            depth -= 1
            if depth < 0:
                return [f"a brace too many at {text[max(token.start() - 20, 0) : token.end()]!r}"]
        elif mark == "$":
            in_math = not in_math
        elif mark in (r"\begin", r"\end"):
            is_tabular = text[token.end() :].startswith("{tabular}")
            in_tabular += is_tabular * (1 if mark == r"\begin" else -1)
        elif mark in "_^" and not in_math and not _is_reference(text[: token.start()]):
            found.append(f"{mark} outside of math")
        elif mark in ("#", "%", "~") or (mark == "&" and not in_tabular):
            found.append(f"{mark} unescaped")
        elif not mark.strip() and in_math:
            found.append("math across paragraphs")
    return found + ["a brace is open"] * (depth > 0) + ["math is open"] * in_math


def _is_reference(before: str) -> bool:
    """Keys of citations and labels may hold an underscore."""
    return re.search(r"\\(?:cite|label)\{[^{}]*$", before) is not None


def _environments(text: str) -> list[str]:
    stack: list[str] = []
    for kind, name in re.findall(r"\\(begin|end)\{(\w+)\}", text):
        if kind == "begin":
            stack.append(name)
        elif not stack or stack.pop() != name:
            return [f"{name} ends where it did not begin"]
    return [f"{name} is open" for name in stack]


def _ragged(text: str) -> list[str]:
    found = []
    for table in re.findall(r"\\begin\{tabular\}.*?\\end\{tabular\}", text, flags=re.DOTALL):
        match = _COLUMNS.match(table)
        if match is None:
            return ["a table without columns"]
        n_columns = len(match[1].replace("@{}", ""))
        for line in table.splitlines():
            if line.endswith(r"\\"):
                n_cells = len(re.findall(r"(?<!\\)&", line)) + 1
                n_cells += sum(int(span) - 1 for span in _MULTICOLUMN.findall(line))
                found += [f"{n_cells} cells in {n_columns} columns"] * (n_cells != n_columns)
    return found
