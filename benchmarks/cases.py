"""What is compared with what: the nets and rows, the trials that each contender trains, and what must be reached.

Owns the cases as plain data. Must not know how anything is trained, timed or printed. The work is the same for all:
train, and know loss and accuracy on all train and val rows in eval mode after every epoch.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from math import ceil

LAB = "lab"
EVALUATION_BATCH_SIZE = 512
LEARNING_RATE = 1e-3


@dataclass(frozen=True)
class Task:
    """A net, its rows and its batches; trained by Adam.

    Attributes:
        title: for a table's heading.
        source: digits or mnist.
        widths: units of every layer, inputs and classes included.
        batch_size: rows of a training step.
        n_train: rows to train on; all of them are measured.
        n_val: rows to judge by.
    """

    title: str
    source: str
    widths: tuple[int, ...]
    batch_size: int
    n_train: int
    n_val: int

    @property
    def steps_per_epoch(self) -> int:
        """Updates in an epoch, the last and smaller batch included."""
        return ceil(self.n_train / self.batch_size)

    @property
    def n_parameters(self) -> int:
        """Weights and biases of one net."""
        return sum((n_in + 1) * n_out for n_in, n_out in zip(self.widths, self.widths[1:], strict=False))


@dataclass(frozen=True)
class Work:
    """What a contender trains in one turn: every rate with every seed, for some epochs."""

    task: Task
    rates: tuple[float, ...]
    seeds: tuple[int, ...]
    epochs: int
    precision: str = "float32"

    @property
    def n_trials(self) -> int:
        """Rates x seeds."""
        return len(self.rates) * len(self.seeds)

    @property
    def n_trial_steps(self) -> int:
        """Updates of all trials: what a turn's time is divided by."""
        return self.n_trials * self.epochs * self.task.steps_per_epoch


@dataclass(frozen=True)
class Entry:
    """A contender (its key in `peers.PEERS`) and its work."""

    contender: str
    work: Work


@dataclass(frozen=True)
class PeersCase:
    """The lab against others and against the floor.

    Attributes:
        letter: its name on the command line.
        title: of its table.
        lab: our work.
        peers: theirs; no trial depends on another, so a part stands for all.
        at_least: the ratio to the lab that must be reached, by contender; those that are not here are shown only.
        floor_within: the largest ratio of the lab to the floor that is good enough.
    """

    letter: str
    title: str
    lab: Entry
    peers: tuple[Entry, ...]
    at_least: Mapping[str, float]
    floor_within: float

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Everyone who takes turns."""
        return (self.lab, *self.peers)


@dataclass(frozen=True)
class DropoutCostCase:
    """What a rate costs: pairs of the same work without and with dropout, ours first.

    Attributes:
        letter: its name on the command line.
        title: of its table.
        pairs: without dropout, with it.
        at_most: the largest extra share of time that is good enough for the lab.
    """

    letter: str
    title: str
    pairs: tuple[tuple[Entry, Entry], ...]
    at_most: float

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Everyone who takes turns."""
        return tuple(entry for pair in self.pairs for entry in pair)


@dataclass(frozen=True)
class ScaleCase:
    """What a trial costs in studies of rising size, the lab alone.

    Attributes:
        letter: its name on the command line.
        title: of its table.
        entries: rising in trials.
        noise: share by which a median may rise and still count as the same.
        memory_within: the largest ratio of the last size's peak memory to that of the one before.
    """

    letter: str
    title: str
    entries: tuple[Entry, ...]
    noise: float
    memory_within: float


