"""An activation is added by its two functions and its record, and a study goes with it all the way."""

from dropout_lab.activations import ACTIVATIONS, Activation

REGISTRY = ACTIVATIONS
TOUCHES = ("dropout_lab/activations.py",)


def hard_tanh(pre, _out):
    return pre.clamp_(-1, 1)


def hard_tanh_backward(gradient, kept):
    return gradient.mul_(kept.abs() < 1)


HARD_TANH = Activation("hard_tanh", "hard tanh", hard_tanh, hard_tanh_backward, "glorot")


def test_an_activation_is_added_by_its_record(register, all_the_way):
    register(ACTIVATIONS, HARD_TANH)
    said = all_the_way({"model.activation": "hard_tanh"})
    assert "(hard tanh;" in said["latex"]
    assert "leaky_relu, hard_tanh" in said["reference"]
