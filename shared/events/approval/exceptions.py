"""例外: asked for, agreed to, granted or refused, revoked (原则上; 第八、五十三条)."""

from collections.abc import Iterator
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.events.envelope import Event, ProjectEvent
from shared.events.vocabulary import Act, Document, Flag, LegalDate
from shared.kernel.identifiers import UnitId
from shared.kernel.model import Record
from shared.kernel.text import Code, Line, Text
from shared.regulation.exemption import ExemptionKind

RowId = Annotated[str, Field(pattern=r"^[1-9]\d*-(\d+|\(\d+\)|E)$")]
"""Row of the regulation, for example `8-(1)`."""


class LegalBasis(Record):
    """法律依据: the provision that an exception rests on (第八、五十三条)."""

    title: Annotated[Line, Field(title="法律法规或专门规定名称")]
    article: Annotated[Line, Field(title="条款")]
    provision: Annotated[Text, Field(title="条款内容")]


class ExceptionRequest(Act):
    """例外申请: which rows are to give way, for which project or unit, why."""

    unit_id: Annotated[UnitId, Field(title="项目单位")]
    project_id: Annotated[UUID | None, Field(title="项目；申报之前的例外不填")] = None
    rows: Annotated[tuple[RowId, ...], Field(title="规则编号", min_length=1, max_length=20)]
    kind: Annotated[ExemptionKind, Field(title="例外种类")]
    reason: Annotated[Text, Field(title="理由")]
    legal_basis: Annotated[LegalBasis | None, Field(title="法律依据")] = None
    evidence: Annotated[Document, Field(title="证明文件")]
    valid_until: Annotated[LegalDate | None, Field(title="有效至（含）")] = None


class ExceptionEvent(Event):
    """A step of one exception; listed under its project and its unit."""

    exception_id: UUID
    unit_id: UnitId
    project_id: UUID | None = None

    @property
    def stream(self) -> str:
        return f"exception:{self.exception_id}"

    def subjects(self) -> Iterator[str]:
        yield self.stream
        yield from super().subjects()


class ExceptionRequested(ExceptionEvent, label="例外申请", article="53"):
    request: ExceptionRequest


class ExceptionAgreement(Act):
    """例外意见: one of the bodies that have to agree."""

    approved: Annotated[Flag, Field(title="是否同意")]
    text: Annotated[Text, Field(title="意见")]
    document: Annotated[Document, Field(title="意见文件（含文号）")]


class ExceptionAgreed(ExceptionEvent, label="例外意见", article="53"):
    body: Code
    agreement: ExceptionAgreement


class ExceptionGranted(ExceptionEvent, label="例外批准", article="53"):
    """All bodies that the pack names have agreed: the rows give way from now on."""

    rows: tuple[RowId, ...]
    kind: ExemptionKind
    number: str
    """文号 of the last agreement, or of the unit's own decision."""
    approvers: tuple[str, ...]
    valid_from: LegalDate
    valid_until: LegalDate | None = None


class ExceptionAttached(ProjectEvent, label="例外适用", article="53"):
    """In the project's own stream: its decisions look at this exception from now on."""

    exception_id: UUID


class ExceptionRefused(ExceptionEvent, label="例外不予批准", article="53"):
    body: Code
    agreement: ExceptionAgreement


class ExceptionRevocation(Act):
    """撤销例外."""

    reason: Annotated[Text, Field(title="理由")]
    document: Annotated[Document, Field(title="撤销文件")]


class ExceptionRevoked(ExceptionEvent, label="撤销例外", article="53"):
    """What was decided on it stands; nothing new may rest on it."""

    revocation: ExceptionRevocation
