import errno
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from calling import PROGRAM, Call, environment
from thinned import thinned

from dropout_lab.cli import main


def test_a_second_run_prints_the_same_table_and_changes_no_curve(call: Call, here: Path) -> None:
    first = call("run", "tiny.yaml", "name=new")
    curves = (here / "results" / "new" / "curves.csv").read_bytes()

    second = call("run", "tiny.yaml", "name=new")

    assert first.code == second.code == 0
    assert "rate=0.5" in first.out
    assert first.out == second.out
    assert "cohort" not in second.err
    assert (here / "results" / "new" / "curves.csv").read_bytes() == curves


def test_the_caption_names_point_interval_and_n_within_80_columns(call: Call) -> None:
    table, caption, *_ = call("run", "tiny.yaml").out.split("\n\n")

    assert max(map(len, f"{table}\n{caption}".splitlines())) <= 80
    words = " ".join(caption.split())
    assert "Means over n seeds at the last epoch, train and val both measured without dropout" in words
    assert "[low,high]: 95% interval over seeds, on this split; method: t." in words
    assert "paired by seed; method: paired t." in words


def test_json_holds_the_rows_of_the_summary(call: Call, here: Path) -> None:
    rows = json.loads(call("run", "tiny.yaml", "--json").out)

    assert [row["condition"] for row in rows] == ["rate=0", "rate=0.5"]
    assert [row["n"] for row in rows] == [3, 3]
    assert rows[0]["difference"] is None
    summary = pd.read_csv(here / "results" / "tiny" / "summary.csv")
    of_gap = summary.query("metric == 'loss_gap' and point == 'last' and estimand == 'split'")
    assert [row["loss_gap"] for row in rows] == pytest.approx(of_gap["mean"].tolist(), rel=1e-12)


def test_json_of_diverged_trials_has_null_for_what_is_missing(call: Call) -> None:
    ended = call("run", "tiny.yaml", "name=new", "training.learning_rate=1e30", "--json", "-q")

    assert ended.code == 3
    assert {(row["n"], row["val_loss"], row["loss_gap_ci95_low"]) for row in json.loads(ended.out)} == {(0, None, None)}


def test_json_of_a_plan_lists_its_cohorts(call: Call, here: Path) -> None:
    (plan,) = json.loads(call("run", "tiny.yaml", "name=new", "--dry-run", "--json").out)

    assert plan["conditions"] == ["rate=0", "rate=0.5"]
    assert (plan["seeds"], plan["trials"], plan["finished"]) == ([0, 1, 2], 6, False)
    assert plan["parameters"] == (4 + 1) * 8 + (8 + 1) * 3
    assert plan["memory_mib"] > 0


def test_a_dry_run_writes_nothing(call: Call, here: Path) -> None:
    before = sorted(here.rglob("*"))

    assert call("run", "tiny.yaml", "name=new", "--dry-run").code == 0
    assert sorted(here.rglob("*")) == before


def test_a_quiet_run_leaves_stderr_empty(call: Call) -> None:
    ended = call("run", "tiny.yaml", "name=new", "training.batch_size=10000", "--quiet")

    assert ended.err == ""
    assert "rate=0.5" in ended.out
    assert "is cut to" in call("run", "tiny.yaml", "name=new", "training.batch_size=10000").err


