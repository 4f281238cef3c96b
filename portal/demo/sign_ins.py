"""The sign-ins that the demo's sign-in page lists: one per role (two of the town: four eyes), with what one can try."""

from app.config import Settings
from app.permissions import Role
from app.users import demo
from app.users.demo import DemoSignIn
from portal.demo.cast import UserPlan
from portal.demo.places import CITY, COUNTIES, SHOWN_COUNTY, SHOWN_ORGANISATION, SHOWN_TOWN, SHOWN_VILLAGE
from portal.demo.plan import Plan

PASSWORD = "wei-shui-qin-ling-61"
"""Of everybody in the demo city; it stands on the demo's sign-in page and opens nothing else."""

_SHOWN: tuple[tuple[str, str], ...] = (
    (f"clerk-{SHOWN_ORGANISATION}", "为本单位登记贡献、补正退回件、申请捐赠证书、看积分明细"),
    (f"manager-{SHOWN_ORGANISATION}", "经办人能做的都能做，另外管理本单位的登录用户"),
    ("volunteer", "看自己的服务时长、积分明细和计分算式，管理公开同意"),
    ("socialworker", "看自己的专业服务记录和积分明细"),
    ("handler", "核验本区贡献、录入参与主体"),
    ("reviewer", "审核本区入驻登记、核验贡献"),
    ("approver", "核验贡献、冲正记错的贡献、撤销文书"),
    ("recipient", "为自己家提出求助申请、看办到哪一步、收决定书"),
    ("village", "代办本村的求助申请、入户走访，登记本村的村规民约积分事项"),
    ("town", "审核本镇入驻登记、代为录入、核验村规民约积分"),
    ("town-2", "同一镇的另一位工作人员：复核不公示的求助申请、复核建档"),
    ("leader", "审批本镇限额内的求助申请，查看本镇的参与主体、贡献和积分，发布村民会议通过的积分办法"),
    ("city", "全市核验、积分规则、工作日历、事项目录"),
    ("legal", "审核并发布积分规则"),
    ("auditor", "查看全部数据和审计日志，不能改动"),
    ("sysadmin", "登录用户、系统设置、后台任务"),
    ("secadmin", "授予和收回角色、锁定用户、重置工作人员的密码"),
)

_PLACES = {
    CITY: "宝鸡市",
    f"{SHOWN_COUNTY}000000": COUNTIES[SHOWN_COUNTY],
    SHOWN_TOWN: f"{COUNTIES[SHOWN_COUNTY]}石鼓镇",
    SHOWN_VILLAGE: "石鼓镇石坝河村",
}


def listed(plan: Plan) -> list[DemoSignIn]:
    """Return the lines of the sign-in page for a planned city."""
    users = {one.name: one for one in plan.cast.users}
    if plan.cast.families:
        users["recipient"] = UserPlan("recipient", plan.cast.families[0][0], Role.RECIPIENT)
    bodies = plan.cast.by_slug
    lines = []
    for name, may in _SHOWN:
        user = users.get(name)
        if user is None:
            continue
        who = user.human.name
        if user.organisation is not None:
            who = f"{who}（{bodies[user.organisation].name}）"
        elif user.region_code is not None:
            who = f"{who}（{_PLACES[user.region_code]}）"
        lines.append(
            DemoSignIn(name=name, password=PASSWORD, role=str(Role(user.role).label), who=who, may=may)
        )
    return lines


def publish(settings: Settings, plan: Plan) -> None:
    """Put the list on the sign-in page of a demo city."""
    demo.write(settings, listed(plan))
