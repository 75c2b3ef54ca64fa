"""Every table of a study that a report, `run`, `summary` or a notebook shows, built once from what the study found."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from dropout_lab.document import P_HOLM, Cell, Column, Table, Words
from dropout_lab.findings import (
    LEARNT_RATE,
    Contest,
    Effect,
    Estimate,
    InferenceMeans,
    Row,
    Side,
    StudyFacts,
    StudyView,
    Tuning,
    read_inference,
    read_tuned,
    too_few_pairs,
)
from dropout_lab.metrics import TASKS, curve_columns, loss_gap, metric_name
from dropout_lab.phrases import glossary
from dropout_lab.phrases.names import assigned, setting_name
from dropout_lab.results import METHODS, POINTS, test_split_metrics
from dropout_lab.wording import plural

POINT = "last"
"""Tables speak of the last epoch: what training as long as the config says comes to."""
DIFFERENCE = "val loss − baseline's"
GAIN, SD = "relative efficiency", "sd"
_AGREED = "selection frequency"
_MOST_TUNED = 60
"""Conditions of the tuned comparison; beyond, of every group the baseline and what val chose, tuned and untuned."""
_MOST_SAMPLED = 12
"""Sampled conditions; beyond, what val chose alone."""
_MOST_NUMBERS = 400
"""Rows of the table for readers without a script; beyond, the page would double for them."""
_SAMPLED = (("val", "last"), ("val", "best"), ("test", "best"))


def comparison(
    study: StudyView,
    labels: Sequence[str],
    *,
    estimand: str = "split",
    names: Sequence[Column] = (),
    is_brief: bool = False,
) -> Table:
    """Return losses, gap, score and the difference in val loss of conditions, at `POINT`; below them the references.

    References stand where all conditions saw the same rows, and only beside what is said of these rows.

    Args:
        study: the study.
        labels: of the conditions, a row each; in bold what val chose.
        estimand: ``split`` or ``population``.
        names: the columns that name the rows; the conditions' labels where there are none.
        is_brief: without the interval of val loss and the p value, for a terminal or a notebook.
    """
    beside = study.shared_references if estimand == "split" else ()
    nothing = [None] * len(beside)

    def rows(metric: str) -> list[Row | None]:
        return [study.row(label, metric, POINT, estimand) for label in labels]

    def means(metric: str, *, is_bare: bool = False, short: str = "") -> Column:
        cells = [row.mean if row else None for row in rows(metric)]
        cells += [one.estimate(metric) for one in beside]
        return estimates(metric_name(metric), cells, study.digits(metric), is_bare, short=short)

    val = rows("val_loss")
    effects = [row.effect if row else None for row in val]
    measured = (
        Column("n", [*(row.n if row else 0 for row in val), *nothing], "count"),
        means("train_loss", is_bare=True, short="train\nloss"),
        means("val_loss", is_bare=is_brief, short="val\nloss" if is_brief else ""),
        means("loss_gap"),
        *(
            means(f"val_{metric.column}", is_bare=True, short=f"val\n{metric.short_text}")
            for metric in TASKS[study.task].others
        ),
        Column(
            DIFFERENCE,
            [*(effect.estimate if effect else None for effect in effects), *nothing],
            "estimate",
            study.digits("val_loss"),
            short="val loss - baseline's",
            is_tested=True,
        ),
        *([] if is_brief else [_corrected([*(effect.p_holm if effect else None for effect in effects), *nothing])]),
    )
    named = names or [Column("condition", labels, "name")]
    words = [TASKS[study.task].references[one.name] for one in beside]
    called = [Words(one.short if is_brief else one.label) for one in words]
    first, *others = (replace(one, cells=[*one.cells, *(nothing if at else called)]) for at, one in enumerate(named))
    strong = (*map(study.is_chosen, labels), *(False for _ in beside))
    return Table((first, *others, *measured), name=estimand, strong=strong).without_empty()


@dataclass(frozen=True)
class Tested:
    """What a comparison's intervals and p values rest on, over all conditions.

    Args:
        n: seeds behind a mean, from fewest to most, conditions without a complete trial left out.
        interval_methods, test_methods: as named in the summary; empty without intervals, or tests.
        n_compared: conditions that have a difference to their baseline.
        n_comparisons: tests that Holm's correction counts, in the whole study.
        too_few: the difference of too few pairs for a test that assumes only symmetry; see `too_few_pairs`.
    """

    n: tuple[int, ...]
    interval_methods: tuple[str, ...]
    test_methods: tuple[str, ...]
    n_compared: int
    n_comparisons: int
    too_few: Effect | None

    @property
    def n_text(self) -> str:
        """Return `n = 5`, `n = 3 to 5`, or `n = 0`."""
        low, high = (self.n[0], self.n[-1]) if self.n else (0, 0)
        return f"n = {low}" if low == high else f"n = {low} to {high}"


def tested(study: StudyView, estimand: str) -> Tested:
    """Return what the numbers of `comparison` rest on."""
    found = [study.row(label, "val_loss", POINT, estimand) for label in study.conditions]
    rows = [row for row in found if row is not None and row.mean is not None]
    effects = [row.effect for row in rows if row.effect is not None]
    return Tested(
        n=tuple(sorted({row.n for row in rows})),
        interval_methods=_distinct(row.interval_method for row in rows),
        test_methods=_distinct(row.test_method for row in rows),
        n_compared=len(effects),
        n_comparisons=sum(effect.p_holm is not None for effect in effects),
        too_few=too_few_pairs(effects),
    )


def _distinct(names: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(name for name in dict.fromkeys(names) if name)


def estimates(
    name: str, cells: Sequence[Estimate | None], decimals: int | None, is_bare: bool = False, *, short: str = ""
) -> Column:
    """Return a column of means, with their intervals unless `is_bare`."""
    if is_bare:
        return Column(name, [one.value if one else None for one in cells], "number", decimals, short=short)
    return Column(name, cells, "estimate", decimals, short=short)


def _corrected(p_values: Sequence[float | None], group: str = "") -> Column:
    return Column(P_HOLM, p_values, "p", group=group, short="p\nHolm")


def statistics(
    study: StudyView, rows: Mapping[str, Row], metric: str, within: tuple[str, Mapping[str, str | None]] | None = None
) -> Table:
    """Return all statistics of a metric at one point, of one estimand, for `summary`.

    Args:
        study: the study.
        rows: condition -> its row, in table order.
        metric: the column.
        within: the margin as text, and condition -> what the margin's test says.
    """
    decimals, found = study.digits(metric), list(rows.values())
    effects = [row.effect for row in found]
    is_of_seeds = found[0].key.estimand == "split"  # the sd over seeds is not what the other intervals come from
    names = [_marked(study, label) for label in rows]
    references = study.shared_references if is_of_seeds else ()
    beside = [(one, mean) for one in references if (mean := one.estimate(metric))]
    called = [Words(TASKS[study.task].references[one.name].short) for one, _ in beside]
    nothing = [None] * len(beside)
    differences: list[Cell] = [effect.estimate if effect else None for effect in effects]
    columns = [
        Column("condition", [*names, *called], "name"),
        Column("n", [*(row.n for row in found), *nothing], "count"),
        Column("mean", [*(row.mean for row in found), *(mean for _, mean in beside)], "estimate", decimals),
        Column(SD, [*(row.sd if is_of_seeds else None for row in found), *nothing], "number", decimals),
        Column(f"{metric} - baseline's", [*differences, *nothing], "estimate", decimals),
        _corrected([*(effect.p_holm if effect else None for effect in effects), *nothing]),
        Column(
            GAIN, [*(row.pairing_gain if row.effect else None for row in found), *nothing], "factor", short="rel.\neff."
        ),
    ]
    if within:
        margin, conclusions = within
        cells = [*(conclusions.get(label) for label in rows), *nothing]
        columns.append(Column(f"within {margin}", cells, short=f"within\n{margin}"))
    return Table(tuple(columns)).without_empty()


def _marked(study: StudyView, label: str) -> str:
    chosen = glossary.CHOSEN_MARK if study.is_picked(label) else ""
    may_be_best = glossary.MAY_BE_BEST_MARK if study.may_be_best(label) else ""
    return f"{label} {chosen}{may_be_best}".rstrip()


def tuned_rows(study: StudyView, metric: str, point: str) -> Table:
    """Return the tuned comparison of a metric, two rows a condition, for a terminal."""
    rows, decimals = read_tuned(study.results, metric, point), study.digits(metric)
    effects = [row.effect for row in rows]
    return Table(
        (
            Column("condition", [f"{row.condition} {row.choice}" for row in rows], "name"),
            *(
                Column(
                    setting_name(path),
                    [row.settings.get(path) for row in rows],
                    short=setting_name(path).replace(" ", "\n"),
                )
                for path in study.candidates
            ),
            Column(_AGREED, [row.share for row in rows], "share", short="selection\nfrequency"),
            Column("mean", [row.mean for row in rows], "estimate", decimals),
            Column("- baseline's", [effect.estimate if effect else None for effect in effects], "estimate", decimals),
            _corrected([effect.p_holm if effect else None for effect in effects]),
        )
    )


def tuning(facts: StudyFacts, study: StudyView) -> Table | None:
    """Return the tuned comparison beside the untuned one; None for a study that tunes nothing, or has no numbers."""
    found = study.tuning
    if found is None:
        return None
    picked, shown, note = set(found.chosen.values()), list(found.conditions.values()), ""
    if len(shown) > _MOST_TUNED:
        kept = picked | {group.choice.label for group in facts.groups if group.choice}
        shown = [one for one in shown if one.is_baseline or one.label in kept]
        note = "Shown are the baselines and what val chose; all are in tuned.csv."
    untuned, tuned = [one.untuned for one in shown], [one.tuned for one in shown]
    decimals = study.digits("val_loss")
    columns = (
        Column("condition", [one.condition for one in shown], "name"),
        *_losses("untuned", untuned, decimals),
        *_choices(found, tuned),
        *_losses("tuned", tuned, decimals),
        _corrected([side.effect.p_holm if side and side.effect else None for side in tuned], "tuned"),
    )
    return Table(
        columns=columns,
        name="tuning",
        title="With and without tuning",
        about=_about_tuning(study, found),
        strong=tuple(one.label in picked for one in shown),
        note=note,
    ).without_empty()


def _losses(group: str, sides: Sequence[Side | None], decimals: int | None) -> Iterator[Column]:
    losses = [side.val_loss if side else None for side in sides]
    yield Column("val loss", losses, "estimate", decimals, group)
    differences = [side.effect.estimate if side and side.effect else None for side in sides]
    yield Column("minus baseline's", differences, "difference", decimals, group)


def _choices(found: Tuning, sides: Sequence[Side | None]) -> Iterator[Column]:
    """Yield what was chosen, a column a setting, and how often the choice fell on it."""
    named = [side.settings if side else {} for side in sides]
    for path in found.axes:
        yield Column(setting_name(path), [one.get(path) for one in named], group="chosen")
    yield Column(_AGREED, [side.share if side and side.settings else None for side in sides], "share", group="chosen")


def _about_tuning(study: StudyView, found: Tuning) -> str:
    is_jackknifed = any(one.tuned.is_jackknifed for one in found.conditions.values() if one.tuned)
    parts = [
        "Val loss at the epoch of lowest val loss.",
        glossary.UNTUNED.format(settings=", ".join(assigned(study.own_settings))),
        glossary.TUNED.sentence.format(candidates=plural(found.budget, "candidate")),
        glossary.TUNED_DIFFERENCES,
        "Chosen: what all seeds together choose.",
        glossary.SELECTION_FREQUENCY,
        "Bold: the condition whose tuned val loss is lowest.",
        *([glossary.JACKKNIFED.sentence] if is_jackknifed else []),
    ]
    return " ".join(parts)


def contests(facts: StudyFacts, study: StudyView) -> Iterator[Table]:
    """Yield a table for every regulariser that the grid sets against dropout: its sides, and their differences."""
    for path in dict.fromkeys(contest.path for contest in facts.contests):
        yield _contests(study, setting_name(path), [one for one in facts.contests if one.path == path])


def _contests(study: StudyView, other: str, found: Sequence[Contest]) -> Table:
    called = {"dropout": "dropout alone", "other": f"{other} alone", "both": "both"}
    rows = [(contest, name, side) for contest in found for name, side in contest.sides.items()]
    decimals = study.digits("val_loss")
    columns = [
        Column("group", [" ".join(assigned(contest.settings)) for contest, _, _ in rows], "name"),
        Column("side", [called[name] for _, name, _ in rows], "text"),
        Column("chosen", [side.label for _, _, side in rows], "text"),
        Column("candidates", [side.n_candidates for _, _, side in rows], "count"),
        Column(_AGREED, [side.share for _, _, side in rows], "share"),
        Column("val loss", [side.val_loss for _, _, side in rows], "number", decimals),
    ]
    for against in ("dropout", "other"):
        effects = [contest.differences.get(f"{name}-{against}") for contest, name, _ in rows]
        differences = [effect.estimate if effect else None for effect in effects]
        columns.append(Column("difference", differences, "difference", decimals, f"against {called[against]}"))
        p_values = [effect.p_holm if effect else None for effect in effects]
        columns.append(_corrected(p_values, f"against {called[against]}"))
    first = columns if any(contest.settings for contest in found) else columns[1:]
    about = (
        "Val loss at the best epochs. Every seed is measured at what the others chose for each side; chosen is what "
        "all seeds together choose. Differences are paired by seed, and p is corrected for all of this kind."
    )
    title = f"Dropout or {other}"
    return Table(tuple(first), name=title.lower().replace(" ", "-"), title=title, about=about).without_empty()


def learnt(study: StudyView) -> Table | None:
    """Return the rates that concrete dropout learnt, layer by layer; None where no rate was learnt."""
    found, decimals = study.learnt, study.digits(LEARNT_RATE)
    if not found:
        return None
    layers = sorted(
        dict.fromkeys(name for one in found for name in one.layers),
        key=lambda name: (name == "outputs", name != "inputs", len(name), name),
    )
    return Table(
        columns=(
            Column("condition", [one.label for one in found], "name"),
            *(estimates(_layer(name), [one.layers.get(name) for one in found], decimals) for name in layers),
        ),
        name="learnt",
        title="Learnt rates",
        about=(
            "Means over seeds at the last epoch. The condition's rate is where learning began; the gradient of the "
            "objective then moved each layer's rate. What a layer learns depends on what the objective says a rate "
            "costs as much as on the data, so compare it with the rate that val chose among fixed ones."
            + (f" Bold: {glossary.CHOSEN}." if any(study.is_chosen(one.label) for one in found) else "")
        ),
        strong=tuple(map(study.is_chosen, (one.label for one in found))),
    )


def references(study: StudyView) -> Table | None:
    """Return what predictors that are no nets do on the nets' rows; None where no run has measured it."""
    task, against = TASKS[study.task], study.against_references
    rows = [(nets.settings, one) for nets in against for one in study.references(nets.labels[0])]
    if not rows:
        return None
    metrics = [column.name for column in curve_columns(study.task) if column.role != "objective"]
    metrics += test_split_metrics(study.task)
    return Table(
        columns=(
            Column("predictor", [task.references[one.name].label for _, one in rows], "text"),
            *(Column(setting_name(path), [where[path] for where, _ in rows], "text") for path in rows[0][0]),
            *(
                Column(metric_name(name), [one.values.get(name) for _, one in rows], "number", study.digits(name))
                for name in metrics
            ),
        ),
        name="references",
        title="Simpler models",
        about=" ".join(
            [
                "What needs no net, measured on the rows of the nets.",
                *(
                    f"{words.label[0].upper()}{words.label[1:]}: {words.note}"
                    for name, words in task.references.items()
                    if any(one.name == name for _, one in rows)
                ),
            ]
        ),
    ).without_empty()


