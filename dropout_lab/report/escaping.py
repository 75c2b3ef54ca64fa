"""A user's text made safe for Markdown and for LaTeX: names, labels and file names may hold any character.

Texts in, texts out; must not know what they say. It exists so that a study called `a|b` or a target
called `50 % {raw}` breaks no table, runs no command and reaches no other page.
"""

import re

_MARKDOWN = re.compile(r"[\\`*_\[\]<>|~&$]")
_LINKED_BY_NAME = re.compile(r"([@#])(?=\w)")
"""What a code host turns into a mention of a user or a link to an issue, escaped or not."""

_LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': "''",
    "`": r"\`{}",
    "–": r"\textendash{}",
    "−": "$-$",
    "∞": r"$\infty$",
    "²": r"\textsuperscript{2}",
    "×": r"$\times$",
    "≤": r"$\leq$",
    "≥": r"$\geq$",
}


def one_line(text: str) -> str:
    r"""Return `text` with every run of white space and control characters as one space.

    >>> one_line("two\n lines\x07")
    'two lines'
    """
    return " ".join("".join(mark if mark.isprintable() else " " for mark in text).split())


def markdown_text(text: str) -> str:
    r"""Return `text` so that GitHub-flavoured Markdown shows it as it is, in a paragraph or in a table's cell.

    >>> print(markdown_text("a|b <i> @me"))
    a\|b \<i\> @<!-- -->me
    """
    return _LINKED_BY_NAME.sub(r"\1<!-- -->", _MARKDOWN.sub(r"\\\g<0>", one_line(text)))


def markdown_code(text: str) -> str:
    r"""Return `text` as a code span, or as escaped text where it holds what a code span cannot show in every place.

    >>> print(markdown_code("data.train_size=100"), markdown_code("a|b"))
    `data.train_size=100` a\|b
    """
    plain = one_line(text)
    return f"`{plain}`" if plain and not set(plain) & set("`|\\") else markdown_text(plain)


def markdown_block(text: str) -> str:
    """Return `text` as a block of code, to copy.

    >>> print(markdown_block("dropout-lab run digits"))
    ```
    dropout-lab run digits
    ```
    """
    plain = one_line(text)
    fence = "`" * max(3, *(len(ticks) + 1 for ticks in ["", *re.findall("`+", plain)]))
    return f"{fence}\n{plain}\n{fence}"


def latex_text(text: str) -> str:
    r"""Return `text` so that LaTeX sets it as it is, in a paragraph, a caption or a table's cell.

    Neighbouring hyphens stay hyphens instead of joining to a dash. Letters beyond ASCII are kept: LaTeX reads UTF-8.

    >>> print(latex_text("50 % of a_b"))
    50 \% of a\_b
    """
    escaped = "".join(_LATEX.get(mark, mark) for mark in one_line(text))
    return re.sub("-(?=-)", "-{}", escaped)
