"""读法: where the text leaves a question, how it is read now, and why (第五十六条)."""

import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import Field

from shared.kernel.model import Record

READINGS = Path(__file__).parent / "readings"


class Reading(Record):
    """读法: one question that the text leaves open, and the stated default."""

    id: Annotated[str, Field(title="编号", pattern=r"^AMB-\d{2}$")]
    article: Annotated[str, Field(title="条号")]
    question: Annotated[str, Field(title="问题")]
    reading: Annotated[str, Field(title="现行读法")]
    reason: Annotated[str, Field(title="理由")]
    keys: Annotated[tuple[str, ...], Field(title="可由解释更改的参数")] = ()


class ReadingsFile(Record):
    """The readings of one pack, as its file holds them."""

    pack: str
    count: int
    readings: tuple[Reading, ...]


def readings_of(pack: str) -> tuple[Reading, ...]:
    """The stated readings of a pack; none for one that ships without."""
    path = READINGS / f"{pack}.toml"
    if not path.is_file():
        return ()
    return ReadingsFile.model_validate(tomllib.loads(path.read_text("utf-8"))).readings
