"""Decisions on acceptance: state and command in, events or a refusal out."""

from services.acceptance.decisions.conclusion import (
    apply_for_acceptance,
    conclude_acceptance,
    file_acceptance,
    report_service_acceptance,
    review_service_acceptance,
)
from services.acceptance.decisions.conduct import (
    grant_cloud_resources,
    record_exchange_connection,
    record_management,
    record_mounted_resources,
    record_security_stage,
    record_sharing_feedback,
)
from services.acceptance.decisions.due_date import (
    end_acceptance_schedule,
    mark_overdue,
    request_extension,
    rule_on_extension,
    schedule_acceptance,
)
from services.acceptance.decisions.facts import (
    Facts,
)
from services.acceptance.decisions.performance import (
    record_post_evaluation,
    report_operation_start,
    submit_performance_report,
    submit_self_evaluation,
)
from services.acceptance.decisions.rectification import (
    confirm_rectification,
    impose_measure,
    lift_measure,
    order_rectification,
    report_rectification,
)
from services.acceptance.decisions.supervision import (
    clear_security_finding,
    correct_record,
    find_exclusive_opening,
    find_sharing_violation,
    record_inspection,
    record_referral,
    record_safety_incident,
    record_security_finding,
    record_untruthfulness,
    withdraw_sharing_violation,
)
from services.acceptance.decisions.trial_run import (
    record_handover,
    report_completion,
    report_trial_incident,
    start_trial_run,
)

__all__ = [
    "Facts",
    "apply_for_acceptance",
    "clear_security_finding",
    "conclude_acceptance",
    "confirm_rectification",
    "correct_record",
    "end_acceptance_schedule",
    "file_acceptance",
    "find_exclusive_opening",
    "find_sharing_violation",
    "grant_cloud_resources",
    "impose_measure",
    "lift_measure",
    "mark_overdue",
    "order_rectification",
    "record_exchange_connection",
    "record_handover",
    "record_inspection",
    "record_management",
    "record_mounted_resources",
    "record_post_evaluation",
    "record_referral",
    "record_safety_incident",
    "record_security_finding",
    "record_security_stage",
    "record_sharing_feedback",
    "record_untruthfulness",
    "report_completion",
    "report_operation_start",
    "report_rectification",
    "report_service_acceptance",
    "report_trial_incident",
    "request_extension",
    "review_service_acceptance",
    "rule_on_extension",
    "schedule_acceptance",
    "start_trial_run",
    "submit_performance_report",
    "submit_self_evaluation",
    "withdraw_sharing_violation",
]
