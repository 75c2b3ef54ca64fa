"""The printed samples of README and docs: what the commands of the demo print, written between the documents' markers.

    python tests/demo/samples.py        # make samples: train the demo, and write the samples that no longer agree

A sample is the block of code that follows a line `<!-- sample: NAME -->`. The last digits of the numbers depend a bit
on the machine, and the times that a trial takes depend on it altogether: samples agree where their words are the same
and their numbers close, and then nothing is written.
"""

import io
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import chdir, redirect_stdout
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENTS = (ROOT / "README.md", ROOT / "docs" / "cli.md")
SAMPLE = re.compile(r"(?<=<!-- sample: )(?P<name>[^\n]+) -->\n```\n(?P<text>.*?\n)```\n", flags=re.DOTALL)
_TIMES = re.compile(r",\s+in\s+[\d.]+\s+s\s+a\s+trial\s+against\s+[\d.]+\s+s")
_NEAR, _LAST_DIGITS = 0.15, 2  # how far a number may be off: a share of it, and so many units of its last digit


def printed(folder: Path) -> dict[str, str]:
    """Train the demo into results/digits of a folder, and return every sample by its name."""
    with chdir(folder):
        run = _stdout_of("run", "digits", "--quiet", "--no-report")
        summary = _stdout_of("summary", "results/digits")
    return {
        "run digits": run,
        "run digits, the table": _part(run, "^ +train", "^$"),
        "run digits, the answers": _part(run, r"^Does it overfit\?", "^$"),
        "summary results/digits, the tables": _part(summary, "^results/digits", "^Means? |^mean: |^n: "),
    }


def samples_in(document: str) -> dict[str, str]:
    """Return the samples that a document holds, by name."""
    return {found["name"]: found["text"] for found in SAMPLE.finditer(document)}


def agrees(sample: str, output: str) -> bool:
    """Tell whether two texts have the same words and close numbers, however the lines break; times are left out."""
    ours, theirs = (list(_tokens(_TIMES.sub("", text))) for text in (sample, output))
    return len(ours) == len(theirs) and all(map(_is_near, ours, theirs))


def with_samples(document: str, outputs: dict[str, str]) -> str:
    """Return the document with every sample as it is printed."""

    def block(found: re.Match[str]) -> str:
        return f"{found['name']} -->\n```\n{outputs[found['name']]}```\n"

    return SAMPLE.sub(block, document)


def _stdout_of(*arguments: str) -> str:
    from dropout_lab.cli import main

    with redirect_stdout(io.StringIO()) as stdout:
        code = main(arguments)
    if code:
        raise SystemExit(f"dropout-lab {' '.join(arguments)} ended with exit code {code}")
    return stdout.getvalue()


def _part(output: str, first: str, after: str) -> str:
    """Return the lines from one that matches `first` up to one that matches `after`, blank ones at the end left out."""
    lines = output.splitlines()
    begin = next(number for number, line in enumerate(lines) if re.search(first, line))
    end = next(number for number, line in enumerate(lines) if number > begin and re.search(after, line))
    return "\n".join(lines[begin:end]).rstrip() + "\n"


def _tokens(text: str) -> Iterator[str]:
    return (found[0] for found in re.finditer(r"\d+(?:\.\d+)?|[^\s\d]+", text))


def _is_near(ours: str, theirs: str) -> bool:
    if not (ours[0].isdigit() and theirs[0].isdigit()):
        return ours == theirs
    digits = min(len(number.partition(".")[2]) for number in (ours, theirs))
    a, b = float(ours), float(theirs)
    return abs(a - b) <= _NEAR * max(a, b) + _LAST_DIGITS * 10.0**-digits


def write_samples() -> None:
    """Write the samples that no longer agree with what is printed: all of them, so that they are of one run."""
    with tempfile.TemporaryDirectory() as folder:
        outputs = printed(Path(folder))
    texts = {path: path.read_text("utf-8") for path in DOCUMENTS}
    if all(agrees(text, outputs[name]) for document in texts.values() for name, text in samples_in(document).items()):
        print("Every sample agrees with what is printed.")
        return
    for path, document in texts.items():
        path.write_text(with_samples(document, outputs), "utf-8")
        print(f"{path.relative_to(ROOT)}: {', '.join(samples_in(document))}")


if __name__ == "__main__":
    sys.path.insert(0, os.fspath(ROOT))
    write_samples()
