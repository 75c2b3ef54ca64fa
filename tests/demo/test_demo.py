"""The shipped demo shows what it promises, and README and docs print what it prints."""

import re
from pathlib import Path

import pytest
from samples import DOCUMENTS, agrees, printed, samples_in, with_samples

from dropout_lab.results import read_results

WORDS = "rate=0.5   5  0.080  -0.106 [-0.128,-0.083]*\nlowest after 47 epochs, in 0.32 s a trial against 0.12 s.\n"


def test_the_demo_overfits_dropout_shrinks_the_gap_and_the_documents_show_what_it_prints(tmp_path: Path) -> None:
    outputs = printed(tmp_path)  # one test, so that no two workers train it

    stale = [
        f"{path.name}: {name}"
        for path in DOCUMENTS
        for name, text in samples_in(path.read_text("utf-8")).items()
        if not agrees(text, outputs[name])
    ]
    assert not stale, f"`make samples` writes them anew: {stale}"

    results = read_results(tmp_path / "results" / "digits")
    baseline = results.curves[results.curves["condition"] == "rate=0"].groupby("epoch")["val_loss"].mean()
    assert baseline.idxmin() < 40
    assert baseline.iloc[-1] > 1.1 * baseline.min()  # val loss turns up
    rows = results.summary.query("point == 'last' and estimand == 'split'").set_index(["metric", "condition"])
    assert rows.loc[("loss_gap", "rate=0"), "ci95_low"] > 0
    assert rows.loc[("loss_gap", "rate=0.5"), "difference_ci95_high"] < 0
    assert rows.loc[("val_loss", "rate=0.5"), "difference_ci95_high"] < 0


def test_the_samples_of_all_documents_are_of_one_run() -> None:
    found = {name: text for path in DOCUMENTS for name, text in samples_in(path.read_text("utf-8")).items()}
    whole = found["run digits"]
    assert found["run digits, the table"] in whole
    assert found["run digits, the answers"] in whole
    means = re.findall(r"^rate=\S+ \+? +\d+  (\S+) ", found["summary results/digits, the tables"], flags=re.MULTILINE)
    assert means
    assert all(mean in found["run digits, the table"] for mean in means)


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        pytest.param(WORDS.replace("epochs, in", "epochs,\n  in"), True, id="another break of lines"),
        pytest.param(WORDS.replace("0.32 s", "1.7 s"), True, id="another time"),
        pytest.param(WORDS.replace("0.080", "0.081").replace("47", "48"), True, id="other last digits"),
        pytest.param(WORDS.replace("lowest", "highest"), False, id="another word"),
        pytest.param(WORDS.replace("-0.106", "0.106"), False, id="another sign"),
        pytest.param(WORDS.replace("0.080", "0.180"), False, id="another number"),
        pytest.param(WORDS.replace("]*", "]"), False, id="a mark that is lost"),
        pytest.param(WORDS + "And so on.\n", False, id="a sentence more"),
    ],
)
def test_a_sample_agrees_with_the_same_words_and_close_numbers(other: str, is_same: bool) -> None:
    assert agrees(WORDS, other) is is_same


def test_a_sample_is_written_where_its_marker_is_and_nowhere_else() -> None:
    document = "```\nold\n```\n<!-- sample: a -->\n```\nold\n```\n\n<!-- sample: b -->\n```\nold\n```\n```\nold\n```\n"
    written = with_samples(document, {"a": "new\n", "b": "newer\n"})
    assert samples_in(written) == {"a": "new\n", "b": "newer\n"}
    assert written.replace("newer", "old").replace("new", "old") == document
