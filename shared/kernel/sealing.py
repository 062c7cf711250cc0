"""封存: which text is written so that it can be destroyed later, and where it stands meanwhile.

A value of such a type is written as itself, unless it is written to be sealed: then it is put
aside, and its place is kept by a text that nobody can send.
"""

from typing import Any

from pydantic import PlainSerializer, SerializationInfo

DESTROYED = "〔已销毁〕"
"""What a value reads as whose key has been destroyed (加密销毁)."""

PLACE = "\x01"
"""How a kept place begins: a control character, which no text from outside may hold."""


class PutAside(list[str]):
    """The values put aside while a record is written, in the order of their places."""


def _write(value: Any, info: SerializationInfo) -> Any:
    aside = info.context
    if type(aside) is not PutAside:
        return value
    aside.append(value)
    return f"{PLACE}{len(aside) - 1}"


SEALED = PlainSerializer(_write, return_type=str)
"""Marks a type of text as one to be sealed."""
