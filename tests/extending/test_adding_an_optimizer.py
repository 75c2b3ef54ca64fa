"""An optimizer is added by its update and its record, and a study goes with it all the way."""

import pytest

from dropout_lab.config.read import read_study
from dropout_lab.errors import ConfigError
from dropout_lab.optimizers import OPTIMIZERS, Optimizer, UpdateGroup
from dropout_lab.report.citations import ENTRIES

REGISTRY = OPTIMIZERS
TOUCHES = ("dropout_lab/optimizers.py", "dropout_lab/report/citations.bib")

CHEN = """@inproceedings{chen2023,
  author    = {Chen, Xiangning and others},
  title     = {Symbolic Discovery of Optimization Algorithms},
  booktitle = {Advances in Neural Information Processing Systems},
  year      = {2023}
}"""


def by_the_sign(group: UpdateGroup, learning_rate: float) -> None:
    for parameter, gradient, mean in zip(group.parameters, group.gradients, group.slots[0], strict=True):
        direction = mean.mul(group.momentum).add_(gradient, alpha=1 - group.momentum).sign_()
        parameter.mul_(1 - learning_rate * group.weight_decay).sub_(direction, alpha=learning_rate)
        mean.mul_(0.99).add_(gradient, alpha=0.01)


LION = Optimizer("lion", "Lion", by_the_sign, n_slots=1, settings=("momentum",), citations=("chen2023",))


def test_an_optimizer_is_added_by_its_record(monkeypatch, register, all_the_way):
    register(OPTIMIZERS, LION)
    monkeypatch.setitem(ENTRIES, "chen2023", CHEN)
    said = all_the_way({"training.optimizer": "lion", "training.learning_rate": 0.001})
    assert r"with Lion \cite{chen2023} (learning rate 0.001, momentum 0.9," in said["latex"]
    assert "% @inproceedings{chen2023," in said["latex"]
    assert "one of sgd, momentum, nesterov, adam, adamw, rmsprop, lion" in said["reference"]
    assert "'rmsprop', 'lion'" in said["schema"]


def test_an_optimizer_of_any_number_of_slots_trains_without_a_compiled_update(register, train):
    def counted(group: UpdateGroup, learning_rate: float) -> None:
        assert [len(slot) for slot in group.slots] == [len(group.parameters)] * 3
        for parameter, gradient in zip(group.parameters, group.gradients, strict=True):
            parameter.sub_(gradient, alpha=learning_rate)

    register(OPTIMIZERS, Optimizer("counted", "counted descent", counted, n_slots=3))
    assert "counted descent" in train({"training.optimizer": "counted"}).report("latex")


def test_a_choice_that_is_nowhere_registered_is_refused_with_the_nearest():
    with pytest.raises(ConfigError, match=r"must be one of sgd, .*, rmsprop\. Got adm\. Did you mean adam\?"):
        read_study("digits", ["training.optimizer=adm"])
