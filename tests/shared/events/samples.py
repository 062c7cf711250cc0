"""样本: one stored form of every event type and version ever released.

`python -m tests.shared.events.samples` writes the samples that are missing. It never touches one
that exists: what a log once held has to be read for ever. A type whose objects come in two shapes
has a second sample, named after the shape: `DocumentSubmitted.v1.service.json`.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from shared.events import EVENTS
from tests.support.builders import OTHER_UNIT, SUPPLIER, THIRD_UNIT, UNIT, document

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "events" / "samples"


class Sample(NamedTuple):
    """A sample file: the exact bytes of one event in one version."""

    path: Path
    type: str
    version: int
    data: bytes


def stored() -> Iterator[Sample]:
    """Every sample there is."""
    for path in sorted(SAMPLES.glob("*.json")):
        event_type, version, *_ = path.name.split(".")
        yield Sample(path, event_type, int(version.removeprefix("v")), path.read_bytes())


def write_missing() -> list[Path]:
    """Write a sample of each present version that has none; returns what was written."""
    written = []
    for (event_type, shape), content in CONTENT.items():
        kind = EVENTS[event_type]
        name = ".".join(filter(None, (event_type, f"v{kind.schema_version}", shape, "json")))
        path = SAMPLES / name
        if not path.exists():
            path.write_bytes(kind.model_validate(content).to_bytes())
            written.append(path)
    return written


# -- one project's life -------------------------------------------------------------------------

PROJECT = UUID("0199a6d2-7c00-7a10-8000-5f1c2b3a4d01")
SYSTEM = UUID("01998a31-4400-7b20-8000-5f1c2b3a4d02")
LIST = UUID("019a9f0e-1800-7c30-8000-5f1c2b3a4d03")
CHANGE = UUID("019c5a77-9000-7d40-8000-5f1c2b3a4d04")
PLAN = UUID("019c8b12-2400-7e50-8000-5f1c2b3a4d05")
LATER_PLAN = UUID("01a5cf30-4800-7e50-8000-5f1c2b3a4d0a")
REFERRAL = UUID("01a55b6c-8c00-7f60-8000-5f1c2b3a4d0b")
LEASE = UUID("019d1f9a-5400-7e50-8000-5f1c2b3a4d0c")
REFUSAL = UUID("019b2c44-6800-7f60-8000-5f1c2b3a4d06")
OLD_PROJECT = UUID("01836b1d-0000-7a70-8000-5f1c2b3a4d07")
FINDING = UUID("019d1e88-3c00-7a80-8000-5f1c2b3a4d08")
RECTIFICATION = UUID("019d2399-4000-7b90-8000-5f1c2b3a4d09")

NAME = "乐山市智慧教育云平台（二期）"
CODE = "2601-511100-04-04-370215"
TOTAL = "3860000.00"
POLICY = "511100-2022@1"
SUBMISSION = document("乐山市智慧教育云平台（二期）实施方案", "乐教〔2026〕17号")
ITEMS = [
    {"code": "A1", "name": "应用软件定制开发", "amount": "2410000.00"},
    {"code": "A2", "name": "数据治理与共享接口", "amount": "680000.00"},
    {"code": "B1", "name": "系统集成", "amount": "390000.00"},
    {"code": "C1", "name": "等级保护测评和密码应用安全性评估", "amount": "215000.00"},
    {"code": "C2", "name": "监理", "amount": "165000.00"},
]
INDICATORS = {
    "decision_and_construction": "决策程序完备，建设按期完成。",
    "operation": "响应及时，可用率百分之九十九点九。",
    "application": "月活跃用户占应用对象的八成。",
    "benefit": "每年减少纸质材料约四十万份。",
}
TERMINATION = {
    "service": "approval",
    "position": 912,
    "stream": f"project:{PROJECT}",
    "version": 31,
    "event_id": UUID("019d0b11-4400-7ba0-8000-5f1c2b3a4d0a"),
}
GOALS = "建成覆盖全市中小学的统一教育云平台，实现招生、学籍、教研“一网通办”。"
CONTENT_OF_WORK = "新建统一身份认证、学籍管理、教研资源三个子系统；改造原平台数据接口。"
CONDITION = "上线前完成密码应用安全性评估整改"


def day(text: str) -> date:
    return date.fromisoformat(text)


def of_project(on: str, **content: Any) -> dict[str, Any]:
    return {"on": day(on), "project_id": PROJECT, "unit_id": UNIT, **content}


def of_unit(on: str, **content: Any) -> dict[str, Any]:
    return {"on": day(on), "unit_id": UNIT, **content}


def of_system(on: str, **content: Any) -> dict[str, Any]:
    return {"on": day(on), "system_id": SYSTEM, "unit_id": UNIT, **content}


def of_lease(on: str, **content: Any) -> dict[str, Any]:
    return of_project(on, lease_id=LEASE, **content)


def source(channel: str, amount: str) -> dict[str, str]:
    return {"channel": channel, "amount": amount}


def material(code: str, title: str) -> dict[str, Any]:
    return {"code": code, "document": document(title)}


def inapplicable(code: str, reason: str) -> dict[str, str]:
    return {"code": code, "not_applicable": reason}


def acceptance(conclusion: str, number: str) -> dict[str, Any]:
    passed = conclusion == "PASSED"
    return {
        "on": day("2027-03-18"),
        "conclusion": conclusion,
        "document": document("竣工验收意见", number),
        "findings": [
            {"item": "RELIABLE_PRODUCTS", "passed": True, "note": "主要设备和软件符合要求"},
            {"item": "CRYPTOGRAPHY", "passed": passed, "note": "密码应用安全性评估基本符合"},
            {"item": "ENERGY", "passed": None, "note": "部署于政务云，不适用"},
        ],
        "confirmed_conditions": [CONDITION] if passed else [],
        "text": "验收组查阅资料、核验功能，经质询和讨论形成本意见。",
    }


DECLARATION = {
    "on": day("2025-09-28"),
    "unit_id": UNIT,
    "system_id": SYSTEM,
    "name": NAME,
    "category": "BUSINESS_SYSTEM",
    "delivery_mode": "SELF_BUILD",
    "mode_reason": "需与既有学籍系统深度整合，市场无成熟服务。",
    "plan_year": 2026,
    "tasks": "建设统一身份认证、学籍管理、教研资源三个子系统。",
    "necessity": "落实市委关于教育数字化的部署。",
    "goals": GOALS,
    "responsible_person": "李明远",
    "plan_alignment": ["乐山市“十四五”数字政府建设规划"],
    "priority_types": ["MUNICIPAL_DECISION", "INTEGRATION"],
    "materials": [
        material("APPLICATION_PLAN", "应用系统实施方案"),
        material("RESOURCE_CATALOGUE", "信息资源目录"),
        material("CLOUD_DEMAND", "政务云需求方案"),
        material("MLPS_PLAN", "等级保护方案"),
        inapplicable("CRYPTO_PLAN", "密码应用方案并入等级保护方案"),
    ],
    "total": "4000000.00",
    "operation_cost": "320000.00",
    "sources": [
        source("MUNICIPAL", "2900000.00"),
        source("UPPER_LEVEL", "500000.00"),
        source("COUNTY", "600000.00"),
    ],
    "participants": [
        {"unit_id": OTHER_UNIT, "scope": "学籍与户籍数据比对"},
        {"unit_id": THIRD_UNIT, "scope": "教师社保信息接口"},
    ],
    "county_codes": ["511181", "511102"],
    "base_project_id": OLD_PROJECT,
    "classified": False,
}

OFF_CYCLE = {
    "reason": "现有平台被通报存在高危漏洞，须年内整改。",
    "evidence": document("安全隐患整改通知书", "乐公网安〔2025〕77号"),
}

CHANGE_OF_ITEMS = {
    "on": day("2026-08-12"),
    "items": [
        {"code": "A1", "name": "应用软件定制开发", "amount": "2190000.00"},
        {"code": "A2", "name": "数据治理与共享接口", "amount": "900000.00"},
        *ITEMS[2:],
    ],
    "reason": "OPTIMISATION",
    "explanation": "接口标准统一后，部分定制开发改由共享接口实现，调减软件开发，调增数据治理。",
    "written_material": document("项目调整说明", "乐教〔2026〕63号"),
    "goals_changed": False,
    "content_changed": True,
    "major_design_change": False,
    "executed_on": day("2026-08-20"),
    "planned_end": day("2026-12-15"),
}

RULING = {
    "on": day("2026-09-02"),
    "approved": True,
    "document": document("关于同意调整建设内容的批复", "乐发改审〔2026〕41号"),
    "text": "同意按申请调整，总投资不变。",
}

CONSTRUCTION = {
    "kind": "EXPAND",
    "deploy_target": "MUNICIPAL_CLOUD",
    "migration_plan": document("学籍系统迁移上云方案"),
    "network": "EXTRANET",
    "common_supports": ["统一身份认证", "电子印章"],
    "integrations": ["户籍信息核验接口", "省学籍平台接口"],
    "hardware": [{"kind": "TERMINAL", "name": "信息采集终端", "quantity": 40}],
    "lines": [{"kind": "PRIVATE_LINE", "purpose": "学校接入", "merged": True}],
    "endpoint_security": "UNIFIED",
    "common_capabilities": ["NOTIFICATION"],
    "connections": {
        "exchange_platform": True,
        "public_service": True,
        "service_platform": True,
        "command": False,
        "command_platform": False,
        "office_platform": False,
    },
    "shared_use": True,
    "duplicate_check": {
        "upper_level_system": "四川省学籍管理平台",
        "duplicated": False,
        "finding": "省平台管学籍主数据，本项目只作校内应用，不重复。",
    },
    "civil_works": True,
    "high_energy": False,
}

EXCEPTION = UUID("019b7c3e-2000-7d10-8000-5f1c2b3a4d0a")
EXCEPTED: dict[str, Any] = {"exception_id": EXCEPTION, "project_id": PROJECT}

AGREEMENT = {
    "on": day("2026-03-16"),
    "approved": True,
    "text": "该能力仅供校内通知，不与统建系统重复，同意。",
    "document": document("关于例外事项的意见", "乐发改函〔2026〕21号"),
}

TERMINATION_RULING = {
    "on": day("2026-12-18"),
    "approved": True,
    "text": "同意终止，做好结算和结余资金退回。",
    "document": document("领导小组会议纪要", "乐信领纪要〔2026〕4号"),
}

REFUSAL_OF_REPLY = {
    "on": day("2026-03-27"),
    "digest": SUBMISSION.digest,
    "reason": "与市级统一身份认证平台建设内容重复，须调减。",
    "document": document("关于退回实施方案的函", "乐发改函〔2026〕26号"),
}

CONTENT: dict[tuple[str, str], dict[str, Any]] = {
    # -- 登记备案 -------------------------------------------------------------------------------
    ("UnitRegistered", ""): of_unit(
        "2025-09-10",
        profile={
            "on": day("2025-09-10"),
            "unit_id": UNIT,
            "name": "乐山市教育局",
            "head": "李明远",
            "head_post": "局长",
            "informatization_office": "教育信息化与资产管理科",
            "contact": "王晓芸",
        },
    ),
    ("DataCollectionFlagged", ""): of_unit(
        "2025-09-12",
        restriction={
            "on": day("2025-09-12"),
            "reason": "学籍基础数据尚未归集至市政务数据资源池。",
            "evidence": document("数据归集情况通报", "乐数函〔2025〕28号"),
        },
    ),
    ("DataCollectionCleared", ""): of_unit(
        "2025-09-26",
        clearance={
            "on": day("2025-09-26"),
            "reason": "学籍基础数据已按目录完成归集。",
            "evidence": document("数据归集完成确认单", "乐数函〔2025〕31号"),
        },
    ),
    ("SystemCatalogued", ""): of_system(
        "2025-09-15",
        entry={
            "on": day("2025-09-15"),
            "unit_id": UNIT,
            "name": "乐山市智慧教育云平台",
            "category": "BUSINESS_SYSTEM",
            "status": "RUNNING",
            "functions": "学籍管理、教研资源、统一身份认证。",
        },
    ),
    ("UnitUpdated", ""): of_unit(
        "2026-03-09",
        change={
            "on": day("2026-03-09"),
            "head": "周建国",
            "head_post": "党组书记、局长",
            "head_since": day("2026-03-02"),
        },
    ),
    ("PlanRegistered", ""): {
        "on": day("2025-09-01"),
        "plan_id": UUID("0fd0c1a5-5b0e-5c3e-8a34-5f1c2b3a4d08"),
        "plan": {
            "on": day("2025-09-01"),
            "title": "乐山市“十四五”数字政府建设规划",
            "level": "MUNICIPAL",
            "first_year": 2021,
            "last_year": 2025,
            "approver": "乐山市人民政府",
            "document": document("乐山市“十四五”数字政府建设规划", "乐府发〔2021〕12号"),
        },
    },
    ("SystemUpdated", ""): of_system(
        "2025-10-08",
        change={"on": day("2025-10-08"), "functions": "学籍管理、教研资源、统一身份认证、消息。"},
    ),
    ("SystemReviewed", ""): of_system(
        "2026-03-30",
        review={"on": day("2026-03-30"), "statement": "条目内容与系统现状一致。"},
    ),
    ("SystemActivated", ""): of_system(
        "2027-03-18",
        project_id=PROJECT,
        acceptance={
            "service": "acceptance",
            "position": 41,
            "stream": f"project:{PROJECT}",
            "version": 9,
            "event_id": REFUSAL,
        },
    ),
    ("SystemTerminationRequired", ""): of_system(
        "2026-04-02",
        requirement={
            "on": day("2026-04-02"),
            "ground": "REPLACEABLE",
            "replacement": "全市统一消息平台",
            "replacement_system_id": LIST,
            "terminate_by": day("2026-09-30"),
            "reason": "短信功能可由统建平台替代。",
            "document": document("系统整合通知", "乐数函〔2026〕19号"),
        },
    ),
    ("SystemTerminationWaived", ""): of_system(
        "2026-05-11",
        waiver={
            "on": day("2026-05-11"),
            "reason": "统建平台暂不支持跨网短信。",
            "document": document("撤销停用要求的函", "乐数函〔2026〕33号"),
        },
    ),
    ("SystemTerminated", ""): of_system(
        "2026-09-21",
        termination={
            "on": day("2026-09-21"),
            "statement": "服务器已下线，历史数据移交归档。",
            "evidence": document("系统下线确认单"),
        },
    ),
    ("CountyProjectLinked", ""): of_project(
        "2026-05-20",
        county_project={
            "on": day("2026-05-20"),
            "county_code": "511181",
            "unit_name": "峨眉山市教育局",
            "name": "峨眉山市智慧教育接入工程",
            "number": "2605-511181-04-04-118203",
            "approver": "峨眉山市发展和改革局",
        },
    ),
    ("ProjectDeclared", "infrastructure"): of_project(
        "2025-09-28",
        declaration={
            **DECLARATION,
            "category": "INFRASTRUCTURE",
            "sub_category": "DATA_CENTRE",
            "scope_basis": "GB/T 40692 政务信息基础设施",
            "priority_basis": [
                {"type": "INTEGRATION", "document": document("市委改革要点", "乐委办〔2025〕9号")}
            ],
            "county_coordination": {
                "requirements": document("市县协同总体要求"),
                "standards": [document("数据接口规范")],
            },
        },
        self_review=True,
    ),
    ("CentralReviewRecorded", "off-cycle"): of_project(
        "2025-10-24",
        review={
            "on": day("2025-10-24"),
            "result": "INCLUDE",
            "reason": "汛期应急，同意年度外申报。",
            "bodies": ["DRC", "FIN"],
            "off_cycle_agreed": True,
        },
    ),
    ("AnnualListSubmitted", "ranked"): {
        "on": day("2025-11-20"),
        "list_id": LIST,
        "list": {
            "on": day("2025-11-20"),
            "year": 2026,
            "number": "乐数〔2025〕53号",
            "project_ids": [PROJECT],
        },
        "ranking": [{"project_id": PROJECT, "priority_types": ["INTEGRATION"]}],
    },
    ("ResourcesCatalogued", "not-shared"): of_project(
        "2026-01-20",
        catalogue={
            "on": day("2026-01-20"),
            "resources": [
                {
                    "code": "307011/000003",
                    "name": "未成年人心理档案",
                    "sharing": "NONE",
                    "citation": "《中华人民共和国未成年人保护法》有关规定",
                    "secrecy_note": "提供和使用依保密规定另行办理",
                }
            ],
        },
        shares_nothing=True,
    ),
    ("AssetConfirmed", ""): of_system(
        "2025-09-18",
        registration={"on": day("2025-09-18"), "asset_number": "LSZC-RJ-2019-00417"},
    ),
    ("ProjectDeclared", ""): of_project("2025-09-28", declaration=DECLARATION),
    ("ProjectDeclared", "off-cycle"): of_project(
        "2025-09-28", declaration={**DECLARATION, "plan_year": 2025, "off_cycle": OFF_CYCLE}
    ),
    ("DeclarationWithdrawn", ""): of_project(
        "2025-10-09",
        withdrawal={"on": day("2025-10-09"), "reason": "与省平台建设内容衔接后另行申报。"},
    ),
    ("CentralReviewRecorded", ""): of_project(
        "2025-10-24",
        review={
            "on": day("2025-10-24"),
            "result": "INCLUDE",
            "reason": "属跨部门共建共享项目，建设依据充分，原系统已完成资产登记。",
            "participants": ["市发展改革委", "市财政局"],
        },
    ),
    ("AnnualListSubmitted", ""): {
        "on": day("2025-11-20"),
        "list_id": LIST,
        "list": {
            "on": day("2025-11-20"),
            "year": 2026,
            "number": "乐数〔2025〕52号",
            "project_ids": [PROJECT, OLD_PROJECT],
            "supplementary": True,
        },
    },
    ("AnnualListApproved", ""): {
        "on": day("2025-12-05"),
        "list_id": LIST,
        "approval": {
            "on": day("2025-12-05"),
            "document": document("市政府常务会议纪要", "乐府纪要〔2025〕33号"),
        },
    },
    ("ProjectListed", ""): of_project(
        "2025-12-05",
        list_id=LIST,
        year=2026,
        number="乐数〔2025〕52号",
        delivery_mode="SELF_BUILD",
        name=NAME,
        total="4000000.00",
        participants=[OTHER_UNIT],
    ),
    ("ProjectCodeAssigned", ""): of_project(
        "2026-01-12",
        assignment={"on": day("2026-01-12"), "code": CODE, "obtained_on": day("2026-01-09")},
    ),
    ("ProjectCodeTaken", ""): {"on": day("2026-01-12"), "code": CODE, "project_id": PROJECT},
    ("ResourcesCatalogued", ""): of_project(
        "2026-01-20",
        catalogue={
            "on": day("2026-01-20"),
            "resources": [
                {
                    "code": "307011/000001",
                    "name": "中小学学籍基本信息",
                    "sharing": "CONDITIONAL",
                    "condition": "限户籍、社保业务比对使用",
                },
                {"code": "307011/000002", "name": "学校基本信息", "sharing": "UNCONDITIONAL"},
                {
                    "code": "307011/000003",
                    "name": "未成年人心理档案",
                    "sharing": "NONE",
                    "citation": "《中华人民共和国未成年人保护法》有关规定",
                },
            ],
        },
    ),
    ("ResourcesCatalogued", "no-data"): of_project(
        "2026-01-20",
        catalogue={
            "on": day("2026-01-20"),
            "no_data_statement": "本项目仅扩容机房动力环境，不产生数据资源。",
        },
    ),
    ("NoDataStatementApproved", ""): of_project(
        "2026-01-26",
        statement_approval={
            "on": day("2026-01-26"),
            "text": "经核实，本项目不产生数据资源，同意。",
        },
    ),
    # -- 审批 -----------------------------------------------------------------------------------
    ("DocumentSubmitted", ""): of_project(
        "2026-02-03",
        submission={
            "on": day("2026-02-03"),
            "round": "IMPLEMENTATION_PLAN",
            "document": SUBMISSION,
            "total": TOTAL,
            "items": ITEMS,
            "goals": GOALS,
            "content": CONTENT_OF_WORK,
            "planned_start": day("2026-05-06"),
            "planned_end": day("2026-11-30"),
            "sharing_chapter": "第五章 整合集约共享分析",
            "secure_reliable_statement": "服务器、操作系统、数据库均从安全可靠产品名录中选用。",
            "custom_development": True,
            "merge": {
                "ground": "SMALL",
                "depth_statement": "需求调研和技术比选已完成，深度满足实施要求。",
                "evidence": document("前期工作深度说明"),
            },
            "adjustment_chapter": "第二章第三节 与申报方案的差异",
            "major_adjustment": False,
            "joint": {
                "business_flow": document("业务流程图"),
                "data_flow": document("数据流程图"),
                "interfaces": ["学籍查询接口", "身份核验接口"],
                "data_catalogue": document("共享数据目录"),
                "no_overlap": True,
            },
        },
        digest=SUBMISSION.digest,
        participants=[OTHER_UNIT],
    ),
    ("DocumentSubmitted", "service"): of_project(
        "2026-02-03",
        submission={
            "on": day("2026-02-03"),
            "round": "SERVICE_DEMAND",
            "document": document("视频会议服务需求方案", "乐教〔2026〕18号"),
            "total": "900000.00",
            "items": [{"code": "S1", "name": "三年服务费", "amount": "900000.00"}],
            "goals": "为全市学校提供稳定的视频会议服务。",
            "content": "购买三年视频会议云服务。",
            "planned_start": day("2026-05-06"),
            "planned_end": day("2029-05-05"),
            "sharing_chapter": "第四章 共享分析",
            "secure_reliable_statement": "要求服务商使用安全可靠产品。",
            "service": {
                "sections": ["NECESSITY", "TECHNICAL", "ECONOMIC", "SHARING"],
                "not_goods_or_works": True,
                "service_total": "900000.00",
                "self_build_total": "1280000.00",
                "years": 3,
                "providers": ["甲云服务有限公司", "乙通信有限公司"],
                "security_compliant": True,
            },
        },
        digest=document("视频会议服务需求方案").digest,
    ),
    ("ParticipantSignedOff", ""): of_project(
        "2026-02-06",
        participant_id=OTHER_UNIT,
        sign_off={"on": day("2026-02-06"), "digest": SUBMISSION.digest},
    ),
    ("OpinionRequested", ""): of_project(
        "2026-02-09",
        letter={"on": day("2026-02-09"), "body": "CRY", "number": "乐发改函〔2026〕12号"},
        digest=SUBMISSION.digest,
    ),
    ("OpinionGiven", ""): of_project(
        "2026-02-24",
        body="CRY",
        opinion={
            "on": day("2026-02-24"),
            "kind": "CRYPTOGRAPHY",
            "digest": SUBMISSION.digest,
            "conclusion": "CONDITIONAL",
            "text": "密码应用方案总体可行，密钥管理部分须在建设中细化。",
            "number": "乐密函〔2026〕5号",
            "conditions": [CONDITION],
        },
    ),
    ("OpinionCarriedForward", ""): of_project(
        "2026-03-04",
        body="FIN",
        carry={
            "on": day("2026-03-04"),
            "kind": "FUNDS",
            "digest": SUBMISSION.digest,
            "statement": "修改不涉及投资额和资金来源，原审核意见继续有效。",
        },
    ),
    ("EvaluationRecorded", ""): of_project(
        "2026-03-11",
        evaluation={
            "on": day("2026-03-11"),
            "digest": SUBMISSION.digest,
            "method": "THIRD_PARTY",
            "participants": ["四川某工程咨询有限公司"],
            "qualification_number": "甲232024011234",
            "positive": True,
            "conclusion": "方案完整，投资估算合理，建议通过。",
            "report": document("实施方案评估报告", "川咨评〔2026〕107号"),
            "needs_municipal_consent": True,
        },
    ),
    ("MunicipalConsentGiven", ""): of_project(
        "2026-03-20",
        consent={
            "on": day("2026-03-20"),
            "document": document("市政府办公室批办单", "乐府办批〔2026〕86号"),
        },
    ),
    ("ConcurrenceGiven", ""): of_project(
        "2026-03-25", concurrence={"on": day("2026-03-25"), "digest": SUBMISSION.digest}
    ),
    ("ReplyIssued", ""): of_project(
        "2026-04-08",
        reply={
            "on": day("2026-04-08"),
            "digest": SUBMISSION.digest,
            "document": document("关于智慧教育云平台（二期）的批复", "乐发改审〔2026〕19号"),
            "conditions": ["严格控制投资规模", "项目成果接入市政务共享平台"],
        },
        round="IMPLEMENTATION_PLAN",
        delivery_mode="SELF_BUILD",
        final=True,
        total=TOTAL,
        items=ITEMS,
        goals=GOALS,
        content=CONTENT_OF_WORK,
        planned_start=day("2026-05-06"),
        planned_end=day("2026-11-30"),
        custom_development=True,
        open_conditions=[CONDITION],
        policy=POLICY,
    ),
    ("ReplyCopied", ""): of_project(
        "2026-04-10", receipt={"on": day("2026-04-10"), "number": "乐发改审〔2026〕19号"}
    ),
    ("ChangeFiled", ""): of_project(
        "2026-08-12",
        change_id=CHANGE,
        change=CHANGE_OF_ITEMS,
        moved="220000.00",
        moved_so_far="310000.00",
        limit="579000.00",
    ),
    ("ChangeApplied", ""): of_project(
        "2026-08-12", change_id=CHANGE, change=CHANGE_OF_ITEMS, total=TOTAL
    ),
    ("LateNoticeFound", ""): of_project(
        "2026-08-25", change_id=CHANGE, executed_on=day("2026-08-20")
    ),
    ("ChangeConcurred", ""): of_project("2026-09-02", change_id=CHANGE, ruling=RULING),
    ("ChangeApproved", ""): of_project(
        "2026-09-04",
        change_id=CHANGE,
        ruling=RULING,
        total=TOTAL,
        items=CHANGE_OF_ITEMS["items"],
        planned_end=day("2026-12-15"),
        policy=POLICY,
    ),
    ("ChangeRefused", ""): of_project(
        "2026-09-04",
        change_id=CHANGE,
        ruling={**RULING, "approved": False, "text": "理由不充分，不予调整。"},
    ),
    ("DocumentSubmitted", "construction"): of_project(
        "2026-02-03",
        submission={
            "on": day("2026-02-03"),
            "round": "FEASIBILITY",
            "document": document("可行性研究报告", "乐教〔2026〕19号"),
            "total": TOTAL,
            "items": ITEMS,
            "goals": GOALS,
            "content": CONTENT_OF_WORK,
            "planned_start": day("2026-05-06"),
            "planned_end": day("2026-11-30"),
            "sharing_chapter": "第五章 整合集约共享分析",
            "secure_reliable_statement": "均从安全可靠产品名录中选用。",
            "construction": CONSTRUCTION,
            "fund_balance": document("资金平衡方案", "乐教〔2026〕20号"),
            "prior_approvals": [
                material("ENERGY_REVIEW", "节能审查意见"),
                inapplicable("LAND_PREREVIEW", "利用既有建筑"),
            ],
        },
        digest=SUBMISSION.digest,
    ),
    ("EvaluationRecorded", "judged"): of_project(
        "2026-03-11",
        evaluation={
            "on": day("2026-03-11"),
            "digest": SUBMISSION.digest,
            "method": "EXPERTS",
            "participants": ["王教授", "刘高工"],
            "positive": True,
            "conclusion": "同意通过评审。",
            "report": document("专家评审意见"),
            "judgements": [
                {
                    "topic": "SHARING",
                    "met": True,
                    "reason": "共享目录完整，接口明确",
                    "reviewer": "王教授",
                }
            ],
            "depth_sufficient": True,
        },
    ),
    ("LeadingGroupApproved", ""): of_project(
        "2026-03-18",
        approval={
            "on": day("2026-03-18"),
            "text": "数据依法不予共享，确有必要建设，同意。",
            "document": document("领导小组会议纪要", "乐信领纪要〔2026〕1号"),
        },
    ),
    ("ReplyIssued", "sharing"): of_project(
        "2026-04-08",
        reply={
            "on": day("2026-04-08"),
            "digest": SUBMISSION.digest,
            "document": document("关于视频会议服务的批复", "乐发改审〔2026〕20号"),
        },
        round="SERVICE_DEMAND",
        delivery_mode="SERVICE_PURCHASE",
        final=True,
        total="900000.00",
        items=[{"code": "S1", "name": "三年服务费", "amount": "900000.00"}],
        goals="为全市学校提供稳定的视频会议服务。",
        content="购买三年视频会议云服务。",
        planned_start=day("2026-05-06"),
        planned_end=day("2029-05-05"),
        custom_development=False,
        open_conditions=[],
        policy=POLICY,
        sharing={"unconditional": 1, "conditional": 1, "withheld": 1},
    ),
    ("ReplyRefused", ""): of_project("2026-03-27", refusal=REFUSAL_OF_REPLY),
    ("SubmissionReturned", ""): of_project("2026-03-27", refusal=REFUSAL_OF_REPLY),
    ("FilingDisputed", ""): of_project(
        "2026-08-19",
        change_id=CHANGE,
        body="DEB",
        dispute={
            "on": day("2026-08-19"),
            "reason": "调减的子系统属主要建设内容，应先申请审批。",
            "document": document("关于变更报备的异议", "乐数函〔2026〕40号"),
        },
        returned="220000.00",
    ),
    ("DivisionOfWorkRecorded", ""): of_project(
        "2026-04-28",
        division={
            "on": day("2026-04-28"),
            "collaboration": "市教育局牵头，公安、人社配合数据核验。",
            "sharing_needs": "户籍、参保信息按次核验，不批量导出。",
            "shares": [
                {
                    "unit_id": OTHER_UNIT,
                    "scope": "户籍信息核验接口",
                    "duty": "七月底前完成联调，保障接口可用",
                }
            ],
            "document": document("跨部门共建分工方案", "乐教〔2026〕35号"),
        },
    ),
    # -- 例外 -----------------------------------------------------------------------------------
    ("ExceptionRequested", ""): of_unit(
        "2026-03-12",
        **EXCEPTED,
        request={
            "on": day("2026-03-12"),
            "unit_id": UNIT,
            "project_id": PROJECT,
            "rows": ["8-(4)"],
            "kind": "LEGAL",
            "reason": "校内紧急通知须离线可用，统建通知平台不能满足。",
            "legal_basis": {
                "title": "中小学校安全管理规定",
                "article": "第二十条",
                "provision": "学校应当具备独立的应急通知手段",
            },
            "evidence": document("应急通知能力论证报告"),
            "valid_until": day("2026-12-31"),
        },
    ),
    ("ExceptionAgreed", ""): of_unit("2026-03-16", **EXCEPTED, body="DRC", agreement=AGREEMENT),
    ("ExceptionGranted", ""): of_unit(
        "2026-03-17",
        **EXCEPTED,
        rows=["8-(4)"],
        kind="LEGAL",
        number="乐数函〔2026〕16号",
        approvers=["DRC", "DEB"],
        valid_from=day("2026-03-17"),
        valid_until=day("2026-12-31"),
    ),
    ("ExceptionAttached", ""): of_project("2026-03-17", exception_id=EXCEPTION),
    ("ExceptionRefused", ""): of_unit(
        "2026-03-17",
        **EXCEPTED,
        body="DEB",
        agreement={**AGREEMENT, "approved": False, "text": "统建通知平台已可离线，不同意。"},
    ),
    ("ExceptionRevoked", ""): of_unit(
        "2026-06-30",
        **EXCEPTED,
        revocation={
            "on": day("2026-06-30"),
            "reason": "统建通知平台已具备离线能力。",
            "document": document("关于撤销例外的通知", "乐数函〔2026〕33号"),
        },
    ),
    # -- 暂停和终止 -----------------------------------------------------------------------------
    ("TroubleReported", ""): of_project(
        "2026-10-09",
        trouble_id=CHANGE,
        trouble={
            "on": day("2026-10-09"),
            "kind": "MAJOR_LOSS",
            "description": "承建单位资金链断裂，已付款未形成成果。",
            "days_late": 45,
            "loss": "186000.00",
            "evidence": document("项目重大问题报告", "乐教〔2026〕71号"),
        },
    ),
    ("ConstructionSuspended", ""): of_project(
        "2026-10-15",
        suspension={
            "on": day("2026-10-15"),
            "reason": "承建单位失去履约能力，须先整改。",
            "document": document("暂停建设通知", "乐数函〔2026〕52号"),
        },
    ),
    ("ConstructionResumed", ""): of_project(
        "2026-11-05",
        resumption={
            "on": day("2026-11-05"),
            "reason": "已更换承建单位，整改到位。",
            "document": document("恢复建设通知", "乐数函〔2026〕57号"),
        },
    ),
    ("TerminationRequested", ""): of_project(
        "2026-12-01",
        request={
            "on": day("2026-12-01"),
            "reason": "学校布局调整，原建设目标不再成立。",
            "substantial_progress": True,
            "progress": "已完成统一身份认证和学籍管理两个子系统。",
            "document": document("项目终止申请", "乐教〔2026〕84号"),
        },
    ),
    ("TerminationSubmitted", ""): of_project(
        "2026-12-08",
        report={
            "on": day("2026-12-08"),
            "text": "情况属实，建议同意终止。",
            "document": document("关于终止项目的核报意见", "乐数〔2026〕61号"),
        },
    ),
    ("ProjectTerminated", ""): of_project("2026-12-18", ruling=TERMINATION_RULING),
    ("TerminationRefused", ""): of_project(
        "2026-12-18",
        ruling={**TERMINATION_RULING, "approved": False, "text": "仍可调整实施，不同意终止。"},
    ),
    # -- 预算 -----------------------------------------------------------------------------------
    ("BudgetIncluded", ""): of_project(
        "2026-04-20",
        inclusion={
            "on": day("2026-04-20"),
            "fiscal_year": 2026,
            "sources": [source("MUNICIPAL", "2860000.00"), source("UPPER_LEVEL", "500000.00")],
            "document": document("预算下达通知", "乐财教〔2026〕44号"),
        },
        amount="3360000.00",
        included_so_far="3360000.00",
    ),
    ("CostShareSet", ""): of_project(
        "2026-04-22",
        cost_share={
            "on": day("2026-04-22"),
            "shares": [
                {"division": "511100", "percent": 70},
                {"division": "511181", "percent": 30},
            ],
            "basis": document("市县分摊协议", "乐财教〔2026〕45号"),
        },
    ),
    ("ProcurementRecorded", ""): of_project(
        "2026-05-11",
        procurement={
            "on": day("2026-05-11"),
            "number": "LSZC-2026-0231",
            "method": "OPEN_TENDER",
            "in_central_catalogue": True,
            "amount": "3300000.00",
            "document": document("招标文件"),
        },
    ),
    ("ContractRecorded", ""): of_project(
        "2026-06-08",
        contract={
            "on": day("2026-06-08"),
            "number": "LSJY-HT-2026-009",
            "procurement_number": "LSZC-2026-0231",
            "supplier_id": SUPPLIER,
            "supplier_name": "乐山某软件有限公司",
            "amount": "3248000.00",
            "document": document("技术开发合同"),
            "custom_development": True,
            "ip_owned_by_unit": True,
            "ip_clause": "第十一条",
            "breach_clause": "第十五条第三款",
            "warranty_end": day("2029-12-31"),
        },
    ),
    ("PaymentRecorded", ""): of_project(
        "2026-06-25",
        payment={
            "on": day("2026-06-25"),
            "contract_number": "LSJY-HT-2026-009",
            "amount": "974400.00",
            "voucher": "GK-20260625-0087",
            "project_account": "5111-0026-0417",
            "purpose": "合同首付款（百分之三十）",
        },
        paid_so_far="974400.00",
    ),
    ("SurplusReturned", ""): of_project(
        "2027-04-15",
        surplus={
            "on": day("2027-04-15"),
            "amount": "100000.00",
            "voucher": "GK-20270415-0012",
        },
        outstanding="12000.00",
    ),
    ("OperationPlanSubmitted", ""): of_project(
        "2026-09-15",
        plan_id=PLAN,
        plan={
            "on": day("2026-09-15"),
            "budget_year": 2027,
            "amount": "320000.00",
            "content": "平台日常运维、等级保护测评、数据备份。",
            "renewal": True,
            "content_added": True,
            "document": document("2027年度运维方案", "乐教〔2026〕71号"),
        },
    ),
    ("OperationPlanAssessed", ""): of_project(
        "2026-10-10",
        plan_id=PLAN,
        assessment={
            "on": day("2026-10-10"),
            "approved": True,
            "assessed_amount": "298000.00",
            "text": "人工费用偏高，核减后通过。",
            "report": document("运维方案论证报告"),
        },
    ),
    ("OperationBudgetIncluded", ""): of_project(
        "2026-12-20",
        plan_id=PLAN,
        budget_year=2027,
        inclusion={
            "on": day("2026-12-20"),
            "amount": "298000.00",
            "document": document("运维经费预算", "乐财教〔2026〕131号"),
        },
    ),
    ("ProcurementRecorded", "tender"): of_project(
        "2026-05-12",
        procurement={
            "on": day("2026-05-12"),
            "number": "LSZC-2026-0232",
            "method": "OPEN_TENDER",
            "in_central_catalogue": False,
            "amount": "1800000.00",
            "document": document("机房改造招标文件"),
            "legal_tender": True,
            "tender_record": document("招标投标情况书面报告"),
            "custom_development": True,
            "ip_statement": "第五章第三节",
        },
    ),
    ("PaymentRecorded", "items"): of_project(
        "2027-03-30",
        payment={
            "on": day("2027-03-30"),
            "contract_number": "LSJY-HT-2026-009",
            "amount": "900000.00",
            "voucher": "GK-20270330-0004",
            "project_account": "5111-0026-0417",
            "purpose": "验收款",
            "items": [
                {"code": "A1", "amount": "700000.00"},
                {"code": "A2", "amount": "200000.00"},
            ],
            "settlement": False,
        },
        paid_so_far="1874400.00",
    ),
    ("SurplusReturnDemanded", ""): of_project(
        "2027-03-18",
        due_on=day("2027-04-17"),
        outstanding="112000.00",
        cause={
            "service": "acceptance",
            "position": 77,
            "stream": f"project:{PROJECT}",
            "version": 12,
            "event_id": UUID("019d6b5e-3000-7a80-8000-5f1c2b3a4d09"),
        },
    ),
    ("ProjectFundsClosed", ""): of_project(
        "2027-05-10",
        closing={
            "on": day("2027-05-10"),
            "text": "合同款已付清，结余已退回。",
            "document": document("项目资金关账通知", "乐财教〔2027〕52号"),
        },
    ),
    ("MisuseReferred", ""): of_project(
        "2027-06-02",
        referral_id=REFERRAL,
        body="FIN",
        referral={
            "on": day("2027-06-02"),
            "kind": "DIVERTED",
            "description": "以项目资金支付办公设备购置款，已核实。",
            "amount": "58000.00",
            "referred_to": "市审计局",
            "legal_basis": "财政违法行为处罚处分条例第六条",
            "document": document("财政违法线索移送书", "乐财监〔2027〕3号"),
        },
    ),
    ("OperationPlanSubmitted", "term"): of_project(
        "2027-10-12",
        plan_id=LATER_PLAN,
        plan={
            "on": day("2027-10-12"),
            "budget_year": 2028,
            "amount": "330000.00",
            "content": "平台日常运维和新增的移动端运维。",
            "renewal": True,
            "content_added": True,
            "document": document("2028年度运维方案", "乐教〔2027〕80号"),
            "mode": "PURCHASED_SERVICE",
            "mode_reason": "本单位没有专职运维人员。",
            "term_from": day("2028-01-01"),
            "term_to": day("2028-12-31"),
            "contract_numbers": ["LSJY-HT-2026-009"],
        },
        replaces=PLAN,
    ),
    ("OperationPlanAssessed", "renewal"): of_project(
        "2027-11-03",
        plan_id=LATER_PLAN,
        assessment={
            "on": day("2027-11-03"),
            "approved": True,
            "assessed_amount": "305000.00",
            "text": "移动端运维按市场价格核减后通过。",
            "report": document("续运维论证报告"),
            "market_basis": "同类平台运维费率为建设投资的百分之八，云化后人工下降。",
            "experts": ["王立群", "四川大学网络空间安全学院"],
        },
    ),
    ("PriceCapSet", ""): {
        "on": day("2026-08-20"),
        "cap": {
            "on": day("2026-08-20"),
            "line_type": "MSTP_100M",
            "name": "100M MSTP数字专线",
            "price_unit": "元/条·月",
            "max_price": "2600.00",
            "valid_from": day("2027-01-01"),
            "valid_until": day("2027-12-31"),
            "document": document("关于公布线路最高预算价格的通知", "乐数〔2026〕58号"),
        },
    },
    ("LineLeaseSubmitted", ""): of_lease(
        "2026-09-03",
        lease={
            "on": day("2026-09-03"),
            "unit_id": UNIT,
            "project_id": PROJECT,
            "line_type": "MSTP_100M",
            "kind": "PRIVATE_LINE",
            "merged_into_egov_network": True,
            "endpoints_supervised": True,
            "bandwidth": "100M",
            "quantity": 12,
            "unit_price": "2400.00",
            "periods": 12,
            "budget_year": 2027,
            "starts_on": day("2027-01-01"),
            "ends_on": day("2027-12-31"),
            "purpose": "学校接入教育城域网，汇入电子政务外网。",
            "document": document("线路租赁申请", "乐教〔2026〕66号"),
        },
        amount="345600.00",
        cap="2600.00",
    ),
    ("LineLeaseApproved", ""): of_lease(
        "2026-09-21",
        ruling={
            "on": day("2026-09-21"),
            "approved": True,
            "text": "单价在限价以内，同意。",
            "document": document("线路租赁批复", "乐数〔2026〕63号"),
        },
        cap="2600.00",
    ),
    ("LineLeaseRefused", ""): of_lease(
        "2026-09-21",
        ruling={"on": day("2026-09-21"), "approved": False, "text": "可由既有线路承载。"},
    ),
    ("LineLeaseBudgetIncluded", ""): of_lease(
        "2026-12-20",
        budget_year=2027,
        inclusion={
            "on": day("2026-12-20"),
            "amount": "345600.00",
            "document": document("部门预算批复", "乐财教〔2026〕133号"),
        },
    ),
    ("LeaseContractRecorded", ""): of_lease(
        "2027-01-08",
        contract={
            "on": day("2027-01-08"),
            "number": "LSJY-XL-2027-01",
            "method": "COMPETITIVE_CONSULTATION",
            "in_central_catalogue": True,
            "supplier_id": SUPPLIER,
            "supplier_name": "某通信公司乐山分公司",
            "amount": "331200.00",
            "starts_on": day("2027-01-01"),
            "ends_on": day("2027-12-31"),
            "document": document("线路租赁协议"),
        },
    ),
    ("LineQualityAssessed", ""): of_lease(
        "2027-04-06",
        assessment={
            "on": day("2027-04-06"),
            "period_from": day("2027-01-01"),
            "period_to": day("2027-03-31"),
            "satisfied": True,
            "text": "可用率百分之九十九点九八，故障两次，均按时修复。",
            "document": document("线路服务质量考核表"),
        },
    ),
    ("RentPaymentRecorded", ""): of_lease(
        "2027-04-09",
        payment={
            "on": day("2027-04-09"),
            "amount": "82800.00",
            "voucher": "GK-20270409-0031",
            "period_from": day("2027-01-01"),
            "period_to": day("2027-03-31"),
        },
        paid_so_far="82800.00",
    ),
    ("UnassessedRentFound", ""): of_lease(
        "2027-07-05",
        voucher="GK-20270705-0008",
        period_from=day("2027-04-01"),
        period_to=day("2027-06-30"),
    ),
    # -- 验收 -----------------------------------------------------------------------------------
    ("AcceptanceScheduled", ""): of_project(
        "2026-04-08",
        delivery_mode="SELF_BUILD",
        replied_on=day("2026-04-08"),
        planned_end=day("2026-11-30"),
        due_on=day("2027-02-28"),
        custom_development=True,
        baseline={
            "service": "approval",
            "position": 41,
            "stream": f"project:{PROJECT}",
            "version": 9,
            "event_id": UUID("019d6b5e-3000-7a80-8000-5f1c2b3a4d08"),
        },
        policy=POLICY,
        open_conditions=[CONDITION],
        participants=[OTHER_UNIT],
    ),
    ("CompletionReported", ""): of_project(
        "2026-10-28",
        completion={
            "on": day("2026-10-28"),
            "statement": "三个子系统全部完成开发和部署，接口联调通过。",
            "supervision_report": document("监理总结报告"),
        },
    ),
    ("TrialRunStarted", ""): of_project(
        "2026-10-30",
        start={"on": day("2026-10-30"), "environment": "市政务云生产区"},
        earliest_end=day("2027-01-30"),
    ),
    ("TrialIncidentReported", ""): of_project(
        "2026-11-30",
        incident={
            "on": day("2026-11-30"),
            "major": True,
            "description": "统一身份认证中断四小时，已修复并复测。",
        },
        earliest_end=day("2027-02-28"),
    ),
    ("HandoverRecorded", ""): of_project(
        "2027-02-20",
        handover={
            "on": day("2027-02-20"),
            "documents": [document("需求规格说明书"), document("系统运维手册")],
            "source_code": document("源代码归档包"),
            "checked_by": "王晓芸",
        },
    ),
    ("ExtensionRequested", ""): of_project(
        "2027-02-22",
        extension={
            "on": day("2027-02-22"),
            "new_due_on": day("2027-05-31"),
            "reason": "试运行因重大故障重新计算，验收资料需相应补充。",
            "document": document("延期验收申请", "乐教〔2027〕9号"),
        },
    ),
    ("ExtensionGranted", ""): of_project(
        "2027-02-25",
        ruling={"on": day("2027-02-25"), "approved": True, "text": "同意延期。"},
        due_on=day("2027-05-31"),
    ),
    ("ExtensionRefused", ""): of_project(
        "2027-02-25",
        ruling={"on": day("2027-02-25"), "approved": False, "text": "理由不足，不同意延期。"},
    ),
    ("AcceptanceApplied", ""): of_project(
        "2027-03-05",
        application={
            "on": day("2027-03-05"),
            "materials": [
                material("SUMMARY", "项目建设总结"),
                material("AUDIT", "第三方审计报告"),
                inapplicable("DATA_RISK", "不处理重要数据"),
            ],
            "closed_conditions": [
                {"condition": CONDITION, "evidence": document("审核条件落实证明")}
            ],
        },
    ),
    ("AcceptanceConcluded", ""): of_project(
        "2027-03-18",
        acceptance=acceptance("PASSED", "乐数验〔2027〕6号"),
        filing_due_on=day("2027-04-17"),
    ),
    ("AcceptanceConcluded", "failed"): of_project(
        "2027-03-18", acceptance=acceptance("FAILED", "乐数验〔2027〕7号")
    ),
    ("ServiceAcceptanceReported", ""): of_project(
        "2027-03-18", acceptance=acceptance("PASSED", "乐教〔2027〕14号")
    ),
    ("AcceptanceReviewed", ""): of_project(
        "2027-03-26",
        review={
            "on": day("2027-03-26"),
            "conclusion": "PASSED",
            "reviewers": ["市财政局", "专家 赵某某"],
            "document": document("服务验收审核意见", "乐数验〔2027〕8号"),
            "confirmed_conditions": [CONDITION],
            "text": "服务质量达到约定，审核通过。",
        },
        filing_due_on=day("2027-04-25"),
    ),
    ("AcceptanceOverdue", ""): of_project("2027-03-01", due_on=day("2027-02-28")),
    ("AcceptanceFiled", ""): of_project(
        "2027-04-02",
        filing={
            "on": day("2027-04-02"),
            "statement": "项目已于三月十八日通过竣工验收，资料齐全。",
            "document": document("验收情况报备表"),
        },
    ),
    ("AcceptanceConcluded", "dated"): of_project(
        "2027-03-18",
        acceptance=acceptance("PASSED", "乐数验〔2027〕6号"),
        filing_due_on=day("2027-04-17"),
        evaluation_opens_on=day("2028-03-18"),
        evaluation_due_on=day("2029-03-18"),
    ),
    ("AcceptanceConcluded", "self-review"): of_project(
        "2027-03-18",
        acceptance=acceptance("PASSED", "乐数验〔2027〕9号"),
        filing_due_on=day("2027-04-17"),
        self_review=True,
    ),
    ("AcceptanceReviewed", "self-review"): of_project(
        "2027-03-26",
        review={
            "on": day("2027-03-26"),
            "conclusion": "PASSED",
            "reviewers": ["市财政局", "专家 赵某某"],
            "document": document("服务验收审核意见", "乐数验〔2027〕10号"),
            "confirmed_conditions": [CONDITION],
            "text": "服务质量达到约定，审核通过。",
        },
        filing_due_on=day("2027-04-25"),
        self_review=True,
    ),
    ("AcceptanceScheduleEnded", ""): of_project("2026-11-20", cause=TERMINATION),
    # -- 共享、管理和绩效 ------------------------------------------------------------------------
    ("ExchangeConnected", ""): of_project(
        "2026-10-12",
        connection={
            "on": day("2026-10-12"),
            "interface": "学籍信息核验接口",
            "document": document("接入共享交换平台证明"),
        },
    ),
    ("SharingFeedbackRecorded", ""): of_project(
        "2027-06-30",
        feedback={
            "on": day("2027-06-30"),
            "resource_code": "XJ-001",
            "user": "市人力资源社会保障局",
            "usage": "上半年核验学籍一万二千余次。",
        },
    ),
    ("ResourcesMounted", ""): of_project(
        "2026-11-02",
        resources={
            "on": day("2026-11-02"),
            "codes": ["XJ-001", "JY-002"],
            "document": document("公共数据挂接证明"),
        },
    ),
    ("CloudResourcesGranted", ""): of_project(
        "2026-11-10",
        grant_id=PLAN,
        grant={
            "on": day("2026-11-10"),
            "purpose": "TRIAL",
            "kind": "NEW",
            "resources": "云主机八台，存储二十太字节。",
            "document": document("政务云资源安排单", "乐数云〔2026〕31号"),
        },
    ),
    ("ManagementRecorded", ""): of_project(
        "2026-06-15",
        management={
            "on": day("2026-06-15"),
            "supervisor": {
                "unit_id": SUPPLIER,
                "name": "乐山信诚工程监理有限公司",
                "contract": document("监理合同", "JL-2026-09"),
            },
            "rules": [document("项目管理办法")],
            "archive": {
                "keeper": "办公室",
                "electronic": True,
                "inventory": document("项目档案目录"),
            },
        },
    ),
    ("SecurityStageRecorded", ""): of_project(
        "2027-09-01",
        stage={
            "on": day("2027-09-01"),
            "phase": "OPERATION",
            "assessment": "MLPS",
            "mlps_level": 3,
            "summary": "等级保护年度测评，结论为良。",
            "evidence": document("等级保护测评报告"),
        },
        next_due_on=day("2028-09-01"),
    ),
    ("PerformanceReportSubmitted", ""): of_project(
        "2026-12-28",
        report={
            "on": day("2026-12-28"),
            "year": 2026,
            "progress": "三个子系统均已开发完成，转入试运行。",
            "fund_execution": "全年支付二百三十一万元，执行率六成。",
            "user_opinion": {"party": "市电化教育馆", "text": "功能符合需要。"},
            "supervision_opinion": {
                "party": "乐山信诚工程监理有限公司",
                "text": "进度和质量受控。",
                "document": document("监理意见"),
            },
            "trial_effects": "覆盖四十六所学校，日均访问三万次。",
            "trial_problems": "高峰时段登录较慢，已扩容。",
            "document": document("2026年度绩效监控报告"),
        },
        due_on=day("2026-12-31"),
        late=False,
    ),
    ("OperationStarted", ""): of_project(
        "2027-04-01",
        start={
            "on": day("2027-04-01"),
            "statement": "全市中小学正式启用。",
            "document": document("启用通知"),
        },
        evaluation_opens_on=day("2028-04-01"),
        evaluation_due_on=day("2029-04-01"),
    ),
    ("SelfEvaluationSubmitted", ""): of_project(
        "2028-05-20",
        evaluation={
            "on": day("2028-05-20"),
            "resource_use": "云资源平均利用率五成二。",
            "sharing": "共享资源二项，被七个部门使用。",
            "security_risk": "未发生安全事件，高风险问题均已整改。",
            "indicators": INDICATORS,
            "grade": "GOOD",
            "document": document("自评价报告"),
        },
        operation_on=day("2027-04-01"),
        due_on=day("2029-04-01"),
        late=False,
    ),
    ("PostEvaluationRecorded", ""): of_project(
        "2028-10-11",
        body="FIN",
        evaluation={
            "on": day("2028-10-11"),
            "evaluators": ["四川众信咨询有限公司"],
            "indicators": INDICATORS,
            "grade": "FAIR",
            "text": "效益总体达到预期，运维投入偏高。",
            "document": document("后评价报告", "乐市财绩〔2028〕15号"),
        },
    ),
    # -- 监督 -----------------------------------------------------------------------------------
    ("ExclusiveOpeningFound", ""): of_project(
        "2027-07-06",
        finding_id=FINDING,
        opening={
            "on": day("2027-07-06"),
            "resource": "学校名录",
            "beneficiary": "某在线教育企业",
            "description": "该企业独家取得应普遍共享的数据。",
            "evidence": document("核查记录"),
        },
    ),
    ("SharingViolationFound", ""): of_project(
        "2027-07-07",
        finding_id=FINDING,
        violation={
            "on": day("2027-07-07"),
            "fault": "DUPLICATE_COLLECTION",
            "description": "重复采集已由公安部门共享的户籍信息。",
            "evidence": document("数据共享问题认定书", "乐数共〔2027〕5号"),
        },
    ),
    ("SharingViolationWithdrawn", ""): of_project(
        "2027-07-21",
        finding_id=FINDING,
        withdrawal={
            "on": day("2027-07-21"),
            "reason": "采集依据为专门法规，认定有误。",
            "document": document("撤销认定通知", "乐数共〔2027〕6号"),
        },
    ),
    ("UntruthfulnessFound", ""): of_project(
        "2027-07-08",
        finding_id=FINDING,
        body="AUD",
        untruthfulness={
            "on": day("2027-07-08"),
            "kind": "CONCEALMENT",
            "description": "未提供两份补充合同。",
            "evidence": document("审计取证单"),
        },
    ),
    ("CorrectionRecorded", ""): of_project(
        "2027-07-09",
        corrected_type="CompletionReported",
        correction={
            "on": day("2027-07-09"),
            "event_id": FINDING,
            "statement": "完成日期应为2026年10月20日。",
            "reason": "填报时误写。",
            "document": document("监理日志"),
        },
    ),
    ("InspectionRecorded", ""): of_project(
        "2027-07-12",
        inspection_id=FINDING,
        body="PSB",
        inspection={
            "on": day("2027-07-12"),
            "matter": "CYBERSECURITY",
            "summary": "现场检查机房和日志。",
            "problems": [{"requirement": "日志留存不少于六个月", "description": "仅留存四个月。"}],
            "document": document("检查记录", "乐公网检〔2027〕22号"),
        },
    ),
    ("RectificationOrdered", ""): of_project(
        "2027-07-13",
        rectification_id=RECTIFICATION,
        body="PSB",
        order={
            "on": day("2027-07-13"),
            "finding_id": FINDING,
            "matter": "CYBERSECURITY",
            "requirement": "补足日志留存。",
            "due_on": day("2027-08-13"),
            "document": document("限期整改通知书", "乐公网改〔2027〕9号"),
        },
    ),
    ("RectificationReported", ""): of_project(
        "2027-08-10",
        rectification_id=RECTIFICATION,
        report={
            "on": day("2027-08-10"),
            "text": "已扩充存储，日志留存满六个月。",
            "document": document("整改报告"),
        },
    ),
    ("RectificationConfirmed", ""): of_project(
        "2027-08-12",
        rectification_id=RECTIFICATION,
        body="PSB",
        confirmation={
            "on": day("2027-08-12"),
            "done": True,
            "text": "复查符合要求。",
            "document": document("复查记录"),
        },
    ),
    ("MeasureImposed", ""): of_project(
        "2027-08-20",
        measure_id=PLAN,
        body="LG",
        measure={
            "on": day("2027-08-20"),
            "kind": "INVESTMENT_DEFERRED",
            "rectification_id": RECTIFICATION,
            "reason": "逾期未整改。",
            "document": document("处理决定", "乐信领〔2027〕2号"),
        },
    ),
    ("MeasureLifted", ""): of_project(
        "2027-09-15",
        measure_id=PLAN,
        kind="INVESTMENT_DEFERRED",
        lifting={
            "on": day("2027-09-15"),
            "reason": "已完成整改",
            "document": document("解除决定", "乐信领〔2027〕3号"),
        },
    ),
    ("SecurityFindingRecorded", ""): of_project(
        "2027-10-08",
        finding_id=FINDING,
        body="CRY",
        finding={
            "on": day("2027-10-08"),
            "fault": "CRYPTOGRAPHY",
            "description": "身份鉴别未使用合规密码算法。",
            "evidence": document("密码检查意见", "乐密〔2027〕11号"),
        },
    ),
    ("SecurityFindingCleared", ""): of_project(
        "2027-11-30",
        finding_id=FINDING,
        body="CRY",
        clearance={
            "on": day("2027-11-30"),
            "description": "已改用国密算法，复测符合要求。",
            "evidence": document("销号通知", "乐密〔2027〕15号"),
        },
    ),
    ("ReferralRecorded", ""): of_project(
        "2027-09-02",
        referral_id=FINDING,
        body="AUD",
        referral={
            "on": day("2027-09-02"),
            "matter": "DIVERTED_FUNDS",
            "recipient": "FINANCE",
            "summary": "项目资金用于购置无关设备。",
            "document": document("移送函", "乐审移〔2027〕3号"),
        },
    ),
    ("SafetyIncidentRecorded", ""): of_project(
        "2026-08-19",
        incident={
            "on": day("2026-08-19"),
            "summary": "机房施工触电",
            "description": "施工人员一人轻伤，无财产损失。",
            "measures": "停工整顿，重新交底后复工。",
            "evidence": document("事故报告"),
        },
    ),
    # -- 不予受理 -------------------------------------------------------------------------------
    ("ObligationOverdue", ""): {
        "on": day("2027-01-01"),
        "obligation_id": REFUSAL,
        "duty": "PERFORMANCE_REPORT",
        "subject": f"project:{PROJECT}",
        "owner": "UNIT",
        "unit_id": UNIT,
        "due_on": day("2026-12-31"),
        "obliged_by": "45",
        "finding": {"subject": f"project:{PROJECT}"},
    },
    ("KeysDestroyed", ""): {
        "on": day("2027-03-01"),
        "destruction_id": REFUSAL,
        "keys": ["0199a6d27c007a1080005f1c2b3a4d01"],
        "destruction": {
            "subject": f"project:{PROJECT}",
            "reason": "保存期限届满",
            "document": document("销毁批准书", "乐数〔2027〕3号"),
        },
    },
    ("PolicyInterpreted", ""): {
        "on": day("2026-03-27"),
        "interpretation_id": REFUSAL,
        "pack": "511100-2022",
        "interpretation": {
            "article": "25",
            "text": "初步设计总投资超过可研批复百分之五的，为重大变更",
            "document": document("解释", "乐数〔2026〕11号"),
            "issued_with": ["DRC", "FIN"],
            "since": day("2026-04-01"),
            "reach": "NEW_OBJECTS",
            "key": "art25_major_percent",
            "value": "5",
        },
    },
    ("RequestRefused", ""): {
        "on": day("2026-03-27"),
        "refusal_id": REFUSAL,
        "subject": f"project:{PROJECT}",
        "command": "issue_reply",
        "rules": ["security_opinions_are_given", "digital_bureau_concurs_in_the_reply"],
        "articles": ["22", "24"],
        "request_digest": document("批复请求").digest,
        "about": [f"project:{PROJECT}", f"unit:{UNIT}"],
    },
}


if __name__ == "__main__":
    for new in write_missing():
        print(new.relative_to(SAMPLES.parents[2]))
