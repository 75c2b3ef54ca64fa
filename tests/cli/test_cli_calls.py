"""Commands as a table: arguments, exit code, what stdout and stderr contain. `results/tiny` is complete beforehand."""

from pathlib import Path

import pytest
from calling import Call

CALLS = {
    "the version": ("--version", 0, "dropout-lab 0.", ""),
    "help": ("--help", 0, "Example: dropout-lab run digits", ""),
    "help of a command": ("run --help", 0, "Example: dropout-lab run digits", ""),
    "no command": ("", 2, "", ""),
    "an unknown command": ("rum digits", 2, "", "run"),
    "an unknown option": ("run tiny.yaml --thread 1", 2, "", "--threads"),
    "a run without a config": ("run", 2, "", "CONFIG"),
    "settings without a config": ("run training.epochs=3", 2, "", "Name a file or a shipped config"),
    "an unknown config": ("run tyny", 2, "", "Got tyny"),
    "an unknown setting": ("run tiny.yaml trainin.epochs=3", 2, "", "Did you mean training.epochs?"),
    "a setting out of range": ("run tiny.yaml training.epochs=0", 2, "", "training.epochs must be"),
    "a word that is no setting": ("run tiny.yaml training.epochs 3", 2, "", "section.key=value"),
    "no threads": ("run tiny.yaml --threads 0", 2, "", "--threads"),
    "an unknown device": ("run tiny.yaml --device gpu", 2, "", "device must be"),
    "a device that is not there": ("run tiny.yaml name=new --device cuda:99", 2, "", "Use device=cpu"),
    "no seeds": ("run tiny.yaml --seeds 0", 2, "", "seeds must"),
    "more rows than there are": ("run tiny.yaml name=new data.train_size=900", 2, "", "data.train_size"),
    "another study's folder": ("run tiny.yaml training.epochs=7", 2, "", "training.epochs must be 3. Got 7."),
    "a folder of unknown files": ("run tiny.yaml name=strange", 2, "", "holds letter.txt"),
    "a finished study": ("run tiny.yaml", 0, "Trials asked for: 6 complete.", "nothing to train"),
    "the next command": ("run tiny.yaml", 0, "", "next:   dropout-lab plot results/tiny"),
    "a new study": ("run tiny.yaml name=new", 0, "rate=0.5", "cohort 1/1: 6 trials in"),
    "another folder": ("run tiny.yaml --out elsewhere", 0, "rate=0.5", "curves: elsewhere/tiny/curves.csv"),
    "named seeds": ("run tiny.yaml --seeds 1,2 --dry-run", 0, "seeds 0-2", ""),
    "diverged trials": ("run tiny.yaml name=new training.learning_rate=1e30", 3, "6 diverged", "rate=0 seed 0"),
    "a plan": ("run tiny.yaml name=new --dry-run", 0, "6 trials, 6 to train in 1 cohort", ""),
    "a plan of what is finished": ("run tiny.yaml --dry-run", 0, "6 trials, 0 to train in 0 cohorts", ""),
    "the default study": ("sweep --dry-run training.epochs=3", 0, "into results/digits", ""),
    "an axis": ("sweep tiny.yaml name=new --widths 4,8 -q", 0, "rate=0.5 model.width=4", ""),
    "an axis of lists": ("sweep tiny.yaml name=new --axis model.hidden=[4],[8,8] --dry-run", 0, "hidden=8-8", ""),
    "rates by layer": ("sweep tiny.yaml name=new model.hidden=[4,4] --rates 0.2,[0.2,0.5] --dry-run", 0, "0.2-0.5", ""),
    "rates that replace": ("sweep tiny.yaml --rates 0.2,0.4 --dry-run", 0, "rate=0.2: seeds 0-2 in cohort 2", ""),
    "kinds of noise": (
        "sweep tiny.yaml name=new --rates 0.5 --kinds bernoulli,gaussian -q",
        0,
        "rate=0.5 dropout.kind=gaussian",
        "",
    ),
    "the same as an axis": (
        "sweep tiny.yaml name=new --axis dropout.kind=bernoulli,gaussian --dry-run",
        0,
        "rate=0.5 dropout.kind=gaussian",
        "",
    ),
    "a kind of noise that is none": ("sweep tiny.yaml --kinds bernouli", 2, "", "Did you mean bernoulli?"),
    "tuned settings": (
        "run tiny.yaml name=new --seeds 3 --tune training.weight_decay=0,0.1 --dry-run",
        0,
        "rate=0.5 training.weight_decay=0.1",
        "tuned over the same 2 candidates",
    ),
    "tuned settings of a sweep": (
        "sweep tiny.yaml name=new --seeds 3 --kinds gaussian --tune training.weight_decay=0,0.1 --dry-run",
        0,
        "rate=0.5 training.weight_decay=0.1 dropout.kind=gaussian",
        "",
    ),
    "a tuned setting without values": (
        "run tiny.yaml --tune training.weight_decay",
        2,
        "",
        "--tune must read KEY=V1,V2. Got training.weight_decay.",
    ),
    "candidates without the config's own": (
        "run tiny.yaml --tune training.weight_decay=1,2",
        2,
        "",
        "command line: tune.training.weight_decay must hold the config's own value 0.0",
    ),
    "a tuned setting twice": (
        "run tiny.yaml --tune model.width=4,8 --tune model.width=2",
        2,
        "",
        "command line: an axis must be given once. Got model.width twice.",
    ),
    "an axis without values": (
        "sweep tiny.yaml --axis model.width",
        2,
        "",
        "--axis must read KEY=V1,V2. Got model.width.",
    ),
    "an axis twice": ("sweep tiny.yaml --widths 4,8 --axis model.width=2", 2, "", "Got model.width twice"),
    "an unknown axis": ("sweep tiny.yaml --axis model.witdh=4,8", 2, "", "Did you mean model.width?"),
    "a bad value of an axis": ("sweep tiny.yaml --rates 0.2,1.5", 2, "", "dropout.rates[1] must be"),
    "a run's report": ("run tiny.yaml", 0, "", "report: results/tiny/report.html"),
    "a run without a report": ("run tiny.yaml --no-report", 0, "rate=0.5", ""),
    "a report": ("report results/tiny", 0, "results/tiny/report.html", ""),
    "reports of a folder": ("report results", 0, "results/tiny/report.html", ""),
    "a report for a pull request": ("report results/tiny --format markdown", 0, "results/tiny/report.md", ""),
    "a report for a paper": ("report results/tiny --format latex", 0, "results/tiny/report.tex", ""),
    "a report by its ending": ("report results/tiny --out mine.tex", 0, "mine.tex", ""),
    "a report on stdout": ("report results/tiny --format markdown --out -", 0, "markdown of tiny", ""),
    "a report in another language": ("report results/tiny --format word", 2, "", "--format"),
    "a report of nothing": ("report nowhere", 2, "", "Got nothing there"),
    "a report of a folder of unknown files": ("report results/strange", 2, "", "manifest.json"),
    "a report in a file's place": ("report results/tiny --out tiny.yaml/report.html", 1, "", "Write it elsewhere"),
    "plots": ("plot results", 0, "results/tiny/plots/loss_curves.png", ""),
    "plots in two formats": ("plot results/tiny --format svg,png", 0, "results/tiny/plots/gap_curves.svg", ""),
    "plots elsewhere": ("plot results/tiny --out figures", 0, "figures/loss_curves.png", ""),
    "an unknown format": ("plot results --format png,gif", 2, "", "Got gif"),
    "an unknown point": ("plot results --point worst", 2, "", "--point"),
    "plots of nothing": ("plot nowhere", 2, "", "Got nothing there"),
    "plots of a folder of unknown files": ("plot results/strange", 2, "", "manifest.json"),
    "status": (
        "status results",
        0,
        "results/tiny: complete, 6 trials: 6 complete, 0 diverged, 0 failed, 0 missing",
        "",
    ),
    "status of nothing": ("status nowhere", 2, "", "Got nothing there"),
    "a check": ("check tiny.yaml training.epochs=4", 0, "epochs: 4", ""),
    "a check that fails": ("check tiny.yaml training.epochs=x", 2, "", "training.epochs must be"),
    "the schema": ("schema", 0, '"$schema"', ""),
    "the shipped configs": ("configs list", 0, "digits  ", ""),
    "a shipped config": ("configs show digits", 0, "source: digits", ""),
    "a shipped config that is none": ("configs show tiny", 2, "", "Choose from breast_cancer, digits"),
    "a copy": ("configs copy digits mine.yaml", 0, "mine.yaml", ""),
    "a copy over a file": ("configs copy digits tiny.yaml", 2, "", "overwrite it with --force"),
    "a copy over a file, forced": ("configs copy digits tiny.yaml --force", 0, "tiny.yaml", ""),
    "a copy to nowhere": ("configs copy digits no/where.yaml", 2, "", "No such file"),
}


@pytest.mark.usefixtures("blank_figures")
@pytest.mark.parametrize(("line", "code", "out", "err"), CALLS.values(), ids=CALLS)
def test_a_command_ends_as_documented(call: Call, here: Path, line: str, code: int, out: str, err: str) -> None:
    (here / "results" / "strange").mkdir()
    (here / "results" / "strange" / "letter.txt").write_text("dear")

    ended = call(*line.split())

    assert ended.code == code, ended.err
    assert out in ended.out
    assert err in ended.err
    if code == 2:
        assert not ended.out
        assert "Traceback" not in ended.err


@pytest.mark.parametrize("line", ["run tyny", "run tiny.yaml training.epochs=0", "plot nowhere", "configs show tiny"])
def test_an_error_is_plain_text_after_the_word_error(call: Call, line: str) -> None:
    message = call(*line.split()).err

    assert message.startswith("error: ")
    assert not set(message) & set("│╭╰\x1b")


def test_a_long_error_is_not_wrapped(call: Call) -> None:
    name = "a" * 200

    assert f"Got {name}." in call("run", name).err
