"""What a role may do: one table from role to permissions, and which roles one person may never hold together.

Default deny: what stands nowhere here is nobody's. The guards that ask it stand in `app/permissions.py`.
"""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l

from app.labels import Labelled


class Permission(Labelled):
    """One thing that a role may do."""

    # own things
    USE_MEMBER_DOOR = "use_member_door", _l("进入参与主体入口")
    OWN_REGISTRATION = "own_registration", _l("办理本人或本单位的入驻登记")
    OWN_STATEMENT = "own_statement", _l("查看本人或本单位的积分明细")
    OWN_PAPERS = "own_papers", _l("查看和下载本人或本单位的证明文书")
    OWN_REQUESTS = "own_requests", _l("提出求助申请，查看本户的档案和办理进度")
    OWN_MESSAGES = "own_messages", _l("查看自己的站内消息")
    OWN_SECURITY = "own_security", _l("管理自己的登录安全")
    # an organisation's things
    LOG_CONTRIBUTIONS = "log_contributions", _l("登记本单位的贡献")
    PROPOSE_PROJECTS = "propose_projects", _l("申报和实施本单位的帮扶项目")
    HANDLE_OWN_REFERRALS = "handle_own_referrals", _l("办理转介给本单位的事项")
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
    # households, requests, projects
    READ_HOUSEHOLDS = "read_households", _l("查看辖区内的家庭档案")
    MANAGE_HOUSEHOLDS = "manage_households", _l("办理家庭档案的立户、变更、分户和迁移")
    ENTER_REQUESTS = "enter_requests", _l("受理求助申请")
    ASSESS_REQUESTS = "assess_requests", _l("调查评估求助申请")
    APPROVE_REQUESTS = "approve_requests", _l("审批求助申请")
    HANDLE_REFERRALS = "handle_referrals", _l("办理转介和转办")
    VISIT_HOUSEHOLDS = "visit_households", _l("登记走访探访")
    RUN_COMPARISONS = "run_comparisons", _l("比对数据并处理提示")
    REVIEW_PROJECTS = "review_projects", _l("初审帮扶项目")
    APPROVE_PROJECTS = "approve_projects", _l("审批帮扶项目")
    READ_PROJECTS = "read_projects", _l("查看辖区内的帮扶项目")
    CHECK_PROJECTS = "check_projects", _l("抽查和评价帮扶项目")
    MANAGE_CAMPAIGNS = "manage_campaigns", _l("发起专项行动")
    DECIDE_OBJECTIONS = "decide_objections", _l("处理公示异议")
    SEE_SUPERVISION = "see_supervision", _l("查看督办清单")
    MANAGE_TIERS = "manage_tiers", _l("拟定审批权限")
    PUBLISH_TIERS = "publish_tiers", _l("发布审批权限")
    MANAGE_PARAMETERS = "manage_parameters", _l("拟定法定期限和标准")
    PUBLISH_PARAMETERS = "publish_parameters", _l("发布法定期限和标准")
    MANAGE_COMMITMENT_TEXTS = "manage_commitment_texts", _l("拟定信用承诺书文本")
    PUBLISH_COMMITMENT_TEXTS = "publish_commitment_texts", _l("发布信用承诺书文本")
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
_CLERK = _PERSON | {P.LOG_CONTRIBUTIONS, P.PROPOSE_PROJECTS, P.HANDLE_OWN_REFERRALS}
_STAFF = _EVERYBODY | {P.USE_STAFF_DOOR}
_READER = _STAFF | {P.READ_PARTIES, P.READ_CONTRIBUTIONS, P.READ_POINTS, P.READ_PAPERS, P.READ_PROJECTS}
_FIELD = _STAFF | {P.ENTER_REQUESTS, P.VISIT_HOUSEHOLDS, P.READ_HOUSEHOLDS}
_OFFICE = {P.READ_HOUSEHOLDS, P.SEE_SUPERVISION}
_COUNTY = _READER | _OFFICE | {P.REVIEW_REGISTRATIONS, P.VERIFY_CONTRIBUTIONS, P.REVEAL_NUMBERS}
_OWN = _EVERYBODY | {P.USE_MEMBER_DOOR, P.OWN_REQUESTS, P.OWN_PAPERS}

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    # Whose party is not admitted yet, suspended or closed: what the role would give besides is not in force.
    Role.REGISTRANT: _PERSON,
    Role.VOLUNTEER: _PERSON,
    Role.SOCIAL_WORKER: _PERSON,
    Role.ORGANISATION_CLERK: _CLERK,
    Role.ORGANISATION_MANAGER: _CLERK | {P.MANAGE_ORGANISATION_USERS},
    Role.RECIPIENT: _OWN,
    Role.VILLAGE_WORKER: _FIELD | {P.LOG_COVENANTS},
    Role.PATROL: _FIELD,
    Role.CHILD_OFFICER: _FIELD,
    Role.DEPARTMENT_LIAISON: _STAFF | {P.HANDLE_REFERRALS},
    Role.TOWN_STAFF: _READER
    | _FIELD
    | _OFFICE
    | {
        P.MANAGE_HOUSEHOLDS,
        P.ASSESS_REQUESTS,
        P.HANDLE_REFERRALS,
        P.REVIEW_PROJECTS,
        P.RUN_COMPARISONS,
        P.REVIEW_REGISTRATIONS,
        P.ENTER_PARTIES,
        P.ENTER_RECORDS,
        P.LOG_COVENANTS,
        P.VERIFY_COVENANTS,
        P.MANAGE_COVENANTS,
    },
    Role.TOWN_LEADER: _READER
    | _OFFICE
    | {
        P.VERIFY_COVENANTS,
        P.PUBLISH_COVENANTS,
        P.APPROVE_REQUESTS,
        P.REVIEW_PROJECTS,
        P.DECIDE_OBJECTIONS,
    },
    Role.COUNTY_HANDLER: _COUNTY
    | _FIELD
    | {
        P.ENTER_PARTIES,
        P.ENTER_RECORDS,
        P.ENTER_TIPS,
        P.MANAGE_HOUSEHOLDS,
        P.ASSESS_REQUESTS,
        P.HANDLE_REFERRALS,
        P.RUN_COMPARISONS,
        P.CHECK_PROJECTS,
    },
    Role.COUNTY_REVIEWER: _COUNTY | {P.REVIEW_PROJECTS, P.DECIDE_OBJECTIONS, P.CHECK_PROJECTS},
    Role.COUNTY_APPROVER: _COUNTY
    | {
        P.REVERSE_CONTRIBUTIONS,
        P.REVOKE_PAPERS,
        P.HOLD_POINTS,
        P.APPROVE_REQUESTS,
        P.APPROVE_PROJECTS,
        P.DECIDE_OBJECTIONS,
    },
    Role.CITY_STAFF: _COUNTY
    | {
        P.APPROVE_REQUESTS,
        P.REVIEW_PROJECTS,  # of the whole city: no town and no county stands below it
        P.APPROVE_PROJECTS,
        P.DECIDE_OBJECTIONS,
        P.CHECK_PROJECTS,
        P.MANAGE_CAMPAIGNS,
        P.MANAGE_TIERS,
        P.MANAGE_PARAMETERS,
        P.MANAGE_COMMITMENT_TEXTS,
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
    Role.LEGAL_OFFICER: _STAFF
    | {P.PUBLISH_RULESETS, P.PUBLISH_TIERS, P.PUBLISH_PARAMETERS, P.PUBLISH_COMMITMENT_TEXTS},
    Role.COMMITTEE: _STAFF,
    Role.PURCHASER: _STAFF,
    Role.REWARD_PROVIDER: _EVERYBODY | {P.USE_MEMBER_DOOR},
    Role.SESSION_LEADER: _EVERYBODY | {P.USE_MEMBER_DOOR},
    Role.GUARDIAN: _OWN,
    Role.AUDITOR: _READER | _OFFICE | {P.READ_AUDIT},
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


def incompatible(roles: Iterable[Role]) -> tuple[Role, Role] | None:
    """Return two roles of these that one person may not hold together, or None."""
    held = sorted(set(roles))
    for index, one in enumerate(held):
        for other in held[index + 1 :]:
            if frozenset({one, other}) in INCOMPATIBLE:
                return one, other
    return None
