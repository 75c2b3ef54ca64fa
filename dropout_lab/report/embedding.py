"""Data inside a page: JSON that cannot end its script element, and arrays as base64 text."""

import base64
import json

import numpy as np
import numpy.typing as npt


def script_json(value: object) -> str:
    r"""Return JSON that is safe inside a `script` element of HTML, whatever texts it holds.

    Raises:
        ValueError: it holds a number that is not finite; JSON has none.

    >>> print(script_json("</script><!--"))
    "\u003c/script\u003e\u003c!--"
    """
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("<", r"\u003c").replace(">", r"\u003e").replace("&", r"\u0026")


def pack(values: npt.ArrayLike) -> str:
    """Return an array as base64 of little-endian 32-bit floats, row by row: seven digits, NaN for none."""
    return base64.b64encode(np.ascontiguousarray(values, dtype="<f4").tobytes()).decode("ascii")
