"""An optimizer and an activation are added by their records alone, and a study goes with them all the way."""

import pytest
import torch

from dropout_lab.activations import ACTIVATIONS, INITIALISATIONS, OUTPUT_INITIALISATION, Activation, Initialisation
from dropout_lab.config.read import read_study
from dropout_lab.errors import ConfigError
from dropout_lab.kernels import updates
from dropout_lab.model import Architecture, initial_parameters
from dropout_lab.optimizers import OPTIMIZERS, SCHEDULES, Optimizer, Schedule, ScheduleForm, UpdateGroup
from dropout_lab.report.citations import ENTRIES

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


def test_an_optimizer_of_any_number_of_slots_trains_without_a_compiled_update(register, all_the_way):
    def counted(group: UpdateGroup, learning_rate: float) -> None:
        assert [len(slot) for slot in group.slots] == [len(group.parameters)] * 3
        for parameter, gradient in zip(group.parameters, group.gradients, strict=True):
            parameter.sub_(gradient, alpha=learning_rate)

    register(OPTIMIZERS, Optimizer("counted", "counted descent", counted, n_slots=3))
    assert "counted descent" in all_the_way({"training.optimizer": "counted"})["latex"]


def test_an_activation_is_added_by_its_record(register, all_the_way):
    def apply(pre, _out):
        return pre.clamp_(-1, 1)

    def backward(gradient, kept):
        return gradient.mul_(kept.abs() < 1)

    register(ACTIVATIONS, Activation("hard_tanh", "hard tanh", apply, backward, "glorot"))
    said = all_the_way({"model.activation": "hard_tanh"})
    assert "(hard tanh;" in said["latex"]
    assert "leaky_relu, hard_tanh" in said["reference"]


def test_an_initialisation_and_a_schedule_are_added_by_their_records(register, all_the_way):
    register(INITIALISATIONS, Initialisation("small", "a normal scheme of deviation 0.01", lambda *_: 0.01))
    register(SCHEDULES, ScheduleForm("halved", lambda schedule, progress, epoch: 0.5))
    said = all_the_way({"model.init": "small", "training.schedule": "halved"})
    assert "initial weights followed a normal scheme of deviation 0.01." in said["latex"]
    assert "halved learning rate schedule" in said["latex"]
    assert Schedule("halved").at(3, 10, 0) == 0.5
    small = initial_parameters(
        Architecture((400, 50, 2), init="small"), [1], 1, dtype=torch.float64, device=torch.device("cpu")
    )
    assert small.weights[0].std().item() == pytest.approx(0.01, rel=0.02)


def test_a_choice_that_is_nowhere_registered_is_refused_with_the_nearest():
    with pytest.raises(ConfigError, match=r"must be one of sgd, .*, rmsprop\. Got adm\. Did you mean adam\?"):
        read_study("digits", ["training.optimizer=adm"])


@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_every_optimizer_says_all_there_is_to_say(optimizer):
    assert optimizer.words
    assert optimizer.n_slots >= 0
    assert set(optimizer.settings) <= {"momentum"}
    assert all(key in ENTRIES for key in optimizer.citations)


def test_every_compiled_update_is_that_of_an_optimizer_and_has_room_for_what_it_remembers():
    assert set(updates.CODES) <= set(OPTIMIZERS)
    assert len(set(updates.CODES.values())) == len(updates.CODES)
    assert all(OPTIMIZERS[name].n_slots <= updates.N_SLOTS for name in updates.CODES)


@pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=ACTIVATIONS)
def test_every_activation_says_all_there_is_to_say(activation):
    assert activation.words
    scheme = INITIALISATIONS[activation.initialisation]
    assert not scheme.suits_the_activation


def test_the_output_layer_has_a_scheme_of_its_own():
    assert not INITIALISATIONS[OUTPUT_INITIALISATION].suits_the_activation


def test_the_kernels_compute_one_activation():
    assert [name for name, activation in ACTIVATIONS.items() if activation.is_relu] == ["relu"]


@pytest.mark.parametrize("registry", [OPTIMIZERS, SCHEDULES, ACTIVATIONS, INITIALISATIONS])
def test_every_record_stands_under_its_own_name(registry):
    assert [record.name for record in registry.values()] == list(registry)


@pytest.mark.parametrize("scheme", INITIALISATIONS.values(), ids=INITIALISATIONS)
def test_every_initialisation_says_all_there_is_to_say(scheme):
    assert scheme.words
    assert scheme.citations
