"""An executor is added by its record, and a study goes with it all the way."""

import html
import re

import pytest

from dropout_lab.config import read_study
from dropout_lab.errors import UserError
from dropout_lab.study import prepare_run
from dropout_lab.study.executors import EXECUTORS, Executor, InProcess

REGISTRY = EXECUTORS
TOUCHES = ("dropout_lab/study/reversed.py", "dropout_lab/study/executors.py")


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
