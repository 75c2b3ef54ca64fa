"""The tables of `mask` that hold many draws against theory, and eval mode against training.

Owns their columns; the numbers are handed in.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from dropout_lab.cli.mask.numbers import Marks, number, numbers, with_errors
from dropout_lab.document import Column
from dropout_lab.document.terminal import aligned
from dropout_lab.wording import plural

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from dropout_lab.mechanism import Demonstration


def against_theory(shown: "Demonstration", marks: Marks) -> str:
    """Set expected value and variance over many draws beside theory: of each given value, and of the layer."""
    sample, whole = shown.sample, shown.whole
    columns = [
        _names(shown),
        Column("expected\nvalue", numbers(_lines(shown, sample.theory_mean, whole.theory_mean))),
        Column(
            _title("mean of", shown),
            with_errors(
                _lines(shown, sample.mean, whole.mean),
                _lines(shown, sample.standard_error, whole.standard_error),
                marks,
            ),
        ),
        Column("variance\nin theory", numbers(_lines(shown, sample.theory_variance, whole.theory_variance))),
        Column(
            _title("variance of", shown),
            with_errors(
                _lines(shown, sample.variance, whole.variance),
                _lines(shown, sample.variance_standard_error, whole.variance_standard_error),
                marks,
            ),
        ),
    ]
    return aligned(columns, width=None)


def share_off(shown: "Demonstration", marks: Marks) -> str:
    """Say how many of all values these draws switch off; nothing where the noise switches none off."""
    share = shown.share_off
    if share is None:
        return ""
    (found,) = with_errors([float(share.mean)], [float(share.standard_error)], marks)
    return f"Share off: {found}, in theory {number(float(share.theory_mean))}."


def in_eval_mode(shown: "Demonstration", marks: Marks) -> str:
    """Set eval mode's outputs beside the mean over training draws; and what the other reading would make of them."""
    request, sample, whole = shown.request, shown.sample, shown.whole
    by_title = {"value": shown.values, "\neval mode": shown.eval_outputs}
    if request.is_scaled_at_inference:
        by_title = {
            "value": shown.values,
            "eval mode:\nx (1 - rate)": shown.eval_outputs,
            "not:\nx rate": shown.values * request.true_rate,
        }
    lines = [_lines(shown, of_each, shown.together(of_each)) for of_each in by_title.values()]
    n = len(lines[0])
    flat = numbers(one for line in lines for one in line)
    columns = [Column(title, flat[n * k :][:n]) for k, title in enumerate(by_title)]
    found = with_errors(
        _lines(shown, sample.mean, whole.mean), _lines(shown, sample.standard_error, whole.standard_error), marks
    )
    return aligned([_names(shown), *columns, Column(_title("training: mean of", shown), found)], width=None)


def _title(start: str, shown: "Demonstration") -> str:
    return f"{start}\n{shown.n_many:,} draws"


def _names(shown: "Demonstration") -> Column:
    """Name the lines: every given value, then what the layer comes to."""
    what, whole = ("weight", "sum") if shown.request.drops_weights else ("unit", "mean")
    if shown.request.n_units:
        return Column(plural(len(shown.values), "output"), [whole], kind="text")
    return Column(what, [*(str(index) for index in range(1, len(shown.values) + 1)), whole])


def _lines(
    shown: "Demonstration", of_each: "npt.NDArray[np.float64]", of_whole: "float | npt.NDArray[np.float64]"
) -> list[float]:
    """Return the numbers of a column: of each given value, and of the layer; of a random layer that alone."""
    each: Iterable[float] = [] if shown.request.n_units else of_each
    return [*map(float, each), float(of_whole)]
