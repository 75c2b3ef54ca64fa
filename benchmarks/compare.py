"""How fast is the lab, against other ways to do the same work, and against what the arithmetic alone takes?

    python -m benchmarks.compare                       all cases, into docs/benchmarks.md
    python -m benchmarks.compare --cases A,D           two of them; the other tables stay as they are
    python -m benchmarks.compare --quick               a few minutes, to see that everything works; writes nothing

Progress goes to stderr, the tables to stdout. docs/benchmarks.md says how all is measured.
"""

import argparse
import shlex
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.cases import CASES, Case, Task, entries_by_task, shortened
from benchmarks.contest import Contest, hold_contest, lone_process
from benchmarks.document import MarkerError, with_case
from benchmarks.machine import machine_in_words, versions_in_words
from benchmarks.rows import save_rows
from benchmarks.tables import case_text

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"
N_TURNS, N_QUICK_TURNS = 7, 2


def parse_arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line, that of this process by default."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.compare", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    letters = ",".join(case.letter for case in CASES)
    parser.add_argument("--cases", type=chosen_cases, default=CASES, help=f"letters of {letters} (default: all)")
    parser.add_argument("--turns", type=_at_least_one, help=f"of each contender (default: {N_TURNS})")
    parser.add_argument("--threads", type=_at_least_one, help="of each contender, Linux only (default: its own choice)")
    parser.add_argument("--quick", action="store_true", help=f"a tenth of the epochs, {N_QUICK_TURNS} turns, no --docs")
    parser.add_argument("--docs", type=Path, default=DOCUMENT, help="document to write (default: docs/benchmarks.md)")
    arguments = parser.parse_args(words)
    if arguments.threads and sys.platform != "linux":
        parser.error("--threads: works on Linux only, where a process can be kept on some of the cores")
    if arguments.quick:
        arguments.cases = tuple(map(shortened, arguments.cases))
    arguments.turns = arguments.turns or (N_QUICK_TURNS if arguments.quick else N_TURNS)
    return arguments


def chosen_cases(letters: str) -> tuple[Case, ...]:
    """Return the cases that a list such as `A,D` names, in their own order."""
    wanted, known = {letter.strip().upper() for letter in letters.split(",")}, {case.letter for case in CASES}
    if wanted - known:
        raise argparse.ArgumentTypeError(f"must be letters of {', '.join(sorted(known))}. Got {letters}")
    return tuple(case for case in CASES if case.letter in wanted)


def _at_least_one(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number, at least 1. Got {text}")
    return int(text)


def say(text: str) -> None:
    """Tell on stderr what is going on."""
    print(f"{datetime.now():%H:%M:%S} {text}", file=sys.stderr, flush=True)


def hold_contests(arguments: argparse.Namespace) -> Iterator[tuple[Task, Contest]]:
    """Let everyone take turns, one task after another; yield what was measured of each."""
    for task, entries in entries_by_task(arguments.cases).items():
        say(f"{task.title}: {len(entries)} entries, {arguments.turns} turns")
        with TemporaryDirectory() as folder:
            with lone_process(None) as reader:
                source = reader.submit(save_rows, task, Path(folder)).result()
            turns = {"n_turns": arguments.turns, "n_threads": arguments.threads}
            contest = hold_contest(task, entries, source, **turns, say=say)
        yield task, contest


def write(texts: Mapping[str, str], path: Path, *, is_trial: bool = False) -> None:
    """Put the texts of cases between their markers; as a trial, only find out whether that can be done.

    Raises:
        MarkerError: the document has no place for a case.
        OSError: it cannot be read or written.
    """
    document = path.read_text("utf-8")
    for letter, text in texts.items():
        document = with_case(document, letter, text)
    if not is_trial:
        path.write_text(document, "utf-8")


def main() -> None:
    """Compare, print, write."""
    arguments, started = parse_arguments(), time.monotonic()
    if not arguments.quick:
        write({case.letter: "" for case in arguments.cases}, arguments.docs, is_trial=True)  # fail before measuring
    command = shlex.join(["python", "-m", "benchmarks.compare", *sys.argv[1:]])
    for task, contest in hold_contests(arguments):
        provenance = f"{datetime.now(UTC):%Y-%m-%d}, `{command}`, on {machine_in_words()}; {versions_in_words()}."
        shown = [case for case in arguments.cases if case.entries[0].work.task == task]
        texts = {case.letter: f"{case_text(case, contest)}\n\n{provenance}" for case in shown}
        for letter, text in texts.items():
            print(f"\nCase {letter}: {text}", flush=True)
        if not arguments.quick:
            write(texts, arguments.docs)
    say(f"done in {(time.monotonic() - started) / 60:.0f} minutes")


if __name__ == "__main__":
    try:
        main()
    except (MarkerError, OSError) as error:
        sys.exit(f"benchmarks.compare: {error}")
