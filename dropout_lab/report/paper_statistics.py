"""The methods paragraph of a paper, continued: what was measured, which estimand, which interval and which test.

Owns these sentences, in past tense and in LaTeX; the methods' names come from the summary, so that a
study is never said to have used one that it did not.
"""

from collections.abc import Iterable

from dropout_lab.document.latex import latex_text
from dropout_lab.metrics import TASKS
from dropout_lab.report.contents import Contents
from dropout_lab.report.paper_settings import Settings, count, joined
from dropout_lab.report.tables import Tested, tested
from dropout_lab.statistics.population import METHOD, METHOD_OF_SHARED_ROWS

_TWO_WAY = (
    r"a two-way random effects model, seeds crossed with examples \cite{gao2017}, with degrees of freedom "
    r"after Satterthwaite \cite{satterthwaite1946} and a correction for skewness \cite{hall1992}"
)
_APPROXIMATE = "; these are approximate, since the random splits share examples"
_INTERVALS = {
    "t": r"Student's $t$ \cite{student1908}",
    "sign-flip": r"inverted sign-flip tests \cite{hartigan1969} where the values were far from normal",
    "bootstrap-t": r"the bootstrap-$t$ \cite{efron1993} where the values were far from normal",
    METHOD: _TWO_WAY,
    METHOD_OF_SHARED_ROWS: _TWO_WAY + _APPROXIMATE,
}
_TESTS = {
    "paired t": r"paired $t$ tests",
    "sign-flip": r"sign-flip tests \cite{fisher1935} where the differences were far from normal",
    "bootstrap-t": r"the bootstrap-$t$ \cite{efron1993} where the differences were far from normal",
    METHOD: "the same two-way model of the differences",
    METHOD_OF_SHARED_ROWS: "the same two-way model of the differences",
}
CAPTIONED = {
    "t": "Student's $t$",
    "paired t": "paired $t$ tests",
    "bootstrap-t": "bootstrap-$t$",
    METHOD: "two-way random effects",
    METHOD_OF_SHARED_ROWS: "two-way random effects",
}
"""What a caption calls the methods; those that are called there as in the summary are left out."""


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
    sentences = [
        f"{when}, one function measured training and validation loss ({TASKS[contents.task].loss_in_paper}) at the "
        f"same weights, with dropout off{on}; the gap is validation minus training loss."
    ]
    if contents.estimands:
        sentences.append("The tables show the last epoch.")
    if (contents.results.summary["metric"] == "test_loss").any():
        sentences.append(
            "Test examples were measured once, after training; results are given at the weights of lowest validation "
            "loss, for the baseline and for the condition that validation loss chose alone."
        )
    return sentences


def _intervals(contents: Contents, by_estimand: dict[str, Tested]) -> list[str]:
    per_seed = contents.study.has_own_splits
    varied = "training and the split of the examples" if per_seed else "training alone"
    nets = "of networks trained on new splits of them" if per_seed else "of networks trained on this training set"
    speaks_of = {
        "split": f"is the mean on these examples, where seeds vary {varied}",
        "population": f"is the mean on new examples like them, {nets}: seeds and examples are both samples",
    }
    there = {estimand: one for estimand, one in by_estimand.items() if one.interval_methods}
    sentences = [
        f"The estimand \\emph{{{estimand}}} {speaks_of[estimand]}; its 95\\,\\% confidence intervals "
        f"({seeds_behind(one)} seeds) came from {_named(one.interval_methods, _INTERVALS)}."
        for estimand, one in there.items()
    ]
    return sentences or ["No condition had two complete seeds, so no intervals are given."]


def _comparisons(by_estimand: dict[str, Tested]) -> list[str]:
    tests = {estimand: one for estimand, one in by_estimand.items() if one.test_methods}
    if not tests:
        return []
    first = next(iter(tests.values()))
    named = joined(f"{_named(one.test_methods, _TESTS)} (\\emph{{{estimand}}})" for estimand, one in tests.items())
    sentences = [
        f"Conditions were compared with their baseline seed by seed, two-sided, by {named}; $p$ values were corrected "
        rf"for {count(first.n_comparisons, 'comparison')} per estimand by Holm's procedure \cite{{holm1979}}."
    ]
    if first.has_too_few_pairs:
        sentences.append(
            "With so few seeds a test that assumes only symmetry cannot reach less than "
            f"$p = {first.smallest_p:.3g}$; smaller values rest on normality of the differences."
        )
    return sentences


def _software(contents: Contents) -> list[str]:
    manifest = contents.results.manifest
    version, torch = latex_text(manifest["dropout_lab"]), manifest["packages"].get("torch")
    on = f", PyTorch {latex_text(torch)} \\cite{{paszke2019}}" if torch else ""
    devices = joined(latex_text(str(device)) for device in contents.results.trials["device"].dropna().unique())
    return [f"Software: dropout-lab {version} \\cite{{dropout_lab}}{on}{f'; device: {devices}' if devices else ''}."]


def _named(methods: Iterable[str], names: dict[str, str]) -> str:
    return joined(names.get(method, latex_text(method)) for method in methods)
