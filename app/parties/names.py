"""Names of parties: how they sort and how two of them are compared. Pure."""

import re
import unicodedata
from difflib import SequenceMatcher
from functools import cache, lru_cache

from pypinyin import lazy_pinyin
from pypinyin.constants import PHRASES_DICT

from app.parties.kinds import PartyKind

# Surnames that are read otherwise than the same character in common words.
_SURNAMES = {
    "万俟": "mo qi", "尉迟": "yu chi", "单于": "chan yu", "长孙": "zhang sun", "澹台": "tan tai", "令狐": "ling hu",
    "宇文": "yu wen", "仇": "qiu", "单": "shan", "查": "zha", "曾": "zeng", "解": "xie", "任": "ren", "华": "hua",
    "朴": "piao", "翟": "zhai", "区": "ou", "盖": "ge", "员": "yun", "缪": "miao", "折": "she", "么": "yao",
    "召": "shao", "乐": "yue", "冼": "xian", "洗": "xian", "覃": "qin", "黑": "he", "秘": "bi", "那": "na",
    "牟": "mu", "祭": "zhai", "逄": "pang", "纪": "ji", "燕": "yan", "应": "ying", "于": "yu", "种": "chong",
    "隗": "wei", "宁": "ning", "哈": "ha", "车": "che", "贲": "ben", "晁": "chao", "葛": "ge", "瞿": "qu",
    "卜": "bu", "郇": "xun", "阚": "kan", "訾": "zi", "莘": "shen", "沈": "shen", "相": "xiang", "能": "nai",
    "繁": "po", "佴": "nai", "适": "kuo", "晟": "cheng", "都": "du", "教": "jiao", "干": "gan", "过": "guo",
    "尹": "yin", "芮": "rui", "郗": "xi", "曲": "qu", "石": "shi", "重": "chong", "行": "xing", "藏": "zang",
    "率": "shuai", "谌": "chen", "褚": "chu", "俞": "yu", "臧": "zang", "蔚": "yu", "禚": "zhuo", "鲜": "xian",
}  # fmt: skip
_MATCH_NOISE = re.compile(r"[\s\-·•.,，。、()（）\[\]【】《》“”\"'’‘市区县]")
_MAX_KEY = 600
_SHORT = 4


def clean_name(text: str) -> str:
    """Return a typed name tidied: composed characters, full-width letters made plain, blanks at most single."""
    return " ".join(unicodedata.normalize("NFKC", text).replace("(", "（").replace(")", "）").split())


@lru_cache(maxsize=1 << 15)
def sort_key(name: str, kind: PartyKind) -> str:
    """Return the pinyin by which a name sorts on every database; a person's surname is read as a surname."""
    head, rest = "", name
    if kind is PartyKind.PERSON:
        for length in (2, 1):
            if name[:length] in _SURNAMES and (length == 1 or len(name) > length):
                head, rest = _SURNAMES[name[:length]], name[length:]
                break
    syllables = [head] if head else []
    syllables += _syllables(rest)
    return " ".join(filter(None, syllables))[:_MAX_KEY]


def _syllables(text: str) -> list[str]:
    """Return the syllables of a text, the common short names sign by sign, which is many times faster."""
    if len(text) <= _SHORT:
        syllables = [_syllable(sign) for sign in text]
        if "" not in syllables and not _has_phrase(text):
            return syllables
    return [syllable.strip().lower() for syllable in lazy_pinyin(text, errors=str.lower)]


def _has_phrase(text: str) -> bool:
    """Whether signs of a short text stand together in the dictionary of phrases, and so may read otherwise."""
    length = len(text)
    if length < 3:
        return text in PHRASES_DICT
    return any(
        text[start:end] in PHRASES_DICT for start in range(length) for end in range(start + 2, length + 1)
    )


@cache
def _syllable(sign: str) -> str:
    """Return how a Chinese character is read by itself, nothing for any other sign."""
    return lazy_pinyin(sign, errors=str.lower)[0].strip().lower() if "\u4e00" <= sign <= "\u9fff" else ""


def match_key(name: str) -> str:
    """Return a name folded for comparison: no blanks, brackets, stops, nor the characters 市 区 县."""
    return _MATCH_NOISE.sub("", unicodedata.normalize("NFKC", name)).upper()[:200]


def similarity(one: str, other: str) -> int:
    """Return how alike two folded names are, in hundredths."""
    return round(SequenceMatcher(None, one, other, autojunk=False).ratio() * 100)
