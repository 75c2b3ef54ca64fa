"""The page is well formed, loads nothing, shows any text as it is, and says what the results say."""

import base64
import hashlib
import json
import re
import struct
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from page_reading import Element, broken_references, headings, read_page
from written_studies import BETTER, GOOD, LARGE, SCENARIOS, make_results, results_of, whole

from dropout_lab.phrases.numbers import number
from dropout_lab.report import html as html_module
from dropout_lab.report import html_report
from dropout_lab.results import Results

SMALL = [scenario for scenario in SCENARIOS if scenario not in LARGE]
HOSTILE = """</script><script>alert(1)</script><img src=x onerror=alert(2)>"'&amp;<!-- {{ 7*7 }} ${1} \u2028"""


@pytest.fixture(scope="module")
def written() -> Callable[[str], str]:
    """Write the report of a scenario, once, without its figures: they are drawn elsewhere, and slowly."""
    pages: dict[str, str] = {}

    def write(scenario: str) -> str:
        if scenario not in pages:
            pages[scenario] = without_figures(results_of(scenario))
        return pages[scenario]

    return write


@pytest.fixture(scope="module")
def illustrated() -> str:
    return html_report(results_of("helps"))


def without_figures(results: Results) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(html_module, "key_figures", lambda *_: [])
        return html_report(results)


def data_of(page: Element) -> dict[str, Any]:
    return json.loads("".join(map(str, page.by_id("report-data").children)))


def unpack(text: str) -> list[float]:
    content = base64.b64decode(text)
    return list(struct.unpack(f"<{len(content) // 4}f", content))


def policy_of(page: Element) -> dict[str, str]:
    meta = next(one for one in page.all("meta") if one.attributes.get("http-equiv") == "Content-Security-Policy")
    return dict(part.strip().split(" ", 1) for part in meta.attributes["content"].split(";"))


@pytest.mark.parametrize("scenario", SMALL)
def test_every_tag_is_closed_and_every_reference_found(written: Callable[[str], str], scenario: str) -> None:
    assert broken_references(read_page(written(scenario))) == []


def test_two_figures_of_a_page_share_no_id(illustrated: str) -> None:
    page = read_page(illustrated)
    assert len(list(page.all("figure"))) > 1
    assert broken_references(page) == []


@pytest.mark.parametrize("scenario", SMALL)
def test_headings_go_down_one_level_at_a_time(written: Callable[[str], str], scenario: str) -> None:
    levels = headings(read_page(written(scenario)))
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_a_page_names_nothing_outside_of_it(illustrated: str) -> None:
    assert not re.findall(r"https?:|@import|src=|srcset|url\((?!#)|[\"'(]//[a-z]", illustrated)
    page = read_page(illustrated)
    links = [one.attributes["href"] for one in page.all() if "href" in one.attributes]
    assert {link[0] for link in links if link != "data:,"} == {"#"}


def test_the_policy_allows_this_style_and_this_script_and_nothing_else(illustrated: str) -> None:
    page = read_page(illustrated)
    policy = policy_of(page)
    assert policy.pop("default-src") == "'none'"
    assert set(policy) == {"style-src", "script-src", "img-src", "base-uri", "form-action"}
    for directive, element in (
        ("style-src", next(page.all("style"))),
        ("script-src", next(one for one in page.all("script") if not one.attributes)),
    ):
        content = "".join(map(str, element.children)).encode()
        assert policy[directive] == f"'sha256-{base64.b64encode(hashlib.sha256(content).digest()).decode()}'"


def test_no_element_has_a_style_or_a_handler_of_its_own(illustrated: str) -> None:
    names = {name for element in read_page(illustrated).all() for name in element.attributes}
    assert not [name for name in names if name == "style" or name.startswith("on")]


def hostile_results() -> Results:
    """A study whose every text is an attack."""
    results = whole(
        make_results({0: GOOD, 0.5: replace(BETTER, status={1: "failed"})}, swept={"data.source": [HOSTILE]}, seeds=3),
        data={"target": HOSTILE},
    )
    study = {**results.study, "name": HOSTILE}
    failed = results.trials.loc[results.trials["status"] == "failed", "trial"]
    manifest: Any = {
        **results.manifest,
        "study": study,
        "failures": dict.fromkeys(failed, HOSTILE),
        "data_fingerprints": {HOSTILE: HOSTILE},
        "command": ["dropout-lab", "run", HOSTILE],
        "platform": HOSTILE,
        "git_commit": HOSTILE,
        "packages": {HOSTILE: HOSTILE},
    }
    return replace(results, study=study, manifest=manifest)


def test_hostile_texts_are_shown_and_not_obeyed() -> None:
    html = html_report(hostile_results())
    page = read_page(html)
    assert len(list(page.all("script"))) == 2
    assert not list(page.all("img"))
    assert not [name for element in page.all() for name in element.attributes if name.startswith("on")]
    shown = " ".join(HOSTILE.split())
    assert next(page.all("title")).text.startswith(shown)
    assert page.text.count(shown) > 10
    assert "{{ 7*7 }}" in page.text
    assert all("</script>" in row["label"] for row in data_of(page)["conditions"]["rows"])
    assert broken_references(page) == []


def test_equal_results_give_equal_bytes(illustrated: str) -> None:
    assert html_report(results_of("helps")) == illustrated


def test_the_verdict_comes_first(written: Callable[[str], str]) -> None:
    page = read_page(written("helps"))
    headline, first = next(page.all("h1")).text, next(page.all("p")).text
    assert "lower" in headline
    assert [one.text for one in page.all("h2")][:2] == ["To keep in mind", "Key numbers"]
    assert "made" in first


