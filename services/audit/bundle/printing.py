"""排版: a report as PDF, with fonts found on this machine, or plainly none.

PDF/A refuses a document in which a character has no glyph: that is how a missing font is noticed,
instead of a page with nothing on it.
"""

import json
import re
from collections.abc import Sequence
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import structlog
import typst

log = structlog.get_logger(__name__)

_TEMPLATE = files("services.audit.bundle").joinpath("report.typ")
_STANDARD: Literal["a-2u"] = "a-2u"
_SHOWN_WITH = re.compile(r'the text `"(.+?)"` could not be displayed', re.DOTALL)
_PROBE = "审计包检测报告真实性完整性可用性安全性"
_PROBE_PAGE = (
    b'#set document(title: "-", date: datetime(year: 2000, month: 1, day: 1))\n'
    b'#sys.inputs.at("text")'
)
_NO_FONT = (
    "没有可用的中文字体，未生成 report.pdf；请安装中文字体（如 fonts-wqy-microhei），"
    "或以 GOVIT_REPORT_FONTS 指明字体所在目录"
)
_MOST_REPLACED = 60
"""Characters without a glyph that are shown by their number instead, before giving up."""
_CHINESE = ("WenQuanYi", "Noto Sans CJK", "Source Han", "Noto Serif CJK", "CJK")


class ReportPrinter:
    """Makes reports with the fonts of given folders, or of the system where none are given."""

    def __init__(self, folders: Sequence[Path] = ()) -> None:
        self._folders = [str(folder) for folder in folders]

    @cached_property
    def fonts(self) -> typst.Fonts:
        return typst.Fonts(
            include_system_fonts=not self._folders,
            include_embedded_fonts=True,
            font_paths=self._folders,
        )

    @cached_property
    def absent(self) -> str | None:
        """Why there can be no pages; None where Chinese can be set."""
        try:
            self._compiled(_PROBE_PAGE, {"text": _PROBE})
        except typst.TypstError:
            return _NO_FONT
        return None

    def look(self) -> None:
        """Say at the start whether there will be pages."""
        if self.absent:
            log.warning("no_chinese_font", folders=self._folders or "system", detail=self.absent)
        else:
            log.info("chinese_font_found", families=self._families())

    def __call__(self, report: dict[str, Any]) -> tuple[bytes | None, str | None]:
        """The pages, or why there are none."""
        if self.absent:
            return None, self.absent
        content = json.dumps(report, ensure_ascii=False)
        for _ in range(_MOST_REPLACED):
            try:
                return self._page(content), None
            except typst.TypstError as error:
                shown = _SHOWN_WITH.search(str(error))
                lacking = shown[1] if shown else ""
                if not lacking or lacking not in content:
                    log.warning("report_not_printed", error=str(error)[:200])
                    return None, "report.pdf 未能排版，内容见 report.json"
                content = content.replace(lacking, _by_number(lacking))
        return None, "所载文字中字体没有的字过多，未生成 report.pdf，内容见 report.json"

    def _page(self, content: str) -> bytes:
        inputs = {"report": content, "families": json.dumps(self._families())}
        return self._compiled(_TEMPLATE.read_bytes(), inputs)

    def _families(self) -> list[str]:
        """Families with Chinese first, by name, so that the same fonts give the same pages."""
        families = sorted(set(self.fonts.families()))
        chinese = [name for name in families if any(part in name for part in _CHINESE)]
        return sorted(chinese, key=lambda name: ("Mono" in name, "Serif" in name, name))

    def _compiled(self, page: bytes, inputs: dict[str, str]) -> bytes:
        compiler = typst.Compiler(page, font_paths=self.fonts, sys_inputs=inputs)
        made = compiler.compile(format="pdf", pdf_standards=_STANDARD)
        if not isinstance(made, bytes):
            raise TypeError("a PDF is one file")
        return made


def _by_number(text: str) -> str:
    return "".join(f"〔U+{ord(char):04X}〕" for char in text)
