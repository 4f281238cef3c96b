"""Hostile text files, and other files that come under a table's name."""

import random
from collections.abc import Callable

from app.imports.cells import Book

HEAD = "姓名,电话\r\n"
TABLE = [["姓名", "电话"], ["王五", "0917"]]
PLAIN = "姓名,电话\r\n王五,0917\r\n"
SPREADSHEET_2003 = (
    '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
    '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"></Workbook>'
)


def as_table(book: Book) -> bool:
    """Whether the two rows were read."""
    return book.tables[0].rows == TABLE


TEXTS: dict[str, tuple[Callable[[], bytes], str | Callable[[Book], bool]]] = {
    # other kinds of file
    "empty": (lambda: b"", "0 字节"),
    "too-large": (lambda: b"a,b\n" * 6_000_000, "20 MB"),
    "png": (lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 99, "图片"),
    "jpeg": (lambda: b"\xff\xd8\xff\xe0" + b"\0" * 99, "图片"),
    "pdf": (lambda: b"%PDF-1.7\n%%EOF", "PDF"),
    "html-as-xls": (lambda: b"\xef\xbb\xbf <html><table><tr><td>1</td></tr></table></html>", "网页"),
    "html-utf16": (lambda: "<table><tr><td>姓名</td></tr></table>".encode("utf-16"), "网页"),
    "mht": (lambda: b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n", "网页"),
    "xml-spreadsheet": (lambda: SPREADSHEET_2003.encode(), "2003"),
    "xml": (lambda: b'<?xml version="1.0"?><rows><row/></rows>', "数据文件"),
    "json": (lambda: '[{"姓名": "王五"}]'.encode(), "数据文件"),
    "rtf": (lambda: b"{\\rtf1\\ansi hello}", "RTF"),
    "program": (lambda: b"MZ\x90\0" + b"\0" * 99, "程序"),
    "gzip": (lambda: b"\x1f\x8b\x08" + b"\0" * 99, "压缩包"),
    "rar": (lambda: b"Rar!\x1a\x07\0" + b"\0" * 99, "压缩包"),
    "random": (lambda: random.Random(7).randbytes(5000), ""),
    "zeros": (lambda: b"\0" * 5000, ""),
    "control-signs": (lambda: b"\x01\x02\x03\x04,\x05\n" * 100, "不是表格"),
    "blanks-only": (lambda: b"\xef\xbb\xbf ,,,\r\n,,,\r\n", "没有内容"),
    # encodings
    "utf8": (lambda: PLAIN.encode(), as_table),
    "utf8-mark": (lambda: PLAIN.encode("utf-8-sig"), as_table),
    "gbk": (lambda: PLAIN.encode("gbk"), as_table),
    "gb18030": (
        lambda: "姓名,电话\r\n𠮷㐂,0917\r\n".encode("gb18030"),
        lambda book: book.tables[0].rows[1] == ["𠮷㐂", "0917"],
    ),
    "utf16": (lambda: PLAIN.encode("utf-16"), as_table),
    "utf16-big": (lambda: b"\xfe\xff" + PLAIN.encode("utf-16-be"), as_table),
    "utf16-no-mark": (lambda: PLAIN.encode("utf-16-le"), as_table),
    "utf16-big-no-mark": (lambda: PLAIN.encode("utf-16-be"), as_table),
    "utf32": (lambda: PLAIN.encode("utf-32"), as_table),
    "utf16-odd-length": (lambda: PLAIN.encode("utf-16")[:-1], "第 2 行"),
    "utf16-lone-surrogate": (lambda: (PLAIN + "a\ud800,1").encode("utf-16", "surrogatepass"), "残缺的字符"),
    "utf8-surrogate": (lambda: PLAIN.encode() * 3 + b"\xed\xa0\x80,1\r\n", "残缺的字符"),
    "utf8-cut-off": (lambda: PLAIN.encode() * 5 + "赵".encode()[:2], "第 10 行"),
    "utf8-broken": (lambda: PLAIN.encode() * 5 + b"\xff,1\n" + PLAIN.encode(), "残缺的字符"),
    "gbk-broken": (lambda: PLAIN.encode("gbk") * 5 + b"\xff\xff,1\n", "残缺的字符"),
    "no-encoding": (lambda: b"\xff,\x80\xff\n" * 9, "编码"),
    # separators
    "tabs": (lambda: PLAIN.replace(",", "\t").encode("utf-16"), as_table),
    "semicolons": (lambda: PLAIN.replace(",", ";").encode(), as_table),
    "bars": (lambda: PLAIN.replace(",", "|").encode(), as_table),
    "told-separator": (
        lambda: ("sep=;\r\n" + PLAIN.replace(",", ";")).encode(),
        lambda book: book.tables[0].rows[1:] == TABLE,
    ),
    "commas-in-tabs": (
        lambda: "项目\t金额\n甲\t1,000\n乙\t2,000\n".encode(),
        lambda book: book.tables[0].rows[1] == ["甲", "1,000"],
    ),
    "title-above": (
        lambda: ("某市名册，2026年\r\n" + PLAIN).encode(),
        lambda book: book.tables[0].rows == [["某市名册，2026年"], *TABLE],
    ),
    "chinese-commas": (lambda: PLAIN.replace(",", "，").encode(), "“，”隔开"),
    "spaces": (lambda: PLAIN.replace(",", " ").encode(), "“空格”隔开"),
    "one-column": (lambda: "姓名\n王五\n".encode(), lambda book: book.tables[0].rows == [["姓名"], ["王五"]]),
    # quotes, line ends, sizes
    "open-quote": (lambda: (PLAIN + '"赵六,1\r\n' + PLAIN * 3).encode(), "从第 3 行起"),
    "open-quote-long": (lambda: (HEAD + '"赵六,1\r\n' + "王五,0917\r\n" * 20_000).encode(), "从第 2 行起"),
    "stray-quote": (
        lambda: '姓名,电话\n"阳光"协会,1\n'.encode(),
        lambda book: book.tables[0].rows[1] == ["阳光协会", "1"],
    ),
    "line-end-in-cell": (
        lambda: '姓名,备注\r\n王五,"一\r\n二"\r\n赵六,三\r\n'.encode(),
        lambda book: book.tables[0].rows == [["姓名", "备注"], ["王五", "一\r\n二"], ["赵六", "三"]],
    ),
    "old-mac-line-ends": (lambda: PLAIN.replace("\r\n", "\r").encode(), as_table),
    "mixed-line-ends": (
        lambda: b"a,b\r\n1,2\n3,4\r5,6",
        lambda book: book.tables[0].rows == [["a", "b"], ["1", "2"], ["3", "4"], ["5", "6"]],
    ),
    "blank-lines-counted": (
        lambda: "\r\n姓名,电话\r\n\r\n王五,0917".encode(),
        lambda book: book.tables[0].rows == [[], ["姓名", "电话"], [], ["王五", "0917"]],
    ),
    "nul-in-cell": (
        lambda: (HEAD + "王\0五,0917").encode(),
        lambda book: book.tables[0].rows[1][0] == "王\0五",
    ),
    "cell-10mb": (lambda: (HEAD + "x" * 10_000_000 + ",1").encode(), "从第 2 行起"),
    "columns-300": (lambda: (HEAD + "," * 299).encode(), "第 2 行有 300 列"),
    "commas-5mb": (lambda: (HEAD + "," * 5_000_000).encode(), "列"),
    "rows-200001": (lambda: b"a,b\n" * 200_001, "200,000 行"),
    "rows-200000": (lambda: b"a,b\n" * 200_000, lambda book: len(book.tables[0].rows) == 200_000),
    "cells-too-many": (lambda: b"a" + b"," * 99 + (b"\n" + b"," * 99) * 60_000, "单元格太多"),
    "formula-text": (
        lambda: (HEAD + "=1+1,@x").encode(),
        lambda book: book.tables[0].rows[1] == ["=1+1", "@x"],
    ),
}
