"""The methods paragraph of a paper: data, nets, training and seeds, in past tense and in LaTeX.

Owns these sentences and their order; noise, sampling and tuning have theirs in `paper_dropout`, and
how the numbers were measured and compared is told by `paper_statistics`. Every setting comes from the study itself, and
an axis that has no sentence of its own is named at the end.
"""

import pandas as pd

from dropout_lab.activations import ACTIVATIONS, INITIALISATIONS
from dropout_lab.document.latex import latex_text
from dropout_lab.findings import StudyView
from dropout_lab.metrics import TASKS
from dropout_lab.optimizers import OPTIMIZERS
from dropout_lab.report.citations import in_a_paper
from dropout_lab.report.paper_dropout import noise_sentences, sampling_sentences, tuning_sentences
from dropout_lab.report.paper_settings import Settings, count, joined
from dropout_lab.results import Results

_SCALINGS = {
    "auto": "standardised (images: scaled to the unit range)",
    "standardize": "standardised",
    "unit": "scaled to the unit range by one factor",
    "none": "left as they were",
}


def how_it_was_trained(study: StudyView) -> list[str]:
    """Return the sentences on data, nets, dropout, training and seeds, as LaTeX."""
    results = study.results
    settings = Settings(results.study)
    sentences = [
        *_data(study, settings),
        *_nets(results, settings),
        *noise_sentences(results, settings),
        *_training(settings),
        *tuning_sentences(results, settings),
        *_seeds(results),
        *sampling_sentences(results),
    ]
    untold = [rf"\texttt{{{latex_text(path)}}} ({settings.text(path)})" for path in settings.untold()]
    return [*sentences, *([f"Further settings took several values: {joined(untold)}."] if untold else [])]


def _data(study: StudyView, settings: Settings) -> list[str]:
    results = study.results
    prints = joined(rf"\texttt{{{text[:12]}\dots}}" for text in results.manifest["data_fingerprints"].values())
    target = "" if settings.values("data.target") == [None] else f" to predict {settings.text('data.target')}"
    is_classified = TASKS[study.task].predicts_classes
    stratified = ", stratified by class" if settings.may_be("data.stratify", True) and is_classified else ""
    settings.values("data.split_seed")  # told as one split or many
    label_noise = settings.text("data.label_noise")
    sentences = [
        f"We used the data set {settings.text('data.source')}{target} (SHA-256 of its contents: {prints}), split into "
        f"{_sizes(results.trials, settings)} examples{stratified}; "
        + ("every seed drew a split of its own." if study.has_own_splits else "one split served all seeds."),
        f"Features were {settings.text('data.scaling', _SCALINGS)}, with constants fitted on the training examples.",
    ]
    if not is_classified:
        sentences.append("The target was standardised on the training examples.")
    if study.has_label_noise:
        sentences.append(
            f"A share of {label_noise} of the training labels was replaced by another class "
            "drawn at random; validation and test labels stayed clean."
        )
    return sentences


def _sizes(trials: pd.DataFrame, settings: Settings) -> str:
    names = {"train": "training", "val": "validation", "test": "test"}
    for split in names:
        settings.values(f"data.{split}_size")  # told as the rows that they came to
    sizes = {name: _whole_numbers(trials[f"n_{split}"]) for split, name in names.items()}
    there = [f"{size} {name}" for name, size in sizes.items() if size not in ("", "0")]
    return joined(there or names.values())


def _nets(results: Results, settings: Settings) -> list[str]:
    hidden = results.study["model"]["hidden"]
    depths = settings.text("model.depth") if settings.is_swept("model.depth") else ""
    widths = settings.text("model.width") if settings.is_swept("model.width") else ""
    if settings.is_swept("model.hidden"):
        shape = f"hidden layers of {settings.text('model.hidden')} units"
    elif not (hidden or depths or widths):
        shape = "no hidden layer"
    else:
        units = widths or (str(hidden[0]) if depths or len(set(hidden)) == 1 else joined(map(str, hidden)))
        shape = f"{f'{depths} hidden layers' if depths else count(len(hidden), 'hidden layer')} of {units} units"
    parameters = _whole_numbers(results.trials["n_parameters"])
    activations = {name: activation.words for name, activation in ACTIVATIONS.items()}
    initialisations = {name: in_a_paper(scheme.words, scheme.citations) for name, scheme in INITIALISATIONS.items()}
    return [
        f"The networks were multilayer perceptrons with {shape} ({settings.text('model.activation', activations)}"
        f"{f'; {parameters} parameters' if parameters else ''}); initial weights followed "
        f"{settings.text('model.init', initialisations)}."
    ]


def _training(settings: Settings) -> list[str]:
    length = "epochs" if settings.may_be("training.steps", None) else "updates"
    lasted = settings.text("training.epochs" if length == "epochs" else "training.steps")
    details = [f"learning rate {settings.text('training.learning_rate')}"]
    if any(OPTIMIZERS[name].has_momentum for name in settings.values("training.optimizer")):
        details.append(f"momentum {settings.text('training.momentum')}")
    details.append(f"batch size {settings.text('training.batch_size')}")
    details.append(f"{settings.text('training.schedule')} learning rate schedule")
    if settings.values("training.weight_decay") != [0]:
        details.append(f"weight decay {settings.text('training.weight_decay')}")
    if settings.values("training.max_norm") != [None]:
        details.append(
            f"a bound of {settings.text('training.max_norm')} on the norm of a hidden unit's incoming weights"
        )
    optimizers = {name: in_a_paper(optimizer.words, optimizer.citations) for name, optimizer in OPTIMIZERS.items()}
    return [
        f"Every network was trained for {lasted} {length} with {settings.text('training.optimizer', optimizers)} "
        f"({', '.join(details)}) in {settings.text('precision')}, without early stopping."
    ]


def _seeds(results: Results) -> list[str]:
    n_conditions, trials = len(results.manifest["conditions"]), results.trials
    n_seeds = trials["seed"].nunique()
    sentences = [
        f"{count(n_conditions, 'condition').capitalize()} and {count(n_seeds, 'seed')} gave {len(trials):,} networks. "
        "A seed set the initial weights, the order of the batches and the dropout noise, and was shared by all "
        "conditions."
    ]
    lost = trials.loc[trials["status"] != "complete", "status"].value_counts()
    if len(lost):
        said = joined(f"{number:,} {status}" for status, number in lost.items())
        sentences.append(f"Of these, {said}: they were left out of all means, and a pair needed both of its networks.")
    return sentences


def _whole_numbers(column: pd.Series) -> str:
    return joined((f"{int(size):,}" for size in sorted(set(column.dropna()))), "or")
