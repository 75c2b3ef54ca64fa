r"""What the terms of a study mean, each said once, for whoever speaks of them.

Verdict, reports, paper, captions, command line and notebook take their sentences from here: estimands, points of a
training, methods of intervals and tests, tuning, label noise, splits, what is left out. Kinds of noise, scalings,
schedules, optimizers, activations, metrics and tasks have such sentences on their own records.

Every sentence is plain text. What a paper says is LaTeX and past tense, with ``\cite{key}``; words in braces are filled
in by whoever says it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Term:
    """What is said of one thing.

    Attributes:
        sentence: for every reader.
        paper: the same for a paper.
    """

    sentence: str
    paper: str


@dataclass(frozen=True, kw_only=True)
class Estimand(Term):
    """What an interval speaks of.

    Attributes:
        speaks_of: to be read after its name and a colon; `sentence` says it and more.
        in_caption: what it is for, in the caption of a paper's table.
    """

    speaks_of: str
    in_caption: str


_SEEDS_VARY = "on these rows; the seeds vary training"
_TRAINING = "initial weights, batch order, dropout noise"
_BOTH_VARY = "on data like this; seeds and rows are both a sample, for"
_WIDER = (
    "It is the wider of the two as a rule, and the one for a claim beyond these rows. Train metrics have none: they "
    "have no new rows."
)


def _split(varied: str, paper: str) -> Estimand:
    speaks_of = f"{_SEEDS_VARY} {varied}"
    return Estimand(
        speaks_of=speaks_of,
        sentence=f"Split: {speaks_of}. It says nothing of other rows.",
        paper=f"is the mean on these examples, where seeds vary {paper}",
        in_caption="these examples",
    )


def _population(trained: str, paper: str) -> Estimand:
    speaks_of = f"{_BOTH_VARY} {trained}"
    return Estimand(
        speaks_of=speaks_of,
        sentence=f"Population: {speaks_of}. {_WIDER}",
        paper=(
            f"is the mean on new examples like them, of networks trained on {paper}: seeds and examples are both "
            "samples"
        ),
        in_caption="new examples from the same source",
    )


_ESTIMANDS = {
    ("split", False): _split(f"alone ({_TRAINING}), on one split into train, val and test", "training alone"),
    ("split", True): _split(
        f"({_TRAINING}) and which of these rows are train, val and test", "training and the split of the examples"
    ),
    ("population", False): _population(
        "nets trained on these train rows and measured on new rows", "this training set"
    ),
    ("population", True): _population("nets trained on new splits and measured on new rows", "new splits of them"),
}


def estimand(name: str, *, has_own_splits: bool) -> Estimand:
    """Return what an estimand speaks of.

    Args:
        name: ``split`` or ``population``.
        has_own_splits: whether every seed splits the rows anew.

    >>> estimand("split", has_own_splits=True).speaks_of.partition(";")[0]
    'on these rows'
    """
    return _ESTIMANDS[name, has_own_splits]


@dataclass(frozen=True, kw_only=True)
class Splits:
    """How the rows of a study are split.

    Attributes:
        seeds: where the seeds of an interval were trained, to be read after "over seeds,".
        chance: what differs from seed to seed, to be listed.
        paper: for a paper, to be read after a semicolon.
    """

    seeds: str
    chance: str
    paper: str


_ONE_SPLIT = Splits(seeds="on this split", chance=_TRAINING, paper="one split served all seeds.")
_OWN_SPLITS = Splits(
    seeds="each on a split of its own",
    chance=f"{_TRAINING}, and which rows are train and which val",
    paper="every seed drew a split of its own.",
)
OWN_SPLITS = "Every seed has a split of its own"


def splits(*, has_own_splits: bool) -> Splits:
    """Return how the rows are split: once, or by every seed anew."""
    return _OWN_SPLITS if has_own_splits else _ONE_SPLIT


@dataclass(frozen=True, kw_only=True)
class Point:
    """An epoch that numbers are read at.

    Attributes:
        label: its name.
        of_trials: to be read after a mean: which epoch that is in every trial.
        sentence: which epoch it is.
    """

    label: str
    of_trials: str
    sentence: str


POINTS = {
    "last": Point(label="last epoch", of_trials="at the last epoch", sentence="Last: after the last epoch."),
    "best": Point(
        label="epoch of lowest val loss",
        of_trials="at each trial's epoch of lowest val loss",
        sentence="Best: the epoch of the lowest val loss.",
    ),
    "stop": Point(
        label="epoch where patience stops",
        of_trials="at the epoch where patience would have stopped each trial",
        sentence=(
            "Stop: the best epoch so far when val loss had not improved for {patience} evaluations, where early "
            "stopping would have ended; training went on all the same."
        ),
    ),
}


@dataclass(frozen=True, kw_only=True)
class Method:
    """How intervals, or p values, were computed.

    Attributes:
        words: its name for every reader, to stand in a list.
        paper: the same for a paper.
        in_caption: the same in the caption of a paper's table, in short.
    """

    words: str
    paper: str
    in_caption: str


_CROSSED = "two-way random effects, seeds crossed with rows"
_CROSSED_IN_PAPER = (
    r"a two-way random effects model, seeds crossed with examples \cite{gao2017}, with degrees of freedom "
    r"after Satterthwaite \cite{satterthwaite1946} and a correction for skewness \cite{hall1992}"
)
_OF_DIFFERENCES = "the same two-way model of the differences"
_TOO_NARROW = "the same at best and stop, where it is too narrow on val, since the epoch was chosen on these rows"
_SHARED = f"{_CROSSED}; approximate, since the splits share rows"
_SHARED_IN_PAPER = f"{_CROSSED_IN_PAPER}; these are approximate, since the random splits share examples"


def _crossed(words: str, paper: str) -> Method:
    return Method(words=words, paper=paper, in_caption="two-way random effects")


_JACKKNIFE = Method(words="the jackknife", paper=r"the jackknife \cite{efron1981}", in_caption="jackknife")

INTERVALS = {
    "t": Method(words="Student's t", paper=r"Student's $t$ \cite{student1908}", in_caption="Student's $t$"),
    "sign-flip": Method(
        words="inverted sign-flip tests where the values look far from normal",
        paper=r"inverted sign-flip tests \cite{hartigan1969} where the values were far from normal",
        in_caption="sign-flip",
    ),
    "bootstrap-t": Method(
        words="the bootstrap-t where the values look far from normal",
        paper=r"the bootstrap-$t$ \cite{efron1993} where the values were far from normal",
        in_caption="bootstrap-$t$",
    ),
    "two-way": _crossed(_CROSSED, _CROSSED_IN_PAPER),
    "two-way (too narrow: epoch chosen on these rows)": _crossed(_TOO_NARROW, _CROSSED_IN_PAPER),
    "two-way (approximate: splits share rows)": _crossed(_SHARED, _SHARED_IN_PAPER),
    "jackknife": _JACKKNIFE,
}
"""Methods of intervals, by their names in the summary's columns."""

