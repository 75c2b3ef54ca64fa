"""The training step on a GPU: an update recorded once as a CUDA graph, and replayed for every batch.

All that differs from batch to batch lies on the device, where the update finds it by the number of its step: the order
of the rows, the weights of the last batch's padding, the schedules' factors and rates. So every update is the same
operations on the same memory, and the CPU reads nothing before an epoch ends.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from dropout_lab.model import Parameters
from dropout_lab.optimizers import SCHEDULES
from dropout_lab.training.batches import PaddedBatches
from dropout_lab.training.draws import DeviceNoise
from dropout_lab.training.learnt_rates import LearntRates
from dropout_lab.training.settings import CohortData, CohortSettings
from dropout_lab.training.step import StackedStep

Update = Callable[[], None]


def run_and_capture(update: Update) -> Update:
    """Run an update, then record it as a CUDA graph.

    The run is a real one, and does what a recording cannot: it compiles kernels, opens libraries and fills tables. A
    recording runs nothing, so the training goes on as if there were none. What goes wrong in either is raised: an
    update that cannot be captured is a mistake in it, and memory that does not suffice is for the caller to mend.

    Args:
        update: without arguments, reads and writes the same memory at every call, and waits for nothing.

    Returns:
        What replays it on the current stream.
    """
    current, side = torch.cuda.current_stream(), torch.cuda.Stream()
    side.wait_stream(current)
    with torch.cuda.stream(side):
        update()
    current.wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph, stream=side, capture_error_mode="thread_local"):  # other threads may go on
        update()
    return graph.replay


class CapturedStep(StackedStep):
    """Make the first update, capture it, and replay it for all others.

    Args:
        settings: as for `StackedStep`.
        data: as for `StackedStep`.
        parameters: as for `StackedStep`.
        learnt_rates: as for `StackedStep`.
        capture: runs an update and returns what runs it again.
    """

    def __init__(
        self,
        settings: CohortSettings,
        data: CohortData,
        parameters: Parameters,
        learnt_rates: LearntRates | None,
        *,
        capture: Callable[[Update], Update] = run_and_capture,
    ) -> None:
        super().__init__(settings, data, parameters, learnt_rates)
        features = data.train.features
        self._n_batches = settings.steps_per_epoch(self._n_train)
        self._batches = PaddedBatches(data.train, settings.seeds, len(settings.conditions), settings.batch_size)
        self._noise = DeviceNoise(settings, self._n_train, features)
        self._is_scheduled = SCHEDULES[settings.schedule.kind].factor is not None
        self._factors = features.new_ones(self._n_batches, dtype=torch.float64)
        self._step = torch.zeros((), dtype=torch.int64, device=features.device)
        self._total = features.new_zeros(settings.n_trials)
        self._capture = capture
        self._replay: Update | None = None

    def run_epoch(self, epoch: int) -> Tensor:
        """See `TrainingStep.run_epoch`; the device may still be at work when it returns."""
        n_steps = self.settings.total_steps(self._n_train)
        self._begin_epoch(epoch, n_steps)
        n_updates = min(self._n_batches, n_steps - self.n_made)
        for _ in range(n_updates):
            if self._replay is None:
                self._replay = self._capture(self._update)
            else:
                self._replay()
        self.n_made += n_updates
        if self.n_made < n_steps:
            self._batches.draw_ahead(epoch + 1)
        return self._total / min(n_updates * self.settings.batch_size, self._n_train)

    def _begin_epoch(self, epoch: int, n_steps: int) -> None:
        """Copy what the updates of an epoch need to the device."""
        steps = range(self.n_made, self.n_made + self._n_batches)
        factors = [self.settings.schedule.at(step, n_steps, epoch) for step in steps]
        self._factors.copy_(torch.tensor(factors, dtype=torch.float64))
        self._batches.begin_epoch(epoch)
        self._noise.begin_epoch(self.n_made)
        self._total.zero_()

    def _update(self) -> None:
        """Update every trial on the batch of the current step, and move on to the next."""
        batch = self._step.remainder(self._n_batches).view(1)
        workspace = self._workspace(self.settings.batch_size)
        targets, row_weights = self._batches.take_batch(batch, out=workspace.inputs)
        noise = self._noise.draw(self._step, self.settings.batch_size, rate_logits=self._parameters.rate_logits)
        factor = self._factors.index_select(0, batch)[0] if self._is_scheduled else 1.0
        self._total += self._descend(workspace, targets, noise, factor, row_weights)
        self._step += 1
