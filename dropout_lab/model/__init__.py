"""The stacked multilayer perceptron: many nets of one shape as batched matrix products.

Owns parameters, initial weights, the forward and the backward pass, all with a leading `trials` axis ordered
conditions x seeds.
"""

from dropout_lab.model.initial import initial_parameters
from dropout_lab.model.noisy import DrawnMask, PassNoise, ValueNoise
from dropout_lab.model.parameters import Architecture, Parameters
from dropout_lab.model.products import Products
from dropout_lab.model.stack import Buffers, StackedMLP, Workspace, predict
from dropout_lab.model.trialwise import (
    addressed_nets,
    goes_trialwise,
    measure_trialwise,
)

__all__ = [
    "Architecture",
    "Buffers",
    "DrawnMask",
    "Parameters",
    "PassNoise",
    "Products",
    "StackedMLP",
    "ValueNoise",
    "Workspace",
    "addressed_nets",
    "goes_trialwise",
    "initial_parameters",
    "measure_trialwise",
    "predict",
]