TESTS = {
    "paired t": Method(words="paired t", paper="paired $t$ tests", in_caption="paired $t$ tests"),
    "sign-flip": Method(
        words="sign-flip tests where the differences look far from normal",
        paper=r"sign-flip tests \cite{fisher1935} where the differences were far from normal",
        in_caption="sign-flip",
    ),
    "bootstrap-t": Method(
        words="the bootstrap-t where the differences look far from normal",
        paper=r"the bootstrap-$t$ \cite{efron1993} where the differences were far from normal",
        in_caption="bootstrap-$t$",
    ),
    "two-way": _crossed(_CROSSED, _OF_DIFFERENCES),
    "two-way (too narrow: epoch chosen on these rows)": _crossed(_TOO_NARROW, _OF_DIFFERENCES),
    "two-way (approximate: splits share rows)": _crossed(_SHARED, _OF_DIFFERENCES),
    "jackknife": _JACKKNIFE,
}
"""Methods of tests, by their names in the summary's columns."""


def methods(names: Iterable[str], of: Mapping[str, Method]) -> list[Method]:
    """Return the methods of these names; one without a place in the glossary is called by its name."""
    return [of.get(name, Method(words=name, paper=name, in_caption=name)) for name in names]


OVERFITS = (
    "A net is said to overfit where its loss gap on new rows is surely above {margin} {unit}, whatever its curve does; "
    "whether more training made val loss worse is told apart from that."
)
"""What the word stands for, said once."""
HONEST_GAP = Term(
    sentence=(
        "After each measured epoch one function measures train and val at the same weights, with dropout off (eval "
        "mode). The loss gap is val loss minus train loss."
    ),
    paper=(
        "{when}, one function measured training and validation loss ({loss}) at the same weights, with dropout "
        "off{on}; the gap is validation minus training loss."
    ),
)
COMPLETE_TRIALS = Term(
    sentence="Only complete trials enter a mean, and a pair needs both of its trials.",
    paper="Of these, {ended}: they were left out of all means, and a pair needed both of its networks.",
)
NO_INTERVALS = Term(
    sentence="No intervals: they need 2 complete trials of a condition.",
    paper="No condition had two complete seeds, so no intervals are given.",
)
PAIRED = Term(
    sentence="Differences are condition minus baseline, paired by seed.",
    paper="Conditions were compared with their baseline seed by seed, two-sided, by {tests}; {corrected}",
)
HOLM = Term(
    sentence="p: two-sided, corrected by Holm over {comparisons}; method: {methods}.",
    paper=r"$p$ values were corrected for {comparisons} per estimand by Holm's procedure \cite{{holm1979}}.",
)
SIGN_FLIP = Term(
    sentence="With {n} seeds a sign-flip test cannot fall below p = {p:.3g}.",
    paper=(
        "With so few seeds a sign-flip test cannot fall below $p = {p:.3g}$; smaller values assume that the "
        "differences are normal."
    ),
)
LABEL_NOISE = Term(
    sentence="Label noise: some train labels are wrong on purpose and val is clean, so a gap can be negative.",
    paper=(
        "A share of {share} of the training labels was replaced by another class drawn at random; validation and test "
        "labels stayed clean."
    ),
)
TUNED = Term(
    sentence=(
        "Tuned: every condition, the baseline too, had the same {candidates}, and every seed is measured at what the "
        "other seeds chose, so that no seed picks what happens to suit itself."
    ),
    paper=(
        "Tuned was the {settings}: every condition, the baseline included, was trained with all {n:,} candidates "
        r"\cite{{dodge2019}}. For each seed the candidate of lowest mean validation loss over the other seeds was "
        r"reported, so that no result was measured on a seed that took part in its choice \cite{{varma2006}}, and "
        "compared with the baseline chosen likewise."
    ),
)
JACKKNIFED = Term(
    sentence=(
        "Where leaving out a further seed changes a choice, intervals and p come from the jackknife (the whole tuning "
        "is done again without each seed in turn), and may be wider than at fixed settings."
    ),
    paper=(
        r"Where these choices hung on single seeds, intervals and tests were the jackknife's \cite{efron1981}, the "
        "whole choice being made again without each seed in turn."
    ),
)
TERMS = (
    HONEST_GAP,
    COMPLETE_TRIALS,
    NO_INTERVALS,
    PAIRED,
    HOLM,
    SIGN_FLIP,
    LABEL_NOISE,
    TUNED,
    JACKKNIFED,
)
"""Everything that is said to every reader and in a paper."""

