"""What a paper says of a study: the methods paragraph, in past tense and in LaTeX, and what the test split says.

Owns the order of these sentences, and those that nobody else says; what is said to every reader too stands in the
glossary, or on the record of a kind, an optimizer, an activation. Every setting and every method comes from the study
itself, so a study is never said to have used what it did not, and an axis that has no sentence of its own is named at
the end.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from math import prod
from typing import Any

from dropout_lab.activations import ACTIVATIONS, INITIALISATIONS
from dropout_lab.document.latex import latex_text
from dropout_lab.findings import FORM_PATHS, Form, StudyView
from dropout_lab.metrics import TASKS
from dropout_lab.noise import KINDS, SCALINGS, SCHEDULES
from dropout_lab.optimizers import OPTIMIZERS
from dropout_lab.phrases import glossary
from dropout_lab.phrases.names import setting_name
from dropout_lab.phrases.numbers import bracketed, is_zero, number, times
from dropout_lab.report.citations import in_a_paper
from dropout_lab.report.contents import Contents
from dropout_lab.report.tables import Tested, tested
from dropout_lab.results import format_setting
from dropout_lab.results.axes import axes_of
from dropout_lab.wording import listed

_FEATURES = {
    "auto": "standardised (images: scaled to the unit range)",
    "standardize": "standardised",
    "unit": "scaled to the unit range by one factor",
    "none": "left as they were",
}
_NULLS = {
    "schedule_until": "a sixth of the training",
    "concrete_entropy": "one over the number of training examples",
}
"""What null means for a setting."""
_UNITS = {"schedule_until": "epochs, or share of the training"}
"""What the numbers of a setting count, where it must be said."""
_MOST_LISTED = 12
_NUMBER_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def how_it_was_trained(study: StudyView) -> list[str]:
    """Return the sentences on data, nets, dropout, training and seeds, as LaTeX."""
    results = study.results
    settings = Settings(results.study)
    sentences = [
        *_data(study, settings),
        *_nets(study, settings),
        *_noise(study, settings),
        *_training(settings),
        *_tuning(study, settings),
        *_seeds(study),
        *_sampling(study),
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
        f"{_sizes(study, settings)} examples{stratified}; "
        + glossary.splits(has_own_splits=study.has_own_splits).paper,
        f"Features were {settings.text('data.scaling', _FEATURES)}, with constants fitted on the training examples.",
    ]
    if not is_classified:
        sentences.append("The target was standardised on the training examples.")
    if study.has_label_noise:
        sentences.append(glossary.LABEL_NOISE.paper.format(share=label_noise))
    return sentences


def _sizes(study: StudyView, settings: Settings) -> str:
    names = {"train": "training", "val": "validation", "test": "test"}
    for split in names:
        settings.values(f"data.{split}_size")  # told as the rows that they came to
    sizes = {name: _whole_numbers(study, f"n_{split}") for split, name in names.items()}
    there = [f"{size} {name}" for name, size in sizes.items() if size not in ("", "0")]
    return joined(there or names.values())


def _nets(study: StudyView, settings: Settings) -> list[str]:
    hidden = study.results.study["model"]["hidden"]
    depths = settings.text("model.depth") if settings.is_swept("model.depth") else ""
    widths = settings.text("model.width") if settings.is_swept("model.width") else ""
    if settings.is_swept("model.hidden"):
        shape = f"hidden layers of {settings.text('model.hidden')} units"
    elif not (hidden or depths or widths):
        shape = "no hidden layer"
    else:
        units = widths or (str(hidden[0]) if depths or len(set(hidden)) == 1 else joined(map(str, hidden)))
        shape = f"{f'{depths} hidden layers' if depths else count(len(hidden), 'hidden layer')} of {units} units"
    parameters = _whole_numbers(study, "n_parameters")
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


def _seeds(study: StudyView) -> list[str]:
    trials = study.planned
    sentences = [
        f"{count(len(study.entries), 'condition').capitalize()} and {count(study.n_seeds, 'seed')} gave "
        f"{trials.planned:,} networks. A seed set the initial weights, the order of the batches and the dropout noise, "
        "and was shared by all conditions."
    ]
    lost = [f"{number:,} {status}" for status, number in trials.counts.items() if status != "complete"]
    if lost:
        sentences.append(glossary.COMPLETE_TRIALS.paper.format(ended=joined(lost)))
    return sentences


def _whole_numbers(study: StudyView, column: str) -> str:
    return joined((f"{size:,}" for size in study.series.whole_numbers(column)), "or")


def _noise(study: StudyView, settings: Settings) -> list[str]:
    """Return the sentences on the noise: kinds, scalings, rates and schedules."""
    for path in ("dropout.rates", "dropout.input_rate", "dropout.output_rate", *FORM_PATHS):
        settings.values(path)  # told as the conditions have them
    noisy = [entry for entry in study.entries.values() if not entry["is_baseline"]]
    if not noisy:
        return ["No dropout was used."]
    forms = list(dict.fromkeys(study.conditions[entry["label"]].form for entry in noisy))
    hidden, inputs = (_rates([entry[name] for entry in noisy]) for name in ("rate", "input_rate"))
    outputs = _rates(_output_rates(study))
    has_lists = any(isinstance(entry["rate"], list) for entry in noisy)
    by_layer = " (one per hidden layer where hyphens join several)" if has_lists else ""
    others = "".join(
        f", and each {unit} with probability {rates}"
        for unit, rates in (("input", inputs), ("output", outputs))
        if rates != "0"
    )
    ways = list(dict.fromkeys(_way(form) for form in forms))
    where = rf", with $r$ = {hidden}{by_layer}{others}; the baseline had no dropout ($r=0$)."
    if len(ways) == 1:
        sentences = [f"In training, {ways[0]}{where}"]
    else:
        sentences = [f"In training, {'; '.join(ways)}.", f"We compared these{where}"]
    return [*sentences, *_schedules(settings, forms), *_options(settings, forms)]


def _way(form: Form) -> str:
    kind = KINDS[form.kind]
    return f"{kind.paper} and {SCALINGS[form.scaling].paper}" if kind.is_scaled else kind.paper


def _output_rates(study: StudyView) -> list[Any]:
    own = (study.results.study.get("dropout") or {}).get("output_rate", 0)
    return [
        entry["swept"].get("dropout.output_rate", own) for entry in study.entries.values() if not entry["is_baseline"]
    ]


def _rates(values: Iterable[Any]) -> str:
    found = sorted(values, key=lambda value: math.inf if isinstance(value, list) else value)
    texts = dict.fromkeys(format_setting(value or 0) for value in found)
    return joined((latex_text(text) for text in texts), "or")


def _schedules(settings: Settings, forms: list[Form]) -> list[str]:
    """Return a sentence on the rates' schedules; none where they were constant."""
    names = [name for name in dict.fromkeys(form.schedule for form in forms) if SCHEDULES[name].paper]
    told = {name: _with_options(SCHEDULES[name].paper, SCHEDULES[name].options, settings) for name in names}
    if not names:
        return []
    if len(forms) == 1:
        return [f"Over the training {told[names[0]]}."]
    return [f"Schedules of the rates: {'; '.join(f'{name}: {told[name]}' for name in names)}."]


