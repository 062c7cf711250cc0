"""Rules for the catalogue of information resources, in article order."""

from services.registry.state import Project
from shared.events.registry import ResourceCatalogue, SharingType
from shared.regulation import Verdict, article, holds


@article(
    11,
    row="11-1",
    says="有条件共享须写明条件，不予共享须有法律依据",
    remedy="补填 condition 或 citation",
)
def sharing_is_justified(catalogue: ResourceCatalogue) -> Verdict:
    bare = [
        r.code
        for r in catalogue.resources
        if (r.sharing is SharingType.CONDITIONAL and not r.condition)
        or (r.sharing is SharingType.NONE and not r.citation)
    ]
    return holds(not bare, f"缺少条件或依据的资源：{'、'.join(bare) or '无'}")


@article(
    20,
    row="20-1",
    says="审核的是现行的无数据资源说明",
    remedy="先由项目单位说明本项目不产生数据资源",
)
def no_data_statement_awaits_approval(project: Project) -> Verdict:
    stated = project.resources is not None and project.resources.no_data_statement is not None
    awaiting = stated and not project.no_data_approved
    text = "说明待审核" if awaiting else "说明已审核" if stated else "没有无数据资源说明"
    return holds(awaiting, text)
