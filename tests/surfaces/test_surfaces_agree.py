"""Verdict, summary, three reports and captions say the same of the same study: every number, and every fact about it.

A number with its interval must be one of the study's, with the study's digits; so must every number with decimals. What
holds for a study is said by whoever has room for it, and by nobody where it does not hold.
"""

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from read_surfaces import intervals_in, numbers_in, surfaces
from thinned import thinned
from written_numbers import Written

from dropout_lab.findings import StudyView
from dropout_lab.results import Results, read_results
from dropout_lab.study import bring_up_to_date
from dropout_lab.verdict import Verdict, verdict

sys.path += [str(Path(__file__).parents[1] / folder) for folder in ("format_1", "report", "verdict")]
from kept import NAMES, unpack  # found through the line above
from made_references import with_references
from written_studies import BETTER, GOOD, WORSE, make_results, results_of, whole

MADE: dict[str, Callable[[], Results]] = {
    "one seed": lambda: results_of("one seed"),
    "pairs of uneven number": lambda: whole(
        make_results({0: GOOD, 0.2: replace(BETTER, status={1: "diverged", 3: "failed"}), 0.5: BETTER}, seeds=6)
    ),
    "a split for each seed": lambda: results_of("a split for each seed"),
    "label noise of level 0": lambda: whole(make_results({0: GOOD, 0.5: WORSE}, data={"label_noise": 0.0})),
    "an axis of label noise": lambda: whole(
        make_results({0: GOOD, 0.5: BETTER}, {0: WORSE, 0.5: GOOD}, swept={"data.label_noise": [0.0, 0.3]})
    ),
    "simpler models": lambda: with_references(
        whole(make_results({0: GOOD, 0.5: BETTER})),
        {"val_loss": 0.69, "val_accuracy": 0.4},
        {"val_loss": 0.2, "val_accuracy": 0.9},
    ),
    "simpler models on two sizes": lambda: with_references(
        with_references(
            whole(make_results({0: GOOD, 0.5: BETTER}, {0: WORSE, 0.5: GOOD}, swept={"data.train_size": [50, 100]})),
            {"val_loss": 0.69},
            {"val_loss": 0.2},
            only="=50",
        ),
        {"val_loss": 0.68},
        {"val_loss": 0.6},
        only="=100",
    ),
    "a grid over weight decay": lambda: whole(
        make_results(
            {0: WORSE, 0.2: GOOD, 0.5: BETTER},
            {0: GOOD, 0.2: BETTER, 0.5: BETTER},
            swept={"training.weight_decay": [0.0, 0.1]},
        )
    ),
    "groups that agree on nothing": lambda: whole(
        make_results(
            {0: GOOD, 0.2: BETTER, 0.5: WORSE}, {0: WORSE, 0.2: GOOD, 0.5: BETTER}, swept={"model.width": [16, 64]}
        )
    ),
}

KEPT = ["digits", "sampled", "tuned", "one seed", "pairs of uneven number", "simpler models"]
"""What every run reads; of the others, the slow tests."""


@dataclass(frozen=True)
class Fact:
    """What may hold for a study.

    Args:
        holds: whether it does.
        said: how any surface says it.
        by: the surfaces that must say it.
    """

    holds: Callable[[StudyView], bool]
    said: str
    by: tuple[str, ...] = ("verdict", "summary", "Markdown", "LaTeX", "page")


FACTS = {
    "has label noise": Fact(lambda study: study.has_label_noise, r"wrong on purpose|replaced by another class"),
    "has own splits": Fact(lambda study: study.has_own_splits, r"split of its own"),
    "learns rates": Fact(lambda study: study.learns_rates, r"\blearn(t|s its|ed)\b"),
    "is tuned": Fact(lambda study: study.is_tuned, r"\b[Tt]uned\b"),
    "has references": Fact(
        lambda study: bool(study.against_references),
        r"class shares|logistic regression",
        ("verdict", "summary", "Markdown", "LaTeX", "page"),
    ),
    "takes samples": Fact(lambda study: study.takes_samples, r"Monte[ -]Carlo|sampled nets"),
    "says nothing of new rows": Fact(
        lambda study: not study.has_new_rows, r"Nothing is said of new rows", ("verdict", "summary", "Markdown", "page")
    ),
    "has a trial that diverged": Fact(
        lambda study: bool((study.results.trials["status"] == "diverged").any()), r"\bdiverged\b"
    ),
    "has one seed": Fact(
        lambda study: study.results.trials["seed"].nunique() == 1,
        r"[Nn]o (confidence )?intervals|one seed leaves chance open|One seed",
    ),
}
SAID_ONCE = (r"a sign-flip test cannot fall below p = ([\d.]+\d)",)


@cache
def study_of(name: str) -> Verdict:
    if name in MADE:
        return verdict(MADE[name]())
    with TemporaryDirectory() as root:
        bring_up_to_date(folder := unpack(name, Path(root)))
        return verdict(read_results(folder))


@cache
def said_of(name: str) -> dict[str, str]:
    told = study_of(name)
    return surfaces(told.view.results, told)


@pytest.mark.parametrize("name", thinned([*NAMES, *MADE], kept=KEPT))
def test_every_surface_says_the_same(name: str) -> None:
    told, said = study_of(name), said_of(name)
    written = Written(told)
    for surface, text in said.items():
        assert {at: key for key, at in intervals_in(text).items() if key not in written.intervals} == {}, surface
        assert {at: key for key, at in numbers_in(text).items() if key not in written.numbers} == {}, surface
    for title, fact in FACTS.items():
        by = {surface for surface, text in said.items() if re.search(fact.said, text)}
        assert fact.holds(told.view) or not by, f"{by} say of a study that it {title}"
        assert not fact.holds(told.view) or by >= set(fact.by), f"{set(fact.by) - by} do not say that it {title}"
    for pattern in SAID_ONCE:
        assert len({match for text in said.values() for match in re.findall(pattern, text)}) < 2, pattern
    assert all(len(numbers_in(said[surface])) > 4 for surface in said if surface != "captions")  # the reader reads