def _options(settings: Settings, forms: list[Form]) -> list[str]:
    """Return a sentence on the settings of each kind that are its own."""
    kinds = [KINDS[name] for name in dict.fromkeys(form.kind for form in forms)]
    return [_with_options(kind.paper_options, kind.options, settings) for kind in kinds if kind.paper_options]


def _with_options(text: str, options: Iterable[str], settings: Settings) -> str:
    return text.format(**{name: _option(name, settings) for name in options})


def _option(name: str, settings: Settings) -> str:
    null = _NULLS.get(name, "null")
    text = settings.text(f"dropout.{name}", {"null": null})
    return text if text == null or name not in _UNITS else f"{text} ({_UNITS[name]})"


def _tuning(study: StudyView, settings: Settings) -> list[str]:
    """Return the sentences on tuning; none for a study that tunes nothing."""
    tuned = study.candidates
    if not tuned:
        return []
    named = joined(f"{latex_text(setting_name(path))} ({settings.text(path)})" for path in tuned)
    text = glossary.TUNED.paper.format(settings=named, n=prod(map(len, tuned.values())))
    return [text, *([glossary.JACKKNIFED.paper] if study.is_jackknifed else [])]


def _sampling(study: StudyView) -> list[str]:
    """Return the sentences on Monte-Carlo averaging; none where nothing was sampled."""
    if not study.sampled:
        return []
    n_samples = max(study.sampled.values())
    sentences = [
        f"At inference the predictions of {n_samples:,} passes with the noise on were averaged "
        r"\cite{gal2016} and set beside the single pass without noise (weight scaling \cite{srivastava2014}) at the "
        "same weights."
    ]
    if TASKS[study.task].predicts_classes:
        sentences.append(
            r"Calibration was measured by the expected calibration error over 15 bins of equal width \cite{guo2017} "
            r"and by the Brier score \cite{brier1950}, disagreement of the passes by their mutual information."
        )
    return sentences


