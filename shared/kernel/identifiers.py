"""Identifiers: 统一社会信用代码 (GB 32100), 行政区划代码 (GB/T 2260), 项目代码, UUIDv7, digests."""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from random import getrandbits
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUES = {character: value for value, character in enumerate(_ALPHABET)}
_WEIGHTS = [pow(3, place, 31) for place in range(17)]


def credit_code_check(first17: str) -> str:
    """Check character of a 统一社会信用代码 (GB 32100-2015): weights 3^i mod 31."""
    total = sum(_VALUES[c] * w for c, w in zip(first17, _WEIGHTS, strict=True))
    return _ALPHABET[-total % 31]


@lru_cache(maxsize=4096)
def credit_code(value: str) -> str:
    """`value` if it is a valid 统一社会信用代码; ValueError otherwise."""
    if len(value) != 18 or any(c not in _VALUES for c in value):
        raise ValueError("统一社会信用代码须为18位，且不含 I、O、S、V、Z")
    if credit_code_check(value[:17]) != value[17]:
        raise ValueError("统一社会信用代码校验位不正确")
    return value


UnitId = Annotated[
    str,
    Field(pattern=r"^[0-9A-HJ-NP-RTUWXY]{18}$", examples=["11511100MB1A2B3CXE"]),
    AfterValidator(credit_code),
]
"""A unit is its legal person: the 统一社会信用代码."""

DivisionCode = Annotated[str, Field(pattern=r"^[0-9]{6}$", examples=["511102"])]
"""行政区划代码, GB/T 2260."""

# ASCII digits only: written with other digits, one code would pass for two.
_NEW_FORM = re.compile(r"\d{2}(0[1-9]|1[0-2])-\d{6}-\d{2}-\d{2}-\d{6}", re.ASCII)
_OLD_FORM = re.compile(r"20(1[3-9]|20)-\d{6}-\d{2}-\d{2}-\d{6}", re.ASCII)


def project_code(value: str) -> str:
    """`value` if it has the shape of a 投资项目统一代码 (GB/T 40058); ValueError otherwise."""
    if not (_NEW_FORM.fullmatch(value) or _OLD_FORM.fullmatch(value)):
        raise ValueError(
            "项目代码须形如 2608-511100-04-04-123456（年月-区划-部门-类型-随机码校验码）"
        )
    return value


ProjectCode = Annotated[
    str,
    Field(
        pattern=r"^[0-9]{4}-[0-9]{6}-[0-9]{2}-[0-9]{2}-[0-9]{6}$",
        examples=["2608-511100-04-04-123456"],
    ),
    AfterValidator(project_code),
]

Digest = Annotated[
    str,
    Field(
        pattern=r"^(sm3|sha256):[0-9a-f]{64}$",
        examples=["sm3:66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"],
    ),
]
"""Digest of a document's bytes: algorithm and 64 hex digits."""


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def uuid7(now: datetime) -> UUID:
    """A UUIDv7 for an instant: 48 bits of milliseconds, the rest random."""
    # The random part has to be unique, not secret; asking the system each time costs 20 µs.
    # Counted in whole numbers: through a float, instants of 2038 may come out a millisecond early.
    value = (now - _EPOCH) // _MILLISECOND << 80 | getrandbits(80)  # nosec B311
    value = value & ~(0xF000 << 64) | 0x7000 << 64
    value = value & ~(0xC000 << 48) | 0x8000 << 48
    return UUID(int=value)
