"""Rules on sharing, management and security in building, in article order (第十一至四十九条).

Those of mode ADVICE weigh on an acceptance and stop nothing (第二十条).
"""

from services.acceptance.state import Origin, Project
from shared.events.acceptance import (
    SecurityAssessment,
    SecurityPhase,
    SecurityStage,
)
from shared.regulation import Verdict, article, holds


@article(
    11,
    row="11-2",
    says="项目接入市级共享交换平台",
    remedy="登记接入情况",
    mode="ADVICE",
)
def exchange_platform_is_connected(project: Project) -> Verdict:
    sharing = project.sharing
    return holds(
        sharing.connected_on is not None,
        f"接入：{sharing.connected_on or '未登记'}；使用反馈{sharing.feedbacks}次",
        basis=[sharing.connected],
    )


@article(
    26,
    row="26-2",
    says="项目有管理制度和档案",
    remedy="登记管理制度和档案",
    mode="ADVICE",
)
def management_is_in_order(project: Project) -> Verdict:
    recorded = project.management.recorded
    rules = recorded.rules if recorded else ()
    archived = recorded is not None and recorded.archive is not None
    return holds(
        bool(rules) and archived,
        f"管理制度{len(rules)}件，档案{'已' if archived else '未'}登记",
        basis=[project.management.ref],
    )


@article(
    26,
    row="26-3",
    says="项目按规定委托监理",
    remedy="登记监理单位和监理合同",
    mode="ADVICE",
)
def supervision_is_commissioned(project: Project) -> Verdict:
    recorded = project.management.recorded
    supervisor = recorded.supervisor if recorded else None
    return holds(
        supervisor is not None,
        f"监理单位：{supervisor.name if supervisor else '未登记'}",
        basis=[project.management.ref],
    )


@article(
    33,
    row="33-1",
    says="编目的共享资源均已挂接到全市目录",
    remedy="挂接所缺资源后登记",
    mode="ADVICE",
)
def catalogued_resources_are_mounted(project: Project, origin: Origin) -> Verdict:
    catalogue, mounted = origin.catalogue, project.sharing.mounted
    wanted = catalogue.codes if catalogue else ()
    missing = [code for code in wanted if code not in mounted]
    return holds(
        not missing,
        f"编目{len(wanted)}项，已挂接{len(mounted)}项，缺少：{'、'.join(missing) or '无'}",
        basis=[catalogue.ref if catalogue else None, project.sharing.mounted_by],
    )


@article(
    49,
    row="49-1",
    says="安全措施与系统同步规划、同步建设",
    remedy="登记规划和建设阶段的安全措施情况",
    mode="ADVICE",
)
def security_went_along(project: Project) -> Verdict:
    before_operation = (SecurityPhase.PLAN, SecurityPhase.BUILD)
    missing = [p.label for p in before_operation if p not in project.management.security_phases]
    return holds(not missing, f"未登记：{'、'.join(missing) or '无'}")


@article(
    49,
    row="49-1",
    says="等级保护测评写明保护等级",
    remedy="填写 mlps_level",
)
def mlps_assessment_names_its_level(stage: SecurityStage) -> Verdict:
    mlps = stage.assessment is SecurityAssessment.MLPS
    return holds(
        not mlps or stage.mlps_level is not None,
        f"检测评估：{stage.assessment.label if stage.assessment else '无'}，"
        f"保护等级：{stage.mlps_level or '（无）'}",
    )
