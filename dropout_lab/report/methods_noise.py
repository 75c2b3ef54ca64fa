"""What the noise of a study does, in words for every reader; nothing where it is the dropout that everyone knows.

Owns these explanations, as plain text; must not know which writer prints them.
"""

from collections.abc import Sequence

from dropout_lab.findings import SCALED, Form, form_of
from dropout_lab.results import Results

HEADING = "What the noise does"
_KINDS = {
    "bernoulli": "Bernoulli dropout switches each unit off with the rate as its probability.",
    "gaussian": (
        "Gaussian noise multiplies each unit by a normal draw with mean 1 and variance rate / (1 - rate), the variance "
        "that Bernoulli dropout has."
    ),
    "alpha": (
        "Alpha dropout sends each unit to SELU's lowest value with the rate as its probability, then scales and shifts "
        "all units so that their mean and variance stay what SELU made them."
    ),
    "dropconnect": (
        "DropConnect switches off weights and biases instead of units: those that lead into a hidden layer, each with "
        "that layer's rate as its probability. One draw serves all rows of a batch, where the paper (Wan et al. 2013) "
        "draws anew for every row."
    ),
    "concrete": (
        "Concrete dropout learns each layer's rate by the gradient of the objective, beginning at the rate in a "
        "condition's name. Its units are switched off softly, and the objective is charged for rates far from 0.5 and "
        "for large weights."
    ),
}
_SCALINGS = {
    "inverted": "Inverted: what is kept is multiplied by 1 / (1 - rate) while training, and nothing at inference.",
    "inference": (
        "Inference-scaled: nothing is multiplied while training; at inference the weights are multiplied by 1 - rate, "
        "the keep probability, as in the paper of 2014."
    ),
}
_SCHEDULES = {
    "early": "Early: the rate falls to 0 in the first part of the training, and stays there.",
    "late": "Late: the rate is 0 in the first part of the training, and constant after.",
    "linear": "Linear: the rate rises from 0 over the whole training.",
    "curriculum": "Curriculum: the rate rises from 0, fast at first, and levels off.",
}


def noise_text(results: Results) -> str:
    """Explain the kinds, scalings and schedules of a study; empty where it knows only plain dropout."""
    entries = results.manifest["conditions"]
    forms = [form_of(results.study, entry) for entry in entries if not entry["is_baseline"]]
    kinds, schedules = _distinct([one.kind for one in forms]), _distinct([one.schedule for one in forms])
    scalings = _distinct([one.scaling for one in forms if one.kind in SCALED])
    if (kinds, scalings, schedules) == ([Form.kind], [Form.scaling], [Form.schedule]) or not forms:
        return ""
    parts = [_KINDS[kind] for kind in kinds if kind in _KINDS]
    if scalings != [Form.scaling]:
        parts += [_SCALINGS[scaling] for scaling in scalings if scaling in _SCALINGS]
    return " ".join([*parts, *(_SCHEDULES[name] for name in schedules if name in _SCHEDULES)])


def _distinct(names: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(names))
