"""`mask`: what it prints, in every encoding, and what it refuses before it draws."""

import json
import shlex
import subprocess
import sys
from collections.abc import Iterator
from functools import cache, partial
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from calling import environment

from dropout_lab.cli import main
from dropout_lab.mechanism import Request, demonstrate
from dropout_lab.noise import KINDS

DOCUMENT = Path(__file__).parents[2] / "docs" / "dropout.md"
LAYERS = ("--values 1,-2,3,0.5", "--units 64")
SETTINGS = [
    f"{layer} --rate 0.3 --kind {kind} --scaling {scaling} --mode {mode}"
    for layer, kind, scaling, mode in product(LAYERS, KINDS, ("inverted", "inference"), ("train", "eval"))
    if scaling == "inverted" or KINDS[kind].is_scaled
]
PROBLEMS = {
    "no layer": ("--rate 0.5", "--values or --units must be given. Got neither."),
    "two layers": ("--rate 0.5 --values 1,2 --units 3", "--values cannot stand beside --units. Got both."),
    "values that are none": (
        "--rate 0.5 --values one,2",
        "--values must be numbers with commas between them. Got one,2.",
    ),
    "no values": ("--rate 0.5 --values=", "--values must be numbers with commas between them. Got nothing."),
    "a value that is not finite": ("--rate 0.5 --values 1,nan", "--values must be finite numbers"),
    "a large value": ("--rate 0.5 --values 1,-2000", "from 0.001 to 1,000 in size, or 0. Got -2000"),
    "a small value": ("--rate 0.5 --values 0,1e-320", "from 0.001 to 1,000 in size, or 0. Got 1e-320."),
    "many values": (f"--rate 0.5 --values {','.join('1' * 65)}", "--values must be at most 64 numbers. Got 65."),
    "no units": ("--rate 0.5 --units 0", "--units must be a whole number from 1 to 256. Got 0."),
    "many units": ("--rate 0.5 --units 257", "--units must be a whole number from 1 to 256. Got 257."),
    "a rate of 1": ("--rate 1 --units 4", "--rate must be a number at least 0 and below 1. Got 1."),
    "a negative rate": ("--rate -0.1 --units 4", "--rate must be a number at least 0 and below 1. Got -0.1."),
    "a rate that is no number": ("--rate nan --units 4", "--rate must be a number at least 0 and below 1. Got nan."),
    "a percentage": ("--rate 20 --units 4", "If that is a percentage, write 0.2."),
    "a percentage with its sign": ("--rate 50% --units 4", "Got 50%. A rate is the share of units dropped: 0 drops"),
    "a percentage's number": ("--rate 50% --units 4", "If that is a percentage, write 0.5."),
    "a rate that is text": ("--rate half --units 4", "--rate must be a number at least 0 and below 1. Got half."),
    "a rate that 16 bits take for 0": ("--rate 1e-6 --units 4", "this rate would drop nothing"),
    "a rate that 16 bits take for 1": ("--rate 0.999999 --units 4", "this rate would drop every unit"),
    "an unknown kind": ("--rate 0.5 --units 4 --kind gausian", "Got gausian. Did you mean gaussian?"),
    "an unknown mode": ("--rate 0.5 --units 4 --mode test", "--mode must be one of train, eval. Got test."),
    "an unknown scaling": ("--rate 0.5 --units 4 --scaling none", "must be one of inverted, inference. Got none."),
    "a scaling that the kind has not": (
        "--rate 0.5 --units 4 --kind alpha --scaling inference",
        "--scaling must be inverted for alpha. Got inference.",
    ),
    "a negative seed": ("--rate 0.5 --units 4 --seed -1", "--seed must be a whole number from 0 to"),
    "no draws": ("--rate 0.5 --units 4 --draws 0", "--draws must be a whole number from 1 to 100. Got 0."),
}


def printed(capsys: pytest.CaptureFixture[str], line: str) -> str:
    capsys.readouterr()
    assert main(["mask", *shlex.split(line)]) == 0
    return capsys.readouterr().out


@pytest.fixture(autouse=True, scope="module")
def drawn_once(words_drawn_once: None) -> Iterator[None]:
    """Draw what a request asks for once, since both modes show the same demonstration."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dropout_lab.mechanism.demonstrate", cache(demonstrate))
        yield


@pytest.fixture
def few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hold few draws against theory where a test looks at something else: 10,000 take a tenth of a second."""
    monkeypatch.setattr("dropout_lab.mechanism.demonstrate", partial(demonstrate, n_many=200))


def documented() -> dict[str, str]:
    """Return the outputs that docs/dropout.md shows, by the command lines above them."""
    blocks = [block for block in DOCUMENT.read_text("utf-8").split("```") if block.startswith("\n$ dropout-lab mask ")]
    by_command = (block.strip().removeprefix("$ dropout-lab mask ").partition("\n") for block in blocks)
    return {command: output for command, _, output in by_command}


@pytest.mark.parametrize(("line", "message"), PROBLEMS.values(), ids=PROBLEMS)
def test_a_bad_option_is_refused_with_what_must_hold(
    capsys: pytest.CaptureFixture[str], line: str, message: str
) -> None:
    assert main(["mask", *line.split()]) == 2
    out, err = capsys.readouterr()
    assert not out
    assert err.startswith("error: 1 problem in the command line:\n  command line: --")
    assert message in err


def test_all_problems_are_reported_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mask", "--rate", "2", "--units", "0", "--kind", "x", "--draws", "0"]) == 2
    assert capsys.readouterr().err.startswith("error: 4 problems in the command line:")


