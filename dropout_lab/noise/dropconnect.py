"""DropConnect: Bernoulli noise on weights and biases instead of units.

Its law is Bernoulli's; that it falls on weights is what its record says, and the business of whoever applies it.
"""

from dropout_lab.noise.bernoulli import Bernoulli
from dropout_lab.noise.kind import Kind, Shown
from dropout_lab.noise.scaling import SCALINGS

DROPCONNECT = Kind(
    name="dropconnect",
    law=lambda options: Bernoulli(is_inverted=not SCALINGS[options.scaling].is_at_inference),
    does="drops weights",
    title="DropConnect",
    noun="DropConnect",
    sentence=(
        "DropConnect switches off weights and biases instead of units: those that lead into a hidden layer, each with "
        "that layer's rate as its probability. One draw serves all rows of a batch, where the paper (Wan et al. 2013) "
        "draws anew for every row."
    ),
    paper=(
        r"DropConnect \cite{wan2013} set each weight and bias into a hidden layer to zero with probability $r$, one "
        "draw for all examples of a batch,"
    ),
    citations=("wan2013",),
    shown=Shown("Off at random: at each update every weight is switched off ({off}) with probability {rate}."),
    is_scaled=True,
    on_weights=True,
)
