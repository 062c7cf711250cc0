"""Rules on how a project is to be built, in article order (第六、八、二十三条).

The SOFT ones are 原则上: each gives way to an exception that the bodies named by the pack grant.
"""

from collections.abc import Sequence
from datetime import date

from services.approval.state import Examination
from shared.events.approval import (
    Construction,
    ConstructionKind,
    DeployTarget,
    EndpointSecurity,
    HardwareKind,
    Judgement,
    LineKind,
    NetworkUse,
    ReviewTopic,
    Submission,
)
from shared.regulation import Policy, Verdict, article, holds
from shared.regulation.exemption import Exemption

EXCEPTION = "；确有理由的，可向市发展改革委、市数字经济局申请例外"
BY_LAW = "；法律法规有明确规定或确有理由的，可向市发展改革委、市数字经济局申请例外"


@article(
    6,
    row="6-1",
    says="报审文件说明建设方式：依托的平台、硬件和线路、平台接入、查重",
    remedy="填写 construction",
)
def construction_is_described(submission: Submission) -> Verdict:
    described = submission.construction is not None
    return holds(described, "已说明建设方式" if described else "未说明建设方式")


@article(
    6,
    row="6-1",
    says="依托市级政务云、电子政务网络、数据共享交换平台和公共支撑建设",
    remedy="改为依托所缺的平台" + EXCEPTION,
    mode="SOFT",
)
def common_platforms_are_used(construction: Construction) -> Verdict:
    unused = {
        "市级政务云": construction.deploy_target is DeployTarget.ELSEWHERE,
        "电子政务网络": construction.network is NetworkUse.OTHER,
        "数据共享交换平台": not construction.connections.exchange_platform,
        "公共支撑": not construction.common_supports,
    }
    return _none("未依托", unused)


@article(
    6,
    row="6-2",
    says="不建设孤立的系统",
    remedy="设计与其他系统的接口" + EXCEPTION,
    mode="SOFT",
)
def system_is_not_isolated(construction: Construction) -> Verdict:
    count = len(construction.integrations)
    return holds(
        count > 0, f"与其他系统的接口{count}个{'' if count else '，视为孤立'}", interfaces=count
    )


_COMMON_HARDWARE = frozenset(HardwareKind) - {HardwareKind.TERMINAL, HardwareKind.FIELD_DEVICE}


@article(
    8,
    row="8-(1)",
    says="不建机房、数据中心、私有云，不购服务器、存储和服务端网络设备",
    remedy="改用市级政务云资源" + BY_LAW,
    mode="SOFT",
)
def no_hardware_of_its_own(construction: Construction) -> Verdict:
    found = [item for item in construction.hardware if item.kind in _COMMON_HARDWARE]
    listed = "、".join(f"{item.kind.label}（{item.name}×{item.quantity}）" for item in found)
    return holds(not found, f"拟建拟购：{listed or '无'}")


@article(
    8,
    row="8-(2)",
    says="不租互联网出口和未整合的专网，终端安全防护纳入统一监管",
    remedy="整合到电子政务内网或外网，纳入统一监管" + BY_LAW,
    mode="SOFT",
)
def no_lines_or_guards_of_its_own(construction: Construction) -> Verdict:
    lines = construction.lines
    found = {
        "互联网出口线路": any(line.kind is LineKind.INTERNET_EGRESS for line in lines),
        "未整合的专网线路": any(
            line.kind is LineKind.PRIVATE_LINE and not line.merged for line in lines
        ),
        "未纳入统一监管的终端安全防护": construction.endpoint_security is EndpointSecurity.SEPARATE,
    }
    return _none("拟租拟建", found)


@article(
    8,
    row="8-(3)",
    says="新建的部署在市级政务云，改造升级的迁移到市级政务云",
    remedy="改为部署到市级政务云；改造升级的补充迁移方案" + BY_LAW,
    mode="SOFT",
)
def it_runs_on_the_municipal_cloud(construction: Construction) -> Verdict:
    on_cloud = construction.deploy_target is not DeployTarget.ELSEWHERE
    new = construction.kind is ConstructionKind.NEW
    migrating = not new and construction.migration_plan is not None
    return holds(
        on_cloud or migrating,
        f"{construction.kind.label}，{construction.deploy_target.label}，"
        f"{'有' if construction.migration_plan else '无'}迁移方案",
    )


_ADDING = frozenset({ConstructionKind.NEW, ConstructionKind.EXPAND})


@article(
    8,
    row="8-(4)",
    says="不新建、扩建已有统建的共性系统",
    remedy="改用统建的共性系统" + BY_LAW,
    mode="SOFT",
)
def no_common_system_is_built_again(construction: Construction) -> Verdict:
    found = construction.common_capabilities if construction.kind in _ADDING else ()
    listed = "、".join(capability.label for capability in found)
    return holds(not found, f"{construction.kind.label}的共性系统：{listed or '无'}")