def test_options_are_checked_before_torch_is_imported() -> None:
    program = (
        "import sys; from dropout_lab.cli import main; "
        "code = main(['mask', '--rate', '2', '--values', 'x']); print(code, 'torch' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment()
    )
    assert done.stdout.split() == ["2", "False"]


@pytest.mark.parametrize("line", SETTINGS)
def test_every_line_fits_80_columns(capsys: pytest.CaptureFixture[str], line: str) -> None:
    lines = printed(capsys, line).splitlines()
    assert max(map(len, lines)) <= 80
    assert all(text == text.rstrip() for text in lines)


@pytest.mark.usefixtures("few_draws")
def test_many_draws_go_into_blocks_that_fit(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys, "--values 1.25,300 --rate 0.3 --draws 30").splitlines()
    assert max(map(len, lines)) <= 80
    headers = [text.split() for text in lines if text.startswith("unit  value  ")]
    shown = [int(step) for header in headers for step in header[2:]]
    assert shown == list(range(30))


@pytest.mark.usefixtures("few_draws")
@pytest.mark.parametrize("line", SETTINGS[::3])
def test_a_stdout_in_ascii_gets_plain_marks(
    line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("dropout_lab.cli.streams.can_write", str.isascii)
    text = printed(capsys, line)
    assert text.isascii()
    assert "+- standard error" in text


@pytest.mark.usefixtures("few_draws")
def test_what_is_off_is_marked_and_what_is_on_is_doubled(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys, "--values 1,2,3,4 --rate 0.5 --seed 3 --draws 4").splitlines()
    table = [text.split()[2:] for text in lines[lines.index("unit  value     0  1  2  3") + 1 :][:4]]
    draws = demonstrate(Request(0.5, (1, 2, 3, 4), seed=3, n_draws=4), n_many=4).draws
    expected = [["·" if draw.is_off[unit] else f"{2 * (unit + 1)}" for draw in draws] for unit in range(4)]
    assert table == expected


@pytest.mark.usefixtures("few_draws")
def test_the_grid_marks_as_many_units_as_the_table_counts(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys, "--units 64 --rate 0.5").splitlines()
    start = lines.index("draw 0:   ● on   ○ on, but gives 0 all the same   · off") + 2
    marks = " ".join(lines[start : start + 2]).split()
    shown = demonstrate(Request(0.5, n_units=64), n_many=5)
    assert [mark == "·" for mark in marks] == shown.draws[0].is_off.tolist()
    assert next(text for text in lines if text.startswith("   0 ")).split()[1] == str(marks.count("·"))


@pytest.mark.parametrize("rate", [0.2, 0.5])
def test_it_says_which_reading_of_the_2014_rule_is_right(capsys: pytest.CaptureFixture[str], rate: float) -> None:
    text = " ".join(printed(capsys, f"--values 1,2 --rate {rate} --scaling inference --mode eval").split())
    assert "Right is: times 1 - rate" in text
    assert ("nothing measured at 0.5 can tell them apart" in text) == (rate == 0.5)


@pytest.mark.usefixtures("few_draws")
@pytest.mark.parametrize("line", SETTINGS[::3])
def test_json_holds_the_numbers_of_the_demonstration(capsys: pytest.CaptureFixture[str], line: str) -> None:
    numbers = json.loads(printed(capsys, f"{line} --draws 2 --json"))
    is_training = "train" in line
    assert len(numbers["draws"]) == (2 if is_training else 0)
    for draw in numbers["draws"]:
        assert draw["n_off"] == sum(draw["is_off"])
        assert len(draw["outputs"]) == len(numbers["values"])
    np.testing.assert_allclose(numbers["eval_outputs"], numbers["eval_factor"] * np.array(numbers["values"]))
    assert numbers["n_draws"] == 200
    assert len(numbers["over_draws"]["mean"]) == len(numbers["values"])


@pytest.mark.usefixtures("few_draws")
def test_what_is_off_softly_is_said_to_learn_less_and_not_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    text = " ".join(printed(capsys, "--values 1,2,3 --rate 0.3 --kind concrete").split())
    draw = demonstrate(Request(0.3, (1, 2, 3), kind="concrete"), n_many=5).telling_draw
    assert draw.gradients[draw.is_off].max() == pytest.approx(0.1, abs=1e-3)
    assert "What is off contributes and learns less; not nothing" in text
    assert "Off: it is multiplied by at most 0.1." in text
    assert "Only what is on" not in text


@pytest.mark.usefixtures("few_draws")
@pytest.mark.parametrize("mode", ["train", "eval"])
def test_gaussian_noise_is_not_said_to_scale_or_keep_anything(capsys: pytest.CaptureFixture[str], mode: str) -> None:
    text = printed(capsys, f"--values 1,2,3 --rate 0.3 --kind gaussian --mode {mode}")
    assert text.startswith(f"Gaussian dropout in {mode} mode: rate 0.3\n")
    assert "keep" not in text
    assert "Scaling" not in text


@pytest.mark.usefixtures("few_draws")
def test_one_unit_is_one_output(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys, "--units 1 --rate 0.5").splitlines()
    assert any(text.startswith("1 output ") for text in lines)


def test_10000_draws_are_held_against_theory(capsys: pytest.CaptureFixture[str]) -> None:
    assert json.loads(printed(capsys, "--values 1 --rate 0.5 --json"))["n_draws"] == 10_000


@pytest.mark.parametrize("line", documented())
def test_the_page_on_dropout_shows_what_the_command_prints(capsys: pytest.CaptureFixture[str], line: str) -> None:
    assert printed(capsys, line).strip() == documented()[line]


def test_the_page_on_dropout_shows_both_a_layer_and_eval_mode() -> None:
    lines = documented()
    assert any("--units" in line for line in lines)
    assert any("--scaling inference --mode eval" in line for line in lines)
