"""Rules on projects that several units build together (第二十一、二十七条)."""

from services.approval.rules.documents import names_current
from services.approval.state import Examination, Project, Registration
from shared.events.approval import DivisionOfWork, SignOff, Submission
from shared.regulation import Verdict, article, holds


@article(
    21,
    row="21-1",
    says="共建共享项目明确业务流、数据流、接口和数据目录，建设内容无重复交叉",
    remedy="填写 joint，并消除重复交叉",
)
def joint_design_is_complete(submission: Submission, registration: Registration) -> Verdict:
    along, joint = registration.participants, submission.joint
    complete = joint is not None and joint.no_overlap
    state = "无共建共享设计" if joint is None else "已设计" if complete else "有重复交叉"
    return holds(
        not along or complete,
        f"参建部门{len(along)}家，{state}",
        basis=[registration.listed] if along else [],
    )


@article(21, row="21-1", says="会签针对现行报审文件", remedy="以现行报审文件的摘要值重新会签")
def sign_off_names_the_current_submission(sign_off: SignOff, examination: Examination) -> Verdict:
    return names_current(sign_off.digest, examination)


@article(
    27,
    row="27-1",
    says="跨部门共建共享项目方须确定分工",
    remedy="没有参建部门的项目不须办理",
)
def project_is_built_together(project: Project) -> Verdict:
    along = project.participants
    return holds(bool(along), f"参建部门{len(along)}家")


@article(
    27,
    row="27-1",
    says="分工列明每个参建部门的建设范围和责任义务",
    remedy="在 shares 中补列所缺的参建部门",
)
def every_participant_has_its_share(division: DivisionOfWork, project: Project) -> Verdict:
    named = {share.unit_id for share in division.shares}
    missing = [unit for unit in project.participants if unit not in named]
    strangers = sorted(named - project.parties)
    return holds(
        not (missing or strangers),
        f"未列分工：{'、'.join(missing) or '无'}；不参建的：{'、'.join(strangers) or '无'}",
    )
