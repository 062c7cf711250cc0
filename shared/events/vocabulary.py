"""Words that several services' events share: legal dates, coded values, documents, acts."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Annotated

from pydantic import BeforeValidator, Field, StrictBool

from shared.kernel.coded import Coded
from shared.kernel.identifiers import Digest
from shared.kernel.model import Record
from shared.kernel.money import Money, total
from shared.kernel.text import Line

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def _calendar_day(value: object) -> object:
    # Without this, numbers and date-times would pass as dates.
    if type(value) is date or (isinstance(value, str) and _DAY.fullmatch(value)):
        return value
    raise ValueError("日期须为 YYYY-MM-DD")


LegalDate = Annotated[date, BeforeValidator(_calendar_day, json_schema_input_type=date)]
"""法定日期: a calendar day in Asia/Shanghai, `YYYY-MM-DD`."""

Flag = StrictBool


class Act(Record):
    """What somebody submits: the body of a command, and the core of the event it becomes."""

    on: Annotated[LegalDate | None, Field(title="文书日期（缺省为今天）")] = None


class Document(Record):
    """文件: referenced by its digest; the bytes stay with whoever holds them."""

    title: Annotated[Line, Field(title="文件名称")]
    digest: Annotated[Digest, Field(title="摘要值（算法:十六进制）")]
    number: Annotated[Line | None, Field(title="文号")] = None


class Material(Record):
    """申报或验收材料: the document, or why it does not apply."""

    code: Annotated[str, Field(title="材料代码", pattern=r"^[A-Z][A-Z0-9_]{0,63}$")]
    document: Annotated[Document | None, Field(title="文件")] = None
    not_applicable: Annotated[Line | None, Field(title="不适用的理由")] = None


class Item(Record):
    """One line of an estimate (分项)."""

    code: Annotated[str, Field(title="分项代码", pattern=r"^[A-Z0-9][A-Z0-9_-]{0,31}$")]
    name: Annotated[Line, Field(title="分项名称")]
    amount: Annotated[Money, Field(title="金额（元）")]


class FundingChannel(Coded):
    """经费渠道（第十六条、第三十五条）."""

    CAPITAL_BUDGET = "CAPITAL_BUDGET", "预算内基本建设资金"
    UPPER_LEVEL = "UPPER_LEVEL", "中省专项资金"
    MUNICIPAL = "MUNICIPAL", "市级财政资金"
    COUNTY = "COUNTY", "县级财政资金"
    OTHER = "OTHER", "其他"


class Source(Record):
    """资金来源: one channel and its amount."""

    channel: Annotated[FundingChannel, Field(title="经费渠道")]
    amount: Annotated[Money, Field(title="金额（元）")]


class DeliveryMode(Coded):
    """产生方式（第三条）."""

    SELF_BUILD = "SELF_BUILD", "自行建设"
    SERVICE_PURCHASE = "SERVICE_PURCHASE", "购买服务"


def amount_of(lines: Iterable[Item | Source]) -> Money:
    """Sum of items or sources."""
    return total(line.amount for line in lines)
