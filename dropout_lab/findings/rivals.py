"""Best against best: a grid over settings that either side could choose, judged as if they had been tuned.

A learning rate that suits the baseline badly makes dropout look good, group by group. So each side gets the candidate
that the *other* seeds chose for it, as `tune` does it, from the trials that are there: nothing is trained again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from dropout_lab.errors import UserError, did_you_mean
from dropout_lab.findings.tuning import Tuning, read_tuning
from dropout_lab.results import Results, tuned_conditions
from dropout_lab.statistics import summarise_tuning
from dropout_lab.wording import listed


def settings_to_choose(results: Results, asked: Sequence[str] | None) -> tuple[str, ...]:
    """Return the swept settings that each side of a comparison may choose for itself.

    Args:
        results: the study.
        asked: their paths; None for those swept that the config calls nuisance, empty for none.

    Raises:
        UserError: one that is asked for is not swept, or belongs to dropout.
    """
    if results.study.get("tune"):
        return ()
    swept = [path for path in (results.study.get("sweep") or {}) if not path.startswith("dropout.")]
    if asked is None:
        return _nuisance(swept)
    for path in asked:
        if path not in swept:
            there = f"Swept are {listed(swept)}." if swept else "This study sweeps none."
            raise UserError(
                f"command line: --best-over must name swept settings outside dropout. Got {path}. "
                f"{did_you_mean(path, swept, there)}"
            )
    return tuple(path for path in swept if path in asked)


def _nuisance(paths: Sequence[str]) -> tuple[str, ...]:
    """Return those among settings that nobody studies for their own sake."""
    if not paths:
        return ()
    from dropout_lab.config import settings

    known = {".".join(map(str, path)) for path, setting in settings().items() if setting.is_nuisance}
    return tuple(path for path in paths if path in known)


def best_against_best(results: Results, paths: Sequence[str]) -> Tuning | None:
    """Return the comparison with every condition at the values that the other seeds chose; None where none can be made.

    Args:
        results: the study.
        paths: the swept settings to choose.
    """
    if not paths:
        return None
    study, conditions = as_tuned(results.study, paths), results.manifest["conditions"]
    tuned = summarise_tuning(results.trials, task=results.manifest["task"], study=study, conditions=conditions)
    manifest = {**results.manifest, "study": study}
    return read_tuning(
        replace(results, study=study, manifest=manifest, tuned=tuned),  # type: ignore[arg-type]
        tuned_conditions(study, conditions),
    )


def as_tuned(study: Mapping[str, Any], paths: Sequence[str]) -> dict[str, Any]:
    """Return a resolved study as if some settings of its sweep had been tuned."""
    sweep = study["sweep"]
    kept = {path: values for path, values in sweep.items() if path not in paths}
    return {**study, "sweep": kept, "tune": {path: sweep[path] for path in paths}}
