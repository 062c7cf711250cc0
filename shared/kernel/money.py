"""金额: integer 分 inside, a decimal string in 元 with two places on the wire."""

import re
from typing import Any, Self

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

PATTERN = r"^(0|[1-9][0-9]{0,14})\.[0-9]{2}$"
_SHAPE = re.compile(PATTERN)


class Money(int):
    """An amount in 分 that reads and writes as 元: `Money.of("5000000.00") == 500_000_000`.

    Sums and differences stay `Money`; a difference may be negative, a value from outside never is.
    """

    @classmethod
    def of(cls, yuan: str) -> Self:
        """Parse `"1234.56"` (two places, no sign, no separators); ValueError otherwise."""
        if not _SHAPE.fullmatch(yuan):
            raise ValueError("金额须为以元为单位、保留两位小数的字符串，例如 1000000.00")
        return cls(int(yuan[:-3]) * 100 + int(yuan[-2:]))

    def __add__(self, other: int) -> "Money":
        return Money(int(self) + other)

    def __sub__(self, other: int) -> "Money":
        return Money(int(self) - other)

    __radd__ = __add__

    def __str__(self) -> str:
        yuan, fen = divmod(abs(int(self)), 100)
        return f"{'-' if self < 0 else ''}{yuan}.{fen:02d}"

    __repr__ = __str__

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[Any], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls._validate,
            serialization=core_schema.to_string_ser_schema(when_used="always"),
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"type": "string", "pattern": PATTERN, "examples": ["1000000.00"]}

    @classmethod
    def _validate(cls, value: object) -> "Money":
        if isinstance(value, Money):
            return value
        if isinstance(value, str):
            return cls.of(value)
        raise ValueError("金额须为以元为单位、保留两位小数的字符串，例如 1000000.00")


ZERO = Money(0)


def total(amounts: Any) -> Money:
    """Sum of amounts; nothing sums to 0.00."""
    return Money(sum(amounts))
