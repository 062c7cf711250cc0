"""资格查询: what is asked, and how it is answered, on the wire."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field, model_validator

from services.audit.cuts import Places, Seen, places_of
from shared.events.vocabulary import LegalDate
from shared.kernel.actor import EventRef
from shared.kernel.coded import Coded
from shared.kernel.identifiers import UnitId
from shared.kernel.model import Record
from shared.regulation.rule import Mode
from shared.web.instant import Instant


class Action(Coded):
    """所问事项."""

    DECLARE = "DECLARE", "申报新项目"
    APPROVE = "APPROVE", "批复项目"
    CHANGE = "CHANGE", "调整批复内容"
    ACCEPTANCE = "ACCEPTANCE", "组织验收"
    INCLUDE_BUDGET = "INCLUDE_BUDGET", "列入预算"
    OPERATION_MONEY = "OPERATION_MONEY", "安排运行维护经费"
    NEW_CLOUD_RESOURCES = "NEW_CLOUD_RESOURCES", "新增政务云资源"


class Question(Record):
    """资格查询条件."""

    unit: Annotated[UnitId, Field(title="项目单位")]
    action: Annotated[Action, Field(title="所问事项")]
    project: Annotated[UUID | None, Field(title="项目；申报新项目时不填")] = None
    base: Annotated[UUID | None, Field(title="申报升级改造时，原项目")] = None
    system: Annotated[UUID | None, Field(title="系统目录条目；缺省为项目申报的系统")] = None
    as_of: Annotated[
        LegalDate | None,
        Field(title="法定日期；缺省为今天", ge=date(2000, 1, 1), le=date(2099, 12, 31)),
    ] = None
    known_at: Annotated[Instant | None, Field(title="已知时刻；只看该时刻以前入库的")] = None
    positions: Annotated[
        Places | None, Field(title="日志位置；只看各日志到该位置的，未写的服务不限")
    ] = None
    budget_year: Annotated[
        int | None, Field(title="预算年度；缺省为所问日期的下一年", ge=2000, le=2100)
    ] = None

    @property
    def seen(self) -> Seen:
        """What had been recorded as of then."""
        return Seen.of(self.known_at, places_of(self.positions))

    @model_validator(mode="after")
    def _names_what_it_is_about(self) -> "Question":
        if self.action is Action.DECLARE:
            if self.project is not None:
                raise ValueError("申报新项目不填 project；升级改造的原项目填 base")
        elif self.base is not None:
            raise ValueError("base 只用于申报新项目；已申报项目的原项目以其申报为准")
        elif self.project is None and not (
            self.action is Action.OPERATION_MONEY and self.system is not None
        ):
            raise ValueError("须填写 project；安排运行维护经费的，也可只填 system")
        return self


class Source(Record):
    """依据事件."""

    type: Annotated[str, Field(title="事件类型")]
    label: Annotated[str, Field(title="事件名称")]
    on: Annotated[date, Field(title="法定日期")]
    ref: EventRef


class Lifting(Record):
    """有效的例外."""

    number: Annotated[str, Field(title="文号")]
    kind: Annotated[str, Field(title="例外种类")]
    valid_until: Annotated[date | None, Field(title="有效至（含）")]
    ref: EventRef


class Block(Record):
    """限制: a rule that stands against the action, why, since when, and what lifts it."""

    rule: Annotated[str, Field(title="规则名")]
    row: Annotated[str, Field(title="规则编号")]
    article: Annotated[str, Field(title="条号")]
    strength: Annotated[
        Mode, Field(title="强度：HARD 必须；SOFT 原则上；GATE 须先经他方；ADVICE 仅供参考")
    ]
    says: Annotated[str, Field(title="规则要求")]
    text: Annotated[str, Field(title="实际情况")]
    since: Annotated[date | None, Field(title="依据事件的法定日期，自何日起")]
    remedy: Annotated[str, Field(title="如何解除")]
    not_before: Annotated[date | None, Field(title="仅差时间的，自该日起解除")]
    exception_possible: Annotated[bool, Field(title="能否申请例外")]
    exception_approvers: Annotated[tuple[str, ...], Field(title="例外的批准部门")]
    exception: Annotated[Lifting | None, Field(title="有效的例外")]
    sources: Annotated[tuple[Source, ...], Field(title="依据事件")]


class Eligibility(Record):
    """资格."""

    question: Question
    label: Annotated[str, Field(title="所问事项名称")]
    on: Annotated[date, Field(title="所说的是哪一天")]
    allowed: Annotated[bool, Field(title="是否没有限制，或限制已经例外批准，或仅供参考")]
    blocks: Annotated[tuple[Block, ...], Field(title="限制")]
    satisfied: Annotated[tuple[str, ...], Field(title="已满足的规则")]
    policy: Annotated[str, Field(title="政策包")]
    positions: Annotated[dict[str, int], Field(title="各服务日志已反映到的位置")]
