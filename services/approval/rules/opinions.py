"""Rules on opinions: who is asked, who gives which, for which submission (第二十二条)."""

from services.approval.rules.documents import names_current
from services.approval.state import Examination, StandingOpinion
from shared.events.approval import Conclusion, Opinion, OpinionKind
from shared.regulation import Policy, Verdict, article, holds


def _written(policy: Policy) -> dict[str, str]:
    """Bodies to be asked by letter, with their names."""
    return {d.body: policy.body_name(d.body) for d in policy.pack.opinions if d.written_request}


@article(
    22,
    row="22-1",
    says="书面征求的对象为规定的部门",
    remedy="核对部门代码；会同审批的部门不须书面征求",
)
def letter_goes_to_a_body_to_be_asked(body: str, policy: Policy) -> Verdict:
    written = _written(policy)
    return holds(
        body in written,
        f"发往{policy.body_name(body)}；须书面征求的：{'、'.join(written.values())}",
    )


@article(22, row="22-1", says="须书面征求的部门，收到函后出具意见", remedy="请市发展改革委先发函")
def opinion_is_asked_for_in_writing(body: str, examination: Examination, policy: Policy) -> Verdict:
    sent = examination.letter_to(body)
    asked = body not in _written(policy) or sent is not None
    return holds(
        asked,
        f"征求意见函：{sent.letter.number if sent else '无'}",
        basis=[sent.ref] if sent else [],
    )


@article(22, row="22-2", says="各部门按职责出具相应种类的意见", remedy="核对意见种类")
def opinion_is_the_bodys_duty(body: str, kind: OpinionKind, policy: Policy) -> Verdict:
    kinds = {d.kind: d.label for d in policy.pack.opinions if d.body == body}
    return holds(
        kind in kinds,
        f"{policy.body_name(body)}出具：{'、'.join(kinds.values()) or '无'}；所提为{kind.label}",
    )


@article(
    22,
    row="22-1",
    says="意见针对现行报审文件",
    remedy="审阅现行报审文件后，以其摘要值出具或沿用",
)
def opinion_names_the_current_submission(digest: str, examination: Examination) -> Verdict:
    return names_current(digest, examination)


@article(
    22,
    row="22-1",
    says="有条件同意须列明条件，其他结论不附条件",
    remedy="核对 conclusion 与 conditions",
)
def conditions_match_the_conclusion(opinion: Opinion) -> Verdict:
    conditional = opinion.conclusion is Conclusion.CONDITIONAL
    return holds(
        conditional == bool(opinion.conditions),
        f"结论为{opinion.conclusion.label}，附条件{len(opinion.conditions)}项",
    )


@article(
    22,
    row="22-1",
    says="沿用的是本部门在本轮对较早报审文件的意见",
    remedy="对现行报审文件直接出具意见",
)
def opinion_to_carry_exists(standing: StandingOpinion | None, examination: Examination) -> Verdict:
    if standing is None:
        return holds(False, "本轮没有可沿用的意见")
    current = standing.digest == examination.digest
    return holds(
        not current,
        f"意见{standing.opinion.number}{'已针对现行' if current else '针对较早的'}报审文件",
        basis=[standing.ref],
    )


@article(
    22,
    row="22-1",
    says="审批前已书面征求各有关部门意见",
    remedy="向所列部门发征求意见函",
    mode="GATE",
)
def letters_are_sent(examination: Examination, policy: Policy) -> Verdict:
    sent = {body: examination.letter_to(body) for body in _written(policy)}
    missing = [policy.body_name(body) for body, letter in sent.items() if letter is None]
    return holds(
        not missing,
        f"未征求：{'、'.join(missing) or '无'}",
        basis=[letter.ref for letter in sent.values() if letter],
    )


@article(
    22,
    row="22-2",
    says="项目资金审核意见已对现行报审文件出具",
    remedy="请所列部门出具或沿用意见",
    mode="GATE",
)
def funds_opinion_is_given(examination: Examination, policy: Policy) -> Verdict:
    return _given(OpinionKind.FUNDS, examination, policy)


@article(
    22,
    row="22-3",
    says="各有关部门的信息安全审核意见已对现行报审文件出具",
    remedy="请所列部门出具或沿用意见",
    mode="GATE",
)
def security_opinions_are_given(examination: Examination, policy: Policy) -> Verdict:
    return _given(OpinionKind.SECURITY, examination, policy)


@article(
    22,
    row="22-4",
    says="安全可靠和密码应用合规性审核意见已对现行报审文件出具",
    remedy="请所列部门出具或沿用意见",
    mode="GATE",
)
def cryptography_opinion_is_given(examination: Examination, policy: Policy) -> Verdict:
    return _given(OpinionKind.CRYPTOGRAPHY, examination, policy)


@article(
    22,
    row="22-5",
    says="技术审核意见已对现行报审文件出具",
    remedy="请所列部门出具或沿用意见",
    mode="GATE",
)
def technical_opinion_is_given(examination: Examination, policy: Policy) -> Verdict:
    return _given(OpinionKind.TECHNICAL, examination, policy)


def _given(kind: OpinionKind, examination: Examination, policy: Policy) -> Verdict:
    findings, basis, complete = [], [], True
    for duty in policy.pack.opinions:
        if duty.kind != kind:
            continue
        standing = examination.opinion_of(duty.body, kind)
        if standing is None:
            state = "未出具"
        elif standing.digest != examination.digest:
            state = "针对较早的报审文件"
        else:
            state = f"{standing.opinion.conclusion.label}（{standing.opinion.number}）"
            basis.append(standing.ref)
        complete = complete and standing is not None and standing.digest == examination.digest
        findings.append(f"{policy.body_name(duty.body)}{state}")
    return holds(complete, f"{kind.label}：{'、'.join(findings)}", basis=basis)


@article(
    22,
    row="22-5",
    says="没有部门对现行报审文件不同意",
    remedy="修改后重新报审，或由该部门出具新的意见",
    mode="GATE",
)
def no_opinion_objects(examination: Examination, policy: Policy) -> Verdict:
    objecting = [
        o
        for o in examination.opinions
        if o.digest == examination.digest and o.opinion.conclusion is Conclusion.DISAGREE
    ]
    listed = "、".join(f"{policy.body_name(o.body)}（{o.opinion.number}）" for o in objecting)
    return holds(
        not (objecting and policy.flag("negative_opinion_blocks")),
        f"不同意的：{listed or '无'}",
        basis=[o.ref for o in objecting],
    )
