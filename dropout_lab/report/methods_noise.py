"""What the noise of a study does, in words for every reader; nothing where it is the dropout that everyone knows.

Owns these explanations, as plain text; must not know which writer prints them.
"""

from collections.abc import Sequence

from dropout_lab.findings import Form, form_of
from dropout_lab.noise import KINDS, SCALINGS, SCHEDULES
from dropout_lab.results import Results

HEADING = "What the noise does"


def noise_text(results: Results) -> str:
    """Explain the kinds, scalings and schedules of a study; empty where it knows only plain dropout."""
    entries = results.manifest["conditions"]
    forms = [form_of(results.study, entry) for entry in entries if not entry["is_baseline"]]
    kinds, schedules = _distinct([one.kind for one in forms]), _distinct([one.schedule for one in forms])
    scalings = _distinct([one.scaling for one in forms if KINDS[one.kind].is_scaled])
    if (kinds, scalings, schedules) == ([Form.kind], [Form.scaling], [Form.schedule]) or not forms:
        return ""
    parts = [KINDS[kind].sentence for kind in kinds]
    if scalings != [Form.scaling]:
        parts += [SCALINGS[scaling].sentence for scaling in scalings]
    return " ".join(filter(None, [*parts, *(SCHEDULES[name].sentence for name in schedules)]))


def _distinct(names: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(names))
