"""共享和管理: exchange platform, resources, cloud, management, security (第十一至四十九条)."""

from datetime import date

from services.acceptance import rules
from services.acceptance.decisions.facts import Facts, identity, standing
from services.acceptance.state import Project, Status
from shared.events import Event
from shared.events.acceptance import (
    CloudGrant,
    CloudPurpose,
    CloudResourcesGranted,
    ExchangeConnected,
    ExchangeConnection,
    ManagementRecorded,
    MountedResources,
    ProjectManagement,
    ResourcesMounted,
    SecurityPhase,
    SecurityStage,
    SecurityStageRecorded,
    SharingFeedback,
    SharingFeedbackRecorded,
)
from shared.kernel.dates import add_months
from shared.regulation import Context, Policy
from shared.standing.rules import (
    construction_goes_on,
    no_sharing_violation_bars_cloud_resources,
    production_cloud_needs_a_passed_acceptance,
)


def record_exchange_connection(
    project: Project, connection: ExchangeConnection, facts: Facts, context: Context
) -> Event:
    """接入交换平台（第十一条）."""
    on = context.date_of(connection)
    context.require(rules.project_is_on_record(project, facts.origin))
    return ExchangeConnected(on=on, **identity(project, facts, context), connection=connection)


def record_sharing_feedback(
    project: Project, feedback: SharingFeedback, facts: Facts, context: Context
) -> Event:
    """共享使用反馈（第十一条）."""
    on = context.date_of(feedback)
    context.require(rules.project_is_on_record(project, facts.origin))
    return SharingFeedbackRecorded(on=on, **identity(project, facts, context), feedback=feedback)


def record_management(
    project: Project, management: ProjectManagement, facts: Facts, context: Context
) -> Event:
    """项目管理情况（第二十六条）: supervision, rules and archives; the latest record counts."""
    on = context.date_of(management)
    context.require(rules.project_is_on_record(project, facts.origin))
    return ManagementRecorded(on=on, **identity(project, facts, context), management=management)


def grant_cloud_resources(
    project: Project, grant: CloudGrant, facts: Facts, context: Context
) -> Event:
    """政务云资源安排（第三十二、三十三条）."""
    on, seen = context.date_of(grant), standing(project, facts)
    context.require(rules.project_is_on_record(project, facts.origin))
    context.require(
        construction_goes_on(seen),
        production_cloud_needs_a_passed_acceptance(
            project.label,
            passed=project.status is Status.ACCEPTED,
            production=grant.purpose is CloudPurpose.PRODUCTION,
        ),
        no_sharing_violation_bars_cloud_resources(seen, context.today),
        exemptions=facts.exemptions,
    )
    named = identity(project, facts, context)
    return CloudResourcesGranted(on=on, **named, grant_id=context.new_id(), grant=grant)


def record_mounted_resources(
    project: Project, resources: MountedResources, facts: Facts, context: Context
) -> Event:
    """公共数据挂接（第三十三条）: compared at acceptance with what the project catalogued."""
    on = context.date_of(resources)
    context.require(rules.project_is_on_record(project, facts.origin))
    return ResourcesMounted(on=on, **identity(project, facts, context), resources=resources)


def record_security_stage(
    project: Project, stage: SecurityStage, facts: Facts, context: Context
) -> Event:
    """安全措施情况（第四十九条）: planned, built and operated along with the system."""
    on = context.date_of(stage)
    context.require(rules.project_is_on_record(project, facts.origin))
    context.require(rules.mlps_assessment_names_its_level(stage), exemptions=facts.exemptions)
    return SecurityStageRecorded(
        on=on,
        **identity(project, facts, context),
        stage=stage,
        next_due_on=_next_assessment(stage, on, context.policy),
    )


def _next_assessment(stage: SecurityStage, on: date, policy: Policy) -> date | None:
    """Assessments of a system in operation come again from a level of protection on."""
    from_level = policy.number("periodic_assessment_from_level")
    periodic = stage.mlps_level is not None and stage.mlps_level >= from_level
    if not (periodic and stage.assessment and stage.phase is SecurityPhase.OPERATION):
        return None
    return add_months(on, policy.number("periodic_assessment_months"))
