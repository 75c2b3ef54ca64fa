"""`mask`: what dropout does to one layer, to look at.

Owns the command and its JSON; the options are checked and the text is set in `cli.mask`, the
numbers come from `mechanism`. PyTorch is imported by the first draw, when every option has been checked.
"""

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dropout_lab.cli import streams
from dropout_lab.cli.mask import options
from dropout_lab.noise import KINDS, PLAIN, SCALINGS
from dropout_lab.wording import listed

if TYPE_CHECKING:
    from dropout_lab.mechanism import Demonstration, Draw, Sample


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
        typer.Option("--mode", metavar="MODE", help="train or eval.", autocompletion=lambda: [*options.MODES]),
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
    request = options.request_of(
        rate=rate, values=values, units=units, seed=seed, mode=mode, kind=kind, scaling=scaling, draws=draws
    )
    from dropout_lab.mechanism import demonstrate

    shown, is_training = demonstrate(request), mode == "train"
    if as_json:
        streams.result(json.dumps(mask_numbers(shown, is_training=is_training), indent=2, allow_nan=False))
        return
    from dropout_lab.cli.mask.text import mask_text

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
