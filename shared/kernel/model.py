"""The base of everything that crosses a boundary."""

from typing import TypeVar

from pydantic import BaseModel, ConfigDict

T = TypeVar("T")


class Record(BaseModel):
    """A frozen value that knows all its fields and refuses others."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        validate_default=True,
        ser_json_timedelta="iso8601",
    )


def present(value: T | None) -> T:
    """`value`, which a rule or an earlier event has ensured; LookupError where neither did."""
    if value is None:
        raise LookupError("a rule should have required this first")
    return value
