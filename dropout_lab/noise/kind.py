"""What a kind of noise is: its law, what it asks of a study, and the words for it.

A law says what lanes do to values at a rate. It holds no state: random lanes come in, and what multiplies (and perhaps
shifts) the values goes out. Coefficients are computed per rate on the CPU, so that a stack of conditions is one tensor
of coefficients, and another rate costs nothing.

A kind's record stands for it in every room. Its words live down here because the settings, `mask`, the verdict, the
figures and the report all speak of kinds, and must say the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Protocol

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Noise:
    """Noise on the values of one layer: ``values * multipliers + shifts``.

    Attributes:
        multipliers: broadcastable to the values.
        shifts: the same; None for none.
        scores: where the rate is learnt, the derivative of ``log multipliers`` in the rate's logit; else None.
    """

    multipliers: Tensor
    shifts: Tensor | None = None
    scores: Tensor | None = None

    def flatten_trials(self) -> Noise:
        """Return the same noise with its first two axes, conditions and seeds, as one."""
        shifts = None if self.shifts is None else self.shifts.flatten(0, 1)
        scores = None if self.scores is None else self.scores.flatten(0, 1)
        return Noise(self.multipliers.flatten(0, 1), shifts, scores)


class Moments(NamedTuple):
    """Mean and variance of what becomes of one value."""

    mean: float
    variance: float


class Law(Protocol):
    """A kind of noise.

    Attributes:
        n_buffers: tensors of the values' shape that `draw` writes to.
    """

    n_buffers: ClassVar[int]

    def coefficients(self, rate: float) -> tuple[float, ...]:
        """Return what `draw` needs to know of a rate in [0, 1)."""
        ...

    def draw(self, lanes: Tensor, coefficients: Iterable[Tensor], buffers: Sequence[Tensor]) -> Noise:
        """Turn lanes into noise.

        Args:
            lanes: one draw per element, int16, ``[1, seeds, ...]``.
            coefficients: each of `coefficients` for every condition's rate, ``[conditions, 1, ...]``.
            buffers: `n_buffers` tensors ``[conditions, seeds, ...]``, written in place.

        Returns:
            Tensors ``[conditions, seeds, ...]``, which are the buffers.
        """
        ...

    def moments(self, value: float, rate: float) -> Moments:
        """Return mean and variance of what becomes of `value` at `rate` while training, over the draws."""
        ...


@dataclass(frozen=True)
class LawOptions:
    """The settings, rates apart, that a law may depend on.

    Attributes:
        scaling: a name in `SCALINGS`.
        temperature: of soft noise, above 0.
    """

    scaling: str = "inverted"
    temperature: float = 0.1


@dataclass(frozen=True)
class Shown:
    """What `mask` says of a kind, in whole sentences.

    Attributes:
        drawn: what is drawn at each update, with ``{rate}``, its ``{variance}`` rate/(1 - rate) and ``{off}``, the mark
            of what is off.
        learning: what contributes and learns at one draw.
        kept: what the noise keeps of the values, on average.
    """

    drawn: str
    learning: str = "Only what is on contributes and learns."
    kept: str = "Scaling keeps the expected value: on average the outputs are what they are without dropout."


@dataclass(frozen=True, kw_only=True)
class Kind:
    r"""A kind of noise.

    Attributes:
        name: in `dropout.kind`.
        law: makes its law.
        does: what it does, to be read after its name in the documentation of `dropout.kind`.
        title: its name at the head of what `mask` prints.
        noun: its name in a sentence.
        noun_beside_others: the same where kinds are compared; empty where `noun` will do.
        sentence: what it does, for every reader.
        paper: the same for a paper: in LaTeX and past tense, with ``\cite{key}``, to be read after "In training,".
        paper_options: how a paper states its `options`, each as ``{name}``; empty for none.
        citations: the keys that `paper` cites, of report/citations.bib.
        shown: what `mask` says.
        options: settings of the section dropout that are its own.
        is_scaled: whether what is kept is scaled, while training or at inference; else its mean is its law's business.
        on_weights: whether it falls on weights and biases instead of units.
        learns_rates: whether its rates are learnt, so that no schedule changes them.
        drops: whether something is switched off, so that there is a share off and a keep probability.
        is_soft: whether it is switched off softly, never to 0.
        activation: the only activation that it fits; empty where all do.
        activation_reason: why, to be read after its name.
        has_kernels: whether it is a mask of thresholds and scales on units, which compiled kernels know how to draw and
            apply; every other law is applied by torch.
    """

    name: str
    law: Callable[[LawOptions], Law]
    does: str
    title: str
    noun: str
    noun_beside_others: str = ""
    sentence: str
    paper: str
    paper_options: str = ""
    citations: tuple[str, ...]
    shown: Shown
    options: tuple[str, ...] = ()
    is_scaled: bool = False
    on_weights: bool = False
    learns_rates: bool = False
    drops: bool = True
    is_soft: bool = False
    activation: str = ""
    activation_reason: str = ""
    has_kernels: bool = False

    @property
    def settings(self) -> tuple[str, ...]:
        """The settings of the section dropout, its rates apart, that do something under this kind."""
        scaling = ("scaling",) if self.is_scaled else ()
        schedule = () if self.learns_rates else ("schedule",)
        return (*scaling, *schedule, *self.options)
