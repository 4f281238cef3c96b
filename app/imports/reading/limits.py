"""How much of a file is read, and the sentences for what is more."""

from dataclasses import dataclass

from flask_babel import gettext as _

from app.errors import InvalidInput

MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 200_000
MAX_COLUMNS = 200
MAX_CELLS = 5_200_000  # blanks included: 26 columns of 200,000 rows
MAX_TEXT = 256 * 1024 * 1024  # bytes of text in all cells of a book, each counted as often as it is shown
MAX_CELL_TEXT = 128 * 1024  # bytes; a spreadsheet's own limit is 32,767 signs
MAX_UNPACKED = 160 * 1024 * 1024  # bytes of the parts that are read; 200,000 rows of 12 columns need 110 MB
MAX_SHEETS = 300
MAX_FORMULAS = 500_000
MAX_MERGES = 100_000


@dataclass
class Tally:
    """Counts what the sheets of one book hold together, before it is unfolded in memory."""

    rows: int = 0
    cells: int = 0
    text: int = 0

    def add(self, sheet: str, height: int, width: int) -> None:
        """Count a sheet of so many rows and columns. Raises InvalidInput when it is too large."""
        self.rows += height
        self.cells += height * width
        if width > MAX_COLUMNS:
            raise InvalidInput(
                _(
                    "“%(sheet)s”用到了 %(width)s 列，最多 %(most)s 列。请删掉右边多余的列，或使用模板填写。",
                    sheet=sheet,
                    width=f"{width:,}",
                    most=MAX_COLUMNS,
                )
            )
        if self.rows > MAX_ROWS or self.cells > MAX_CELLS:
            raise too_many_rows(sheet)

    def add_text(self, sheet: str, size: int) -> None:
        """Count the bytes of text that a sheet's cells show. Raises InvalidInput when it is too much."""
        self.text += size
        if self.text > MAX_TEXT:
            raise InvalidInput(_("“%(sheet)s”的文字太多，请分成几个文件上传。", sheet=sheet))


def too_many_rows(sheet: str) -> InvalidInput:
    """Return what is said of a sheet with too many rows."""
    return InvalidInput(
        _(
            "“%(sheet)s”太大：一个文件最多 %(most)s 行。请分成几个文件，并删掉数据下面多余的内容。",
            sheet=sheet,
            most=f"{MAX_ROWS:,}",
        )
    )


def cell_too_long(where: str) -> InvalidInput:
    """Return what is said of a cell with too much text; ``where`` names the sheet, cell or line."""
    return InvalidInput(_("%(where)s有一格的文字太长（超过 3 万字），请缩短后再上传。", where=where))


def damaged() -> InvalidInput:
    """Return what is said of a spreadsheet that cannot be opened."""
    return InvalidInput(_("表格已损坏，打不开。请用 Excel 或 WPS 打开后另存为 xlsx，再上传。"))


def odd_inside() -> InvalidInput:
    """Return what is said of an archive or XML made in a way that no office program makes it."""
    return InvalidInput(
        _("文件的内部结构不正常，为安全起见不打开。请用 Excel 或 WPS 打开后另存为 xlsx，再上传。")
    )


def no_sheets(hidden: bool) -> InvalidInput:
    """Return what is said of a workbook without a visible sheet of cells."""
    if hidden:
        return InvalidInput(_("所有工作表都是隐藏的。请在 Excel 或 WPS 里取消隐藏后再上传。"))
    return InvalidInput(_("文件里没有工作表（只有图表等）。请把数据放在工作表里再上传。"))


def too_much_inside() -> InvalidInput:
    """Return what is said of a workbook that is very large once unpacked."""
    return InvalidInput(_("表格解压后太大。请删掉数据外多余的行、列和格式，或分成几个文件再上传。"))


def macros() -> InvalidInput:
    """Return what is said of a workbook with macros."""
    return InvalidInput(_("文件带有宏。请在 Excel 或 WPS 里另存为不带宏的 xlsx 后再上传。"))


def locked() -> InvalidInput:
    """Return what is said of a workbook with a password."""
    return InvalidInput(_("文件有打开密码。请在 Excel 或 WPS 里取消密码后再上传。"))


def too_many_sheets(count: int) -> InvalidInput:
    """Return what is said of a workbook with very many sheets."""
    return InvalidInput(
        _(
            "文件有 %(count)s 个工作表，最多 %(most)s 个。请分成几个文件。",
            count=f"{count:,}",
            most=MAX_SHEETS,
        )
    )


def too_many_formulas(sheet: str) -> InvalidInput:
    """Return what is said of a sheet full of formulas."""
    return InvalidInput(_("“%(sheet)s”里公式太多。请全选、复制，“选择性粘贴—数值”后再上传。", sheet=sheet))
