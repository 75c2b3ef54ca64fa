"""What only some studies have: a section and a table each, the same in all three languages, and the sources cited."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest
from latex_reading import problems
from page_reading import broken_references, read_page
from written_studies import Net, Noise, make_results, whole, with_learnt_rates, with_samples, with_tuning

from dropout_lab.document import Table
from dropout_lab.report import html as html_module
from dropout_lab.report import html_report, latex_report, markdown_report
from dropout_lab.report.citations import cited
from dropout_lab.report.contents import gather
from dropout_lab.report.figures import KeyFigure, arranged
from dropout_lab.results import Results

RATE, KIND = "training.learning_rate", "dropout.kind"
BASELINE, DROPOUT = Net(0.30, 0.45, epoch=8), Net(0.25, 0.30, train=0.1, epoch=14)


def settled(results: Results) -> Results:
    """Give a made study every setting, and keep those that it was made for."""
    made = whole(results)
    kept = {name: value for name, value in results.study.items() if name in ("tune", "sweep")}
    samples = results.study.get("evaluation", {}).get("mc_samples", 0)
    study = {**made.study, **kept, "evaluation": {**made.study["evaluation"], "mc_samples": samples}}
    return replace(made, study=study, manifest={**made.manifest, "study": study})  # type: ignore[arg-type]


@cache
def tuned() -> Results:
    groups = [{0: BASELINE, 0.5: DROPOUT}, {0: DROPOUT, 0.5: BASELINE}, {0: BASELINE, 0.5: BASELINE}]
    made = make_results(*groups, swept={RATE: [0.001, 0.003, 0.01]})
    return settled(with_tuning(made, {RATE: 0.001}))


@cache
def sampled() -> Results:
    made = make_results({0: BASELINE, 0.2: BASELINE, 0.5: DROPOUT})
    return settled(with_samples(made))


@cache
def kinds() -> Results:
    names = ["bernoulli", "gaussian", "dropconnect", "concrete"]
    nets = {0: BASELINE, **{Noise(0.5, 0, ((KIND, name),)): DROPOUT for name in names}}
    made = make_results(nets, within={KIND: names}, seeds=3)
    return settled(with_learnt_rates(made, {f"rate=0.5 {KIND}=concrete": (0.12, 0.35)}))


STUDIES: dict[str, Callable[[], Results]] = {"tuning": tuned, "sampling": sampled, "learnt": kinds}


@cache
def page(name: str) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(html_module, "key_figures", lambda *_: [])
        return html_report(STUDIES[name]())


def table_of(name: str) -> Table:
    (table,) = gather(STUDIES[name]()).extras
    return table


@pytest.mark.parametrize("name", STUDIES)
def test_the_page_has_a_section_with_the_table(name: str) -> None:
    html = read_page(page(name))
    assert broken_references(html) == []
    section = next(one for one in html.all("section") if one.attributes.get("aria-labelledby") == name)
    (table,) = section.all("table")
    assert table.rows() == [list(row) for row in table_of(name).rows()]
    assert f"#{name}" in {one.attributes.get("href") for one in html.all("a")}


@pytest.mark.parametrize("name", STUDIES)
def test_markdown_and_latex_have_the_same_cells(name: str) -> None:
    table = table_of(name)
    markdown, latex = markdown_report(STUDIES[name]()), latex_report(STUDIES[name]())
    assert problems(latex) == []
    assert rf"\label{{tab:made-{name}}}" in latex
    assert f"**{table.title}**" in markdown
    for row in table.rows():
        for number in re.findall(r"\d+\.\d+", " ".join(row[1:])):
            assert number in markdown
            assert number in latex


def test_a_study_without_them_has_no_such_section() -> None:
    assert gather(whole(make_results({0: BASELINE, 0.5: DROPOUT}))).extras == ()


def test_the_tuned_table_has_a_row_for_every_condition_whatever_its_tuned_settings() -> None:
    table = table_of("tuning")
    assert [row[0] for row in table.rows()] == ["rate=0", "rate=0.5"]
    assert table.groups == [("", 1), ("untuned", 2), ("chosen", 2), ("tuned", 3)]
    chosen = next(column for column in table.columns if column.name == "learning rate")
    assert list(chosen.cells) == ["0.003", "0.001"]


def test_written_tables_of_a_study_that_tunes_show_the_untuned_conditions_and_say_so() -> None:
    markdown = markdown_report(tuned())
    first = markdown.partition("With and without tuning")[0]
    assert first.count("`rate=") == 2
    assert f"{RATE}=0.003" not in first
    assert "at the config's own learning rate 0.001: summary.csv has all 6" in markdown


def test_the_key_numbers_of_a_study_that_tunes_are_of_the_configs_own_values_and_of_both_tuned() -> None:
    text = read_page(page("tuning")).by_id("main").text
    assert gather(tuned()).focus == f"rate=0.5 {RATE}=0.001"
    assert "Tuned: val loss of rate=0.5, minus baseline" in text
    assert "Untuned: val loss, minus baseline" in text
    assert "Untuned: rate 0.5 against its baseline at learning rate 0.001" in text
    assert "How settings were tuned" in text


def test_test_rows_are_shown_for_the_baseline_and_what_val_chose_alone() -> None:
    rows = table_of("sampling").rows()
    assert {row[1] for row in rows if row[0].startswith("test")} == {"rate=0", "rate=0.5"}
    assert {row[1] for row in rows if row[0] == "val, last epoch"} == {"rate=0", "rate=0.2", "rate=0.5"}
    assert {row[0] for row in rows} == {"val, last epoch", "val, best epoch", "test, best epoch"}


def test_figures_stand_beside_their_table_and_are_numbered_as_a_reader_meets_them() -> None:
    sections = {"tuning": "tuning", "loss_curves": "figures", "seeds": "figures"}
    drawn = [KeyFigure(name, "", "", "narrow", "", section) for name, section in sections.items()]
    places = arranged(drawn, ["figures", "tuning"])
    assert [(one.name, one.number, one.size) for one in places["figures"]] == [
        ("loss_curves", 1, "narrow"),
        ("seeds", 2, "narrow"),
    ]
    assert [(one.name, one.number, one.size) for one in places["tuning"]] == [("tuning", 3, "single")]


@pytest.mark.parametrize(
    ("name", "cites", "cites_not"),
    [
        ("tuning", {"srivastava2014", "varma2006", "dodge2019"}, {"gal2016", "wan2013", "gal2017"}),
        ("sampling", {"srivastava2014", "gal2016", "guo2017", "brier1950"}, {"varma2006", "liu2023"}),
        ("learnt", {"srivastava2014", "wan2013", "gal2017"}, {"klambauer2017", "gal2016", "morerio2017"}),
    ],
)
def test_the_methods_cite_what_the_study_used_and_nothing_else(name: str, cites: set[str], cites_not: set[str]) -> None:
    latex = latex_report(STUDIES[name]())
    methods = latex.partition(r"\paragraph{Methods.}")[2]
    keys = {key for keys in re.findall(r"\\cite\{([\w,]+)\}", methods) for key in keys.split(",")}
    assert cites <= keys
    assert not cites_not & keys
    entries = set(re.findall(r"^% @\w+\{(\w+),", latex, flags=re.MULTILINE))
    assert keys <= entries
    assert not cites_not & entries


@pytest.mark.parametrize(
    ("dropout", "phrase", "source"),
    [
        ({"kind": "alpha"}, "negative limit of SELU", "klambauer2017"),
        ({"kind": "gaussian"}, "mean 1 and variance $r/(1-r)$", "srivastava2014"),
        ({"scaling": "inference"}, "multiplied by $1-r$", "srivastava2014"),
        ({"schedule": "early"}, "fell linearly to zero over a sixth of the training", "liu2023"),
        ({"schedule": "late", "schedule_until": 10}, "zero until 10 (epochs", "liu2023"),
        ({"schedule": "linear"}, "rose linearly from zero", "zoph2018"),
        ({"schedule": "curriculum"}, r"$\gamma$ = 10.0", "morerio2017"),
        ({"output_rate": 0.2}, "each output with probability 0.2", "srivastava2014"),
    ],
    ids=lambda value: "-".join(map(str, value)) if isinstance(value, dict) else "",
)
def test_the_methods_say_what_the_noise_did_and_where_it_comes_from(dropout: dict, phrase: str, source: str) -> None:
    made = whole(make_results({0: BASELINE, 0.5: DROPOUT}, seeds=3))
    study = {**made.study, "dropout": {**made.study["dropout"], **dropout}}
    made = replace(made, study=study, manifest={**made.manifest, "study": study})  # type: ignore[arg-type]
    latex = latex_report(made)
    assert problems(latex) == []
    methods = " ".join(latex.partition(r"\paragraph{Methods.}")[2].partition("\n\n")[0].split())
    assert phrase in methods
    assert source in {entry.partition("{")[2].partition(",")[0] for entry in cited(methods)}


def test_the_page_explains_unusual_noise_and_not_the_usual() -> None:
    assert "DropConnect switches off weights and biases instead of units" in page("learnt")
    assert "What the noise does" not in page("sampling")
