"""The settings of a study: the one place that declares their kinds, ranges, units, defaults and meaning.

Owns `Study` and its sections, that of dropout apart (`dropout_section`). The JSON schema, the reference in the docs,
the comments of a resolved config and the error messages are all made from these declarations: change a setting here and
nowhere else. Values are strict (`true` is no number, "0.5" is no number) and frozen.
"""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from dropout_lab.activations import ACTIVATIONS, INITIALISATIONS
from dropout_lab.config import rules
from dropout_lab.config.dropout_section import DropoutSettings
from dropout_lab.config.fields import (
    MAX_COUNT,
    MAX_LAYERS,
    Count,
    Fraction,
    OneOf,
    Positive,
    Samples,
    Section,
    Seed,
    Seeds,
    Share,
    ShareOrNone,
    setting,
)
from dropout_lab.config.problem import refuse
from dropout_lab.data.sources import file_suffixes, source_names
from dropout_lab.metrics import TASKS
from dropout_lab.optimizers import OPTIMIZERS, SCHEDULES
from dropout_lab.wording import listed

_WITH_MOMENTUM = [optimizer.name for optimizer in OPTIMIZERS.values() if optimizer.has_momentum]
_SETS = f"A bundled set ({', '.join(source_names(is_bundled=True))}), {', '.join(source_names(is_bundled=False))}"
_ALL_THE_REST = "For all the rest write null; a fraction is below 1 and a count is a whole number."


class DataSettings(Section):
    """Where the rows come from and how they are split."""

    source: Annotated[str, Field(min_length=1)] = setting(
        ...,
        f"{_SETS}, or the path of a {listed(file_suffixes(), 'or')} file; a relative path is looked for in the working "
        "directory, then beside the config.",
        mend="Write data: {source: digits} for the bundled digits.",
        also=("dataset", "path", "file"),
    )
    target: Annotated[str, Field(min_length=1)] | None = setting(
        None, "Name of the column to predict; tables need it.", also=("label", "y")
    )
    task: Annotated[str, OneOf({"auto": None} | TASKS)] = setting(
        "auto", "What is predicted: auto decides by the target's values."
    )
    root: Annotated[str, Field(min_length=1)] | None = setting(
        None,
        "Folder of downloaded sets; null looks in DROPOUT_LAB_DATA, then in the user's cache.",
        fixed="It only says where the files lie.",
    )
    train_size: Count | Fraction | None = setting(
        None,
        "Train rows: a count, or a share of all rows (of the official train rows where there is an official test set); "
        "null takes all that val and test leave.",
        unit="rows, or fraction of all rows",
        mend=_ALL_THE_REST,
    )
    val_size: Count | Fraction = setting(
        0.2,
        "Val rows, in the same forms.",
        unit="rows, or fraction of all rows",
        mend="Val needs rows of its own and leaves rows to train; the default is 0.2.",
    )
    test_size: Annotated[int, Field(ge=0, le=MAX_COUNT)] | ShareOrNone | None = setting(
        None,
        "Test rows: a count, or a share of all rows (of the official test set where there is one); 0 for none; null "
        "takes the official test set, else 0.2.",
        unit="rows, or fraction of all rows",
        mend="Write 0 for no test rows, null for the official test set or 0.2.",
    )
    stratify: bool = setting(True, "Keep the classes' shares equal in train, val and test; classification only.")
    split_seed: Seed | Literal["per_seed"] = setting(
        0,
        "Names the one split that all seeds share, the test rows truly held out; per_seed splits anew for every seed.",
    )
    missing: Literal["impute", "error"] = setting(
        "impute",
        "Missing values of tables: impute the train median (or a level of its own) and add an indicator, or refuse.",
    )
    scaling: Literal["auto", "standardize", "unit", "none"] = setting(
        "auto",
        "Scaling of the features, fitted on train rows; unit is one global range, auto is unit for images, "
        "else standardize.",
        also=("normalize", "standardise"),
    )
    label_noise: Share = setting(
        0.0,
        "Share of the train rows given another class; val and test stay clean; classification only.",
        unit="fraction of train rows",
    )


