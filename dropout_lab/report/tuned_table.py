"""The tuned comparison beside the untuned one: a row for each condition whatever its tuned settings.

Facts in, columns of text out; must not know HTML, Markdown or LaTeX.
"""

from dropout_lab.findings import Side, StudyFacts, Tuning
from dropout_lab.report.extra_tables import ExtraColumn, ExtraTable, estimates_column, has_numbers, names_column
from dropout_lab.report.numbers import NOTHING, P_HOLM, p_value
from dropout_lab.wording import plural

TITLE = "With and without tuning"
_MOST_ROWS = 60
"""Beyond, of every group the baseline and what val chose, tuned and untuned."""


def tuned_table(study: StudyFacts) -> ExtraTable | None:
    """Return the table; None for a study that tunes nothing, or has no complete trial."""
    tuning = study.tuning
    if tuning is None:
        return None
    picked = set(tuning.chosen.values())
    shown = list(tuning.conditions.values())
    note = ""
    if len(shown) > _MOST_ROWS:
        kept = picked | {group.choice.label for group in study.groups if group.choice}
        shown = [one for one in shown if one.is_baseline or one.label in kept]
        note = "Shown are the baselines and what val chose; all are in tuned.csv."
    untuned, tuned = [one.untuned for one in shown], [one.tuned for one in shown]
    columns = [
        names_column("condition", (one.condition for one in shown)),
        *_losses("untuned", untuned),
        *_choices(tuning, tuned),
        *_losses("tuned", tuned),
        _corrected("tuned", tuned),
    ]
    return ExtraTable(
        name="tuning",
        title=TITLE,
        about=_about(study, tuning),
        columns=tuple(column for column in columns if has_numbers(column)),
        strong=tuple(one.label in picked for one in shown),
        note=note,
    )


def _losses(group: str, sides: list[Side | None]) -> list[ExtraColumn]:
    effects = [side.effect if side else None for side in sides]
    return [
        estimates_column("val loss", [side.val_loss if side else None for side in sides], group=group),
        estimates_column(
            "minus baseline's", [effect.estimate if effect else None for effect in effects], group=group, is_signed=True
        ),
    ]


def _corrected(group: str, sides: list[Side | None]) -> ExtraColumn:
    p_values = [side.effect.p_holm if side and side.effect else None for side in sides]
    return ExtraColumn(P_HOLM, tuple(map(p_value, p_values)), group)


def _choices(tuning: Tuning, sides: list[Side | None]) -> list[ExtraColumn]:
    """Return what was chosen, a column a setting, and how often the choice fell on it."""
    named = [side.settings if side else {} for side in sides]
    shares = [side.share if side and side.settings else None for side in sides]
    chosen = [
        ExtraColumn(path.rpartition(".")[2].replace("_", " "), tuple(one.get(path, NOTHING) for one in named), "chosen")
        for path in tuning.axes
    ]
    in_percent = tuple(NOTHING if share is None else f"{100 * share:.0f} %" for share in shares)
    return [*chosen, ExtraColumn("agreed", in_percent, "chosen")]


def _about(study: StudyFacts, tuning: Tuning) -> str:
    own = ", ".join(
        f"{path.rpartition('.')[2].replace('_', ' ')} {value.removesuffix('.0')}"
        for path, value in study.own_settings.items()
    )
    sides = [one.tuned for one in tuning.conditions.values() if one.tuned]
    jackknife = (
        " Intervals of tuned differences come from the jackknife, which counts that the choices hang on the seeds; "
        "they may be wider than at fixed settings."
    )
    is_jackknifed = any(side.is_jackknifed for side in sides)
    return (
        f"Val loss at the epoch of lowest val loss. Untuned: every condition at the config's own {own}. Tuned: every "
        f"condition, the baseline too, chose among the same {plural(tuning.budget, 'candidate')}, and each seed is "
        "measured at what the other seeds chose; differences are to the baseline tuned likewise, paired by seed. "
        "Chosen: what all seeds together choose; agreed: share of the choices with a seed left out that fell on it. "
        f"Bold: the condition whose tuned val loss is lowest.{jackknife if is_jackknifed else ''}"
    )