def _layer(name: str) -> str:
    return f"hidden layer {name}" if name.isdigit() else name


def sampling(facts: StudyFacts, study: StudyView) -> Table | None:
    """Return Monte-Carlo averages beside weight scaling; None where nothing was sampled.

    Val rows of every sampled condition; test rows for the baseline and what val chose alone, at the epoch of lowest val
    loss.
    """
    rows = list(_sampled_rows(facts, study))
    if not rows:
        return None
    task = TASKS[study.task]
    metrics = (*task.metrics_of_rows, *sorted(task.of_averages, key=lambda one: one.better is None))
    measured = (
        estimates(
            metric.text,
            [row.means[metric.column] for _, row in rows],
            study.digits(metric.column),
            metric not in task.averages_with_intervals,
        )
        for metric in metrics
    )
    return Table(
        columns=(
            Column("measured on", [where for where, _ in rows], "text"),
            Column("condition", [row.condition for _, row in rows], "name"),
            Column("method", [_method(row.n_samples) for _, row in rows], "text"),
            *measured,
        ),
        name="sampling",
        title="Averaging sampled nets",
        about=f"Means over seeds; on test the baseline and what val chose alone. {task.averaging_note}",
    ).without_empty()


def _method(n_samples: int) -> str:
    return f"Monte Carlo, {n_samples:,}" if n_samples else METHODS[0]


