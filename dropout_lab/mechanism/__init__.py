"""The mechanism of dropout, made visible: what noise does to one layer, draw by draw and over many draws.

Owns a layer small enough to look at, its draws, its gradients and how its outputs compare with theory. The noise is the
engine's own: the laws of `noise` on the lanes that the first row of a batch gets in the first hidden layer, so what is
shown is what a net is trained with. PyTorch is imported when something is drawn, so that a request can be refused
without it.
"""

from dropout_lab.mechanism.demonstration import MANY_DRAWS, Demonstration, Draw, Sample, demonstrate
from dropout_lab.mechanism.layer import Layer, Request
from dropout_lab.randomness import MAX_SEED

__all__ = [
    "MANY_DRAWS",
    "MAX_SEED",
    "Demonstration",
    "Draw",
    "Layer",
    "Request",
    "Sample",
    "demonstrate",
]
