"""The two ways to make up for what is dropped: scale the survivors while training, or the weights at inference."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scaling:
    """A way to scale.

    Attributes:
        name: in `dropout.scaling`.
        is_at_inference: whether training scales nothing, and eval mode multiplies by the keep probability.
        label: its name before the noise's in a sentence.
        sentence: what it does, for every reader.
        paper: the same for a paper: in LaTeX and past tense, to be read after what the noise did.
    """

    name: str
    is_at_inference: bool
    label: str
    sentence: str
    paper: str


INVERTED = Scaling(
    "inverted",
    is_at_inference=False,
    label="inverted",
    sentence="Inverted: what is kept is multiplied by 1 / (1 - rate) while training, and nothing at inference.",
    paper=r"scaled the others by $1/(1-r)$",
)
AT_INFERENCE = Scaling(
    "inference",
    is_at_inference=True,
    label="inference-scaled",
    sentence=(
        "Inference-scaled: nothing is multiplied while training; at inference the weights are multiplied by 1 - rate, "
        "the keep probability, as in the paper of 2014."
    ),
    paper=(
        r"left the others as they were; without noise the weights that read them were multiplied by $1-r$ "
        r"\cite{srivastava2014}"
    ),
)

SCALINGS: dict[str, Scaling] = {scaling.name: scaling for scaling in (INVERTED, AT_INFERENCE)}
