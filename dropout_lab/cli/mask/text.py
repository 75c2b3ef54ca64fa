"""The text that `mask` prints: the three steps of dropout on one layer, or what eval mode does to it.

Owns what follows what, and the width of running text; words and tables are made beside it.
"""

from textwrap import fill
from typing import TYPE_CHECKING

from dropout_lab.activations import ACTIVATIONS
from dropout_lab.cli import streams
from dropout_lab.cli.mask import words
from dropout_lab.cli.mask.draws import draws_of_layer, draws_of_values, gradients_by_group, gradients_of_values
from dropout_lab.cli.mask.numbers import Marks, number
from dropout_lab.cli.mask.theory import against_theory, in_eval_mode
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
        _filled(f"1. {words.switched_off(shown, marks)}"),
        draws,
        _filled(f"2. {words.learning(shown)}"),
        gradients,
        _filled(f"3. {words.scaling(shown)}"),
        against_theory(shown, marks),
        _filled(words.agreement(shown, marks)),
        _filled(words.eval_in_a_word(shown)),
    ]


def _evaluation(shown: "Demonstration", marks: Marks) -> list[str]:
    request, what = shown.request, words.noun(shown)
    table = in_eval_mode(shown, marks)
    agreement = _filled(f"{marks.plus_minus} standard error.")
    if not request.is_scaled_at_inference:
        identity = f"Nothing is drawn and every {what} is on: the identity."
        return [_filled(f"{identity} {words.n_same(shown)} outputs equal their values exactly."), table, agreement]
    start = (
        f"Nothing is drawn and every {what} is on. Training scaled nothing, so eval mode multiplies by the keep "
        f"probability, 1 - rate = {number(request.eval_factor)}."
    )
    return [_filled(start), table, agreement, _filled(words.readings(shown))]


def _filled(text: str) -> str:
    """Wrap running text, "1 - rate" never within; the lines of a numbered step are indented."""
    kept = text.replace(_MINUS, _MINUS.replace(" ", _NO_BREAK))
    is_step = text[:2] in {"1.", "2.", "3."}
    return fill(kept, streams.PAGE, subsequent_indent="   " if is_step else "").replace(_NO_BREAK, " ")
