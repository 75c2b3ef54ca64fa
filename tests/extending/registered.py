"""Put a record into a registry for a while."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dropout_lab.config import catalogue


@contextmanager
def registered(registry: dict[str, Any], record: Any) -> Iterator[None]:
    """Put a record into a registry, and take it out again, with what was derived from the registry meanwhile."""
    assert record.name not in registry
    registry[record.name] = record
    try:
        _forget_the_schema()
        yield
    finally:
        del registry[record.name]
        _forget_the_schema()


def _forget_the_schema() -> None:
    for read_once in (catalogue.settings, catalogue.sections, catalogue._study_schema):
        read_once.cache_clear()
