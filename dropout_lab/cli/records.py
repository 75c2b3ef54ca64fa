"""Rows of frames as plain values, for JSON."""

import json
import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

Row = Mapping[str, object]


def records(frame: "pd.DataFrame") -> list[dict[str, object]]:
    """Return a frame's rows as plain values; missing and non-finite numbers are None, as JSON knows neither."""
    rows = frame.astype(object).to_dict("records")
    return [{str(name): _plain(value) for name, value in row.items()} for row in rows]


def _plain(value: object) -> object:
    if isinstance(value, (str, bool, int)):
        return value
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def as_json(rows: Iterable[Row]) -> str:
    """Write rows as a JSON array of objects."""
    return json.dumps(list(rows), indent=2, allow_nan=False, ensure_ascii=False)