WITHOUT_DROPOUT = "train and val both measured without dropout"
NORMAL = "The intervals here assume that the differences are normal."
NO_NEW_ROWS = "Nothing is said of new rows: that takes the loss of every measured row, kept for two seeds or more."
RARE_ROWS = "among so few, the rare ones that a net gets badly wrong are likely to be missing"
NO_RIVALS = (
    "Each side at its best {settings} is not compared: that takes 3 seeds that finished every value, the others to "
    "choose for each. A group whose baseline has an unfit value flatters dropout."
)
UNTUNED = "Untuned: every condition at the config's own {settings}."
TUNED_DIFFERENCES = "Tuned differences are to the baseline tuned likewise, paired by seed."
DIVERGED = "diverged, with a loss that is not finite"
LESS_DIVERGING = "A lower training.learning_rate may keep trials from diverging."
RELATIVE_EFFICIENCY = "Relative efficiency: how many times more seeds an unpaired comparison would need."
SELECTION_FREQUENCY = "Selection frequency: share of the choices with a seed left out that fell on the one named."
CHOSEN = "chosen by val, for the lowest mean val loss at the best epochs of all with dropout in its group"
MAY_BE_BEST = "may be the best of its group at the best epochs: no other is clearly better there (95% set)"
CHOSEN_MARK, MAY_BE_BEST_MARK = "#", "+"
"""Behind a name in a table that knows no bold."""


def no_new_rows(why: str) -> str:
    """Say that val loss has no interval for new rows, and why.

    Args:
        why: as the summary has it; empty where no rows were kept.
    """
    if not why:
        return NO_NEW_ROWS
    rare = f": {RARE_ROWS}" if why.startswith("fewer than") else ""
    return f"Val loss has no interval for new rows ({why}){rare}."
