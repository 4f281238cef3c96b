"""The last day of a term, reckoned another way than the program does, for tests/deadlines/cases.csv.

Days off and on are written down here from the yearly notices of the State Council for 2025 and 2026. The program
walks from day to day; here the working days of both years stand in one sorted list, and a term is a place in it.
"""

import calendar
import csv
from bisect import bisect_left, bisect_right
from datetime import date, timedelta
from pathlib import Path

OFF = {
    2025: "0101 0128-0204 0404-0406 0501-0505 0531-0602 1001-1008",
    2026: "0101-0103 0215-0223 0404-0406 0501-0505 0619-0621 0925-0927 1001-1007",
}
ON = {2025: "0126 0208 0427 0928 1011", 2026: "0104 0214 0228 0509 0920 1010"}
FILE = Path(__file__).with_name("cases.csv")
# Event, length, unit, and what the case is about; the last day is reckoned.
CASES = """
2025-01-02 5 working_days 一般情形，跨一个周末
2025-01-24 1 working_days 春节前周日调休上班
2025-01-26 3 working_days 事件发生在调休上班的周日
2025-01-27 5 working_days 跨春节，节后周六上班
2025-02-07 1 working_days 次日为调休上班的周六
2025-04-03 1 working_days 跨清明节
2025-04-25 3 working_days 周日调休上班，跨劳动节前
2025-04-30 5 working_days 跨劳动节
2025-05-30 2 working_days 跨端午节
2025-09-26 3 working_days 国庆前周日调休上班
2025-09-30 3 working_days 国庆中秋连休后周六补班
2025-09-28 10 working_days 跨国庆中秋八天长假
2025-10-08 3 working_days 事件发生在假期最后一天
2025-10-11 5 working_days 事件发生在补班的周六
2025-12-26 5 working_days 跨元旦进入下一年，周日补班
2025-12-31 1 working_days 元旦三天后周日上班
2026-01-04 5 working_days 事件发生在补班的周日
2026-02-13 1 working_days 春节前周六补班
2026-02-13 3 working_days 跨春节九天长假
2026-02-27 1 working_days 节后周六补班
2026-02-28 7 working_days 二月最后一天起算
2026-04-03 3 working_days 跨清明节，周一放假
2026-04-30 5 working_days 跨劳动节，节后周六补班
2026-06-18 1 working_days 跨端午节
2026-09-18 5 working_days 中秋前周日补班
2026-09-24 5 working_days 跨中秋节和国庆节
2026-09-30 3 working_days 国庆七天后含补班周六
2026-09-29 10 working_days 跨国庆节
2026-10-10 1 working_days 补班周六发生，周日不计
2026-11-20 20 working_days 二十个工作日，无节日
2025-01-21 7 calendar_days 届满日在春节，顺延到节后
2025-09-24 7 calendar_days 届满日为国庆节，顺延到十月九日
2025-10-04 7 calendar_days 届满日为补班周六，不顺延
2025-10-05 7 calendar_days 届满日为周日，顺延到周一
2026-02-08 7 calendar_days 届满日为春节假期首日
2026-09-19 7 calendar_days 届满日为中秋假期
2026-09-25 7 calendar_days 届满日在国庆假期内
2026-10-03 7 calendar_days 届满日为补班周六
2026-03-02 90 calendar_days 九十日，届满日为周日
2026-05-12 15 calendar_days 十五日，届满日为工作日
2026-07-06 60 calendar_days 六十日，届满日为工作日
2025-11-30 3 months 下月没有三十日，取二月最后一日（补班周六）
2025-08-31 6 months 取二月最后一日（补班周六）
2026-01-31 1 months 取二月最后一日
2026-05-31 1 months 取六月三十日
2026-03-31 6 months 取九月三十日
2026-07-01 3 months 届满日为国庆节，顺延到十月八日
2026-06-27 3 months 届满日为中秋假期最后一天
2025-06-30 3 months 届满日为国庆前最后一个工作日
2025-12-15 2 months 届满日为春节假期首日，顺延到二十四日
2026-08-10 2 months 届满日为补班周六
"""


def _days(year: int, text: str) -> set[date]:
    found: set[date] = set()
    for part in text.split():
        first, last = (part.split("-") * 2)[:2]
        day = date(year, int(first[:2]), int(first[2:]))
        while day <= date(year, int(last[:2]), int(last[2:])):
            found.add(day)
            day += timedelta(days=1)
    return found


def _working() -> list[date]:
    off = set().union(*(_days(year, text) for year, text in OFF.items()))
    on = set().union(*(_days(year, text) for year, text in ON.items()))
    every = (date.fromordinal(n) for n in range(date(2025, 1, 1).toordinal(), date(2027, 1, 1).toordinal()))
    return [day for day in every if day in on or (day.isoweekday() < 6 and day not in off)]


WORKING = _working()


def last_day(event: date, length: int, unit: str) -> date:
    """Return the last day of a term that starts on the day of an event."""
    if unit == "working_days":
        return WORKING[bisect_right(WORKING, event) + length - 1]
    if unit == "calendar_days":
        end = date.fromordinal(event.toordinal() + length)
    else:
        months = event.month + length
        year, month = event.year + (months - 1) // 12, (months - 1) % 12 + 1
        end = date(year, month, min(event.day, calendar.monthrange(year, month)[1]))
    return WORKING[bisect_left(WORKING, end)]


def rows() -> list[dict[str, str]]:
    """Return the cases with their last days, as they stand in the file."""
    found = []
    for line in CASES.strip().splitlines():
        event, length, unit, why = line.split(" ", 3)
        due = last_day(date.fromisoformat(event), int(length), unit)
        found.append({"event": event, "length": length, "unit": unit, "due": due.isoformat(), "why": why})
    return found


def write() -> None:
    """Write the file anew: python -c "from tests.deadlines.reckoning import write; write()"."""
    with FILE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["event", "length", "unit", "due", "why"], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows())
