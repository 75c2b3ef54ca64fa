"""What is to be shown: a layer, a kind of noise, a rate, a seed. Plain numbers."""

from dataclasses import dataclass

from dropout_lab.noise import KINDS, PLAIN, SCALINGS, Kind, keep_probability, quantised_rate


@dataclass(frozen=True)
class Request:
    """A layer and the noise on it.

    Attributes:
        rate: probability that a unit (or a weight) is dropped, in [0, 1).
        values: of the layer's units, or of one unit's inputs where weights are dropped; empty for a random layer.
        n_units: units of a random layer, where no values are given.
        kind: a name in `noise.KINDS`.
        scaling: a name in `noise.SCALINGS`; does something to kinds that are scaled.
        seed: names the draws, and the random layer.
        n_draws: how many draws to show.
    """

    rate: float
    values: tuple[float, ...] = ()
    n_units: int = 0
    kind: str = PLAIN
    scaling: str = "inverted"
    seed: int = 42
    n_draws: int = 5

    @property
    def noise(self) -> Kind:
        """The kind of noise."""
        return KINDS[self.kind]

    @property
    def drops_weights(self) -> bool:
        """Whether the noise falls on the weights of one unit instead of on units."""
        return self.noise.on_weights

    @property
    def is_scaled_at_inference(self) -> bool:
        """Whether training leaves the survivors as they are, and eval mode multiplies by the keep probability."""
        return SCALINGS[self.scaling].is_at_inference

    @property
    def true_rate(self) -> float:
        """The rate in steps of 1/65536: the probability with which a value is truly dropped.

        >>> Request(0.5).true_rate, Request(1e-6).true_rate
        (0.5, 0.0)
        """
        return quantised_rate(self.rate)

    @property
    def eval_factor(self) -> float:
        """What eval mode multiplies the noisy values by: 1, or the keep probability.

        >>> Request(0.25).eval_factor, Request(0.25, scaling="inference").eval_factor
        (1.0, 0.75)
        """
        return keep_probability(self.rate) if self.is_scaled_at_inference else 1.0
