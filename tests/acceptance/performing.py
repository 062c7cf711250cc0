"""Builders for performance, sharing and management: events and commands."""

from datetime import date
from typing import Any

from shared.events.acceptance import (
    Archive,
    CloudGrant,
    CloudGrantKind,
    CloudPurpose,
    ExchangeConnected,
    ExchangeConnection,
    Grade,
    HeardOpinion,
    Indicators,
    ManagementRecorded,
    MountedResources,
    OperationStart,
    OperationStarted,
    PerformanceReport,
    PostEvaluation,
    ProjectManagement,
    ResourcesMounted,
    SecurityStage,
    SecurityStageRecorded,
    SelfEvaluation,
    Supervisor,
)
from shared.kernel.dates import add_months
from tests.acceptance.building import COMPLETED, IDENTITY, REPLIED
from tests.support.builders import SUPPLIER, document


def opinion(party: str = "市电化教育馆") -> HeardOpinion:
    return HeardOpinion(party=party, text="进度和质量符合要求")


def performance_report(year: int = 2025, **changes: Any) -> PerformanceReport:
    return PerformanceReport.model_validate(
        {
            "year": year,
            "progress": "完成八成",
            "fund_execution": "支付六成",
            "user_opinion": opinion(),
            "supervision_opinion": opinion("监理公司"),
            "trial_effects": "运行平稳",
            "trial_problems": "高峰较慢",
            "document": document("绩效监控报告"),
            **changes,
        }
    )


INDICATORS = Indicators(
    decision_and_construction="按期", operation="及时", application="良好", benefit="达到预期"
)


def operation_start(on: date | None = None) -> OperationStart:
    return OperationStart(on=on, statement="正式启用")


def operation_started(on: date) -> OperationStarted:
    return OperationStarted(
        on=on,
        **IDENTITY,
        start=operation_start(),
        evaluation_opens_on=add_months(on, 12),
        evaluation_due_on=add_months(on, 24),
    )


def self_evaluation(**changes: Any) -> SelfEvaluation:
    return SelfEvaluation.model_validate(
        {
            "resource_use": "利用率五成",
            "sharing": "共享两项",
            "security_risk": "无重大风险",
            "indicators": INDICATORS,
            "grade": "GOOD",
            "document": document("自评价报告"),
            **changes,
        }
    )


def post_evaluation() -> PostEvaluation:
    return PostEvaluation(
        evaluators=("专家组",),
        indicators=INDICATORS,
        grade=Grade.GOOD,
        text="达到预期",
        document=document("后评价报告"),
    )


def cloud_grant(purpose: str = "PRODUCTION", kind: str = "NEW") -> CloudGrant:
    return CloudGrant(
        purpose=CloudPurpose(purpose),
        kind=CloudGrantKind(kind),
        resources="云主机两台",
        document=document("安排单"),
    )


def management_recorded(*, supervised: bool = True) -> ManagementRecorded:
    supervisor = Supervisor(unit_id=SUPPLIER, name="监理公司", contract=document("监理合同"))
    management = ProjectManagement(
        supervisor=supervisor if supervised else None,
        rules=(document("管理制度"),),
        archive=Archive(keeper="办公室", electronic=True, inventory=document("档案目录")),
    )
    return ManagementRecorded(on=REPLIED, **IDENTITY, management=management)


def exchange_connected() -> ExchangeConnected:
    connection = ExchangeConnection(interface="学籍核验接口", document=document("接入证明"))
    return ExchangeConnected(on=COMPLETED, **IDENTITY, connection=connection)


def resources_mounted(*codes: str) -> ResourcesMounted:
    resources = MountedResources(codes=codes, document=document("挂接证明"))
    return ResourcesMounted(on=COMPLETED, **IDENTITY, resources=resources)


def security_stage(phase: str = "OPERATION", **changes: Any) -> SecurityStage:
    return SecurityStage.model_validate(
        {"phase": phase, "summary": "测评", "evidence": document("测评报告"), **changes}
    )


def security_stage_recorded(phase: str) -> SecurityStageRecorded:
    return SecurityStageRecorded(on=COMPLETED, **IDENTITY, stage=security_stage(phase))
