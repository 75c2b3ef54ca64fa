"""Pieces of sentences, and texts of users made fit for one line."""


def sentence(text: str) -> str:
    """Begin with a capital and end with a full stop.

    >>> sentence("dropout helps")
    'Dropout helps.'
    """
    return f"{text[0].upper()}{text[1:]}."


def one_line(text: str) -> str:
    r"""Return `text` with every run of white space and control characters as one space.

    >>> one_line("two\n lines\x07")
    'two lines'
    """
    return " ".join("".join(mark if mark.isprintable() else " " for mark in text).split())
