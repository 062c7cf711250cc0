"""Builders: valid commands and documents with one line of difference each."""

import hashlib
from typing import Any

from shared.events.registry import Declaration, SystemEntry, UnitProfile
from shared.events.vocabulary import Document, FundingChannel, Material, Source
from shared.kernel.money import Money
from tests.support.given_when_then import SUBJECT

UNIT = "11511100MB1A2B3CXE"
OTHER_UNIT = "11511100008660011N"
THIRD_UNIT = "1151110000866002XE"
SUPPLIER = "91511100MA62A1B23N"


def yuan(amount: str) -> Money:
    return Money.of(amount)


def document(title: str = "文件", number: str | None = None) -> Document:
    """A document whose digest is that of its title."""
    digest = "sm3:" + hashlib.new("sm3", title.encode()).hexdigest()
    return Document(title=title, digest=digest, number=number)


def materials(*codes: str) -> tuple[Material, ...]:
    return tuple(Material(code=code, document=document(code)) for code in codes)


DECLARATION_MATERIALS = (
    "APPLICATION_PLAN",
    "RESOURCE_CATALOGUE",
    "CLOUD_DEMAND",
    "MLPS_PLAN",
    "CRYPTO_PLAN",
)


def profile(**changes: Any) -> UnitProfile:
    return UnitProfile.model_validate(
        {
            "unit_id": UNIT,
            "name": "乐山市教育局",
            "head": "李四",
            "head_post": "局长",
            "informatization_office": "信息中心",
            "contact": "王五",
            **changes,
        }
    )


def entry(**changes: Any) -> SystemEntry:
    """An entry of the system catalogue for a planned business system."""
    return SystemEntry.model_validate(
        {
            "unit_id": UNIT,
            "name": "智慧教育平台",
            "category": "BUSINESS_SYSTEM",
            "status": "PLANNED",
            "functions": "统一平台",
            **changes,
        }
    )


def declaration(**changes: Any) -> Declaration:
    """A declaration in 2026 for 2027, of 1 000 000.00 from the municipal budget."""
    total = changes.get("total", "1000000.00")
    return Declaration.model_validate(
        {
            "unit_id": UNIT,
            "system_id": SUBJECT,
            "name": "智慧教育平台",
            "category": "BUSINESS_SYSTEM",
            "delivery_mode": "SELF_BUILD",
            "mode_reason": "需与现有系统深度整合",
            "plan_year": 2027,
            "tasks": "建设统一平台",
            "necessity": "落实市委部署",
            "goals": "服务覆盖全市学校",
            "responsible_person": "李四",
            "plan_alignment": ["乐山市数字政府建设规划"],
            "materials": materials(*DECLARATION_MATERIALS),
            "total": total,
            "operation_cost": "50000.00",
            "sources": [Source(channel=FundingChannel.MUNICIPAL, amount=Money.of(total))],
            "scope_basis": "GB/T 40692 政务信息系统：业务应用",
            **changes,
        }
    )
