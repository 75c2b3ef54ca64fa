"""The kinds of noise by their names in `dropout.kind`: the one list of them."""

from dropout_lab.noise.alpha import ALPHA
from dropout_lab.noise.bernoulli import BERNOULLI
from dropout_lab.noise.concrete import CONCRETE
from dropout_lab.noise.dropconnect import DROPCONNECT
from dropout_lab.noise.gaussian import GAUSSIAN
from dropout_lab.noise.kind import Kind, Law, LawOptions

KINDS: dict[str, Kind] = {kind.name: kind for kind in (BERNOULLI, GAUSSIAN, ALPHA, DROPCONNECT, CONCRETE)}
"""Every kind, in the order in which lists name them."""

PLAIN = BERNOULLI.name
"""The kind of a study that names none: dropout proper."""


def law_of(kind: str, *, scaling: str = "inverted", temperature: float = 0.1) -> Law:
    """Return the law of a kind.

    Args:
        kind: a name in `KINDS`.
        scaling: a name in `SCALINGS`; does something to kinds that are scaled.
        temperature: does something to soft noise; the paper's 0.1.

    >>> law_of("dropconnect", scaling="inference")
    Bernoulli(is_inverted=False)
    """
    return KINDS[kind].law(LawOptions(scaling, temperature))