def test_the_table_of_conditions_says_what_the_summary_says(written: Callable[[str], str]) -> None:
    results = results_of("helps")
    table = read_page(written("helps")).by_id("condition-table")
    rows = results.summary[(results.summary["metric"] == "val_loss") & (results.summary["point"] == "last")]
    split = rows[rows["estimand"] == "split"].set_index("condition")
    population = rows[rows["estimand"] == "population"].set_index("condition")
    baseline, treated = table.rows()
    assert baseline[:2] == ["0", "8 of 8"]
    assert treated[:2] == ["0.5", "8 of 8"]
    decimals = len(treated[2].partition(".")[2])
    assert treated[2] == number(split.loc["rate=0.5", "mean"], decimals)
    for cell, frame in ((treated[3], split), (treated[4], population)):
        low, high = frame.loc["rate=0.5", ["ci95_low", "ci95_high"]]
        assert cell == f"{number(low, decimals)} to {number(high, decimals)}"
    assert treated[5] == number(split.loc["rate=0.5", "difference"], decimals, is_signed=True)
    assert set(baseline[5:-1]) == {"–"}


def test_both_estimands_are_named_in_the_table_and_explained(written: Callable[[str], str]) -> None:
    page = read_page(written("helps"))
    columns = [head.text for head in page.by_id("condition-table").all("th")]
    assert columns.count("split") == columns.count("population") == 2
    measured = next(one for one in page.all("section") if one.attributes.get("aria-labelledby") == "measured").text
    assert "Split: on these rows" in measured
    assert "Population: on data like this" in measured


def test_every_number_of_the_summary_is_there_for_the_script(written: Callable[[str], str]) -> None:
    results = results_of("helps")
    data = data_of(read_page(written("helps")))["conditions"]
    labels = [row["label"] for row in data["rows"]]
    for row in results.summary[results.summary["estimand"] == "split"].to_dict("records"):
        fields = unpack(data["values"][f"{row['metric']} {row['point']}"])
        mean, low, high = fields[labels.index(row["condition"]) * data["fields"] :][:3]
        assert (mean, low, high) == pytest.approx((row["mean"], row["ci95_low"], row["ci95_high"]), abs=0.00051)


def test_the_printed_gap_stands_beside_the_honest_one(written: Callable[[str], str]) -> None:
    results = results_of("helps")
    page = read_page(written("helps"))
    table = next(one for one in page.all("table") if "gaps" in one.attributes.get("class", ""))
    trials = results.trials[results.trials["condition"] == "rate=0.5"]
    val, objective, train = (trials[f"last_{name}_loss"].mean() for name in ("val", "objective", "train"))
    expected = [val, objective, val - objective, train, val - train]
    assert table.rows()[1] == ["rate=0.5", *(number(value, 3) for value in expected)]
    assert val - objective < val - train


def test_every_trial_is_in_the_table_and_in_the_data(written: Callable[[str], str]) -> None:
    results = results_of("a diverged condition")
    page = read_page(written("a diverged condition"))
    rows = page.by_id("trial-table").rows()
    assert [row[:3] for row in rows] == results.trials[["condition", "seed", "status"]].astype(str).to_numpy().tolist()
    data = data_of(page)["trials"]
    assert data["status"] == results.trials["status"].tolist()
    assert len(unpack(data["values"]["best"])) == len(results.trials) * (1 + len(data["metrics"]))


def test_trials_that_are_missing_are_named_with_their_reason() -> None:
    page = read_page(without_figures(hostile_results()))
    assert "seed 1 (failed: </script>" in page.text


def test_one_seed_pretends_no_interval(written: Callable[[str], str]) -> None:
    page = read_page(written("one seed"))
    table = page.by_id("condition-table")
    assert [head.text for head in table.all("th") if head.attributes.get("scope") == "col"] == [
        "rate",
        "trials",
        "mean",
        "mean",
    ]
    assert "one seed, so no interval" in page.text
    assert " to " not in table.text.replace("at the last epoch", "")
    assert "Why there are no intervals" in page.text


def test_a_study_without_a_complete_trial_still_has_a_page(written: Callable[[str], str]) -> None:
    page = read_page(written("all diverged"))
    assert data_of(page)["explorer"] is None
    assert not [one for one in page.all("section") if one.attributes.get("id") == "explorer"]
    assert "0 of 16" in page.text
    assert {row[2] for row in page.by_id("trial-table").rows()} == {"diverged"}


def test_regression_speaks_of_rmse_and_never_of_accuracy(written: Callable[[str], str]) -> None:
    text = re.sub(r"<script>.*?</script>", "", written("regression"), flags=re.S)
    assert "RMSE" in text
    assert "accuracy" not in text


def test_a_small_study_stays_small(illustrated: str) -> None:
    assert len(illustrated.encode()) < 300_000


@pytest.mark.slow
@pytest.mark.parametrize("scenario", sorted(LARGE))
def test_hundreds_of_conditions_stay_below_three_megabytes(scenario: str) -> None:
    html = html_report(results_of(scenario))
    assert len(html.encode()) < 3_000_000
    assert broken_references(read_page(html)) == []


@pytest.mark.parametrize(
    ("html", "problem"),
    [
        ("<p><b>x</p></b>", "</p> where <b> is open"),
        ("<p>x", "<p> is never closed"),
        ('<a id="x" id="y"></a>', "id twice"),
    ],
)
def test_the_reader_of_pages_sees_broken_ones(html: str, problem: str) -> None:
    with pytest.raises(ValueError, match=re.escape(problem)):
        read_page(html)


def test_the_reader_of_pages_sees_broken_references() -> None:
    page = read_page('<i id="x"></i><i id="x"></i><a href="#y"></a><p clip-path="url(#z)"></p>')
    assert broken_references(page) == ["y is missing", "z is missing", "x is there 2 times"]
