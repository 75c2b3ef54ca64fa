"""The methods paragraph of a paper, continued: the noise, its rates and schedule, sampled nets, and tuning.

Owns these sentences, in past tense and in LaTeX; each names the source of what the study used, and of
nothing else.
"""

import math
from collections.abc import Iterable
from typing import Any

from dropout_lab.document.latex import latex_text
from dropout_lab.findings import FORM_PATHS, Form, form_of
from dropout_lab.metrics import TASKS
from dropout_lab.noise import KINDS, SCALINGS, SCHEDULES
from dropout_lab.phrases.names import setting_name
from dropout_lab.report.paper_settings import Settings, joined
from dropout_lab.results import Results, format_setting
from dropout_lab.statistics.tuning import JACKKNIFE

_NULLS = {
    "schedule_until": "a sixth of the training",
    "concrete_entropy": "one over the number of training examples",
}
"""What null means for a setting."""
_UNITS = {"schedule_until": "epochs, or share of the training"}
"""What the numbers of a setting count, where it must be said."""


def noise_sentences(results: Results, settings: Settings) -> list[str]:
    """Return the sentences on the noise: kinds, scalings, rates and schedules."""
    for path in ("dropout.rates", "dropout.input_rate", "dropout.output_rate", *FORM_PATHS):
        settings.values(path)  # told as the conditions have them
    noisy = [entry for entry in results.manifest["conditions"] if not entry["is_baseline"]]
    if not noisy:
        return ["No dropout was used."]
    forms = list(dict.fromkeys(form_of(results.study, entry) for entry in noisy))
    hidden, inputs = (_rates([entry[name] for entry in noisy]) for name in ("rate", "input_rate"))
    outputs = _rates(_output_rates(results))
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


def _output_rates(results: Results) -> list[Any]:
    own = (results.study.get("dropout") or {}).get("output_rate", 0)
    return [
        entry["swept"].get("dropout.output_rate", own)
        for entry in results.manifest["conditions"]
        if not entry["is_baseline"]
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


def tuning_sentences(results: Results, settings: Settings) -> list[str]:
    """Return the sentences on tuning; none for a study that tunes nothing."""
    tune = results.study.get("tune") or {}
    if not tune:
        return []
    budget = 1
    for values in tune.values():
        budget *= len(values)
    named = joined(f"{latex_text(setting_name(path))} ({settings.text(path)})" for path in tune)
    return [
        f"Tuned was the {named}: every condition, the baseline included, was trained with all {budget:,} candidates "
        r"\cite{dodge2019}. For each seed the candidate of lowest mean validation loss over the other seeds was "
        r"reported, so that no result was measured on a seed that took part in its choice \cite{varma2006}, and "
        "compared with the baseline chosen likewise.",
        *_tuned_intervals(results),
    ]


def _tuned_intervals(results: Results) -> list[str]:
    if not (results.tuned[["interval_method", "test_method"]] == JACKKNIFE).any(axis=None):
        return []
    return [
        r"Where these choices hung on single seeds, intervals and tests were the jackknife's \cite{efron1981}, the "
        "whole choice being made again without each seed in turn."
    ]


def sampling_sentences(results: Results) -> list[str]:
    """Return the sentences on Monte-Carlo averaging; none where nothing was sampled."""
    inference = results.inference
    if inference.empty or not inference["n_samples"].max():
        return []
    n_samples = int(inference["n_samples"].max())
    sentences = [
        f"At inference the predictions of {n_samples:,} passes with the noise on were averaged "
        r"\cite{gal2016} and set beside the single pass without noise (weight scaling \cite{srivastava2014}) at the "
        "same weights."
    ]
    if TASKS[results.manifest["task"]].predicts_classes:
        sentences.append(
            r"Calibration was measured by the expected calibration error over 15 bins of equal width \cite{guo2017} "
            r"and by the Brier score \cite{brier1950}, disagreement of the passes by their mutual information."
        )
    return sentences
