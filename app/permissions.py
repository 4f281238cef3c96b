"""Who may do what: one table from role to permissions, and the guards that every verb asks.

A grant gives a person a role for a region (staff) or an organisation (clerks and managers), or for their
own things. Default deny: what stands nowhere here is nobody's. Page, API, batch and command pass the
same guards.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.errors import NotAllowed
from app.labels import Labelled


class Permission(Labelled):
    """One thing that a role may do."""

    # own things
    USE_MEMBER_DOOR = "use_member_door", _l("进入参与主体入口")
    OWN_REGISTRATION = "own_registration", _l("办理本人或本单位的入驻登记")
    OWN_STATEMENT = "own_statement", _l("查看本人或本单位的积分明细")
    OWN_PAPERS = "own_papers", _l("查看和下载本人或本单位的证明文书")
    OWN_MESSAGES = "own_messages", _l("查看自己的站内消息")
    OWN_SECURITY = "own_security", _l("管理自己的登录安全")
    # an organisation's things
    LOG_CONTRIBUTIONS = "log_contributions", _l("登记本单位的贡献")
    MANAGE_ORGANISATION_USERS = "manage_organisation_users", _l("管理本单位的登录用户")
    # staff
    USE_STAFF_DOOR = "use_staff_door", _l("进入工作人员入口")
    REVIEW_REGISTRATIONS = "review_registrations", _l("审核入驻登记")
    READ_PARTIES = "read_parties", _l("查看辖区内的参与主体")
    REVEAL_NUMBERS = "reveal_numbers", _l("说明理由后查看完整证件号码")
    ENTER_PARTIES = "enter_parties", _l("代为录入参与主体")
    ENTER_RECORDS = "enter_records", _l("代为录入项目需求、贡献台账和资源意向")
    ENTER_TIPS = "enter_tips", _l("录入失信线索")
    VERIFY_CONTRIBUTIONS = "verify_contributions", _l("核验贡献")
    READ_CONTRIBUTIONS = "read_contributions", _l("查看辖区内的贡献")
    REVERSE_CONTRIBUTIONS = "reverse_contributions", _l("冲正已记账的贡献")
    READ_POINTS = "read_points", _l("查看辖区内主体的积分")
    MANAGE_RULESETS = "manage_rulesets", _l("制定积分规则")
    PUBLISH_RULESETS = "publish_rulesets", _l("发布积分规则")
    HOLD_POINTS = "hold_points", _l("冻结和解除冻结有争议的积分")
    CLOSE_PERIODS = "close_periods", _l("结账和发布排行榜")
    LOG_COVENANTS = "log_covenants", _l("登记村规民约积分事项")
    VERIFY_COVENANTS = "verify_covenants", _l("核验村规民约积分事项")
    MANAGE_COVENANTS = "manage_covenants", _l("录入村民会议通过的积分办法")
    PUBLISH_COVENANTS = "publish_covenants", _l("发布村民会议通过的积分办法")
    READ_PAPERS = "read_papers", _l("查看辖区内的文书")
    REVOKE_PAPERS = "revoke_papers", _l("撤销文书")
    MANAGE_CALENDAR = "manage_calendar", _l("维护工作日历")
    MANAGE_CATALOGUE = "manage_catalogue", _l("维护事项目录")
    MANAGE_VOCABULARY = "manage_vocabulary", _l("维护导入用的表头和用词")
    # administration
    MANAGE_USERS = "manage_users", _l("管理登录用户")
    GRANT_ROLES = "grant_roles", _l("授予和收回角色")
    LOCK_USERS = "lock_users", _l("锁定登录用户、结束会话、重置工作人员的密码")
    SEE_SETTINGS = "see_settings", _l("查看系统设置")
    MANAGE_JOBS = "manage_jobs", _l("查看和运行后台任务")
    MANAGE_OUTBOX = "manage_outbox", _l("处理发送失败的消息")
    READ_AUDIT = "read_audit", _l("查看审计日志")


class Role(Labelled):
    """What a person is on this platform."""

    REGISTRANT = "registrant", _l("登记申请人")
    VOLUNTEER = "volunteer", _l("志愿者")
    SOCIAL_WORKER = "social_worker", _l("社会工作者")
    ORGANISATION_CLERK = "organisation_clerk", _l("参与单位经办人")
    ORGANISATION_MANAGER = "organisation_manager", _l("参与单位管理员")
    RECIPIENT = "recipient", _l("救助对象")
    VILLAGE_WORKER = "village_worker", _l("社会救助协理员")
    PATROL = "patrol", _l("巡查员")
    CHILD_OFFICER = "child_officer", _l("儿童主任")
    DEPARTMENT_LIAISON = "department_liaison", _l("部门联络员")
    TOWN_STAFF = "town_staff", _l("镇街工作人员")
    TOWN_LEADER = "town_leader", _l("镇街负责人")
    COUNTY_HANDLER = "county_handler", _l("区县经办")
    COUNTY_REVIEWER = "county_reviewer", _l("区县审核")
    COUNTY_APPROVER = "county_approver", _l("区县审批")
    CITY_STAFF = "city_staff", _l("市级工作人员")
    CREDIT_OFFICER = "credit_officer", _l("信用管理员")
    LEGAL_OFFICER = "legal_officer", _l("法制审核员")
    COMMITTEE = "committee", _l("评估委员会")
    PURCHASER = "purchaser", _l("采购单位")
    REWARD_PROVIDER = "reward_provider", _l("兑换提供方")
    SESSION_LEADER = "session_leader", _l("活动负责人")
    GUARDIAN = "guardian", _l("监护人")
    AUDITOR = "auditor", _l("审计")
    SYSTEM_ADMINISTRATOR = "system_administrator", _l("系统管理员")
    SECURITY_ADMINISTRATOR = "security_administrator", _l("安全管理员")


P = Permission
_EVERYBODY = frozenset({P.OWN_MESSAGES, P.OWN_SECURITY})
_PERSON = _EVERYBODY | {P.USE_MEMBER_DOOR, P.OWN_REGISTRATION, P.OWN_STATEMENT, P.OWN_PAPERS}
_CLERK = _PERSON | {P.LOG_CONTRIBUTIONS}
_STAFF = _EVERYBODY | {P.USE_STAFF_DOOR}
_READER = _STAFF | {P.READ_PARTIES, P.READ_CONTRIBUTIONS, P.READ_POINTS, P.READ_PAPERS}
_COUNTY = _READER | {P.REVIEW_REGISTRATIONS, P.VERIFY_CONTRIBUTIONS, P.REVEAL_NUMBERS}

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    # Whose party is not admitted yet, suspended or closed: what the role would give besides is not in force.
    Role.REGISTRANT: _PERSON,
    Role.VOLUNTEER: _PERSON,
    Role.SOCIAL_WORKER: _PERSON,
    Role.ORGANISATION_CLERK: _CLERK,
    Role.ORGANISATION_MANAGER: _CLERK | {P.MANAGE_ORGANISATION_USERS},
    Role.RECIPIENT: _EVERYBODY | {P.USE_MEMBER_DOOR},
    Role.VILLAGE_WORKER: _STAFF | {P.LOG_COVENANTS},
    Role.PATROL: _STAFF,
    Role.CHILD_OFFICER: _STAFF,
    Role.DEPARTMENT_LIAISON: _STAFF,
    Role.TOWN_STAFF: _READER
    | {
        P.REVIEW_REGISTRATIONS,
        P.ENTER_PARTIES,
        P.ENTER_RECORDS,
        P.LOG_COVENANTS,
        P.VERIFY_COVENANTS,
        P.MANAGE_COVENANTS,
    },
    Role.TOWN_LEADER: _READER | {P.VERIFY_COVENANTS, P.PUBLISH_COVENANTS},
    Role.COUNTY_HANDLER: _COUNTY | {P.ENTER_PARTIES, P.ENTER_RECORDS, P.ENTER_TIPS},
    Role.COUNTY_REVIEWER: _COUNTY,
    Role.COUNTY_APPROVER: _COUNTY | {P.REVERSE_CONTRIBUTIONS, P.REVOKE_PAPERS, P.HOLD_POINTS},
    Role.CITY_STAFF: _COUNTY
    | {
        P.ENTER_PARTIES,
        P.ENTER_RECORDS,
        P.ENTER_TIPS,
        P.REVERSE_CONTRIBUTIONS,
        P.REVOKE_PAPERS,
        P.HOLD_POINTS,
        P.CLOSE_PERIODS,
        P.MANAGE_RULESETS,
        P.MANAGE_CALENDAR,
        P.MANAGE_CATALOGUE,
        P.MANAGE_VOCABULARY,
        P.MANAGE_OUTBOX,
    },
    Role.CREDIT_OFFICER: _STAFF | {P.READ_PARTIES, P.ENTER_TIPS},
    Role.LEGAL_OFFICER: _STAFF | {P.PUBLISH_RULESETS},
    Role.COMMITTEE: _STAFF,
    Role.PURCHASER: _STAFF,
    Role.REWARD_PROVIDER: _EVERYBODY | {P.USE_MEMBER_DOOR},
    Role.SESSION_LEADER: _EVERYBODY | {P.USE_MEMBER_DOOR},
    Role.GUARDIAN: _EVERYBODY | {P.USE_MEMBER_DOOR},
    Role.AUDITOR: _READER | {P.READ_AUDIT},
    Role.SYSTEM_ADMINISTRATOR: _STAFF | {P.MANAGE_USERS, P.SEE_SETTINGS, P.MANAGE_JOBS, P.MANAGE_OUTBOX},
    Role.SECURITY_ADMINISTRATOR: _STAFF | {P.GRANT_ROLES, P.LOCK_USERS},
}

# The three administrators are apart (等保 level 3); each serves the whole city.
ADMINISTRATORS = frozenset({Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDITOR})
# Who decides for the bureau: whoever signs in as one of them decides in their name.
OFFICES = frozenset(
    {
        Role.TOWN_STAFF,
        Role.TOWN_LEADER,
        Role.COUNTY_HANDLER,
        Role.COUNTY_REVIEWER,
        Role.COUNTY_APPROVER,
        Role.CITY_STAFF,
        Role.CREDIT_OFFICER,
        Role.LEGAL_OFFICER,
    }
)


def _pairs() -> frozenset[frozenset[Role]]:
    apart = [(one, other) for one in ADMINISTRATORS for other in ADMINISTRATORS | OFFICES if one is not other]
    clerks = (Role.ORGANISATION_CLERK, Role.ORGANISATION_MANAGER)
    apart += [(clerk, office) for clerk in clerks for office in OFFICES | ADMINISTRATORS]
    apart += [
        (Role.COUNTY_HANDLER, Role.COUNTY_APPROVER),
        (Role.COUNTY_REVIEWER, Role.COUNTY_APPROVER),
        (Role.COUNTY_HANDLER, Role.COUNTY_REVIEWER),
        (Role.TOWN_STAFF, Role.TOWN_LEADER),
        (Role.CREDIT_OFFICER, Role.LEGAL_OFFICER),
    ]
    return frozenset(frozenset(pair) for pair in apart)


# Two roles that one person may never hold at the same time: who enters does not verify, who verifies does
# not approve, and the three administrators are apart (等保 level 3).
INCOMPATIBLE: frozenset[frozenset[Role]] = _pairs()


@dataclass(frozen=True)
class Grant:
    """One role of an actor, for a region (staff), an organisation (clerks), or neither (own things)."""

    role: Role
    region_code: str | None = None
    organisation_id: uuid.UUID | None = None


@dataclass(frozen=True)
class Actor:
    """Who acts. Made from a signed-in user; jobs and commands act as SYSTEM."""

    user_id: uuid.UUID | None
    person_id: uuid.UUID | None
    name: str
    grants: tuple[Grant, ...] = ()
    address: str | None = None
    is_system: bool = False

    def may(self, permission: Permission) -> bool:
        """Return whether any role gives the permission, wherever."""
        return self.is_system or any(permission in ROLE_PERMISSIONS[grant.role] for grant in self.grants)

    def regions(self, permission: Permission) -> tuple[str, ...]:
        """Return the region codes within which a staff role gives the permission."""
        return tuple(
            grant.region_code
            for grant in self.grants
            if grant.region_code and permission in ROLE_PERMISSIONS[grant.role]
        )

    def organisations(self, permission: Permission) -> tuple[uuid.UUID, ...]:
        """Return the organisations for which a role gives the permission."""
        return tuple(
            grant.organisation_id
            for grant in self.grants
            if grant.organisation_id and permission in ROLE_PERMISSIONS[grant.role]
        )

    @property
    def role(self) -> Role | None:
        """The first role, as audit rows name it."""
        return self.grants[0].role if self.grants else None


SYSTEM = Actor(user_id=None, person_id=None, name="system", is_system=True)
ANYONE = Actor(user_id=None, person_id=None, name="public")


def region_prefix(code: str) -> str:
    """Return the part of a 12-digit region code that its whole subtree shares (2, 4, 6, 9 or 12 digits)."""
    for length in (2, 4, 6, 9):
        if not code[length:].strip("0"):
            return code[:length]
    return code


def may_in(actor: Actor, permission: Permission, region_code: str) -> bool:
    """Return whether the actor may do this in a region."""
    return actor.is_system or any(
        region_code.startswith(region_prefix(code)) for code in actor.regions(permission)
    )


def ensure_may(
    actor: Actor,
    permission: Permission,
    *,
    region_code: str | None = None,
    organisation_id: uuid.UUID | None = None,
) -> None:
    """Return when the actor may do this there; else raise NotAllowed.

    ``region_code``: the thing's region must lie in a region of the actor's. ``organisation_id``: the thing
    belongs to an organisation, and a role for that very organisation is wanted.
    """
    if actor.is_system:
        return
    if not actor.may(permission):
        raise NotAllowed(_("您的角色没有“%(permission)s”的权限。", permission=permission.label))
    if organisation_id is not None and organisation_id in actor.organisations(permission):
        return
    if region_code is not None and any(
        region_code.startswith(region_prefix(scope)) for scope in actor.regions(permission)
    ):
        return
    if organisation_id is not None:
        raise NotAllowed(_("这不是您所在单位的事项。"))
    if region_code is not None:
        raise NotAllowed(_("这件事不在您的辖区内。"))


def ensure_four_eyes(actor: Actor, *earlier: uuid.UUID | None) -> None:
    """Return unless the actor already took an earlier step in this matter; else raise NotAllowed.

    ``earlier`` are the person ids of those who submitted, reviewed or entered. Never waived.
    """
    if actor.is_system:
        return
    if actor.person_id is None or actor.person_id in earlier:
        raise NotAllowed(_("您已经手过这件事，须由另一位工作人员办理。"))


def incompatible(roles: Iterable[Role]) -> tuple[Role, Role] | None:
    """Return two roles of these that one person may not hold together, or None."""
    held = sorted(set(roles))
    for index, one in enumerate(held):
        for other in held[index + 1 :]:
            if frozenset({one, other}) in INCOMPATIBLE:
                return one, other
    return None
