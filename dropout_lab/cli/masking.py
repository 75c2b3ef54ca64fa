"""`mask`: what dropout does to one layer, to look at.

Owns the command, what its options may be (all problems in them are told at once), and its JSON; the text is set in
`mask_text`, the numbers come from `mechanism`. PyTorch is imported by the first draw, when every option has been
checked.
"""

import json
from collections.abc import Iterator, Sequence
from math import nan
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dropout_lab.cli import streams
from dropout_lab.errors import ConfigError, complaint, did_you_mean
from dropout_lab.noise import KINDS, PLAIN, SCALINGS
from dropout_lab.wording import listed

if TYPE_CHECKING:
    from dropout_lab.mechanism import Demonstration, Draw, Request, Sample


MODES = ("train", "eval")
MAX_VALUES = 64  # a line each
MAX_UNITS = 256  # eight lines of marks
MAX_DRAWS = 100
SMALLEST_VALUE, LARGEST_VALUE = 1e-3, 1e3  # in size; beyond, numbers stop fitting in a column


def mask(
    rate: Annotated[
        str, typer.Option("--rate", metavar="RATE", help="Probability that a unit is dropped, from 0 to below 1.")
    ],
    values: Annotated[
        str | None,
        typer.Option("--values", metavar="V1,V2", help="Values of a layer's units, such as 1,2,3,4; at most 64."),
    ] = None,
    units: Annotated[
        int | None,
        typer.Option(
            "--units", metavar="N", help="Instead of values: a random layer of N ReLU units (alpha: SELU), 1 to 256."
        ),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", metavar="SEED", help="Names the draws, and the random layer.")] = 42,
    mode: Annotated[
        str,
        typer.Option("--mode", metavar="MODE", help="train or eval.", autocompletion=lambda: [*MODES]),
    ] = "train",
    kind: Annotated[
        str,
        typer.Option(
            "--kind",
            metavar="KIND",
            help=f"Kind of noise: {listed(KINDS, 'or')}.",
            autocompletion=lambda: [*KINDS],
        ),
    ] = PLAIN,
    scaling: Annotated[
        str,
        typer.Option(
            "--scaling",
            metavar="SCALING",
            help="inverted: training scales the survivors, as nn.Dropout. inference: eval mode scales, as in 2014.",
            autocompletion=lambda: [*SCALINGS],
        ),
    ] = "inverted",
    draws: Annotated[int, typer.Option("--draws", metavar="N", help="Draws to show, 1 to 100.")] = 5,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print all numbers as a JSON object instead of text.")
    ] = False,
) -> None:
    """Show what dropout does to the values of one layer, draw by draw and against theory.

    Draw k is what training draws at update k (from 0) with this seed, for the first row of a batch in the first hidden
    layer.
    """
    request = request_of(
        rate=rate, values=values, units=units, seed=seed, mode=mode, kind=kind, scaling=scaling, draws=draws
    )
    from dropout_lab.mechanism import demonstrate

    shown, is_training = demonstrate(request), mode == "train"
    if as_json:
        streams.result(json.dumps(mask_numbers(shown, is_training=is_training), indent=2, allow_nan=False))
        return
    from dropout_lab.cli.mask_text import mask_text

    streams.result(mask_text(shown, is_training=is_training, width=streams.table_width()))


def mask_numbers(shown: "Demonstration", *, is_training: bool) -> dict[str, Any]:
    """Return all that is shown as plain numbers; the draws are left out in eval mode, which has none."""
    request, layer = shown.request, shown.layer
    return {
        "kind": request.kind,
        "scaling": request.scaling,
        "mode": "train" if is_training else "eval",
        "rate": request.rate,
        "true_rate": request.true_rate,
        "seed": request.seed,
        "activation": layer.activation,
        "weights": layer.parameters.tolist() if request.drops_weights else None,
        "inputs": layer.inputs.tolist() if request.drops_weights else None,
        "values": shown.values.tolist(),
        "gradients_without_noise": shown.gradients.tolist(),
        "draws": [_numbers_of(draw, shown) for draw in shown.draws] if is_training else [],
        "n_draws": shown.n_many,
        "over_draws": _of_sample(shown.sample),
        "whole": {"is": "sum" if request.drops_weights else "mean", **_of_sample(shown.whole)},
        "share_off": None if shown.share_off is None else _of_sample(shown.share_off),
        "eval_factor": request.eval_factor,
        "eval_outputs": shown.eval_outputs.tolist(),
    }


def _numbers_of(draw: "Draw", shown: "Demonstration") -> dict[str, Any]:
    arrays = ("multipliers", "is_off", "outputs", "gradients")
    return {
        "step": draw.step,
        "n_off": int(draw.is_off.sum()),
        "whole": shown.together(draw.outputs),
        **{name: getattr(draw, name).tolist() for name in arrays},
    }


