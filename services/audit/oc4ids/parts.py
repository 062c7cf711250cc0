"""OC4IDS 的零件: amounts, days, organisations and documents as the standard writes them.

Only organisations are named, never persons: names of heads, officers, experts and reviewers stay
inside. Amounts are JSON numbers with two places made from 分, never by way of a binary fraction.
"""

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

import orjson

from shared.events.vocabulary import Document
from shared.kernel.dates import SHANGHAI
from shared.kernel.money import Money

USCC = "CN-USCC"
"""统一社会信用代码, as the scheme of organisations."""

Part = dict[str, Any]
"""An object of the standard, ready to be written."""


def without_gaps(**fields: Any) -> Part:
    """The fields that say something: the standard wants none that are empty."""
    return {name: value for name, value in fields.items() if value not in (None, "", [], {}, ())}


def value(amount: Money) -> Part:
    """An amount in yuan: a decimal number, to the 分."""
    return {"amount": orjson.Fragment(str(amount)), "currency": "CNY"}


def day(on: date | None) -> str | None:
    """A legal date as the instant at which it begins in Shanghai."""
    return None if on is None else datetime.combine(on, time(), SHANGHAI).isoformat()


def instant(at: datetime) -> str:
    return at.astimezone(SHANGHAI).isoformat(timespec="seconds")


def period(start: date | None, end: date | None) -> Part:
    """From one day to another; an end before its start is left out, papers being what they are."""
    proper = end if start is None or end is None or start <= end else None
    return without_gaps(startDate=day(start), endDate=day(proper))


def reference(organisation_id: str, name: str) -> Part:
    """A party as others refer to it."""
    return without_gaps(id=organisation_id, name=name or organisation_id)


def organisation(organisation_id: str, name: str, roles: Iterable[str]) -> Part:
    """A party with its 统一社会信用代码."""
    return {
        "id": organisation_id,
        "name": name or organisation_id,
        "identifier": without_gaps(scheme=USCC, id=organisation_id, legalName=name),
        "roles": sorted(set(roles)),
    }


def department(code: str, name: str, roles: Iterable[str]) -> Part:
    """A deciding body: known by its code in the policy pack."""
    return {"id": code, "name": name, "roles": sorted(set(roles))}


def paper(document: Document, kind: str | None, on: date) -> Part:
    """A document by its digest: whoever holds the file can be asked, and what he gives checked."""
    return without_gaps(
        id=document.digest,
        documentType=kind,
        title=document.title,
        description=document.number,
        datePublished=day(on),
        language="zh",
        accessDetails=f"文件由出具单位保存，可凭摘要值 {document.digest} 核对",
    )


def distinct(papers: Iterable[Part]) -> list[Part]:
    """Each document once, as it was first."""
    found: dict[str, Part] = {}
    for each in papers:
        found.setdefault(each["id"], each)
    return list(found.values())
