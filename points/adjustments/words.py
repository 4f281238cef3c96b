"""What an adjustment says: data, stored and signed with each transfer as it was, so never translated."""

from points.rulesets.words import points_words


def adjustment_words(
    number: int, document: str, version: int, arithmetic: str, before: int, after: int
) -> str:
    """Return why an award was adjusted, by which decision, and from what to what (centipoints)."""
    change = after - before
    told = f"补记 {points_words(change)} 分" if change > 0 else f"扣回 {points_words(-change)} 分"
    if not change:
        told = "分数不变"
    return (
        f"按第 {number} 号调整决定（{document}），改用积分规则第 {version} 版：{arithmetic}；"
        f"原计 {points_words(before)} 分，现计 {points_words(after)} 分，{told}"
    )
