"""What a city does in which season: the actions between which a year's contributions are shared out. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from points.rulesets.kinds import ContributionKind as K

# First day of the first lunar month (春节), by the Purple Mountain Observatory's calendar.
_SPRING_FESTIVAL = {
    2024: date(2024, 2, 10), 2025: date(2025, 1, 29), 2026: date(2026, 2, 17), 2027: date(2027, 2, 6),
    2028: date(2028, 1, 26), 2029: date(2029, 2, 13), 2030: date(2030, 2, 3), 2031: date(2031, 1, 23),
}  # fmt: skip
_MOUNTAINS = ("610327", "610329", "610330", "610331", "610328")


@dataclass(frozen=True, slots=True)
class Action:
    """A kind of thing that is done in some weeks of the year, with its words and its share of all that is done.

    ``kinds`` weighs the kinds of contribution, ``items`` names the catalogue's items for each, ``counties``
    where it mostly happens (none: everywhere).
    """

    name: str
    share: int
    kinds: dict[K, int]
    items: dict[K, tuple[str, ...]]
    words: dict[K, tuple[str, ...]]
    whom: tuple[str, ...]
    first: tuple[int, int] = (1, 1)
    last: tuple[int, int] = (12, 31)
    counties: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Season:
    """An action on its days of one year."""

    action: Action
    first_on: date
    last_on: date
    share: int
    """Of all contributions, as its days make of the whole action."""


DAILY = Action(
    "日常帮扶",
    46,
    {K.SERVICE: 84, K.GOODS: 5, K.MONEY: 4, K.TRAINING: 3, K.PROJECT: 2, K.FACILITY: 1, K.JOBS: 1},
    {
        K.SERVICE: ("visiting", "meals", "housekeeping", "tutoring", "policy-talks", "visiting", "meals"),
        K.GOODS: ("milk", "diaper", "flour", "clothes", "mask"),
        K.MONEY: ("money",),
        K.TRAINING: ("care-training", "job-training"),
        K.PROJECT: ("community-project",),
        K.FACILITY: ("home-adaptation", "home-adaptation", "canteen"),
        K.JOBS: ("job-posts", "welfare-posts"),
    },
    {
        K.GOODS: ("按月送生活用品", "失能老人护理用品", "爱心超市补货"),
        K.MONEY: ("临时困难资助", "大病家庭资助", "助餐点运营补助"),
        K.TRAINING: ("家庭照护者培训", "家政服务技能培训"),
        K.PROJECT: ("“一老一小”帮扶项目节点验收", "社区困难群众关爱项目节点验收"),
        K.FACILITY: ("居家适老化改造",),
        K.JOBS: ("困难家庭劳动力上岗",),
    },
    ("独居老人", "低保家庭", "留守儿童", "残疾人家庭", "特困供养人员"),
)
SPRING_FESTIVAL = Action(
    "新春送温暖",
    17,
    {K.GOODS: 34, K.MONEY: 14, K.SERVICE: 52},
    {
        K.GOODS: ("rice", "oil", "flour", "rice", "oil", "milk", "clothes"),
        K.MONEY: ("money",),
        K.SERVICE: ("visiting", "visiting", "housekeeping"),
    },
    {
        K.GOODS: ("新春送温暖：年货送到家", "“一户一礼”春节慰问"),
        K.MONEY: ("春节慰问金", "新春送温暖专项资助"),
        K.SERVICE: ("年前大扫除", "春节走访慰问", "贴春联、包饺子"),
    },
    ("低保家庭", "特困供养人员", "独居老人", "困境儿童家庭"),
)
WINTER = Action(
    "暖冬行动",
    11,
    {K.GOODS: 52, K.MONEY: 14, K.SERVICE: 34},
    {
        K.GOODS: ("heater", "quilt", "quilt", "clothes", "heater"),
        K.MONEY: ("money",),
        K.SERVICE: ("visiting", "housekeeping"),
    },
    {
        K.GOODS: ("暖冬行动：取暖炉和棉被进山", "暖冬行动：冬衣送到户"),
        K.MONEY: ("暖冬行动：取暖补助",),
        K.SERVICE: ("暖冬行动：入户检查炉灶和门窗", "暖冬行动：劈柴、送煤、贴窗缝"),
    },
    ("山区独居老人", "分散供养特困人员", "困境儿童家庭", "残疾人家庭"),
    (11, 12),
    (1, 20),
    _MOUNTAINS,
)
LEARN_FROM_LEI_FENG = Action(
    "学雷锋志愿服务月",
    7,
    {K.SERVICE: 100},
    {K.SERVICE: ("housekeeping", "visiting", "policy-talks", "tutoring")},
    {
        K.SERVICE: (
            "学雷锋志愿服务：理发、量血压、修家电",
            "学雷锋志愿服务：社区清洁和走访",
            "学雷锋志愿服务：政策进楼院",
        )
    },
    ("社区老人", "低保家庭", "残疾人家庭"),
    (3, 1),
    (3, 31),
)
DISABLED = Action(
    "助残月",
    5,
    {K.SERVICE: 60, K.GOODS: 22, K.FACILITY: 12, K.TRAINING: 6},
    {
        K.SERVICE: ("visiting", "housekeeping", "visiting"),
        K.GOODS: ("wheelchair", "diaper"),
        K.FACILITY: ("home-adaptation",),
        K.TRAINING: ("care-training",),
    },
    {
        K.SERVICE: ("助残月：陪伴外出", "助残月：家务代办"),
        K.GOODS: ("助残月：辅具适配上门",),
        K.FACILITY: ("助残月：家庭无障碍改造",),
        K.TRAINING: ("助残月：家庭康复技能培训",),
    },
    ("残疾人家庭", "失能老人家庭"),
    (5, 6),
    (6, 5),
)
FLOOD = Action(
    "汛期应急帮扶",
    3,
    {K.GOODS: 50, K.MONEY: 25, K.SERVICE: 25},
    {K.GOODS: ("quilt", "rice", "clothes", "mask"), K.MONEY: ("money",), K.SERVICE: ("visiting", "meals")},
    {
        K.GOODS: ("汛期安置点生活物资",),
        K.MONEY: ("受灾家庭应急资助",),
        K.SERVICE: ("灾后入户慰问", "安置点送餐"),
    },
    ("受灾家庭", "转移安置群众"),
    (7, 16),
    (7, 31),
    ("610331", "610330", "610326"),
)
SCHOOL = Action(
    "金秋助学",
    9,
    {K.MONEY: 36, K.GOODS: 26, K.SERVICE: 38},
    {K.MONEY: ("money",), K.GOODS: ("stationery", "books"), K.SERVICE: ("tutoring", "tutoring", "visiting")},
    {
        K.MONEY: ("金秋助学：助学金", "金秋助学：大学新生路费和学费资助"),
        K.GOODS: ("金秋助学：开学用品", "金秋助学：乡村小学图书角"),
        K.SERVICE: ("金秋助学：开学前的功课辅导", "金秋助学：家访"),
    },
    ("困难大学新生", "困境儿童", "留守儿童", "低保家庭学生"),
    (8, 10),
    (9, 15),
)
ELDERLY = Action(
    "敬老月",
    6,
    {K.SERVICE: 78, K.GOODS: 14, K.FACILITY: 4, K.MONEY: 4},
    {
        K.SERVICE: ("visiting", "meals", "housekeeping"),
        K.GOODS: ("milk", "flour", "oil"),
        K.FACILITY: ("canteen", "activity-room", "home-adaptation"),
        K.MONEY: ("money",),
    },
    {
        K.SERVICE: ("敬老月：重阳饺子宴", "敬老月：陪老人过重阳", "敬老月：上门理发和保洁"),
        K.GOODS: ("敬老月：重阳慰问品",),
        K.FACILITY: ("敬老月：助餐点和活动室改造",),
        K.MONEY: ("敬老月：高龄老人慰问金",),
    },
    ("高龄老人", "独居老人", "敬老院老人"),
    (10, 6),
    (10, 31),
)
HARVEST_JOBS = Action(
    "就业帮扶",
    2,
    {K.JOBS: 55, K.TRAINING: 45},
    {K.JOBS: ("job-posts", "welfare-posts"), K.TRAINING: ("job-training",)},
    {K.JOBS: ("用工季岗位优先困难家庭",), K.TRAINING: ("家政和电商技能培训", "果业实用技术培训")},
    ("低收入家庭劳动力", "残疾人", "留守妇女"),
    (6, 10),
    (10, 31),
)
ACTIONS = (
    DAILY,
    WINTER,
    SPRING_FESTIVAL,
    LEARN_FROM_LEI_FENG,
    DISABLED,
    FLOOD,
    SCHOOL,
    ELDERLY,
    HARVEST_JOBS,
)


def seasons(first_on: date, last_on: date) -> list[Season]:
    """Return the actions on their days, cut to a span of days, in the order in which they begin."""
    found = []
    for action in ACTIONS:
        for start, end in _spans(action, first_on.year - 1, last_on.year + 1):
            whole = (end - start).days + 1
            start, end = max(start, first_on), min(end, last_on)
            if start <= end:
                share = action.share * 1000 * ((end - start).days + 1) // whole
                found.append(Season(action, start, end, share))
    return sorted(found, key=lambda one: (one.first_on, one.action.name))


def _spans(action: Action, first_year: int, last_year: int) -> Iterator[tuple[date, date]]:
    for year in range(first_year, last_year + 1):
        if action is SPRING_FESTIVAL:
            festival = _SPRING_FESTIVAL.get(year, date(year, 2, 8))
            yield festival - timedelta(days=20), festival - timedelta(days=1)
        else:
            wraps = action.last < action.first
            yield date(year, *action.first), date(year + wraps, *action.last)


_OF_ITEM = {
    "visiting": ("每周入户探访", "陪老人聊天、读报", "入户走访"),
    "meals": ("助餐点送餐上门", "助餐点帮厨"),
    "housekeeping": ("居家保洁", "代买代办、修水电"),
    "tutoring": ("周末课堂", "放学后课业辅导"),
    "policy-talks": ("救助政策进村宣讲", "反诈和用火用电宣讲"),
    "counselling": ("心理陪伴小组", "个别心理疏导"),
    "casework": ("个案服务：入户面谈", "个案服务：协调就学和就医"),
    "rehabilitation": ("上门康复训练",),
}


def words_of(action: Action, kind: K, item: str) -> tuple[str, ...]:
    """Return the ways in which a contribution may be described: by the action, else by what was done."""
    return action.words.get(kind) or _OF_ITEM.get(item) or (action.name,)
