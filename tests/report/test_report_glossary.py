"""What a term means is said once: every entry is whole, no other module has its sentence, and all surfaces use it."""

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from written_studies import Net, make_results, whole

from dropout_lab.drawing.wording import Wording, label_noise_caption
from dropout_lab.phrases import glossary
from dropout_lab.phrases.glossary import INTERVALS, POINTS, TERMS, TESTS
from dropout_lab.report.citations import ENTRIES
from dropout_lab.report.methods import how_it_was_measured
from dropout_lab.statistics import ESTIMANDS
from dropout_lab.statistics.population import METHOD, METHOD_AT_CHOSEN_EPOCH, METHOD_OF_SHARED_ROWS
from dropout_lab.statistics.tuning import JACKKNIFE
from dropout_lab.verdict import verdict

RECORDS = [
    *(glossary.estimand(name, has_own_splits=own) for name in ESTIMANDS for own in (False, True)),
    *(glossary.splits(has_own_splits=own) for own in (False, True)),
    *POINTS.values(),
    *INTERVALS.values(),
    *TESTS.values(),
    *TERMS,
]
SENTENCES = [value for name, value in vars(glossary).items() if name.isupper() and isinstance(value, str)]


def facets() -> Iterator[str]:
    yield from (getattr(record, field.name) for record in RECORDS for field in fields(record))
    yield from SENTENCES


def test_every_entry_has_every_facet() -> None:
    assert all(facet.strip() for facet in facets())


def test_every_method_of_the_statistics_has_an_entry() -> None:
    of_rows = {METHOD, METHOD_AT_CHOSEN_EPOCH, METHOD_OF_SHARED_ROWS, JACKKNIFE}
    assert {"t", "sign-flip", "bootstrap-t"} | of_rows == set(INTERVALS)
    assert {"paired t", "sign-flip", "bootstrap-t"} | of_rows == set(TESTS)


def test_what_a_paper_cites_is_known() -> None:
    cited = {key for facet in facets() for key in re.findall(r"\\cite\{+([\w,]+)\}", facet)}
    assert cited <= set(ENTRIES)


def marker(sentence: str) -> str:
    """Return the beginning of the longest part of a sentence that nothing is filled into."""
    return max(re.split(r"\{+[^{}]*\}+", sentence), key=len)[:36]


def texts(source: str) -> Iterator[str]:
    """Yield the texts in a module, its docstrings left out."""
    tree = ast.parse(source)
    spoken = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    yield from (
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in spoken
    )


def repeated(source: str) -> list[str]:
    """Return what a module, or a page, says that the glossary does."""
    said = list(texts(source)) if "{%" not in source else [" ".join(source.split())]
    markers = {marker(one) for term in TERMS for one in (term.sentence, term.paper)} | set(map(marker, SENTENCES))
    return [one for one in markers if len(one) > 20 and any(one in text for text in said)]


def test_no_other_module_says_what_the_glossary_says(repository_root: Path) -> None:
    package = repository_root / "dropout_lab"
    paths = [*package.rglob("*.py"), *package.rglob("*.jinja")]
    found = {
        path.name: again
        for path in paths
        if path.parent.name != "phrases" and (again := repeated(path.read_text("utf-8")))
    }
    assert found == {}


def test_a_sentence_said_again_is_found() -> None:
    assert repeated('x = f"{n}: Label noise: some train labels are wrong on " "purpose, so"')
    assert repeated('"""Label noise: some train labels are wrong on purpose."""') == []


@pytest.mark.parametrize("own", [False, True], ids=["one_split", "a_split_for_each_seed"])
def test_verdict_report_and_caption_say_the_same_of_a_study(own: bool) -> None:
    data = {"label_noise": 0.2, "split_seed": "per_seed"} if own else {"label_noise": 0.2}
    made = whole(make_results({0: Net(0.3, 0.4), 0.5: Net(0.25, 0.35)}, seeds=4, data=data))
    told = verdict(made)
    words = Wording.of(told.view, "loss")
    methods = " ".join(one.text for one in how_it_was_measured(told.view))
    smallest = glossary.SIGN_FLIP.sentence.format(n=4, p=0.125)

    assert label_noise_caption(words) == glossary.LABEL_NOISE.sentence
    for text in (" ".join(told.notes), methods):
        assert glossary.LABEL_NOISE.sentence in text
        assert glossary.NO_NEW_ROWS in text
        assert smallest in text
    assert glossary.estimand("split", has_own_splits=own).sentence in methods
    assert words.chance == glossary.splits(has_own_splits=own).chance
    assert [glossary.OWN_SPLITS in " ".join(of) for of in (told.notes, words.split_note())] == [own, own]