def test_many_trials_are_planned_once_confirmed(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dropout_lab.study.conditions.MANY_TRIALS", 5)

    refused = call("run", "tiny.yaml", "name=new")
    assert refused.code == 2
    assert "more than 5 trials must be confirmed. Got up to 6. Look at them with --dry-run" in refused.err
    assert call("run", "tiny.yaml", "name=new", "--yes").code == 0
    assert call("run", "tiny.yaml", "name=new", "--dry-run").code == 0


def test_more_seeds_train_only_the_new_ones(call: Call) -> None:
    ended = call("run", "tiny.yaml", "--seeds", "0,1,2,8")

    assert "2 trials to train" in ended.err
    assert "Trials asked for: 8 complete." in ended.out


def test_the_manifest_records_device_and_threads(call: Call, here: Path) -> None:
    assert call("run", "tiny.yaml", "name=new", "--device", "cpu", "--threads", "1").code == 0

    manifest = json.loads((here / "results" / "new" / "manifest.json").read_text())
    assert (manifest["study"]["device"], manifest["threads"]) == ("cpu", 1)
    assert manifest["command"][0] == "dropout-lab"


def test_failed_trials_are_told_on_stderr_even_when_quiet(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the device fell over")

    monkeypatch.setattr("dropout_lab.study.execute.train_part.__code__", fail.__code__)

    ended = call("run", "tiny.yaml", "name=new", "-q")

    assert ended.code == 1
    assert "error: 6 trials failed: RuntimeError: the device fell over" in ended.err
    assert "failed 6 times: RuntimeError" in call("status", "results/new").out


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_ctrl_c_keeps_finished_cohorts_and_the_same_command_trains_the_rest(call: Call, here: Path) -> None:
    command = ["sweep", "tiny.yaml", "name=new", "--axis", "training.epochs=1,300", "--threads", "1"]
    with subprocess.Popen(
        [*PROGRAM, *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment()
    ) as process:
        assert process.stderr is not None
        while "cohort 1/2" not in process.stderr.readline():
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=120)

    assert process.returncode == 130
    assert out == ""
    assert "interrupted: 6 of 12 trials are finished and kept in results/new." in err
    assert "Traceback" not in err
    assert "6 complete, 0 diverged, 0 failed, 6 missing" in call("status", "results/new").out
    assert call("plot", "results/new").code == 0

    ended = call(*command)
    assert ended.code == 0
    assert "6 trials to train" in ended.err
    assert "Trials asked for: 12 complete." in ended.out


def test_sigterm_is_taken_as_ctrl_c(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr("dropout_lab.config.read_study", lambda *_: signal.raise_signal(signal.SIGTERM))

    assert call("check", "tiny.yaml").code == 130
    assert signal.getsignal(signal.SIGTERM) is before


def test_piped_output_fits_80_columns_without_escape_codes(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("FORCE_COLOR", "1")

    ended = call("sweep", "tiny.yaml", "name=new", "--axis", "training.optimizer=nesterov,momentum")

    assert not re.search(r"\x1b|\r|[━│]", ended.out + ended.err)
    lines = ended.out.splitlines()
    assert max(map(len, lines)) <= 80
    names = [number for number, line in enumerate(lines) if re.fullmatch(r"rate=\S+ training\.optimizer=\w+", line)]
    assert len(names) == 4
    assert all(re.fullmatch(r" +3 +\d\.\d+ .*(-|\]|\*)", lines[number + 1]) for number in names)


def test_a_full_stdout_is_an_error_of_its_own_and_the_report_is_written(
    call: Call, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("dropout_lab.cli.streams.typer.echo", full)
    ended = call("run", "tiny.yaml")

    assert ended.code == 1
    assert "error: stdout: it must take what is printed. Got: No space left on device." in ended.err
    assert "report: results/tiny/report.html" in ended.err
    assert (here / "results" / "tiny" / "report.html").is_file()


def test_a_closed_pipe_is_no_crash(here: Path) -> None:
    with subprocess.Popen(
        [*PROGRAM, "schema"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment()
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        message = process.stderr.read()

    assert process.returncode == 1
    assert message == ""


def test_an_unforeseen_error_is_one_line_with_a_hint(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("nobody\nforesaw this")

    monkeypatch.setattr("dropout_lab.config.read_study", fail)
    monkeypatch.delenv("DROPOUT_LAB_DEBUG", raising=False)
    plain = call("check", "tiny.yaml")
    monkeypatch.setenv("DROPOUT_LAB_DEBUG", "1")
    traced = call("check", "tiny.yaml")

    assert plain.code == traced.code == 1
    assert "Got ZeroDivisionError: nobody foresaw this." in plain.err
    assert "DROPOUT_LAB_DEBUG=1" in plain.err
    assert "Traceback" not in plain.err
    assert "Traceback" in traced.err


def test_python_m_runs_the_same_program(here: Path) -> None:
    command = [sys.executable, "-m", "dropout_lab", "configs", "show", "nothing"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment())

    assert done.returncode == 2
    assert "NAME must be a shipped config" in done.stderr


def test_arguments_come_from_the_process_by_default(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["dropout-lab", "--version"])

    assert main() == 0
    assert capsys.readouterr().out.startswith("dropout-lab 0.")


@pytest.mark.parametrize(
    ("command", "closed", "left"),
    thinned(
        [("run tiny.yaml name=closed --no-report", "2>&-", "closed/curves.csv"), ("plot", ">&-", "tiny/plots")],
        kept=[("run tiny.yaml name=closed --no-report", "2>&-", "closed/curves.csv")],
    ),
)
def test_a_stream_closed_before_the_start_is_no_crash(here: Path, command: str, closed: str, left: str) -> None:
    command = command.replace("plot", "plot results/tiny --figure seeds --format csv")
    ended = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m dropout_lab {command} {closed}"],
        cwd=here,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended
    assert (here / "results" / left).exists()


def test_a_working_directory_that_was_deleted_is_said(tmp_path: Path) -> None:
    command = f"mkdir gone && cd gone && rmdir ../gone && {sys.executable} -m dropout_lab configs list"
    ended = subprocess.run(["sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "Got one that was deleted" in ended.stderr


def test_a_copied_config_takes_the_name_of_its_file(call: Call) -> None:
    assert call("configs", "copy", "digits", "2026.yaml").code == 0
    assert '\nname: "2026"\n' in call("check", "2026.yaml").out


def test_the_status_of_the_others_is_told_beside_a_damaged_study(call: Call, here: Path) -> None:
    (here / "results" / "broken").mkdir()
    (here / "results" / "broken" / "manifest.json").write_text("{")
    ended = call("status", "results")
    assert ended.code == 3
    assert ended.err.startswith("error: results/broken/manifest.json")
    assert "results/tiny: complete" in ended.out
    assert call("status", "results/broken").code == 2
