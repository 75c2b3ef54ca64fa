"""The generated parts of a document: what stands between the markers of a case, and nothing else, is replaced."""


class MarkerError(ValueError):
    """A document does not have the two markers of a case, each once and in order."""


def markers(letter: str) -> tuple[str, str]:
    """Return the lines that enclose a case's part."""
    return f"<!-- case {letter}: written by benchmarks.compare -->", f"<!-- end of case {letter} -->"


def with_case(document: str, letter: str, text: str) -> str:
    """Return the document with `text` as the part of a case.

    Raises:
        MarkerError: there is no such part.
    """
    begin, end = markers(letter)
    if document.count(begin) != 1 or document.count(end) != 1 or document.index(begin) > document.index(end):
        raise MarkerError(
            f"the document must hold these two lines once, in this order: {begin} and {end}. Put them where the table "
            f"of case {letter} belongs, or run without --docs."
        )
    before, _, rest = document.partition(begin)
    _, _, after = rest.partition(end)
    return f"{before}{begin}\n\n{text.strip()}\n\n{end}{after}"
