"""摘要：登记备案的事件."""

from collections.abc import Callable
from typing import Any

from shared.events import Event
from shared.events.registry import (
    AssetConfirmed,
    CountyProjectLinked,
    DataCollectionFlagged,
    DeclarationWithdrawn,
    ResourcesCatalogued,
    SystemCatalogued,
    SystemTerminated,
    SystemTerminationRequired,
)

LINES: dict[type[Event], Callable[[Any], str]] = {
    SystemCatalogued: lambda e: f"{e.entry.name}，{e.entry.status.label}",
    AssetConfirmed: lambda e: f"资产编号{e.registration.asset_number}",
    SystemTerminationRequired: lambda e: (
        f"应于{e.requirement.terminate_by}前停用，替代为{e.requirement.replacement}"
    ),
    SystemTerminated: lambda e: f"{e.on}停用",
    CountyProjectLinked: lambda e: f"{e.county_project.unit_name}，{e.county_project.name}",
    ResourcesCatalogued: lambda e: (
        f"信息资源{len(e.catalogue.resources)}项" if e.catalogue.resources else "不产生数据资源"
    ),
    DeclarationWithdrawn: lambda e: e.withdrawal.reason,
    DataCollectionFlagged: lambda e: e.restriction.reason,
}
