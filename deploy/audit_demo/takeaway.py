"""带走: an honest bundle, checked where there is nothing of ours and no network; then one byte."""

import json
import zipfile
from dataclasses import dataclass

from deploy.audit_demo.auditor import Kept
from deploy.audit_demo.findings import Findings
from deploy.audit_demo.offline import Desk
from deploy.audit_demo.trials import kept_on
from deploy.demo.cast import Project

PROJECT, RANGE = "project.zip", "range.zip"


@dataclass(frozen=True)
class Bundles:
    """What was fetched while the city was open: bundles, and what leads from checkpoint to them."""

    project: Project
    of_project: bytes
    of_range: bytes
    proofs: dict[str, bytes]
    """Consistency proofs, by the name of their file."""


def check_desk(findings: Findings, desk: Desk) -> None:
    """That there is nothing on the desk but Python, and no way out."""
    findings.expect(desk.packages() == "0", "空的虚拟环境（venv --without-pip），其中没有任何包")
    findings.expect(
        desk.reaches_network(guarded=False, apart=False),
        "对照：不加限制时，探测程序连得上本机端口",
    )
    findings.expect(
        not desk.reaches_network(guarded=True, apart=False),
        "加审计钩子（sys.addaudithook）后，解释器拒绝打开套接字",
    )
    if desk.apart:
        findings.expect(
            not desk.reaches_network(guarded=False, apart=True),
            f"另置于独立的网络命名空间（{' '.join(desk.apart)}），也连不上",
        )
    else:
        findings.note("本机不许建立网络命名空间（unshare）：只以审计钩子断网")


def check_bundles(findings: Findings, desk: Desk, kept: Kept, bundles: Bundles, keys: str) -> None:
    """Both bundles are valid against the keys and the kept checkpoints."""
    proofs = [
        option
        for name, content in bundles.proofs.items()
        for option in ("--consistency", desk.put(name, content))
    ]
    whole = desk.put(PROJECT, bundles.of_project)
    trusted = ["--key", keys, *kept_on(desk, kept)]
    for name, what, options in (
        (whole, f"项目审计包（{bundles.project.name}）", proofs),
        (desk.put(RANGE, bundles.of_range), "期间审计包（全部项目）", []),
    ):
        ran = desk.verify(name, *trusted, *options)
        findings.expect(
            ran.code == 0,
            f"{what}有效，且是所留 {kept.count} 个检查点的延续",
            ran.line("VALID") or ran.said.strip()[-300:],
        )


def check_flipped(findings: Findings, desk: Desk, bundles: Bundles, keys: str) -> None:
    """One byte of one event, and the verifier names its place."""
    folder = desk.folder / "flipped"
    with zipfile.ZipFile(desk.folder / PROJECT) as archive:
        archive.extractall(folder)
    file = folder / "events.ndjson"
    content = bytearray(file.read_bytes())
    at = content.index(b'\\"total\\":\\"') + len(b'\\"total\\":\\"')
    content[at] = ord("9") if content[at] != ord("9") else ord("1")
    file.write_bytes(content)
    number = content.count(b"\n", 0, at)
    event = json.loads(content.splitlines()[number])
    ran = desk.verify("flipped", "--key", keys, "--json")
    fault = ran.told.get("fault") or {}
    findings.expect(
        ran.code == 1
        and (fault.get("service"), fault.get("position")) == (event["service"], event["position"]),
        f"改动包内一个字节即无效：{event['service']} 位置 {event['position']}",
        fault.get("english") or ran.said.strip()[:300],
    )