def _sampled_rows(facts: StudyFacts, study: StudyView) -> Iterator[tuple[str, InferenceMeans]]:
    """Yield where it was measured, and what."""
    chosen = {found.label for found in facts.sampling}
    everyone = [label for label in study.reported if label in study.sampled]
    for split, point in _SAMPLED:
        is_overview = (split, point) == _SAMPLED[0] and len(everyone) <= _MOST_SAMPLED
        labels = everyone if is_overview else [label for label in everyone if label in chosen]
        for row in read_inference(study, split, point, labels):
            yield f"{split}, {point} epoch", row


def honest_gap(study: StudyView, labels: Sequence[str]) -> Table | None:
    """Return the gap as `fit` prints it beside the honest one, at the last epoch; None where no trial is complete."""
    losses = ("objective_loss", "train_loss", "val_loss")
    found = {label: [study.estimate(label, metric, POINT) for metric in losses] for label in dict.fromkeys(labels)}
    means = {label: [one.value for one in of if one] for label, of in found.items() if all(of)}
    if not means:
        return None
    named = {
        "val loss": [val for _, _, val in means.values()],
        "objective loss": [objective for objective, _, _ in means.values()],
        "gap as fit prints it": [loss_gap(objective, val) for objective, _, val in means.values()],
        "train loss": [train for _, train, _ in means.values()],
        "honest gap": [loss_gap(train, val) for _, train, val in means.values()],
    }
    decimals = study.digits("val_loss")
    columns = [Column(name, values, "number", decimals) for name, values in named.items()]
    about = (
        f"This study at its last epoch, means over seeds, in {study.results.unit('val_loss')}. The printed gap is val "
        "loss minus objective loss; the honest one is val loss minus train loss."
    )
    return Table((Column("condition", list(means), "name"), *columns), name="gaps", about=about)


def all_numbers(study: StudyView, metrics: Sequence[str]) -> Table | None:
    """Return mean and interval (split) of every metric, a row a condition and point; None where they are too many."""
    rows = [(label, point) for label in study.conditions for point in POINTS]
    if len(rows) > _MOST_NUMBERS:
        return None
    columns = [
        Column(
            metric_name(metric),
            [study.estimate(label, metric, point) for label, point in rows],
            "estimate",
            study.digits(metric),
        )
        for metric in metrics
    ]
    names = Column("condition", [label for label, _ in rows], "name")
    about = "Mean with 95 % interval (split) of every condition, metric and point; the file summary.csv holds the rest."
    return Table((names, Column("at", [point for _, point in rows], "text"), *columns), about=about)
