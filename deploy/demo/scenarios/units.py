"""项目单位 of the stories."""

from deploy.demo.cast import unit
from shared.events.approval import Merge, MergeGround

EDUCATION = unit(1, "乐山市教育局", "罗建国", "周敏")
HEALTH = unit(2, "乐山市卫生健康委员会", "杨秀兰", "蒋涛", office="规划信息科")
EMERGENCY = unit(3, "乐山市应急管理局", "冯志强", "唐悦", office="科技信息化科")
WATER = unit(4, "乐山市水务局", "曾明", "邓洁")
LAND = unit(5, "乐山市自然资源和规划局", "彭海", "许亮")
SERVICES = unit(6, "乐山市行政审批局", "谢静", "韩雪", office="政务服务科")
FARMING = unit(7, "乐山市农业农村局", "袁大勇", "梁倩")
HOUSING = unit(8, "乐山市住房和城乡建设局", "潘伟", "董凯", office="科技科")
JUSTICE = unit(9, "乐山市司法局", "郭宁", "田甜", office="装备财务科")

SMALL = Merge(
    ground=MergeGround.SMALL, depth_statement="需求和现状调研已完成，深度达到初步设计要求"
)
