"""The settings of dropout: which noise, at which rates, and how the rates change.

Owns the section `dropout` of the schema. It exists beside `schema` because dropout, the lab's subject, has more
settings than all the rest of a network.
"""

from typing import Annotated

from pydantic import Field

from dropout_lab.config.effects import conditional_settings
from dropout_lab.config.fields import Count, Fraction, OneOf, Positive, Rate, Section, setting
from dropout_lab.noise import KINDS, PLAIN, SCALINGS, SCHEDULES
from dropout_lab.wording import listed

_FOR = {name: listed(values) for name, (_, values) in conditional_settings().items()}
_KINDS = "; ".join(f"{kind.name} {kind.does}" for kind in KINDS.values())
_SCHEDULES = ", ".join(f"{schedule.name} {schedule.does}" for schedule in SCHEDULES.values() if schedule.does)


class DropoutSettings(Section):
    """The noise and the rates to compare; a rate is the probability that a unit is dropped."""

    kind: Annotated[str, OneOf(KINDS)] = setting(
        PLAIN,
        f"Kind of noise: {_KINDS}.",
        also=("noise_kind", "noise_shape", "dropout_type", "dropout_kind", "type", "variant"),
    )
    rates: Annotated[tuple[Rate | Annotated[tuple[Rate, ...], Field(min_length=1)], ...], Field(min_length=1)] = (
        setting(
            (0.5,),
            "Always an axis, one condition per item: a number for every hidden layer, or a list with one number per "
            "hidden layer. Rate 0, the baseline, joins by itself.",
            unit="probability",
            mend="A rate is the share of units dropped: 0 drops none, 0.5 every second one, and 1 would drop all.",
            also=("rate", "p", "dropout", "dropout_rate", "dropout_rates", "hidden_rate", "drop"),
            opposite=("keep_prob", "keep_probability", "keep_rate", "retain_prob"),
            fixed="It is always an axis: list the values in dropout.rates.",
        )
    )
    input_rate: Rate = setting(
        0.0,
        "Rate on the inputs, beside every nonzero rate; as an axis of the sweep it is taken literally.",
        unit="probability",
        mend="A rate is the share of inputs dropped: 0 drops none, and 1 would drop all.",
        also=("input_dropout", "input_rates"),
        opposite=("input_keep_prob",),
    )
    output_rate: Rate = setting(
        0.0,
        "Rate on the outputs (the logits), beside every nonzero rate; as an axis of the sweep it is taken literally. "
        "Nobody recommends it: it is there to see why.",
        unit="probability",
        mend="A rate is the share of outputs dropped: 0 drops none, and 1 would drop all.",
        also=("output_dropout", "output_rates", "logit_dropout"),
        opposite=("output_keep_prob",),
    )
    scaling: Annotated[str, OneOf(SCALINGS)] = setting(
        "inverted",
        f"{_FOR['scaling']}: "
        "inverted multiplies what is kept by 1 / (1 - rate) while training, as PyTorch; "
        "inference leaves training alone and multiplies the weights by 1 - rate, the keep probability, where nothing "
        "is dropped, as the paper of 2014.",
        also=("inverted", "inverted_dropout", "scale", "rescale", "upscale_in_train", "downscale_in_infer"),
    )
    schedule: Annotated[str, OneOf(SCHEDULES)] = setting(
        "constant",
        f"How the rates change over the training: {_SCHEDULES}.",
        also=("rate_schedule", "dropout_schedule", "dropout_mode", "drop_mode"),
    )
    schedule_until: Count | Fraction | None = setting(
        None,
        f"{_FOR['schedule_until']}: "
        "when early dropout ends or late dropout begins, in epochs or as a share of the training; "
        "null is 1/6, the 50 of 300 epochs of Liu et al. 2023.",
        unit="epochs, or fraction of the training",
        mend="Write a count of epochs such as 10, a fraction such as 0.25, or null for 1/6.",
        also=("cutoff_epoch", "drop_until", "warmup_epochs"),
    )
    schedule_gamma: Positive = setting(
        10.0,
        f"{_FOR['schedule_gamma']}: "
        "how fast the rates rise; they reach 1 - exp(-schedule_gamma) of their values at the end. "
        "Morerio et al. 2017 take 10.",
        also=("curriculum_gamma",),
    )
    concrete_temperature: Positive = setting(
        0.1,
        f"{_FOR['concrete_temperature']}: "
        "how soft the noise is; towards 0 it becomes bernoulli. Gal et al. 2017 take 0.1.",
        also=("temperature", "temp"),
    )
    concrete_length_scale: Annotated[float, Field(ge=0)] = setting(
        1e-4,
        f"{_FOR['concrete_length_scale']}: "
        "the prior's length scale l; the objective gains l^2 / (2 N) x (squared weights) / (1 - rate) for "
        "every noisy layer, with N train rows.",
        also=("length_scale", "lengthscale", "prior_length_scale", "weight_regularizer"),
    )
    concrete_entropy: Annotated[float, Field(ge=0)] | None = setting(
        None,
        f"{_FOR['concrete_entropy']}: "
        "weight of the rates' entropy, which draws them towards 0.5, for every unit that noise is laid on; "
        "null is 1/N, with N train rows, as the theory has it.",
        mend="Write a number such as 0.001, 0 for none, or null for 1/N.",
        also=("dropout_regularizer", "entropy", "entropy_weight"),
    )
