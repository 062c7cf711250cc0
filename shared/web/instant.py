"""时刻: an instant in a query, written as such."""

from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, BeforeValidator


def _written(value: object) -> object:
    # Without this, numbers would pass as seconds since 1970, and dates as their midnight.
    if isinstance(value, datetime) or (isinstance(value, str) and "T" in value.upper()):
        return value
    raise ValueError("时间须为 RFC 3339 格式")


Instant = Annotated[AwareDatetime, BeforeValidator(_written, json_schema_input_type=AwareDatetime)]
"""RFC 3339, with its offset."""