class ModelSettings(Section):
    """The multilayer perceptron."""

    hidden: Annotated[tuple[Count, ...], Field(max_length=MAX_LAYERS)] = setting(
        (128, 128),
        "Units of each hidden layer; [] is a linear model.",
        unit="units",
        mend="Write one number per hidden layer, such as [128, 128].",
        also=("layers", "hidden_sizes", "hidden_layers", "hidden_units", "units"),
    )
    width: Count | None = setting(
        None,
        "Units of every hidden layer: with depth, another way to say hidden. Alone it keeps hidden's depth.",
        unit="units",
        mend="Write the units of one hidden layer, such as 128.",
    )
    depth: Annotated[int, Field(ge=0, le=MAX_LAYERS)] | None = setting(
        None,
        "Number of hidden layers: with width, another way to say hidden. Alone it keeps hidden's width.",
        unit="layers",
        mend="Write the number of hidden layers, such as 2.",
        also=("n_layers", "num_layers"),
    )
    activation: Annotated[str, OneOf(ACTIVATIONS)] = setting("relu", "Activation of every hidden layer.")
    init: Annotated[str, OneOf(INITIALISATIONS)] = setting(
        "auto", "Initial weights; auto chooses by the activation.", also=("initializer", "kernel_initializer")
    )

    @model_validator(mode="after")
    def _fold_width_and_depth(self) -> Self:
        both = "hidden" in self.model_fields_set
        refuse(rules.one_way_to_say_the_shape(self.hidden if both else None, self.width, self.depth))
        if self.width is not None or self.depth is not None:
            width = self.hidden[0] if self.width is None else self.width
            depth = len(self.hidden) if self.depth is None else self.depth
            # A validator is part of making the object: here, and only here, a frozen field is set.
            for name, value in (("hidden", (width,) * depth), ("width", None), ("depth", None)):
                object.__setattr__(self, name, value)
        return self


class TrainingSettings(Section):
    """How every trial is trained."""

    epochs: Count | None = setting(
        50, "Passes over the train rows; null where steps are given.", unit="epochs", also=("n_epochs", "max_epochs")
    )
    steps: Count | None = setting(
        None, "Number of updates, instead of epochs.", unit="steps", also=("max_steps", "iterations")
    )
    batch_size: Count = setting(
        64,
        "Rows per update; more than the train rows is clipped to them.",
        unit="rows",
        also=("batch", "bs"),
        is_nuisance=True,
    )
    optimizer: Annotated[str, OneOf(OPTIMIZERS)] = setting("adam", "The update rule.", also=("optimiser", "solver"))
    learning_rate: Positive = setting(
        0.001, "Step size of the optimizer.", also=("lr", "eta", "learning_rate_init"), is_nuisance=True
    )
    momentum: Annotated[float, Field(ge=0, lt=1)] = setting(
        0.9, f"Momentum of the optimizers {listed(_WITH_MOMENTUM)}."
    )
    schedule: Annotated[str, OneOf(SCHEDULES)] = setting(
        "constant",
        "How the learning rate changes over the training.",
        also=("lr_schedule", "scheduler"),
        is_nuisance=True,
    )
    schedule_final: Share = setting(
        0.0,
        "linear and cosine: the share of learning_rate that the schedule falls towards.",
        unit="fraction of learning_rate",
    )
    schedule_every: Count = setting(10, "step: epochs between two cuts of the learning rate.", unit="epochs")
    schedule_factor: Annotated[float, Field(gt=0, le=1)] = setting(
        0.1, "step: what the learning rate is multiplied by at each cut.", also=("gamma",)
    )
    weight_decay: Annotated[float, Field(ge=0)] = setting(
        0.0,
        "L2 penalty on weights and biases, as torch.optim applies it; decoupled for adamw.",
        also=("l2", "wd", "alpha"),
        regularises=True,
    )
    max_norm: Positive | None = setting(
        None,
        "Bound on the norm of each hidden unit's incoming weights; null for none.",
        also=("maxnorm",),
        regularises=True,
    )
    patience: Count = setting(
        10,
        "Evaluations without a strictly lower val loss until the STOP point is marked; training goes on.",
        unit="evaluations",
        also=("early_stopping",),
    )

    @model_validator(mode="after")
    def _fold_epochs_and_steps(self) -> Self:
        given = "epochs" in self.model_fields_set or self.steps is None
        refuse(rules.one_length_of_training(self.epochs if given else None, self.steps))
        if self.steps is not None:
            object.__setattr__(self, "epochs", None)
        return self


