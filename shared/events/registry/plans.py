"""规划: what projects have to conform to (第十四条)."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Annotated
from uuid import UUID, uuid5

from pydantic import Field, model_validator

from shared.events.envelope import Event
from shared.events.vocabulary import Act, Document
from shared.kernel.coded import Coded
from shared.kernel.text import Line

_PLANS = UUID("5b0f6c52-8d0a-5d0e-9a3f-0c1c5a1f7e14")
"""Namespace of the ids of plans."""


@lru_cache(maxsize=1024)
def plan_id_of(title: str) -> UUID:
    """A plan is known by its title: whoever names it finds it."""
    return uuid5(_PLANS, title)


class PlanLevel(Coded):
    """规划层级（第十四条）."""

    NATIONAL = "NATIONAL", "国家规划"
    PROVINCIAL = "PROVINCIAL", "省级规划"
    MUNICIPAL = "MUNICIPAL", "市级规划"
    DEPARTMENTAL = "DEPARTMENTAL", "部门规划"


class Plan(Act):
    """规划: its title, level and period, and the document that approves it (第十四条)."""

    title: Annotated[Line, Field(title="规划名称")]
    level: Annotated[PlanLevel, Field(title="层级")]
    first_year: Annotated[int, Field(title="规划期首年", ge=2000, le=2100, strict=True)]
    last_year: Annotated[int, Field(title="规划期末年", ge=2000, le=2100, strict=True)]
    approver: Annotated[Line, Field(title="审批机关")]
    document: Annotated[Document, Field(title="印发或批准文件")]

    @model_validator(mode="after")
    def _period_runs_forward(self) -> "Plan":
        if self.last_year < self.first_year:
            raise ValueError("规划期末年不得早于首年")
        return self


class PlanRegistered(Event, label="规划登记", article="14"):
    plan_id: UUID
    plan: Plan

    @property
    def stream(self) -> str:
        return f"plan:{self.plan_id}"

    def subjects(self) -> Iterator[str]:
        yield self.stream