@article(
    8,
    row="8-(5)",
    says="服务类接入交换和政务服务平台，指挥决策类接入指挥调度平台，不新建协同办公平台",
    remedy="接入所缺的平台，协同办公改用统建平台" + BY_LAW,
    mode="SOFT",
)
def required_platforms_are_connected(construction: Construction) -> Verdict:
    it = construction.connections
    new = construction.kind is ConstructionKind.NEW
    missing = {
        "服务类未接入数据共享交换平台": it.public_service and not it.exchange_platform,
        "服务类未接入一体化政务服务平台": it.public_service and not it.service_platform,
        "指挥决策类未接入指挥调度平台": it.command and not it.command_platform,
        "新建协同办公平台": it.office_platform and new,
    }
    return _none("存在", missing)


@article(
    8,
    row="8-(6)",
    says="评估论证时对需求、整合、普查、共享和安全五个方面逐一判断",
    remedy="在 judgements 中补充所缺方面的判断、理由和审查人",
)
def five_matters_are_judged(judgements: Sequence[Judgement]) -> Verdict:
    judged = {judgement.topic for judgement in judgements}
    missing = [topic.label for topic in ReviewTopic if topic not in judged]
    twice = len(judgements) > len(judged)
    return holds(
        not missing and not twice,
        f"未判断：{'、'.join(missing) or '无'}{'；同一方面判断不止一次' if twice else ''}",
    )


@article(
    8,
    row="8-(6)",
    says="需求目标明确，内部整合、目录普查、数据共享和信息安全均已落实",
    remedy="完善后重新评估论证" + BY_LAW,
    mode="SOFT",
)
def five_matters_are_met(examination: Examination) -> Verdict:
    evaluated = examination.evaluated
    judgements = evaluated.evaluation.judgements if evaluated else ()
    unmet = [j.topic.label for j in judgements if not j.met]
    judged = {j.topic for j in judgements} == set(ReviewTopic)
    return holds(
        judged and not unmet,
        f"未落实：{'、'.join(unmet) or '无'}" if judged else "五个方面尚未判断",
        basis=[evaluated.ref if evaluated else None],
    )


@article(
    8,
    row="8-(7)",
    says="基础设施、支撑平台和数据资源共建共享共用",
    remedy="改为共建共享共用" + BY_LAW,
    mode="SOFT",
)
def what_is_built_is_shared(construction: Construction) -> Verdict:
    shared = construction.shared_use
    return holds(shared, "共建共享共用" if shared else "不共建共享共用")


@article(
    8,
    row="8-(9)",
    says="新建、改建、扩建的内容不与上级统建项目重复",
    remedy="去除与上级统建项目重复的内容" + BY_LAW,
    mode="SOFT",
)
def nothing_of_a_higher_level_is_duplicated(construction: Construction) -> Verdict:
    applies = construction.kind is not ConstructionKind.UPGRADE
    check = construction.duplicate_check
    return holds(
        not applies or not check.duplicated,
        f"相近的上级统建系统：{check.upper_level_system or '无'}；"
        f"{'有' if check.duplicated else '无'}重复",
    )


def demand_of(exemptions: Sequence[Exemption], on: date) -> Exemption | None:
    """The exception in force by which what Article 23 spares is demanded all the same."""
    return next((e for e in exemptions if "23-1" in e.rows and e.in_force(on)), None)


@article(
    23,
    row="23-1",
    says="不涉及土建和高能耗的，不要求四项前置审批；涉及的附齐文件",
    remedy="在 prior_approvals 中补齐所缺文件；不涉及的核对 civil_works 和 high_energy",
)
def prior_approvals_are_attached_where_due(
    submission: Submission, demand: Exemption | None, policy: Policy
) -> Verdict:
    built = submission.construction
    due = built is not None and (built.civil_works or built.high_energy)
    given = {m.code for m in submission.prior_approvals if m.document is not None}
    lacking = [m.label for m in policy.materials("prior_approvals") if m.code not in given]
    why = "涉及土建或高能耗" if due else "经批准须办理" if demand else "不要求"
    needed = due or demand is not None
    listed = f"，缺少：{'、'.join(lacking) or '无'}" if needed else ""
    return holds(
        not needed or not lacking,
        f"{why}{listed}",
        basis=[demand.ref if demand else None],
    )


def _none(what: str, found: dict[str, bool]) -> Verdict:
    """Holds where nothing of these is found; the text lists what is."""
    listed = "、".join(name for name, there in found.items() if there)
    return holds(not listed, f"{what}：{listed or '无'}")
