"""What others may see of personal data.

Two masks. The public sees of a natural person a masked name and the village, nothing else: numbers and addresses
are never shown, not even masked. Staff lists show whole names, but numbers only as first and last digits; seeing
a whole number is a verb of its own that asks for a reason and is logged.
"""

HIDDEN = "*"
_COMPOUND_SURNAMES_TEXT = (
    "欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 濮阳 公冶 太叔 申屠 "
    "公孙 慕容 仲孙 钟离 长孙 宇文 司徒 鲜于 司空 闾丘 子车 亓官 司寇 巫马 公西 颛孙 壤驷 公良 漆雕 乐正 宰父 谷梁 "
    "拓跋 夹谷 轩辕 令狐 段干 百里 呼延 东郭 南门 羊舌 微生 公户 公玉 公仪 梁丘 公仲 公上 公门 公山 公坚 左丘 公伯 "
    "西门 公祖 第五 公乘 贯丘 公皙 南荣 东里 东宫 仲长 子书 子桑 即墨 达奚 褚师 纳兰 单于 完颜"
)
_COMPOUND_SURNAMES = frozenset(_COMPOUND_SURNAMES_TEXT.split())


def public_name(name: str) -> str:
    """Return a natural person's name as the public sees it: 王*, 李**, 欧阳**, 阿***, J***.

    The surname stays and each further character becomes a star. Names that are not built surname first (with
    a middle dot, or in Latin letters) keep one character and always get three stars. Organisations are not
    masked: don't pass their names here.
    """
    name = name.strip()
    if not name:
        return ""
    if not name.isalpha() or name[0].isascii():
        return name[0] + HIDDEN * 3
    surname = 2 if len(name) > 2 and name[:2] in _COMPOUND_SURNAMES else 1
    return name[:surname] + HIDDEN * max(1, len(name) - surname)


def mask_id(number: str) -> str:
    """Return an identity number for staff lists: 610399********0017; shorter permit numbers keep fewer signs."""
    if len(number) >= 15:
        return _ends(number, 6, 4)
    return _ends(number, 2, 2)


def mask_phone(number: str) -> str:
    """Return a telephone number for staff lists: 142****0001, 0917-***0001."""
    if "-" in number:
        area, local = number.split("-", 1)
        return f"{area}-{_ends(local, 0, 4)}"
    return _ends(number, 3, 4)


def mask_bank_account(number: str) -> str:
    """Return a bank account for staff lists: the last four digits only."""
    return _ends(number, 0, 4)


def mask_address(address: str) -> str:
    """Return an address for staff lists: down to the village, road or estate, without house, unit and room."""
    for place, sign in enumerate(address):
        # The first digit begins a house number, except in 312国道 and the like, which few live by.
        if sign.isdigit() and place:
            return address[:place] + HIDDEN * 3
    return address[: max(1, len(address) // 2)] + HIDDEN * 3 if address else ""


def mask_email(address: str) -> str:
    """Return a mail address for staff lists: its first letter and its domain."""
    local, at, domain = address.partition("@")
    return local[:1] + HIDDEN * 3 + at + domain if address else ""


def _ends(text: str, first: int, last: int) -> str:
    """Keep some characters at either end; a text too short to hide at least half of the rest is hidden whole."""
    hidden = len(text) - first - last
    if hidden < 2:
        return HIDDEN * len(text)
    return text[:first] + HIDDEN * hidden + text[len(text) - last :]
