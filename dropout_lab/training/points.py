"""The three points at which a trial is reported: last, best and stop.

`best` is the lowest val loss, the earliest on ties. `stop` is the best of what had been seen when patience first ran
out: what early stopping would have kept; training goes on regardless. A trial whose patience never ran out stops at its
best. A diverged trial's best and stop lie before its first non-finite loss; its last is that loss's own epoch.
"""

import numpy as np
import numpy.typing as npt
import torch

from dropout_lab.model import Parameters

POINTS = ("last", "best", "stop")


class PointTracker:
    """Follow the val losses of a cohort and keep the weights of `best` and `stop`.

    Args:
        parameters: the live parameters of all trials.
        patience: evaluations without strict improvement of val loss after which a trial stops.
    """

    def __init__(self, parameters: Parameters, patience: int) -> None:
        n_trials = parameters.weights[0].shape[0]
        self._parameters = parameters
        self._patience = patience
        self._best_loss = np.full(n_trials, np.inf)
        self._best_parameters = parameters.clone()
        self._stop_parameters = parameters.clone()
        self._n_evaluations = 0
        self.best_index = np.full(n_trials, -1)
        self.stop_index = np.full(n_trials, -1)
        self.stopped_index = np.full(n_trials, -1)

    def update(self, val_losses: npt.NDArray[np.float64], is_alive: npt.NDArray[np.bool_]) -> None:
        """Take the next evaluation: val losses and whether each trial has stayed finite, both ``[trials]``."""
        index = self._n_evaluations
        improved = is_alive & (val_losses < self._best_loss)
        self._best_loss[improved] = val_losses[improved]
        self.best_index[improved] = index
        self._keep(self._best_parameters, self._parameters, improved)
        waited = index - self.best_index
        stops = is_alive & ~improved & (self.stopped_index < 0) & (self.best_index >= 0) & (waited >= self._patience)
        self.stopped_index[stops] = index
        self.stop_index[stops] = self.best_index[stops]
        self._keep(self._stop_parameters, self._best_parameters, stops)
        self._n_evaluations += 1

    def finish(self) -> dict[str, Parameters]:
        """Return the parameters at every point; a trial that never stopped has its best ones at `stop`."""
        never = self.stopped_index < 0
        self.stop_index[never] = self.best_index[never]
        self._keep(self._stop_parameters, self._best_parameters, never)
        return {"last": self._parameters, "best": self._best_parameters, "stop": self._stop_parameters}

    def _keep(self, target: Parameters, source: Parameters, trials: npt.NDArray[np.bool_]) -> None:
        if trials.any():
            target.copy_trials(source, torch.from_numpy(np.flatnonzero(trials)).to(source.weights[0].device))
