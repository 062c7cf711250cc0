"""提示值: from which figures on a red flag shows something; dated, set by a pack alone.

They decide nothing and bind nobody, so they are no parameters of the regulation: no
interpretation sets them, and no simulation overrides them.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated

from pydantic import Field

from shared.kernel.model import Record


class Threshold(Record):
    """提示值: one value from a day on, and why it is that."""

    since: date
    value: Annotated[int, Field(ge=1, le=9_999, strict=True)]
    article: str
    note: str = ""


def threshold_on(known: tuple[Threshold, ...], on: date) -> Threshold:
    """The one that holds on a day; the first before any does."""
    current = [each for each in known if each.since <= on] or [min(known, key=_since)]
    return max(current, key=_since)


def threshold_faults(flags: Mapping[str, tuple[Threshold, ...]], begun: date) -> Iterator[str]:
    """What keeps a pack's thresholds from answering for its every day, each with its key."""
    for key, known in flags.items():
        days = [each.since for each in known]
        if not days or min(days) > begun:
            yield f"flags.{key}: has no value on the first day of the pack"
        if len(set(days)) != len(days):
            yield f"flags.{key}: has two values from one day"


def _since(threshold: Threshold) -> date:
    return threshold.since