def how_it_was_compared(contents: Contents) -> list[str]:
    """Return the sentences on measurement, estimands, intervals, tests and software, as LaTeX."""
    by_estimand = {estimand: tested(contents.study, estimand) for estimand in contents.estimands}
    sentences = [*_measurement(contents), *_intervals(contents, by_estimand), *_comparisons(by_estimand)]
    return [*sentences, *_software(contents)]


def seeds_behind(one: Tested) -> str:
    """Return how many seeds stand behind a mean, as LaTeX: ``$n = 5$``, or ``$n = 3$ to $5$``."""
    return f"${one.n_text.replace(' to ', '$ to $')}$"


def _measurement(contents: Contents) -> list[str]:
    measuring = Settings(contents.results.study)
    often = measuring.text("evaluation.every")
    when = "After every epoch" if often == "1" else f"Every {often} epochs"
    is_part = measuring.values("evaluation.train_rows") != [None]
    on = f" (of the training examples on a fixed {measuring.text('evaluation.train_rows')})" if is_part else ""
    sentences = [glossary.HONEST_GAP.paper.format(when=when, loss=TASKS[contents.task].loss_in_paper, on=on)]
    if contents.estimands:
        sentences.append("The tables show the last epoch.")
    if "test_loss" in contents.study.metrics:
        sentences.append(
            "Test examples were measured once, after training; results are given at the weights of lowest validation "
            "loss, for the baseline and for the condition that validation loss chose alone."
        )
    return sentences


def _intervals(contents: Contents, by_estimand: dict[str, Tested]) -> list[str]:
    own = contents.study.has_own_splits
    return [
        rf"The estimand \emph{{{name}}} {glossary.estimand(name, has_own_splits=own).paper}; its 95\,\% confidence "
        f"intervals ({seeds_behind(one)} seeds) came from {_named(one.interval_methods, glossary.INTERVALS)}."
        for name, one in by_estimand.items()
        if one.interval_methods
    ] or [glossary.NO_INTERVALS.paper]


def _comparisons(by_estimand: dict[str, Tested]) -> list[str]:
    tests = {estimand: one for estimand, one in by_estimand.items() if one.test_methods}
    if not tests:
        return []
    first = next(iter(tests.values()))
    named = joined(
        f"{_named(one.test_methods, glossary.TESTS)} (\\emph{{{estimand}}})" for estimand, one in tests.items()
    )
    corrected = glossary.HOLM.paper.format(comparisons=count(first.n_comparisons, "comparison"))
    sentences = [glossary.PAIRED.paper.format(tests=named, corrected=corrected)]
    if first.too_few:
        sentences.append(glossary.SIGN_FLIP.paper.format(p=first.too_few.smallest_p))
    return sentences


def _software(contents: Contents) -> list[str]:
    manifest = contents.results.manifest
    version, torch = latex_text(manifest["dropout_lab"]), manifest["packages"].get("torch")
    on = f", PyTorch {latex_text(torch)} \\cite{{paszke2019}}" if torch else ""
    devices = joined(map(latex_text, contents.study.devices))
    return [f"Software: dropout-lab {version} \\cite{{dropout_lab}}{on}{f'; device: {devices}' if devices else ''}."]


def _named(methods: Iterable[str], of: Mapping[str, glossary.Method]) -> str:
    return joined(one.paper for one in glossary.methods(methods, of))


