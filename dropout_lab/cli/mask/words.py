"""The sentences of `mask`: what a kind of noise does, and what the numbers of this layer show of it.

Owns these words, unwrapped; every number in them is handed in.
"""

from math import ceil
from typing import TYPE_CHECKING

from dropout_lab.cli.mask.numbers import Marks, number, spread
from dropout_lab.cli.mask.theory import share_off

if TYPE_CHECKING:
    from dropout_lab.mechanism import Demonstration


def switched_off(shown: "Demonstration", marks: Marks) -> str:
    """Say what is switched off at each update, and what becomes of the rest."""
    request = shown.request
    rate = request.true_rate
    drawn = request.noise.shown.drawn.format(
        rate=f"{request.rate:g}", variance=number(rate / (1 - rate)), off=marks.off
    )
    if not request.noise.is_scaled:
        return drawn
    scale = (
        "The others stay as they are: scaling waits for eval mode."
        if request.is_scaled_at_inference
        else f"The others are multiplied by 1/(1 - rate) = {number(1 / (1 - rate))}."
    )
    return f"{drawn} {scale}" + (" Shown is weight x input; the unit adds these up." if request.drops_weights else "")


def learning(shown: "Demonstration") -> str:
    """Say what the gradients of one draw are, from the gradients themselves."""
    request, draw = shown.request, shown.telling_draw
    has_weights = request.drops_weights or request.n_units
    learnt = "weight" if request.drops_weights else "unit's incoming weight" if has_weights else "value"
    lines = [
        request.noise.shown.learning,
        f"Below: the gradient of the summed outputs in each {learnt}, without dropout and at draw {draw.step}.",
    ]
    if draw.is_off.any() and not draw.gradients[draw.is_off].any():
        waits = "that weight does" if request.drops_weights else "the weights into that unit do"
        lines.append(f"Off: it is 0, so {waits} not learn at this update.")
    is_counted = shown.gradients != 0
    factors = draw.gradients[is_counted] / shown.gradients[is_counted]
    of_off, of_on = factors[draw.is_off[is_counted]], factors[~draw.is_off[is_counted]]
    if of_off.any():
        lines.append(f"Off: it is multiplied by at most {number(ceil(1000 * of_off.max()) / 1000)}.")
    if of_on.size:
        lines.append(f"On: it is multiplied by {spread(of_on)}.")
    return " ".join(lines)


def scaling(shown: "Demonstration") -> str:
    """Say what scaling keeps."""
    if shown.request.is_scaled_at_inference:
        return "Scaling waits for eval mode: in training the expected value is the value times 1 - rate."
    return shown.request.noise.shown.kept


def agreement(shown: "Demonstration", marks: Marks) -> str:
    """Say how well many draws agree with theory."""
    sample = shown.sample
    if not sample.n_varying:
        return "Nothing varies, so every draw is the same."
    near = f"{sample.n_means_near} of the {sample.n_varying} values that vary have"
    return (
        f"{marks.plus_minus} standard error. {near} a mean within two standard errors of its expected value; about "
        f"95 % should. {share_off(shown, marks)}"
    ).rstrip()


def eval_in_a_word(shown: "Demonstration") -> str:
    """Say in one sentence what eval mode does."""
    if shown.request.is_scaled_at_inference:
        return (
            f"Eval mode draws nothing and multiplies by 1 - rate = {number(shown.request.eval_factor)}, which gives "
            "that expected value: see --mode eval."
        )
    return f"Eval mode draws nothing and is the identity: {n_same(shown)} outputs equal their values exactly."


def n_same(shown: "Demonstration") -> str:
    """Count the outputs of eval mode that equal their values bit for bit."""
    return f"{int((shown.eval_outputs == shown.values).sum())} of {len(shown.values)}"


def readings(shown: "Demonstration") -> str:
    """Say which reading of the 2014 rule is right, and what these numbers can tell of it."""
    rate = shown.request.true_rate
    start = (
        "Some texts say: times the rate. Right is: times 1 - rate, the probability that a unit is kept, which the 2014 "
        "paper calls p."
    )
    if rate == 0.5:
        return (
            f"{start} At rate 0.5 the two are the same number, so nothing measured at 0.5 can tell them apart; at any "
            "other rate only 1 - rate gives training's mean. Try --rate 0.2."
        )
    largest = abs(shown.values).argmax()
    value, mean, standard_error = (of[largest] for of in (shown.values, shown.sample.mean, shown.sample.standard_error))
    if standard_error == 0:
        return start
    right, wrong = (number(abs(mean - factor * value) / standard_error, digits=2) for factor in (1 - rate, rate))
    return (
        f"{start} Training's mean of the largest value lies {right} standard errors from that value times 1 - rate, "
        f"and {wrong} from it times the rate. (At rate 0.5 alone the two readings coincide.)"
    )


def noun(shown: "Demonstration") -> str:
    """Return what the noise falls on: weight or unit."""
    return "weight" if shown.request.drops_weights else "unit"