def _of_sample(sample: "Sample") -> dict[str, Any]:
    return {name: numbers.tolist() for name, numbers in vars(sample).items()}


def request_of(
    *,
    rate: str,
    values: str | None,
    units: int | None,
    seed: int,
    mode: str,
    kind: str,
    scaling: str,
    draws: int,
) -> "Request":
    """Return what the options ask for.

    Raises:
        ConfigError: with every problem of the options.
    """
    from dropout_lab.mechanism import MAX_SEED, Request

    numbers, is_list = _read(values)
    number = _rate(rate)
    problems = [
        *_layer_problems(values, numbers, units, is_list=is_list),
        *_rate_problems(rate, number),
        *_choice_problem("--mode", mode, MODES),
        *_choice_problem("--kind", kind, [*KINDS]),
        *_choice_problem("--scaling", scaling, [*SCALINGS]),
        *_scaling_problems(kind, scaling),
        *_range_problem("--seed", seed, 0, MAX_SEED, "Every whole number in between names a sequence of draws."),
        *_range_problem("--draws", draws, 1, MAX_DRAWS, "Theory is held against 10,000 draws in any case."),
    ]
    if problems:
        raise ConfigError("the command line", [f"command line: {problem}" for problem in problems])
    return Request(number, tuple(numbers), units or 0, kind, scaling, seed, draws)


def _read(values: str | None) -> tuple[list[float], bool]:
    """Return the numbers in a list, and whether it holds nothing else."""
    try:
        return [float(text) for text in values.split(",")] if values is not None else [], True
    except ValueError:
        return [], False


def _layer_problems(values: str | None, numbers: list[float], units: int | None, *, is_list: bool) -> Iterator[str]:
    if values is not None and units is not None:
        mend = "Values are a layer of your own, units a random one."
        yield complaint("--values", "cannot stand beside --units", "both", mend)
    elif values is None and units is None:
        yield complaint("--values or --units", "must be given", "neither", "Try --values 1,2,3,4 or --units 64.")
    elif units is not None:
        yield from _range_problem("--units", units, 1, MAX_UNITS, "64 units fill two lines.")
    elif not is_list:
        must = "must be numbers with commas between them"
        yield complaint("--values", must, values or "nothing", "Write --values 1,2,3,4.")
    elif len(numbers) > MAX_VALUES:
        must = f"must be at most {MAX_VALUES} numbers"
        yield complaint("--values", must, str(len(numbers)), "For a larger layer take --units.")
    else:
        wrong = [number for number in numbers if number and not SMALLEST_VALUE <= abs(number) <= LARGEST_VALUE]
        must = f"must be finite numbers from {SMALLEST_VALUE} to {LARGEST_VALUE:,.0f} in size, or 0"
        yield from (complaint("--values", must, str(number), "Other sizes show the same.") for number in wrong)


def _rate(text: str) -> float:
    """Return the rate that was written; nan where it is no number, which no rate is."""
    try:
        return float(text)
    except ValueError:
        return nan


def _rate_problems(given: str, rate: float) -> Iterator[str]:
    from dropout_lab.mechanism import Request

    if not 0 <= rate < 1:
        percentage = _rate(given.removesuffix("%"))
        is_one = 0 <= percentage < 100 and (given.endswith("%") or percentage >= 2)
        slip = f" If that is a percentage, write {percentage / 100:g}." if is_one else ""
        meaning = "A rate is the share of units dropped: 0 drops none, 0.5 every second one, and 1 would drop all."
        yield complaint("--rate", "must be a number at least 0 and below 1", given or "nothing", meaning + slip)
    elif rate and Request(rate).true_rate in (0, 1):
        must = "must be 0, or at least 1/65536 and at most 65535/65536 after rounding to 16 bits"
        drops = "drop every unit" if rate > 0.5 else "drop nothing"
        yield complaint("--rate", must, str(rate), f"Noise is drawn in 16 bits, so this rate would {drops}.")


def _choice_problem(option: str, given: str, choices: Sequence[str]) -> Iterator[str]:
    if given not in choices:
        mend = did_you_mean(given, choices, f"Without the option it is {choices[0]}.")
        yield complaint(option, f"must be one of {', '.join(choices)}", given, mend)


def _scaling_problems(kind: str, scaling: str) -> Iterator[str]:
    is_at_inference = scaling in SCALINGS and SCALINGS[scaling].is_at_inference
    if is_at_inference and kind in KINDS and not KINDS[kind].is_scaled:
        scaled = listed(one.name for one in KINDS.values() if one.is_scaled)
        mend = f"Only {scaled} noise can leave the scaling to eval mode: leave the option out."
        yield complaint("--scaling", f"must be inverted for {kind}", scaling, mend)


def _range_problem(option: str, given: int, low: int, high: int, mend: str) -> Iterator[str]:
    if not low <= given <= high:
        yield complaint(option, f"must be a whole number from {low} to {high:,}", str(given), mend)
