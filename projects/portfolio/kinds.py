"""The closed lists of words of projects; the value is stored, the label is shown."""

from flask_babel import lazy_gettext as _l

from app.labels import Labelled


class ProjectState(Labelled):
    """Where a project stands, from its proposal to the archive."""

    DRAFT = "draft", _l("草稿")
    SUBMITTED = "submitted", _l("待初审")
    REVIEWED = "reviewed", _l("待审批")
    PUBLICISED = "publicised", _l("公示中")
    OPEN = "open", _l("已立项")
    RUNNING = "running", _l("实施中")
    CLOSING = "closing", _l("结项中")
    EVALUATED = "evaluated", _l("已评价")
    ARCHIVED = "archived", _l("已归档")
    SENT_BACK = "sent_back", _l("退回修改")
    REFUSED = "refused", _l("不予立项")
    SUSPENDED = "suspended", _l("已暂停")
    CANCELLED = "cancelled", _l("已取消")
    WITHDRAWN = "withdrawn", _l("已撤回")


class FundingSource(Labelled):
    """Where the money of a project comes from."""

    CHARITY = "charity", _l("慈善捐赠")
    WELFARE_LOTTERY = "welfare_lottery", _l("福利彩票公益金")
    EAST_WEST = "east_west", _l("东西部协作")
    PAIRED = "paired", _l("对口帮扶")
    ENTERPRISE = "enterprise", _l("企业出资")
    GOVERNMENT_PURCHASE = "government_purchase", _l("政府购买服务")
    OWN = "own", _l("单位自筹")


class CampaignState(Labelled):
    """Whether projects may still join a campaign."""

    OPEN = "open", _l("进行中")
    CLOSED = "closed", _l("已结束")
