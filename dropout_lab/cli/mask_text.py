"""The text that `mask` prints: the three steps of dropout on one layer, or what eval mode does to it.

Owns what follows what, the sentences and their width; every number in them is handed in.
"""

from math import ceil
from textwrap import fill
from typing import TYPE_CHECKING

from dropout_lab.activations import ACTIVATIONS
from dropout_lab.cli import streams
from dropout_lab.cli.mask_tables import (
    Marks,
    against_theory,
    draws_of_layer,
    draws_of_values,
    format_number,
    format_range,
    gradients_by_group,
    gradients_of_values,
    in_eval_mode,
    share_off,
)
from dropout_lab.wording import plural

if TYPE_CHECKING:
    from dropout_lab.mechanism import Demonstration

_MINUS, _NO_BREAK = "1 - ", "\N{NO-BREAK SPACE}"


def mask_text(shown: "Demonstration", *, is_training: bool, width: int) -> str:
    """Return what `mask` prints.

    Args:
        shown: the numbers.
        is_training: train mode, or eval mode.
        width: columns that a table may have; text is as wide as a page.
    """
    marks = Marks.of_stdout()
    parts = [_heading(shown, is_training=is_training)]
    parts += _training(shown, marks, width) if is_training else _evaluation(shown, marks)
    return "\n\n".join(parts)


def _heading(shown: "Demonstration", *, is_training: bool) -> str:
    request = shown.request
    n = len(shown.values)
    if request.drops_weights:
        weights = "random weights" if request.n_units else "every weight 1"
        layer = f"One unit with {plural(n, 'input')}, {weights}, no bias"
    elif shown.layer.activation:
        activation = ACTIVATIONS[shown.layer.activation].words
        layer = f"{plural(n, f'{activation} unit')} with random weights"
    else:
        layer = f"{plural(n, 'given value')}, a unit each"
    mode = "train" if is_training else "eval"
    keep = f", keep probability 1 - rate = {1 - request.rate:g}" if request.noise.drops else ""
    return f"{request.noise.title} in {mode} mode: rate {request.rate:g}{keep}\n{layer}; seed {request.seed}."


def _training(shown: "Demonstration", marks: Marks, width: int) -> list[str]:
    one_by_one = not shown.request.n_units
    draws = draws_of_values(shown, marks, width) if one_by_one else draws_of_layer(shown, marks)
    gradients = gradients_of_values(shown) if one_by_one else gradients_by_group(shown)
    return [
        _filled(f"1. {_switched_off(shown, marks)}"),
        draws,
        _filled(f"2. {_learning(shown)}"),
        gradients,
        _filled(f"3. {_scaling(shown)}"),
        against_theory(shown, marks),
        _filled(_agreement(shown, marks)),
        _filled(_eval_in_a_word(shown)),
    ]


def _evaluation(shown: "Demonstration", marks: Marks) -> list[str]:
    request, what = shown.request, _noun(shown)
    table = in_eval_mode(shown, marks)
    agreement = _filled(f"{marks.plus_minus} standard error.")
    if not request.is_scaled_at_inference:
        identity = f"Nothing is drawn and every {what} is on: the identity."
        return [_filled(f"{identity} {_n_same(shown)} outputs equal their values exactly."), table, agreement]
    start = (
        f"Nothing is drawn and every {what} is on. Training scaled nothing, so eval mode multiplies by the keep "
        f"probability, 1 - rate = {format_number(request.eval_factor)}."
    )
    return [_filled(start), table, agreement, _filled(_readings(shown))]


def _filled(text: str) -> str:
    """Wrap running text, "1 - rate" never within; the lines of a numbered step are indented."""
    kept = text.replace(_MINUS, _MINUS.replace(" ", _NO_BREAK))
    is_step = text[:2] in {"1.", "2.", "3."}
    return fill(kept, streams.PAGE, subsequent_indent="   " if is_step else "").replace(_NO_BREAK, " ")


def _switched_off(shown: "Demonstration", marks: Marks) -> str:
    """Say what is switched off at each update, and what becomes of the rest."""
    request = shown.request
    rate = request.true_rate
    drawn = request.noise.shown.drawn.format(
        rate=f"{request.rate:g}", variance=format_number(rate / (1 - rate)), off=marks.off
    )
    if not request.noise.is_scaled:
        return drawn
    scale = (
        "The others stay as they are: scaling waits for eval mode."
        if request.is_scaled_at_inference
        else f"The others are multiplied by 1/(1 - rate) = {format_number(1 / (1 - rate))}."
    )
    return f"{drawn} {scale}" + (" Shown is weight x input; the unit adds these up." if request.drops_weights else "")


def _learning(shown: "Demonstration") -> str:
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
        lines.append(f"Off: it is multiplied by at most {format_number(ceil(1000 * of_off.max()) / 1000)}.")
    if of_on.size:
        lines.append(f"On: it is multiplied by {format_range(of_on)}.")
    return " ".join(lines)


def _scaling(shown: "Demonstration") -> str:
    """Say what scaling keeps."""
    if shown.request.is_scaled_at_inference:
        return "Scaling waits for eval mode: in training the expected value is the value times 1 - rate."
    return shown.request.noise.shown.kept


def _agreement(shown: "Demonstration", marks: Marks) -> str:
    """Say how well many draws agree with theory."""
    sample = shown.sample
    if not sample.n_varying:
        return "Nothing varies, so every draw is the same."
    near = f"{sample.n_means_near} of the {sample.n_varying} values that vary have"
    return (
        f"{marks.plus_minus} standard error. {near} a mean within two standard errors of its expected value; about "
        f"95 % should. {share_off(shown, marks)}"
    ).rstrip()


def _eval_in_a_word(shown: "Demonstration") -> str:
    """Say in one sentence what eval mode does."""
    if shown.request.is_scaled_at_inference:
        return (
            f"Eval mode draws nothing and multiplies by 1 - rate = {format_number(shown.request.eval_factor)}, which "
            "gives that expected value: see --mode eval."
        )
    return f"Eval mode draws nothing and is the identity: {_n_same(shown)} outputs equal their values exactly."


def _n_same(shown: "Demonstration") -> str:
    """Count the outputs of eval mode that equal their values bit for bit."""
    return f"{int((shown.eval_outputs == shown.values).sum())} of {len(shown.values)}"


def _readings(shown: "Demonstration") -> str:
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
    right, wrong = (format_number(abs(mean - factor * value) / standard_error, digits=2) for factor in (1 - rate, rate))
    return (
        f"{start} Training's mean of the largest value lies {right} standard errors from that value times 1 - rate, "
        f"and {wrong} from it times the rate. (At rate 0.5 alone the two readings coincide.)"
    )


def _noun(shown: "Demonstration") -> str:
    """Return what the noise falls on: weight or unit."""
    return "weight" if shown.request.drops_weights else "unit"