def how_far_val_is_from_train(contents: Contents) -> str:
    """Return how much the baseline of the focus overfits, as one sentence of plain text; empty where it does not."""
    facts = contents.verdict.facts
    baseline = facts.conditions[contents.study.baselines[contents.focus]] if contents.focus is not None else None
    found = baseline.overfitting if baseline is not None else None
    if found is None or found.times_train is None or not found.reading.startswith("overfits"):
        return ""
    decimals = contents.study.digits("val_loss")
    if is_zero(found.train, decimals):
        return ""
    losses = f"{number(found.last, decimals)} against {number(found.train, decimals)}"
    return (
        f"At the last epoch the baseline's validation loss was {times(found.times_train)} its training loss ({losses})."
    )


def what_the_test_split_says(contents: Contents) -> str:
    """Return it as one sentence of plain text; empty without a test split, or a condition with dropout.

    Test rows are shown for the baseline and the chosen condition alone, at the epoch of lowest val loss: both were
    chosen on val.
    """
    study = contents.study
    row = contents.condition(contents.focus) if contents.focus is not None else None
    if row is None or row.is_baseline:
        return ""
    chosen, baseline = (study.estimate(label, "test_loss", "best") for label in (row.label, row.baseline))
    if chosen is None or baseline is None:
        return ""
    decimals = study.digits("test_loss")
    text = (
        "On the test examples, at the epoch of lowest validation loss, test loss was "
        f"{bracketed(baseline, decimals)} for the baseline and {bracketed(chosen, decimals)} for "
        f"{row.label}, which validation loss chose"
    )
    effects = [(name, study.effect(row.label, "test_loss", "best", name)) for name in contents.estimands]
    differences = [f"{bracketed(effect.estimate, decimals)} ({name})" for name, effect in effects if effect]
    return f"{text}; the difference was {listed(differences)}." if differences else f"{text}."


class Settings:
    """The settings of a resolved study, axes included.

    Args:
        study: plain mappings and lists, as in the manifest.
    """

    def __init__(self, study: Mapping[str, Any]) -> None:
        self._study = study
        self._axes: Mapping[str, Sequence[Any]] = axes_of(study)
        self._told: set[str] = set()

    def values(self, path: str) -> list[Any]:
        """Return every value of a setting, numbers rising: the axis where it is swept, else the one value."""
        self._told.add(path)
        if path in self._axes:
            return sorted(self._axes[path], key=lambda value: value if isinstance(value, (int, float)) else math.inf)
        section, _, name = path.rpartition(".")
        return [self._study[section].get(name) if section else self._study.get(name)]

    def text(self, path: str, names: Mapping[str, str] | None = None) -> str:
        """Return the values of a setting in words, such as `0.001 or 0.01`.

        Args:
            path: such as ``training.learning_rate``.
            names: value -> LaTeX that names it, where it has a better name.
        """
        named = names or {}
        texts = [format_setting(value) for value in self.values(path)]
        return joined((named.get(text) or latex_text(text) for text in texts), "or")

    def is_swept(self, *paths: str) -> bool:
        """Tell whether any of the settings is an axis."""
        return any(path in self._axes for path in paths)

    def may_be(self, path: str, *values: object) -> bool:
        """Tell whether a setting has any of these values somewhere in the study."""
        return any(value in values for value in self.values(path))

    def untold(self) -> list[str]:
        """Return the axes that no sentence has mentioned yet."""
        return [path for path in self._axes if path not in self._told]


def joined(texts: Iterable[str], word: str = "and") -> str:
    """Join texts as a sentence does; of a long list the first and the last, and how many.

    >>> joined(["a", "b", "c"]), joined([str(i) for i in range(20)], "or")
    ('a, b and c', '20 values from 0 to 19')
    """
    values = list(texts)
    if len(values) > _MOST_LISTED:
        return f"{len(values):,} values from {values[0]} to {values[-1]}"
    return listed(values, word)


def count(number: int, noun: str) -> str:
    """Write a count as a paper does: small ones in words.

    >>> count(2, "hidden layer"), count(1, "seed"), count(40, "condition")
    ('two hidden layers', 'one seed', '40 conditions')
    """
    word = _NUMBER_WORDS[number] if number < len(_NUMBER_WORDS) else f"{number:,}"
    return f"{word} {noun}" if number == 1 else f"{word} {noun}s"
