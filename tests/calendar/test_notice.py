"""The published wording of notices is read; what does not fit together is refused."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.calendar.calendar import _seed_days
from app.calendar.notice import Notice, read_notice
from app.errors import InvalidInput

NOTICE_2026 = """国务院办公厅关于2026年部分节假日安排的通知
经国务院批准，现将2026年元旦、春节、清明节、劳动节、端午节、中秋节和国庆节放假调休日期的具体安排通知如下。
一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。
节假日期间，各地区、各部门要妥善安排好值班和安全、保卫、疫情防控等工作。
国务院办公厅
2025年11月4日
"""
NOTICE_2023 = """一、元旦：2022年12月31日至2023年1月2日放假调休，共3天。
二、春节：1月21日至27日放假调休，共7天。1月28日（星期六）、1月29日（星期日）上班。
三、清明节：4月5日放假，共1天。
四、劳动节：4月29日至5月3日放假调休，共5天。4月23日（星期日）、5月6日（星期六）上班。
五、端午节：6月22日至24日放假调休，共3天。6月25日（星期日）上班。
六、中秋节、国庆节：9月29日至10月6日放假调休，共8天。10月7日（星期六）、10月8日（星期日）上班。
"""
SHORT = "元旦：1月1日放假。\n劳动节：5月1日放假。\n国庆节：10月1日放假。\n"


def seeded(year: int) -> list[tuple[date, bool]]:
    return [(one.day, one.is_working) for number, one in _seed_days() if number == year]


@pytest.mark.parametrize(("year", "text"), [(2026, NOTICE_2026), (2023, NOTICE_2023)])
def test_a_published_notice_says_what_the_library_knows(year: int, text: str) -> None:
    notice = read_notice(year, text)
    assert [(one.day, one.is_working) for one in notice.days] == seeded(year)


def test_the_holidays_keep_their_names() -> None:
    notice = read_notice(2026, NOTICE_2026)
    assert notice.make_up_days[0].note == "元旦" and notice.days_off[-1].note == "国庆节"
    assert len(notice.days_off) == 33 and len(notice.make_up_days) == 6


def test_dates_may_be_typed_plainly() -> None:
    notice = read_notice(
        2027,
        "元旦: 2027-01-01 至 2027-01-03 放假\n劳动节：5月1日至5日放假\n国庆节：10月1日-7日放假；10月9日上班\n",
    )
    assert len(notice.days_off) == 15
    assert [one.day for one in notice.make_up_days] == [date(2027, 10, 9)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "没有读到放假日期"),
        ("今天天气很好", "没有读到放假日期"),
        ("元旦：1月1日放假。\n劳动节：5月1日放假。", "10月1日"),
        (SHORT + "春节：2月30日放假。", "不是日历上有的日子"),
        (SHORT + "春节：2月17日（周五）放假。", "不是周五"),
        (SHORT + "春节：2月15日至23日放假，共8天。", "数出来是 9 天"),
        (SHORT + "春节：2月16日（周一）上班。", "本来就是工作日"),
        (SHORT + "春节：2月15日放假。2月15日（周日）上班。", "既写了放假又写了上班"),
        (SHORT + "春节：2月23日至15日放假。", "起止日期不对"),
        (SHORT + "春节：2月1日至4月1日放假。", "起止日期不对"),
        (SHORT + "春节：2月15日至放假。", "没有写完"),
        (SHORT + "春节：2028年2月15日放假。", "不在 2026 年的安排之内"),
        (SHORT + "2月15日放假。", "没有节日名称"),
        (SHORT + "春节：15日放假。", "不是日历上有的日子"),
    ],
)
def test_a_notice_that_does_not_fit_together_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_notice(2026, text)
    assert refused.value.field == "text" and words in str(refused.value)


@given(st.text(alphabet="元旦春节：:。放假上班至年月日0123456789（）周一二\n-", max_size=120))
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        assert isinstance(read_notice(2026, SHORT + text), Notice)
    except InvalidInput as refused:
        assert str(refused)
