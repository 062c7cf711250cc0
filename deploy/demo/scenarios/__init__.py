"""故事: each project another path through the regulation, and what is not dealt with at the door.

A story's days are counted in months from the opening of the city; the calendar moves the clock
only when all stories wait, so the months of one are the months of all.
"""

from deploy.demo.scenarios.county import county_project
from deploy.demo.scenarios.door import not_at_this_door
from deploy.demo.scenarios.emergency import emergency_project
from deploy.demo.scenarios.joint import joint_project
from deploy.demo.scenarios.large import large_project
from deploy.demo.scenarios.service import service_purchase
from deploy.demo.scenarios.small import small_project
from deploy.demo.story import Telling

STORIES: dict[str, Telling] = {
    "小型自建·实施方案": small_project,
    "大型自建·可研初设": large_project,
    "三部门共建": joint_project,
    "购买服务": service_purchase,
    "市县协同": county_project,
    "紧急项目与限制": emergency_project,
    "不予受理": not_at_this_door,
}
