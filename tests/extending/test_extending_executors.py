"""An executor is added by its record, and a study goes with it all the way."""

import html
import inspect
import re

import pytest

import dropout_lab as dl
from dropout_lab.cli import options
from dropout_lab.config import read_study
from dropout_lab.errors import UserError
from dropout_lab.study import prepare_run
from dropout_lab.study.executors import EXECUTORS, Executor, InProcess


class Reversed(InProcess):
    """Trains the last cohort first."""

    def run(self, waiting, on_epoch):
        waiting.reverse()
        yield from super().run(waiting, on_epoch)


REVERSED = Executor("reversed", "the last cohort first", lambda job: Reversed(job.data, "cpu", job.train))


def test_an_executor_is_added_by_its_record_and_trains_what_is_asked_of_it_by_name(register, all_the_way):
    register(EXECUTORS, REVERSED)
    said = all_the_way({"sweep": {"model.activation": ["relu", "tanh"]}}, executor="reversed")
    assert re.search(r"executor=\W+reversed", html.unescape(said["html"]))  # in the command, quoted for a shell


def test_an_unknown_executor_is_refused_before_anything_is_read(tmp_path):
    with pytest.raises(UserError, match=r"executor: it must be one of process, pool\. Got ray\."):
        prepare_run(read_study("digits"), out=tmp_path, executor="ray")


@pytest.mark.parametrize("executor", EXECUTORS.values(), ids=EXECUTORS)
def test_every_executor_says_all_there_is_to_say(executor):
    assert EXECUTORS[executor.name] is executor
    assert executor.words
    assert callable(executor.runner)
    assert callable(executor.is_chosen)


def test_the_executors_are_named_where_one_is_asked_for():
    help_text = options.Executor.__metadata__[0].help
    for name in EXECUTORS:
        assert name in help_text
        assert f"``{name}``" in inspect.getdoc(dl.run)