@dataclass(frozen=True)
class PrecisionCase:
    """What products of rounded numbers save, the lab alone.

    Attributes:
        letter: its name on the command line.
        title: of its table.
        exact: the work in float32.
        rounded: the same work in a shorter type.
        at_least: how many times faster the second must be.
    """

    letter: str
    title: str
    exact: Entry
    rounded: Entry
    at_least: float

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Everyone who takes turns."""
        return (self.exact, self.rounded)


Case = PeersCase | DropoutCostCase | PrecisionCase | ScaleCase

DIGITS = Task(
    "digits 64-128-128-10, batch 64, 1,200 train and 300 val rows", "digits", (64, 128, 128, 10), 64, 1_200, 300
)
MNIST = Task(
    "MNIST 784-512-512-10, batch 128, 50,000 train and 10,000 val rows",
    "mnist",
    (784, 512, 512, 10),
    128,
    50_000,
    10_000,
)

# A turn lasts a few seconds to ten: peers train part of the trials, or fewer epochs, and are timed per trial and step.
_STUDY = Work(DIGITS, rates=tuple(tenths / 10 for tenths in range(9)), seeds=(0, 1, 2, 3, 4), epochs=50)
_FIVE_TRIALS = replace(_STUDY, rates=(0.0, 0.2, 0.4, 0.6, 0.8), seeds=(0,))
_TWO_TRIALS = replace(_STUDY, rates=(0.2, 0.6), seeds=(0,))
_ONE = Work(MNIST, rates=(0.5,), seeds=(0,), epochs=6)
_ONE_BRIEFLY = replace(_ONE, epochs=2)
_TEN = replace(_ONE, rates=(0.1, 0.2, 0.3, 0.4, 0.5), seeds=(0, 1), epochs=2)
_ON_MNIST = (
    Entry("torch_loader", _ONE_BRIEFLY),
    Entry("torch_tensors", _ONE_BRIEFLY),
    Entry("lightning", _ONE_BRIEFLY),
    Entry("skorch", _ONE_BRIEFLY),
    Entry("keras", _ONE_BRIEFLY),
    Entry("jax", replace(_ONE, epochs=3)),
)
_AT_LEAST_ON_MNIST = {"lightning": 3.0, "skorch": 3.0, "keras": 3.0, "torch_tensors": 1.4, "jax": 1.2}
_OF_A_HUNDRED = replace(_STUDY, rates=(0.0, 0.2, 0.4, 0.6, 0.8), seeds=tuple(range(20)), epochs=20)

CASES: tuple[Case, ...] = (
    PeersCase(
        letter="A",
        title=f"{DIGITS.title}: 9 rates x 5 seeds, 50 epochs",
        lab=Entry(LAB, _STUDY),
        peers=(
            Entry("torch_loader", _FIVE_TRIALS),
            Entry("torch_tensors", _FIVE_TRIALS),
            Entry("lightning", _FIVE_TRIALS),
            Entry("skorch", _FIVE_TRIALS),
            Entry("keras", _TWO_TRIALS),
            Entry("jax", _STUDY),
        ),
        at_least={"torch_loader": 12, "lightning": 15, "skorch": 15, "keras": 30, "jax": 1.8, "jax_compiling": 3},
        floor_within=2,
    ),
    PeersCase(
        letter="B",
        title=f"{MNIST.title}: one trial at rate 0.5",
        lab=Entry(LAB, _ONE),
        peers=_ON_MNIST,
        at_least=_AT_LEAST_ON_MNIST,
        floor_within=1.35,
    ),
    PeersCase(
        letter="C",
        title=f"{MNIST.title}: 5 rates x 2 seeds; the others as in case B, one trial after another",
        lab=Entry(LAB, _TEN),
        peers=_ON_MNIST,
        at_least=_AT_LEAST_ON_MNIST,
        floor_within=1.35,
    ),
    DropoutCostCase(
        letter="D",
        title=f"{MNIST.title}: one trial, rate 0.5 against rate 0",
        pairs=tuple(
            (Entry(contender, replace(work, rates=(0.0,))), Entry(contender, work))
            for contender, work in ((LAB, _ONE), ("torch_tensors", _ONE_BRIEFLY))
        ),
        at_most=0.1,
    ),
    PrecisionCase(
        letter="E",
        title=f"{MNIST.title}: 5 rates x 2 seeds, precision: bfloat16 against float32",
        exact=Entry(LAB, _TEN),
        rounded=Entry(LAB, replace(_TEN, precision="bfloat16")),
        at_least=1.6,
    ),
    ScaleCase(
        letter="F",
        title=f"{DIGITS.title}: 1, 10, 100 and 1,000 trials, 20 epochs",
        entries=(
            Entry(LAB, replace(_OF_A_HUNDRED, rates=(0.4,), seeds=(0,))),
            Entry(LAB, replace(_OF_A_HUNDRED, seeds=(0, 1))),
            Entry(LAB, _OF_A_HUNDRED),
            Entry(LAB, replace(_OF_A_HUNDRED, seeds=tuple(range(200)))),
        ),
        noise=0.05,
        memory_within=1.25,
    ),
)


def entries_by_task(cases: Iterable[Case]) -> dict[Task, list[Entry]]:
    """Return who trains what, each once however many cases show it: the turns of one task are one contest."""
    contests: dict[Task, list[Entry]] = {}
    for case in cases:
        for entry in case.entries:
            contest = contests.setdefault(entry.work.task, [])
            if entry not in contest:
                contest.append(entry)
    return contests


def shortened(case: Case) -> Case:
    """Return a case that takes a tenth of the time, to see that everything works; its figures mean little."""
    title = f"{case.title} (shortened: a tenth of the epochs)"
    if isinstance(case, PeersCase):
        return replace(case, title=title, lab=_briefly(case.lab), peers=tuple(map(_briefly, case.peers)))
    if isinstance(case, DropoutCostCase):
        pairs = tuple((_briefly(without), _briefly(with_it)) for without, with_it in case.pairs)
        return replace(case, title=title, pairs=pairs)
    if isinstance(case, PrecisionCase):
        return replace(case, title=title, exact=_briefly(case.exact), rounded=_briefly(case.rounded))
    return replace(case, title=title, entries=tuple(map(_briefly, case.entries)))


def _briefly(entry: Entry) -> Entry:
    return replace(entry, work=replace(entry.work, epochs=max(1, entry.work.epochs // 10)))
