"""The IDX format: one array of bytes in a file, plain or gzip-compressed.

Knows the format and nothing of what the arrays mean. Whether a file is compressed is read from its first bytes, since
browsers unpack a download and leave its name alone.

Source: LeCun, Cortes and Burges, the file formats of the MNIST database.
"""

import gzip
import math
import zlib
from pathlib import Path

import numpy as np
import numpy.typing as npt

from dropout_lab.errors import DataError

GZIP_MAGIC = b"\x1f\x8b"
UNSIGNED_BYTE = 0x08


def read_idx(path: Path, *, dimensions: int) -> npt.NDArray[np.uint8]:
    """Read an IDX file of unsigned bytes.

    Args:
        path: the file.
        dimensions: how many axes the array must have (1 for labels, 3 for images).

    Returns:
        The array, uint8, read-only.

    Raises:
        DataError: the file cannot be read or unpacked, its magic number is another, or it is longer or shorter than
            its header says.
    """
    content = _unpacked(path)
    expected = bytes([0, 0, UNSIGNED_BYTE, dimensions])
    if content[:4] != expected:
        raise DataError(
            f"{path}: the magic number must be {_hexadecimal(expected)} "
            f"(unsigned bytes, {dimensions} {'axis' if dimensions == 1 else 'axes'}). "
            f"Got {_hexadecimal(content[:4]) or 'an empty file'}. Download the file again."
        )
    header_size = 4 + 4 * dimensions
    # A header cut short gives fewer axes; the length check below then names the file as too short.
    shape = tuple(np.frombuffer(content[4:header_size].ljust(4 * dimensions, b"\0"), dtype=">u4").tolist())
    size = header_size + math.prod(shape)
    if len(content) != size:
        raise DataError(
            f"{path}: the file must hold {size} bytes, as its header says (shape {' x '.join(map(str, shape))}). "
            f"Got {len(content)}. Download the file again."
        )
    return np.frombuffer(content, dtype=np.uint8, offset=header_size).reshape(shape)


def _unpacked(path: Path) -> bytes:
    try:
        content = path.read_bytes()
        return gzip.decompress(content) if content.startswith(GZIP_MAGIC) else content
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        reason = "truncated" if isinstance(error, EOFError) else "damaged"
        raise DataError(
            f"{path}: the file must unpack as gzip. Got a {reason} file. Download the file again."
        ) from None
    except OSError as error:
        raise DataError(f"{path}: the file must be readable. Got {error.strerror}. Mend its permissions.") from None


def _hexadecimal(content: bytes) -> str:
    return content.hex(" ")
