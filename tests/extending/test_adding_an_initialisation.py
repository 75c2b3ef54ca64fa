"""A scheme of initial weights is added by its record, and a study goes with it all the way."""

import pytest
import torch

from dropout_lab.activations import INITIALISATIONS, Initialisation
from dropout_lab.model import Architecture, initial_parameters

REGISTRY = INITIALISATIONS
TOUCHES = ("dropout_lab/activations.py",)

SMALL = Initialisation("small", "a normal scheme of deviation 0.01", lambda *_: 0.01)


def test_an_initialisation_is_added_by_its_record(register, train):
    register(INITIALISATIONS, SMALL)
    paper = " ".join(train({"model.init": "small"}).report("latex").split())
    assert "initial weights followed a normal scheme of deviation 0.01." in paper
    small = initial_parameters(
        Architecture((400, 50, 2), init="small"), [1], 1, dtype=torch.float64, device=torch.device("cpu")
    )
    assert small.weights[0].std().item() == pytest.approx(0.01, rel=0.02)
