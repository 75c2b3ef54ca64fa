"""The kinds of noise by their names in `dropout.kind`.

Floor 0. Dropconnect has Bernoulli's law, on weights instead of units: which of the two a law is applied to is the
business of whoever applies it.
"""

from dropout_lab.noise.alpha import Alpha
from dropout_lab.noise.bernoulli import Bernoulli
from dropout_lab.noise.concrete import Concrete
from dropout_lab.noise.gaussian import Gaussian
from dropout_lab.noise.law import Law

SCALED_KINDS = ("bernoulli", "dropconnect")
"""Kinds whose survivors are scaled, while training or at inference; the others have their mean by their law."""


def law_of(kind: str, *, scaling: str = "inverted", temperature: float = 0.1) -> Law:
    """Return the law of a kind.

    Args:
        kind: bernoulli, gaussian, alpha, dropconnect or concrete.
        scaling: inverted or inference; `SCALED_KINDS` only.
        temperature: concrete only; the paper's 0.1.

    >>> law_of("dropconnect", scaling="inference")
    Bernoulli(is_inverted=False)
    """
    if kind in SCALED_KINDS:
        return Bernoulli(is_inverted=scaling == "inverted")
    laws: dict[str, Law] = {"gaussian": Gaussian(), "alpha": Alpha(), "concrete": Concrete(temperature)}
    return laws[kind]
