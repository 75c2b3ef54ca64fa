"""A study small enough to train in a tenth of a second, as a mapping."""

from typing import Any

TINY: dict[str, Any] = {
    "name": "tiny",
    "data": {"source": "iris", "train_size": 60},
    "model": {"hidden": [6]},
    "training": {"epochs": 3, "batch_size": 16, "learning_rate": 0.01},
    "seeds": 2,
}
