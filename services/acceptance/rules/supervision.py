"""Rules on findings and who makes them, in article order (第九至五十一条)."""

from collections.abc import Sequence
from uuid import UUID

from services.acceptance.state import Origin, Project, SecurityFound, SharingFound
from shared.events import Recorded
from shared.events.acceptance import SecurityFault, SupervisedMatter
from shared.kernel.actor import Actor
from shared.regulation import Policy, Verdict, article, holds


@article(
    9,
    row="9-1",
    says="监督、管理和评价的对象是已在备案登记平台申报的项目",
    remedy="核对项目标识；先由项目单位申报",
)
def project_is_on_record(project: Project, origin: Origin) -> Verdict:
    known = project.unit_id or origin.unit_id
    return holds(known is not None, f"项目单位：{known or '（无申报）'}", basis=[origin.declared])


@article(
    33,
    row="33-2",
    says="撤销的须是尚未撤销的数据共享问题认定",
    remedy="核对认定标识",
)
def sharing_finding_stands(found: SharingFound | None) -> Verdict:
    if found is None:
        return holds(False, "没有该认定")
    withdrawn = found.withdrawn_on
    return holds(
        withdrawn is None,
        f"{found.on}认定{found.fault.label}，{f'{withdrawn}已撤销' if withdrawn else '未撤销'}",
        basis=[found.ref],
    )


@article(
    44,
    row="44-1",
    says="更正须指明本项目的一条有误记录",
    remedy="在 event_id 填写该记录的事件标识",
)
def corrected_record_exists(stream: Sequence[Recorded], event_id: UUID) -> Verdict:
    found = _in(stream, event_id)
    text = f"{found.on}{found.event.label}" if found else f"本项目没有记录{event_id}"
    return holds(found is not None, text, basis=[found.ref if found else None])


@article(
    44,
    row="44-1",
    says="记录由作出该记录的部门或单位更正",
    remedy="请作出该记录的部门或单位更正",
)
def correction_is_by_who_recorded(
    stream: Sequence[Recorded], event_id: UUID, actor: Actor
) -> Verdict:
    found = _in(stream, event_id)
    recorder = found.meta.actor.body if found else actor.body
    return holds(recorder == actor.body, f"记录由{recorder}作出，更正由{actor.body}提出")


def _in(stream: Sequence[Recorded], event_id: UUID) -> Recorded | None:
    return next((r for r in stream if r.ref.event_id == event_id), None)


@article(
    49,
    row="49-2",
    says="网络安全由网信、保密、公安和数字经济部门监管，密码应用由密码管理部门监管",
    remedy="由负责该事项的部门办理",
)
def security_falls_to_its_supervisor(
    what: SupervisedMatter | SecurityFault, body: str, policy: Policy
) -> Verdict:
    network, cryptography = (policy.codes(f"{kind}_supervisors") for kind in ("network", "crypto"))
    charged = {
        "CYBERSECURITY": network,
        "CRYPTOGRAPHY": cryptography,
        "SECRECY": network + cryptography,
        "MAJOR_DANGER": network + cryptography,
    }.get(what.value)
    named = "、".join(dict.fromkeys(charged)) if charged else "各部门按职责"
    return holds(charged is None or body in charged, f"{what.label}，由{named}监管，本次{body}")


@article(
    51,
    row="51-1",
    says="销号的须是尚未销号的安全问题认定",
    remedy="核对认定标识",
)
def security_finding_is_open(found: SecurityFound | None) -> Verdict:
    if found is None:
        return holds(False, "没有该认定")
    cleared = found.cleared_on
    return holds(
        cleared is None,
        f"{found.on}认定{found.fault.label}，{f'{cleared}已销号' if cleared else '未销号'}",
    )


@article(
    51,
    row="51-1",
    says="安全问题由认定的部门销号",
    remedy="请认定的部门核验整改情况",
)
def finding_is_cleared_by_its_body(found: SecurityFound | None, body: str) -> Verdict:
    finder = found.body if found else body
    return holds(finder == body, f"认定部门{finder}，销号部门{body}")
