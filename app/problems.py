"""Problem pages: whatever goes wrong, a sentence that says what, and what to do next."""

import logging
import secrets

from flask import Flask, current_app, g, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, IntegrityError
from werkzeug.exceptions import HTTPException

from app.errors import Refused
from app.faults import describe

log = logging.getLogger("zhongli.web")


def register_problems(web: Flask) -> None:
    """Answer every refusal and error with a page."""

    @web.errorhandler(Refused)
    def _refused(refused: Refused) -> tuple[str, int]:
        return _page(refused.status, str(refused.sentence))

    @web.errorhandler(CSRFError)
    def _stale(_error: CSRFError) -> tuple[str, int]:
        return _page(
            400,
            _(
                "页面已经过期，可能是登录到时，或在别的窗口退出了。这次没有保存。"
                "请先用浏览器的“后退”把写好的文字复制下来，登录后重新打开页面再填。"
            ),
        )

    @web.errorhandler(HTTPException)
    def _http(error: HTTPException) -> tuple[str, int]:
        code = error.code or 500
        return _page(code, _sentence(code))

    @web.errorhandler(IntegrityError)
    def _raced(_error: IntegrityError) -> tuple[str, int]:
        return _page(409, _("刚才有人同时办理了同一件事，请返回刷新后再看。"))

    @web.errorhandler(DBAPIError)
    def _database(error: DBAPIError) -> tuple[str, int]:
        number = note_fault(error)
        _show_to_nobody()
        return _page(503, _("数据库暂时没有应答，请稍候再试。没有任何内容被改动。"), number)

    @web.errorhandler(Exception)
    def _unforeseen(error: Exception) -> tuple[str, int]:
        number = note_fault(error)
        _show_to_nobody()
        return _page(500, _("系统出了没有料到的问题，没有任何内容被改动。请把下面的编号告诉管理员。"), number)


def note_fault(error: BaseException) -> str:
    """Log kind and place of an error, never what somebody typed; return the number to quote."""
    number = secrets.token_hex(4)
    log.error("%s %s [%s]: %s", request.method, request.endpoint, number, describe(error))
    return number


def _show_to_nobody() -> None:
    """Render the page as for a visitor, unless somebody is known: asking the database who it is may fail again."""
    if not hasattr(g, "_login_user"):
        g._login_user = current_app.login_manager.anonymous_user()  # type: ignore[attr-defined]


def _page(status: int, sentence: str, number: str | None = None) -> tuple[str, int]:
    return render_template(
        "problem.html", status=status, title=_title(status), sentence=sentence, number=number
    ), status


def _title(status: int) -> str:
    titles = {
        403: _("没有权限"),
        404: _("没有找到"),
        409: _("情况已有变化"),
        413: _("文件太大"),
        422: _("填写有误"),
        429: _("操作太频繁"),
        503: _("暂时不能办理"),
    }
    return titles.get(status) or (_("请求有误") if status < 500 else _("系统故障"))


def _sentence(status: int) -> str:
    sentences = {
        403: _("您不能使用这个页面。"),
        404: _("没有这个页面，或者它已经移走。请从首页重新进入。"),
        405: _("这个地址不接受这种操作，请从页面上的按钮办理。"),
        413: _("一次最多上传 25 MB，请压缩或分几次上传。"),
        429: _("操作太频繁，请过一会儿再试。"),
    }
    return sentences.get(status) or _("服务器看不懂这次请求，请返回上一页重试。")
