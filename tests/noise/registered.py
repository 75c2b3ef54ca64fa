"""Register a kind of noise for a while."""

from collections.abc import Iterator
from contextlib import contextmanager

from dropout_lab.config import catalogue
from dropout_lab.noise import KINDS, Kind


@contextmanager
def registered(kind: Kind) -> Iterator[None]:
    """Put a kind into the registry, and take it out again, with what was derived from the registry meanwhile."""
    caches = (catalogue.settings, catalogue.sections, catalogue._study_schema)
    KINDS[kind.name] = kind
    try:
        for cache in caches:
            cache.cache_clear()
        yield
    finally:
        del KINDS[kind.name]
        for cache in caches:
            cache.cache_clear()
