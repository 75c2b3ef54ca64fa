"""Whatever a study's numbers are, its verdict is plain text, and claims nothing that its intervals do not hold."""

import json
import re
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from made_results import Net, make_results

from dropout_lab.verdict import Margin, Verdict, verdict

losses = st.floats(min_value=1e-9, max_value=10) | st.sampled_from([1e-12, 1e6, 1e30])
nets = st.builds(
    Net,
    best=losses,
    last=losses,
    train=losses,
    epoch=st.integers(2, 20),
    spread=st.sampled_from([0.0, 1e-9, 0.003, 0.1, 2.0]),
    status=st.dictionaries(st.integers(0, 4), st.sampled_from(["diverged", "failed", "interrupted"]), max_size=5),
    device=st.sampled_from(["cpu", "cuda"]),
)
rates = st.sampled_from([0.1, 0.5, "0.2-0.5", (0, 0.2), (0.5, 0.2)])
groups = st.builds(lambda baseline, treated: {0: baseline, **treated}, nets, st.dictionaries(rates, nets, max_size=3))
studies = st.builds(
    lambda groups, seeds, task, rows_factor, has_test: make_results(
        *groups,
        seeds=seeds,
        task=task,
        swept={"data.train_size": list(range(1, len(groups) + 1))} if len(groups) > 1 else None,
        rows_factor=rows_factor,
        has_test=has_test,
    ),
    st.lists(groups, min_size=1, max_size=2),
    st.integers(1, 5),
    st.sampled_from(["classification", "regression"]),
    st.none() | st.sampled_from([0.5, 3.0]),
    st.booleans(),
)


@settings(max_examples=20)
@given(results=studies, margin=st.none() | st.floats(1e-6, 1.0).map(Margin))
def test_a_verdict_never_shows_what_is_no_number_nor_claims_what_the_interval_does_not(results, margin) -> None:
    told = verdict(results, margin=margin)
    json.dumps(told.as_json(), allow_nan=False)
    for text in (told.headline, told.study, *told.conditions.values(), *told.notes):
        assert re.fullmatch(r"[A-Z0-9].*\.", text), text
        assert not re.search(r"\bnan\b|\binf\b|None|  |\.\.| ,| \.|\[\]|\(\)", text), text
    claims_no_more_than_the_intervals(told)


def claims_no_more_than_the_intervals(told: Verdict) -> None:
    for label, text in told.conditions.items():
        comparison = told.facts.conditions[label].comparison
        if comparison is None:
            assert "distinguishable" not in text
            assert "lowers val loss" not in text
            continue
        low, high = comparison.last.estimate.low, comparison.last.estimate.high
        holds_zero = low is None or high is None or low <= 0 <= high
        if holds_zero:
            assert not re.search(r"Dropout at .* (lowers|raises) val loss", text), text
            assert not re.search(r"(?<!not )distinguishable from zero", text), text
            assert "holds on new rows" not in text
    if len(told.facts.groups) == 1:
        chosen = told.facts.chosen(told.facts.groups[0])
        last = chosen.comparison.last if chosen and chosen.comparison else None
        if last is None or not last.is_distinguishable:
            assert "On these rows the difference" not in told.study
            assert not re.search(r"Dropout at .* (lowers|raises) val loss", told.headline)


def test_sentences_are_made_without_tables_or_arithmetic(repository_root: Path) -> None:
    for path in (repository_root / "dropout_lab" / "verdict" / "words").glob("*.py"):
        imported = re.findall(r"^\s*(?:from|import) (\S+)", path.read_text("utf-8"), flags=re.MULTILINE)
        allowed = (
            "dropout_lab.findings",
            "dropout_lab.verdict.words",
            "dropout_lab.metrics",
            "dropout_lab.noise",
            "dropout_lab.phrases",
            "dropout_lab.phrases.numbers",
            "dropout_lab.phrases.texts",
            "dropout_lab.wording",
            "collections.abc",
            "math",
        )
        rooms = ("dropout_lab.verdict.words.", "dropout_lab.phrases", "dropout_lab.findings.")
        assert [name for name in imported if name not in allowed and not name.startswith(rooms)] == []