class EvaluationSettings(Section):
    """When, and on how many rows, train and val are measured with the noise off; and sampling with the noise on."""

    every: Count = setting(1, "Epochs from one evaluation to the next.", unit="epochs", also=("eval_every",))
    train_rows: Count | None = setting(
        None, "Measure train on this many fixed rows; null takes all, up to a cap that the run states.", unit="rows"
    )
    mc_samples: Samples = setting(
        0,
        "Monte-Carlo dropout: passes with the noise on over val and test at the points last, best and stop, averaged "
        "beside weight scaling; 0 for none, else at least 2.",
        unit="passes",
        mend="Write 0 for none, or a number such as 50.",
        also=("mc_dropout", "mc", "t", "num_mc_samples", "mc_passes", "n_passes", "forward_passes"),
        fixed="One run with the most samples shows every smaller number as well.",
    )


class Study(Section):
    """One resolved config: all its conditions and seeds."""

    name: Annotated[str, Field(max_length=64, pattern=r"^\.*[A-Za-z0-9_-][A-Za-z0-9._-]*$")] = setting(
        "study",
        "Name of the study and of its folder; a config file's default is its own name without .yaml.",
        form="1 to 64 letters, digits, dots, underscores and hyphens, not dots alone",
        mend="It names the study's folder; write one such as name: digits-small.",
        fixed="A study has one name.",
    )
    data: DataSettings
    model: ModelSettings = ModelSettings()
    dropout: DropoutSettings = DropoutSettings()
    training: TrainingSettings = TrainingSettings()
    evaluation: EvaluationSettings = EvaluationSettings()
    seeds: Seeds = setting(
        tuple(range(5)),
        "Replicates of training (initial weights, batch order, noise): a count n for 0 to n - 1, or a list.",
        unit="seeds",
        mend="Write a count such as 5, or a list such as [0, 1, 2].",
        also=("seed", "random_state", "n_seeds"),
        fixed="Every condition runs with every seed: list them in seeds.",
    )
    sweep: dict[str, Annotated[tuple[Any, ...], Field(min_length=1)]] = setting(
        {},
        "More axes of the grid, {section.setting: [values]}: every combination is trained.",
        form="a mapping from settings to lists of values",
        mend="Write each setting with its section and a list of values: {training.learning_rate: [0.001, 0.01]}.",
        also=("grid", "axes"),
        fixed="Each axis is an entry of its own.",
    )
    tune: dict[str, Annotated[tuple[Any, ...], Field(min_length=1)]] = setting(
        {},
        "Settings of training and model to tune inside every condition, {section.setting: [values]}: every combination "
        "is trained, and val chooses for each condition, for every seed by the others. Each list holds the config's "
        "own value, which the untuned comparison takes.",
        form="a mapping from settings to lists of values",
        mend="Write each setting with its section and a list of values: {training.learning_rate: [0.001, 0.01]}.",
        also=("tuning", "search", "grid_search", "hyperparameters"),
        fixed="Each tuned setting is an entry of its own.",
    )
    device: Annotated[str, Field(pattern=r"^(auto|cpu|mps|cuda(:[0-9]{1,3})?)$")] = setting(
        "auto",
        "Where to compute; auto takes every GPU, or the CPU if there is none, cuda every GPU, cuda:N one.",
        form="auto, cpu, cuda, cuda:N (N = 0, 1, ...) or mps",
        also=("gpu",),
        fixed="It changes where a study runs, not what it asks.",
    )
    precision: Literal["float32", "float64", "tf32", "bfloat16"] = setting(
        "float32", "Floating point of the training.", also=("dtype",)
    )

    @model_validator(mode="after")
    def _settings_fit_each_other(self) -> Self:
        dropout, epochs = self.dropout, self.training.epochs
        refuse(
            [
                *rules.rates_fit_the_model(dropout.rates, self.model.hidden),
                *rules.noise_fits_the_activation(dropout.kind, self.model.activation),
                *rules.scaling_has_one_rate(dropout.kind, dropout.scaling, dropout.schedule),
                *rules.a_learnt_rate_has_no_schedule(dropout.kind, dropout.schedule),
                *rules.schedule_lies_within_the_training(dropout.schedule, dropout.schedule_until, epochs),
            ]
        )
        return self
