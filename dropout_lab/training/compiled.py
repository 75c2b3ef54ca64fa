"""The training step of the usual net on a CPU: many updates in one call of compiled code.

For nets of ReLU that tell classes apart, with dropout of inputs and hidden units, or none. What an update does stands
in `dropout_lab.kernels.descent`; here is what it is given. A call makes the updates of about a tenth of a second:
only between two calls can Python hear that someone pressed Ctrl-C.
"""

from functools import partial
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from dropout_lab.evaluation import Floats
from dropout_lab.kernels.blas import blas_threads
from dropout_lab.kernels.descent import Batches, Noise, descend
from dropout_lab.kernels.philox import LANES_PER_BLOCK
from dropout_lab.kernels.team import Team, teamwork
from dropout_lab.kernels.trialwise import scratch_numbers
from dropout_lab.kernels.updates import CODES, N_SLOTS, Rule
from dropout_lab.model import Parameters, addressed_nets
from dropout_lab.optimizers import OPTIMIZERS
from dropout_lab.randomness import Purpose
from dropout_lab.training.batches import BatchOrder
from dropout_lab.training.draws import NoiseSource
from dropout_lab.training.settings import CohortData, CohortSettings
from dropout_lab.training.step import TrainingStep

_WORK_AT_ONCE = 2e9
"""Multiply-adds of the forward passes that one thread makes in a call. The optimiser costs about as much as
`_UPDATE_IN_ROWS` rows, and what does not grow with the net as `_WORK_OF_CALLS`."""
_UPDATE_IN_ROWS, _WORK_OF_CALLS = 8, 1e5


class CompiledStep(TrainingStep):
    """Make updates in compiled code, on as many threads as torch has.

    Args:
        settings: as for `TrainingStep`.
        data: as for `TrainingStep`.
        parameters: as for `TrainingStep`.

    Raises:
        ValueError: a target is none of the classes.
    """

    def __init__(self, settings: CohortSettings, data: CohortData, parameters: Parameters) -> None:
        super().__init__(settings, data, parameters)
        widths, n_seeds, batch_size = settings.architecture.widths, len(settings.seeds), settings.batch_size
        rows = data.train
        if not 0 <= int(rows.targets.min()) <= int(rows.targets.max()) < widths[-1]:
            raise ValueError("a target must be one of the classes")  # threads that wait for each other cannot
        if rows.features.dtype != parameters.weights[0].dtype:
            raise ValueError("features and parameters must be of one type")
        self._features = rows.features.flatten(0, 1).numpy()
        dtype = self._features.dtype
        self._batches = BatchOrder(rows, settings.seeds, len(settings.conditions))
        self._inputs = np.empty((n_seeds, batch_size, widths[0]), dtype)
        self._noise_source = NoiseSource(settings, self._n_train, rows.features)
        self._words = [np.empty((n_seeds, n), np.uint64) for n in _words_per_layer(settings)]
        self._nets = addressed_nets(settings.architecture, parameters)
        self._gradients = _Memory(widths, 1, dtype)
        self._slots = [_Memory(widths, settings.n_trials, dtype) for _ in range(OPTIMIZERS[settings.optimizer].n_slots)]
        self._rule = self._make_rule()
        self._scratch = np.empty(scratch_numbers(self._nets, batch_size), dtype)

    def run_epoch(self, epoch: int) -> Tensor:
        """See `TrainingStep.run_epoch`."""
        settings, n_threads = self.settings, torch.get_num_threads()
        n_steps = settings.total_steps(self._n_train)
        n_updates = min(settings.steps_per_epoch(self._n_train), n_steps - self.n_made)
        rows_and_update = settings.batch_size + _UPDATE_IN_ROWS
        work = settings.n_trials * (settings.architecture.n_parameters * rows_and_update + _WORK_OF_CALLS)
        at_once = max(1, int(_WORK_AT_ONCE * n_threads / work))
        totals = np.zeros(settings.n_trials)
        self._batches.begin_epoch(epoch)
        rows = Batches(
            self._features, self._batches.order.numpy(), self._batches.targets_in_order.numpy(), self._inputs
        )
        with blas_threads(1), teamwork(n_threads) as together:
            for first in range(0, n_updates, at_once):
                steps = range(self.n_made, self.n_made + min(at_once, n_updates - first))
                factors = np.array([settings.schedule.at(step, n_steps, epoch) for step in steps])
                noise = self._noise(steps)
                together(partial(self._descend, rows, noise, factors, first * settings.batch_size, totals))
                self.n_made += len(steps)
        return torch.from_numpy(totals / min(n_updates * settings.batch_size, self._n_train))

    def _descend(
        self, rows: Batches, noise: Noise, factors: Floats, first_row: int, totals: Floats, team: Team
    ) -> None:
        """Do a member's share of some updates."""
        nets, rule, gradients, scratch = self._nets, self._rule, self._gradients.addresses, self._scratch
        descend(team, nets, rows, noise, rule, factors, first_row, self.n_made, gradients, scratch, totals)

    def _noise(self, steps: range) -> Noise:
        thresholds, scales = self._noise_source.thresholds_and_scales(steps.start, len(steps))
        return Noise(
            np.array(self.settings.seeds, dtype=np.uint64),
            int(Purpose.DROPOUT_NOISE),
            np.array([words.ctypes.data if words.size else 0 for words in self._words], dtype=np.int64),
            np.array([words.shape[1] for words in self._words], dtype=np.int64),
            np.ascontiguousarray(thresholds[..., :-1]),
            np.ascontiguousarray(scales[..., :-1]),
        )

    def _make_rule(self) -> Rule:
        n_seeds = len(self.settings.seeds)
        updates = [condition.update for condition in self.settings.conditions for _ in range(n_seeds)]
        slots = [memory.addresses for memory in self._slots]
        return Rule(
            CODES[self.settings.optimizer],
            np.stack((slots + 2 * [self._nets.parameters])[:N_SLOTS]),  # what is not remembered is never looked at
            np.array([of.learning_rate for of in updates]),
            np.array([of.momentum for of in updates]),
            np.array([of.weight_decay for of in updates]),
            np.array([np.inf if of.max_norm is None else of.max_norm for of in updates]),
        )


class _Memory:
    """Zeros for one number per parameter.

    Args:
        widths: of the nets.
        n_nets: how many.
        dtype: of the numbers.

    Attributes:
        addresses: of every layer's weights, then of its biases, ``[2, layers]``.
    """

    def __init__(self, widths: tuple[int, ...], n_nets: int, dtype: npt.DTypeLike) -> None:
        sizes = [[n_in * n_out for n_in, n_out in pairwise(widths)], widths[1:]]
        self._arrays = [[np.zeros(n_nets * size, dtype) for size in of_kind] for of_kind in sizes]
        self.addresses = np.array([[array.ctypes.data for array in of_kind] for of_kind in self._arrays], np.int64)


def _words_per_layer(settings: CohortSettings) -> list[int]:
    """Return how many words of one seed the draws of every layer take, the inputs first; 0 without noise."""
    widths = settings.architecture.widths[:-1]
    blocks = [-(-settings.batch_size * units // LANES_PER_BLOCK) for units in widths]
    return [4 * blocks[layer] if layer in settings.noisy_layers else 0 for layer in range(len(widths))]
