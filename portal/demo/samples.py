"""Sample evidence: one PDF for each kind of proof, drawn once and used by all contributions of the demo."""

from html import escape

from app import pdf
from app.files import evidence
from app.files.evidence import Received
from app.files.media import MediaType
from projects.contributions.rules import EvidenceKind

_ROWS = {
    EvidenceKind.RECEIPT: ("公益事业捐赠统一票据", ("捐赠人", "捐赠项目", "金额或物资", "受赠单位（盖章）")),
    EvidenceKind.HAND_OVER: ("三方交接单", ("捐赠方", "受赠方", "受益方代表", "物资清单与数量")),
    EvidenceKind.CONFIRMATION: ("受益方确认单", ("受益村（居）", "服务内容", "满意程度", "确认人")),
    EvidenceKind.ATTENDANCE_SHEET: ("志愿服务签到表", ("活动名称", "签到时间", "签退时间", "负责人")),
    EvidenceKind.INVOICE: ("采购发票", ("购买方", "货物名称", "数量与单价", "价税合计")),
    EvidenceKind.AGREEMENT: ("捐赠协议", ("捐赠人", "受赠人", "用途", "签订日期")),
    EvidenceKind.PHOTO: ("现场照片说明页", ("时间", "地点", "内容", "拍摄人")),
}


def draw() -> dict[EvidenceKind, Received]:
    """Draw the samples and write them to the store of files; to be called outside any transaction.

    Raises PdfUnavailable when this machine cannot draw.
    """
    return {
        kind: evidence.from_program(
            pdf.render(_page(title, lines)), f"{title}（演示样本）.pdf", MediaType.PDF
        )
        for kind, (title, lines) in _ROWS.items()
    }


def _page(title: str, lines: tuple[str, ...]) -> str:
    rows = "".join(
        f"<tr><th scope='row'>{escape(line)}</th><td>（演示样本，不含真实信息）</td></tr>" for line in lines
    )
    return (
        f"<html lang='zh-Hans'><head><title>{escape(title)}</title><style>"
        "@page{size:A5 landscape;margin:16mm} body{font-family:'Noto Sans CJK SC';font-size:11pt}"
        "h1{font-size:18pt;text-align:center} table{width:100%;border-collapse:collapse}"
        "th,td{border:1px solid #888;padding:8pt;text-align:left} th{width:35%;font-weight:400}"
        f"</style></head><body><h1>{escape(title)}</h1><table>{rows}</table>"
        "<p>演示样本：只用来说明这里会放什么材料。</p></body></html>"
    )
