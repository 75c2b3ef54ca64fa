"""A study with next to nothing in it is trained, summed up, reported and drawn like any other."""

from pathlib import Path

import pytest
from thinned import thinned

from dropout_lab.cli import main
from dropout_lab.errors import INCOMPLETE

LITTLE = ["data.source=diabetes", "data.train_size=50", "data.test_size=20", "training.epochs=2", "name=little"]


@pytest.mark.parametrize(
    "settings",
    thinned(
        [
            ["data.val_size=1", "data.split_seed=per_seed"],
            ["data.val_size=1", "seeds=[0]"],
            ["data.val_size=2", "--axis", "training.learning_rate=0.001,1e30"],
        ],
        kept=[["data.val_size=1", "data.split_seed=per_seed"]],
    ),
    ids=["one row a seed", "one row and one seed", "a group that diverged"],
)
def test_every_command_gets_through(here: Path, settings: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    command = "sweep" if "--axis" in settings else "run"
    assert main([command, "tiny.yaml", *LITTLE, *settings]) in (0, INCOMPLETE)
    assert (here / "results" / "little" / "report.html").is_file()
    for told in (["summary"], ["report", "--format", "markdown"], ["report", "--format", "latex"], ["plot"]):
        assert main([told[0], "results/little", *told[1:]]) == 0, capsys.readouterr().err
