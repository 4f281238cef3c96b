"""The closed lists of words of the party register; the value is stored, the label is shown."""

from flask_babel import lazy_gettext as _l

from app.labels import Labelled


class PartyKind(Labelled):
    """What a party is."""

    ORGANISATION = "organisation", _l("参与单位")
    PERSON = "person", _l("自然人")
    HOUSEHOLD = "household", _l("救助家庭")


class RegistrationState(Labelled):
    """Where a party's registration stands; the allowed moves are in `registrations.MOVES`."""

    DRAFT = "draft", _l("草稿")
    SUBMITTED = "submitted", _l("待审核")
    SENT_BACK = "sent_back", _l("已退回补正")
    APPROVED = "approved", _l("已入驻")
    REJECTED = "rejected", _l("不予入驻")
    SUSPENDED = "suspended", _l("已暂停")
    CLOSED = "closed", _l("已注销")


class OrganisationKind(Labelled):
    """Kinds of organisation; community organisations are filed at the town and need no credit code."""

    SOCIAL_GROUP = "social_group", _l("社会团体")
    SOCIAL_SERVICE_INSTITUTION = "social_service_institution", _l("社会服务机构（民办非企业单位）")
    FOUNDATION = "foundation", _l("基金会")
    PEOPLES_ORGANISATION = "peoples_organisation", _l("群团组织")
    ENTERPRISE = "enterprise", _l("企业")
    PUBLIC_INSTITUTION = "public_institution", _l("事业单位")
    VILLAGE_COMMITTEE = "village_committee", _l("村（居）民委员会")
    COMMUNITY_ORGANISATION = "community_organisation", _l("社区社会组织")


class PersonRoleKind(Labelled):
    """The dated roles of a person; one person may hold several at a time."""

    VOLUNTEER = "volunteer", _l("志愿者")
    SOCIAL_WORKER = "social_worker", _l("社会工作者")
    HOUSEHOLD_MEMBER = "household_member", _l("家庭成员")


class ActingRole(Labelled):
    """In which quality a party gave: what a contribution stores and rankings use as party kind."""

    SOCIAL_GROUP = "social_group", _l("社会团体")
    SOCIAL_SERVICE_INSTITUTION = "social_service_institution", _l("社会服务机构（民办非企业单位）")
    FOUNDATION = "foundation", _l("基金会")
    PEOPLES_ORGANISATION = "peoples_organisation", _l("群团组织")
    ENTERPRISE = "enterprise", _l("企业")
    PUBLIC_INSTITUTION = "public_institution", _l("事业单位")
    VILLAGE_COMMITTEE = "village_committee", _l("村（居）民委员会")
    COMMUNITY_ORGANISATION = "community_organisation", _l("社区社会组织")
    VOLUNTEER = "volunteer", _l("志愿者")
    SOCIAL_WORKER = "social_worker", _l("社会工作者")
    PERSON = "person", _l("爱心人士")


class AffiliationKind(Labelled):
    """How a person belongs to an organisation."""

    LEGAL_REPRESENTATIVE = "legal_representative", _l("法定代表人")
    RESPONSIBLE_PERSON = "responsible_person", _l("负责人")
    BOARD_MEMBER = "board_member", _l("理事或监事")
    EMPLOYEE = "employee", _l("工作人员")
    MEMBER = "member", _l("会员")
    VOLUNTEER = "volunteer", _l("所属志愿者")


class ConsentPurpose(Labelled):
    """What a party may agree to, each by itself; withdrawing acts at once."""

    PUBLISH_NAME = "publish_name", _l("公开姓名和贡献（排行榜、公示、证书查验）")
    SHARE_WITH_ORGANISATIONS = "share_with_organisations", _l("向参与单位提供联系方式，用于安排服务")
    REFERRAL = "referral", _l("把我的需求转介给社会力量")
    MESSAGES = "messages", _l("用短信或邮件通知我")


class Sex(Labelled):
    """Sex as the identity paper states it."""

    MALE = "male", _l("男")
    FEMALE = "female", _l("女")


class Capacity(Labelled):
    """Capacity for civil conduct (民法典 art. 17–22)."""

    FULL = "full", _l("完全民事行为能力")
    LIMITED = "limited", _l("限制民事行为能力")
    NONE = "none", _l("无民事行为能力")


class SocialWorkerLevel(Labelled):
    """Professional level of a social worker."""

    NONE = "none", _l("无职业资格")
    ASSISTANT = "assistant", _l("助理社会工作师")
    SOCIAL_WORKER = "social_worker", _l("社会工作师")
    SENIOR = "senior", _l("高级社会工作师")


class GradingLevel(Labelled):
    """Result of the grading of social organisations (社会组织等级评估)."""

    A1 = "1a", _l("1A")
    A2 = "2a", _l("2A")
    A3 = "3a", _l("3A")
    A4 = "4a", _l("4A")
    A5 = "5a", _l("5A")


class AnnualReportState(Labelled):
    """Where the latest annual report of an organisation stands."""

    NOT_REQUIRED = "not_required", _l("无需报送")
    SUBMITTED = "submitted", _l("已报送")
    PASSED = "passed", _l("合格")
    BASICALLY_PASSED = "basically_passed", _l("基本合格")
    FAILED = "failed", _l("不合格")
    MISSING = "missing", _l("未按规定报送")


class IntegrityState(Labelled):
    """Whether the registration authority has listed an organisation (民政部令第60号)."""

    CLEAR = "clear", _l("正常")
    ABNORMAL = "abnormal", _l("列入活动异常名录")
    SERIOUS = "serious", _l("列入严重违法失信名单")


class HouseholdRelation(Labelled):
    """What a household member is to the head of the household."""

    HEAD = "head", _l("户主")
    SPOUSE = "spouse", _l("配偶")
    CHILD = "child", _l("子女")
    PARENT = "parent", _l("父母")
    GRANDPARENT = "grandparent", _l("祖父母或外祖父母")
    GRANDCHILD = "grandchild", _l("孙子女或外孙子女")
    SIBLING = "sibling", _l("兄弟姐妹")
    OTHER = "other", _l("其他")


class RelativeKind(Labelled):
    """Near relatives who must be declared (公务员回避: spouses, blood and marriage relations)."""

    SPOUSE = "spouse", _l("配偶")
    PARENT = "parent", _l("父母")
    CHILD = "child", _l("子女")
    SIBLING = "sibling", _l("兄弟姐妹")
    OTHER = "other", _l("其他近亲属或近姻亲")
