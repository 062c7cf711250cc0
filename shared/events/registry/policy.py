"""解释: what the bodies of Article 56 publish on how the regulation is to be read."""

from collections.abc import Iterator
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.events.envelope import Event
from shared.events.vocabulary import Act, Document, LegalDate
from shared.kernel.text import Code, Line, Text
from shared.regulation.pack import Reach

PackId = Annotated[str, Field(pattern=r"^[0-9]{6}-[0-9]{4}$", examples=["511100-2022"])]
"""Jurisdiction and year of a policy pack."""


class Interpretation(Act):
    """解释 (第五十六条): a reading, and the value of a parameter that follows from it."""

    article: Annotated[str, Field(title="所解释的条号", pattern=r"^[1-9][0-9]?$")]
    text: Annotated[Text, Field(title="解释内容")]
    document: Annotated[Document, Field(title="解释文件（含文号）")]
    issued_with: Annotated[tuple[Code, ...], Field(title="会同部门", max_length=10)]
    since: Annotated[LegalDate, Field(title="生效日期")]
    reach: Annotated[Reach, Field(title="生效方式")] = Reach.ALL
    key: Annotated[Line | None, Field(title="改动的参数")] = None
    value: Annotated[Line | None, Field(title="参数值")] = None


class PolicyInterpreted(Event, label="解释", article="56"):
    """Published; from its day on decisions read the value it sets."""

    interpretation_id: UUID
    pack: PackId
    interpretation: Interpretation

    @property
    def stream(self) -> str:
        return f"policy:{self.pack}"

    def subjects(self) -> Iterator[str]:
        yield self.stream
