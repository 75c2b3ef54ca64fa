"""Commands that need no training start without what only training needs."""

import subprocess
import sys
from pathlib import Path

import pytest
from calling import environment
from thinned import thinned

PROGRAM = (
    "import sys; from dropout_lab.cli import main; code = main(); print(*sys.modules, file=sys.stderr); sys.exit(code)"
)
HEAVY = {"torch", "pandas", "numpy", "scipy", "sklearn", "matplotlib", "rich"}
COMMANDS = {
    "--help": HEAVY | {"pydantic", "yaml"},
    "run --help": HEAVY,
    "sweep --help": HEAVY,
    "configs list": HEAVY,
    "check tiny.yaml": HEAVY,
    "schema": HEAVY,
    "status results": {"torch", "sklearn", "matplotlib"},
    "plot results": {"torch", "sklearn", "matplotlib.pyplot"},
    "summary results": {"torch", "sklearn", "matplotlib"},
}


@pytest.mark.parametrize("line", thinned(COMMANDS, kept=["--help", *(one for one in COMMANDS if "results" in one)]))
def test_a_command_imports_nothing_heavy_that_it_does_not_need(here: Path, line: str) -> None:
    command = [sys.executable, "-c", PROGRAM, *line.split()]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment())

    imported = set(done.stderr.split())
    assert "dropout_lab.cli.app" in imported
    assert not imported & COMMANDS[line]
