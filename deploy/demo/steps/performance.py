"""实施和绩效: management, sharing, cloud resources, monitoring reports, evaluation."""

from deploy.demo.cast import DEB, Project, legal_person, official, paper, serial
from deploy.demo.story import Story
from shared.events.acceptance import (
    Archive,
    CloudGrant,
    CloudGrantKind,
    CloudPurpose,
    ExchangeConnection,
    Grade,
    HeardOpinion,
    Indicators,
    MountedResources,
    PerformanceReport,
    ProjectManagement,
    SecurityPhase,
    SecurityStage,
    SelfEvaluation,
    Supervisor,
)

SUPERVISOR = "乐山信诚工程监理有限公司"


async def manage(story: Story, project: Project) -> None:
    """监理, 管理制度 and 档案; security planned and built along."""
    management = ProjectManagement(
        supervisor=Supervisor(
            unit_id=legal_person("91", serial()),
            name=SUPERVISOR,
            contract=paper(f"{project.name}监理合同"),
        ),
        rules=(paper(f"{project.name}管理办法"),),
        archive=Archive(
            keeper="办公室", electronic=True, inventory=paper(f"{project.name}档案目录")
        ),
    )
    officer, base = project.unit.officer, project.acceptance
    await story.act(officer, f"{base}/management", management, "登记监理、制度和档案")
    for phase in (SecurityPhase.PLAN, SecurityPhase.BUILD):
        stage = SecurityStage(
            phase=phase, summary=phase.label, evidence=paper(f"{project.name}{phase.label}")
        )
        await story.act(officer, f"{base}/security-stages", stage, f"登记安全措施{phase.label}")


async def share(story: Story, project: Project) -> None:
    """接入交换平台, 挂接 of all that was catalogued."""
    officer, base = project.unit.officer, project.acceptance
    connection = ExchangeConnection(
        interface="数据共享接口", document=paper(f"{project.name}接入证明")
    )
    await story.act(officer, f"{base}/exchange-connection", connection, "接入共享交换平台")
    catalogued = (await story.city.read(DEB, project.registration))["resources"]
    codes = tuple(r["code"] for r in catalogued["resources"] if r["sharing"] != "NONE")
    mounted = MountedResources(codes=codes, document=paper(f"{project.name}挂接证明"))
    await story.act(DEB, f"{base}/mounted-resources", mounted, f"登记挂接公共数据{len(codes)}项")


def cloud(story: Story, project: Project, purpose: CloudPurpose) -> CloudGrant:
    return CloudGrant(
        purpose=purpose,
        kind=CloudGrantKind.NEW,
        resources="云主机八台，存储二十太字节",
        document=official(f"{project.name}政务云资源安排单", "乐数云", story.today.year),
    )


async def grant_cloud(story: Story, project: Project, purpose: CloudPurpose) -> None:
    """政务云资源安排."""
    await story.act(
        DEB,
        f"{project.acceptance}/cloud-resources",
        cloud(story, project, purpose),
        f"安排{purpose.label}政务云资源",
    )


def report(story: Story, project: Project, *, supervised: bool = True) -> PerformanceReport:
    """绩效监控报告 of this year, with or without the supervision unit's opinion."""
    year = story.today.year
    heard = HeardOpinion(party=SUPERVISOR, text="进度、质量和投资受控")
    return PerformanceReport(
        year=year,
        progress="建设内容全部完成",
        fund_execution="按计划支付",
        user_opinion=HeardOpinion(party=f"{project.unit.name}业务处室", text="功能符合需要"),
        supervision_opinion=heard if supervised else None,
        trial_effects="运行平稳",
        trial_problems="高峰时段较慢，已扩容",
        document=paper(f"{project.name}{year}年度绩效监控报告"),
    )


async def monitor(story: Story, project: Project) -> None:
    """绩效监控报告."""
    await story.act(
        project.unit.officer,
        f"{project.acceptance}/performance-reports",
        report(story, project),
        "提交年度绩效监控报告",
    )


def self_evaluation(project: Project) -> SelfEvaluation:
    return SelfEvaluation(
        resource_use="云资源平均利用率五成",
        sharing="共享资源被六个部门使用",
        security_risk="无未整改的高风险问题",
        indicators=Indicators(
            decision_and_construction="程序完备，按期建成",
            operation="响应及时",
            application="覆盖全部业务",
            benefit="达到预期",
        ),
        grade=Grade.GOOD,
        document=paper(f"{project.name}自评价报告"),
    )
