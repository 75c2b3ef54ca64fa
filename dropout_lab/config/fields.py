"""The kinds of value that settings take, and how a setting is documented.

Owns `setting`, the one way to declare a setting with its meaning, unit and mend, and the kinds that several settings
share: sections, counts, seeds, rates. It exists so that the schema reads as a plain list.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, core_schema

from dropout_lab.config.core_yaml import yaml_text
from dropout_lab.config.problem import Problem, refuse

MAX_SEED = 2**63 - 1
MAX_COUNT = 10**9  # beyond any run: a larger number is a slip, such as a seed in place of a count
MAX_LAYERS = 1000
MAX_SEEDS = 100_000
MAX_SAMPLES = 10_000  # the error of an average of so many is a hundredth of one pass's spread
RATE_STEPS = 65536


class Section(BaseModel):
    """Settings that belong together: kinds are strict, names known, values finite, and nothing changes once made."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)


def setting(
    default: object,
    meaning: str,
    *,
    unit: str = "",
    form: str = "",
    mend: str = "",
    also: Sequence[str] = (),
    opposite: Sequence[str] = (),
    fixed: str = "",
    regularises: bool = False,
    is_nuisance: bool = False,
) -> Any:
    """Declare and document one setting of a section.

    Args:
        default: its value where the config does not give one; ``...`` where it must.
        meaning: one sentence for the reference, the resolved config and editors.
        unit: what its number counts.
        form: what it must be, where its JSON schema cannot be put in words (a pattern).
        mend: a sentence added to its error messages; without one they name the default.
        also: what other tools call it, for suggestions.
        opposite: what other tools call 1 minus it.
        fixed: why it cannot be an axis of a sweep; empty where it can.
        regularises: whether it works against overfitting, as dropout does, and its default does nothing: in a grid the
            verdict sets it against dropout.
        is_nuisance: whether nobody studies it for its own sake: in a grid, the verdict lets each side of a comparison
            choose its own value, unless one says otherwise.
    """
    extra: dict[str, Any] = {
        "x-unit": unit,
        "x-form": form,
        "x-mend": mend,
        "x-also": list(also),
        "x-opposite": list(opposite),
        "x-fixed": fixed,
        "x-regularises": regularises,
        "x-nuisance": is_nuisance,
    }
    return Field(default, description=meaning, json_schema_extra={key: value for key, value in extra.items() if value})


class OneOf:
    """The value of a setting that is a name of a registry: ``Annotated[str, OneOf(OPTIMIZERS)]``.

    What is registered later is known at once: the names are looked up where a value is checked.

    Args:
        registry: things by their names.
    """

    def __init__(self, registry: Mapping[str, object]) -> None:
        self._registry = registry

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Return the check: text, and one of the names."""
        return core_schema.no_info_after_validator_function(self._checked, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Return the names as an enumeration, as `Literal` has it."""
        return {"enum": [*self._registry], "type": "string"}

    def _checked(self, name: str) -> str:
        if name not in self._registry:
            raise ValueError("no choice of the setting")  # `examine` says which ones there are
        return name


def quantised(rate: float) -> int:
    """Return q * 65536, where q is the rate that 16-bit noise gives: the probability in whole steps of 1/65536.

    >>> quantised(0.5), quantised(1e-6)
    (32768, 0)
    """
    return round(RATE_STEPS * rate)


def _drawable(rate: float) -> float:
    if rate and quantised(rate) in (0, RATE_STEPS):
        must = "must be 0, or at least 1/65536 and at most 65535/65536 after rounding to 16 bits"
        reason = f"Noise is drawn in 16 bits, so this rate would {'drop every unit' if rate > 0.5 else 'drop nothing'}."
        refuse([Problem((), must, yaml_text(rate), reason)])
    return rate


def _with_a_spread(samples: int) -> int:
    if samples == 1:
        must = f"must be 0, or a whole number from 2 to {MAX_SAMPLES:,}"
        refuse([Problem((), must, "1", "A single pass is no average and has no spread; write 0 for none, or 50.")])
    return samples


def repeated(keys: Iterable[object]) -> list[tuple[int, int]]:
    """Return the index of each item seen before, with the index where it was seen first.

    >>> repeated("abca")
    [(3, 0)]
    """
    first: dict[object, int] = {}
    return [(index, first[key]) for index, key in enumerate(keys) if first.setdefault(key, index) != index]


def _seed_list(seeds: object) -> object:
    if type(seeds) is not int:
        return seeds
    if not 1 <= seeds <= MAX_SEEDS:
        must = f"must be a count from 1 to {MAX_SEEDS:,}, or a list of seeds"
        refuse([Problem((), must, yaml_text(seeds), "Five seeds show a difference, ten or more show it well.")])
    return tuple(range(seeds))


def _each_once(seeds: tuple[int, ...]) -> tuple[int, ...]:
    must = "must be a seed that is not in the list already"
    refuse(Problem((index,), must, str(seeds[index]), f"Item {first} is the same.") for index, first in repeated(seeds))
    return seeds


Count = Annotated[int, Field(ge=1, le=MAX_COUNT)]
Fraction = Annotated[float, Field(gt=0, lt=1)]
# A share of 0 is the count 0: one condition, one spelling.
ShareOrNone = Annotated[float, Field(ge=0, lt=1), AfterValidator(lambda share: share or 0)]
Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
Rate = Annotated[float, Field(ge=0, lt=1), AfterValidator(_drawable)]
Samples = Annotated[int, Field(ge=0, le=MAX_SAMPLES), AfterValidator(_with_a_spread)]
Seed = Annotated[int, Field(ge=0, le=MAX_SEED)]
Seeds = Annotated[
    tuple[Seed, ...],
    Field(min_length=1),
    BeforeValidator(_seed_list),
    AfterValidator(_each_once),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 1, "maximum": MAX_SEEDS},
                {"type": "array", "minItems": 1, "items": {"type": "integer", "minimum": 0, "maximum": MAX_SEED}},
            ]
        }
    ),
]
