"""检测报告: what it says is what was checked; its pages are there whole, or it says why not."""

import json
import re
import zlib
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typst

from services.audit.bundle import ReportPrinter, verify
from services.audit.bundle.contents import Maker
from services.audit.bundle.printing import _TEMPLATE
from shared.eventstore.merkle import digest_of
from shared.eventstore.verify import leaf_of
from shared.web.settings import Settings
from tests.audit.bundles import PROJECT, SHIPPED, Rows, bundled, maker, ranged, replace, rows
from tests.audit.bundles import unpacked as unzipped
from tests.audit.signing import Signer
from tests.audit.test_bundle_tampering import KEYS, logs, notes
from tests.support.fonts import chinese_fonts

HALF_A_DAY = timedelta(hours=12)
ALL = (date(2000, 1, 1), date(2099, 12, 31))


def with_pages(*keys: str) -> Maker:
    return Maker(SHIPPED, ReportPrinter(chinese_fonts()), keys)


def reported(files: dict[str, bytes]) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(files["report.json"])
    return told


@cache
def signed() -> dict[str, str]:
    return notes(logs())  # SM2 signs differently each time


@cache
def paged() -> dict[str, bytes]:
    return bundled(logs(), notes=signed(), by=with_pages(*KEYS))


def results(report: dict[str, Any]) -> dict[str, str]:
    return {each["code"]: each["result"] for each in report["properties"]}


# -- what it says -------------------------------------------------------------------------------


def test_it_says_of_each_property_what_was_checked_and_what_that_does_not_show() -> None:
    report = reported(bundled(logs(), notes=notes(logs()), by=maker(*KEYS)))
    names = [each["name"] for each in report["properties"]]
    assert names == ["真实性", "完整性", "可用性", "安全性"]
    assert set(results(report).values()) == {"PASS"}
    assert all(each["items"] and each["limits"] for each in report["properties"])
    assert report["counts"]["events"] == len(report["history"]) > 20
    assert report["scope"] == {"project_id": str(PROJECT)}
    kinds = {s["kind"] for log in report["logs"] for s in log["signatures"]}
    assert kinds == {"ed25519", "govit/sm2-sm3", "cosignature/v1"}


def test_where_nobody_signed_authenticity_stays_open() -> None:
    report = reported(bundled(logs()))
    assert results(report) == {
        "AUTHENTICITY": "OPEN",
        "INTEGRITY": "PASS",
        "USABILITY": "PASS",
        "SAFETY": "PASS",
    }


def altered(**changes: Any) -> Rows:
    """The project's first event of the budget changed, as if it had always been so."""
    made = {service: list(log) for service, log in rows(every=HALF_A_DAY).items()}
    at = next(n for n, r in enumerate(made["budget"]) if r.stream_id == f"project:{PROJECT}")
    row = replace(made["budget"][at], **changes)
    made["budget"][at] = replace(row, leaf=leaf_of(row, digest_of("sm3")))
    return made


def test_an_event_that_cannot_be_read_shows_under_usability() -> None:
    report = reported(unzipped(ranged(altered(schema_version=99), ALL)))
    assert results(report)["USABILITY"] == "FAIL"
    assert results(report)["INTEGRITY"] == "PASS"


def test_a_marking_shows_under_safety() -> None:
    log = rows(every=HALF_A_DAY)["budget"]
    first = next(row for row in log if row.stream_id == f"project:{PROJECT}")
    marked = re.sub(rb'"title":"', '"title":"机密★10年 '.encode(), first.data, count=1)
    assert marked != first.data
    report = reported(unzipped(ranged(altered(state=marked), ALL)))
    found = {i["what"]: i for p in report["properties"] for i in p["items"]}
    assert found["事件文本不带密级标志"]["at_fault"] == 1
    assert results(report)["SAFETY"] == "FAIL"


def test_a_bundle_that_is_not_valid_says_so_itself() -> None:
    wrong = rows(every=HALF_A_DAY)
    wrong["budget"][0] = replace(wrong["budget"][0], originator_version=7)
    report = reported(unzipped(ranged(wrong, ALL)))
    assert report["result"]["valid"] is False
    assert "budget 位置 1" in report["result"]["fault"]
    assert results(report)["AUTHENTICITY"] == "FAIL"


@pytest.mark.parametrize("every", [timedelta(minutes=1), HALF_A_DAY, timedelta(days=9)])
def test_the_timeline_counts_every_event_in_few_bars(every: timedelta) -> None:
    made = rows(every=every)
    timeline = reported(unzipped(ranged(made, ALL)))["timeline"]
    assert sum(sum(bar["counts"]) for bar in timeline["bars"]) == sum(map(len, made.values()))
    assert 1 <= len(timeline["bars"]) <= 36
    starts = [bar["from"] for bar in timeline["bars"]]
    assert starts == sorted(set(starts))


# -- its pages ----------------------------------------------------------------------------------


def test_the_pages_are_the_same_each_time() -> None:
    again = bundled(logs(), notes=signed(), by=with_pages(*KEYS))
    assert again == paged()
    assert paged()["report.pdf"].startswith(b"%PDF-1.7")
    assert verify.check(paged()).events == reported(paged())["counts"]["events"]
    assert reported(paged())["pdf"] == {"file": "report.pdf", "absent": None}


def streams(pdf: bytes) -> list[bytes]:
    found = []
    for match in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            found.append(zlib.decompress(match[1]))
        except zlib.error:
            continue
    return found


def characters(pdf: bytes) -> str:
    """All that the pages show, by the tables that map its glyphs to characters."""
    shown = set()
    for content in streams(pdf):
        for _, text in re.findall(rb"<([0-9A-Fa-f]{2,4})> <([0-9A-Fa-f]+)>", content):
            shown.add(bytes.fromhex(text.decode()).decode("utf-16-be", "replace"))
    return "".join(shown)


def test_every_character_of_the_report_has_its_glyph_on_the_pages() -> None:
    shown = characters(paged()["report.pdf"])
    report = reported(paged())
    texts = [i["what"] for p in report["properties"] for i in p["items"]]
    texts += [limit for p in report["properties"] for limit in p["limits"]]
    texts += [step["label"] + step["by"] for step in report["history"]]
    wanted = set("".join(texts)) - set(" \n")
    assert len(wanted) > 150
    assert wanted <= set(shown)


def test_a_character_that_no_font_has_is_shown_by_its_number() -> None:
    printer = ReportPrinter(chinese_fonts())
    report = reported(paged()) | {"pdf": None}
    report["history"][0]["by"] = "\U00020bb7处"
    page, absent = printer(report)
    assert absent is None
    assert page is not None
    assert set("〔U+20BB7〕处") <= set(characters(page))


def test_text_is_text_and_no_markup() -> None:
    printer = ReportPrinter(chinese_fonts())
    report = reported(paged()) | {"pdf": None}
    attempts = ['#panic("x")', "*粗* _斜_ $x$ `r`", '"]) #read("/etc/passwd")', "= 标题", "\\u{41}"]
    for step, text in zip(report["history"], attempts, strict=False):
        step["label"] = text
    page, absent = printer(report)
    assert (absent, page is None) == (None, False)
    assert set("#*_$`=\\") <= set(characters(page or b""))


def test_without_a_chinese_font_there_is_no_page_and_it_says_why(tmp_path: Path) -> None:
    files = bundled(logs(), by=Maker(SHIPPED, ReportPrinter([tmp_path])))
    assert "report.pdf" not in files
    absent = reported(files)["pdf"]["absent"]
    assert "GOVIT_REPORT_FONTS" in absent
    assert absent in files["README.txt"].decode()
    assert "report.pdf" not in files["SHA256SUMS"].decode()
    verify.check(files)


def test_whether_there_is_a_font_is_said_at_the_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ReportPrinter([tmp_path]).look()
    assert "no_chinese_font" in capsys.readouterr().out
    ReportPrinter(chinese_fonts()).look()
    assert "chinese_font_found" in capsys.readouterr().out


def test_font_folders_are_a_setting() -> None:
    settings = Settings(report_fonts="/usr/share/fonts/a, /srv/fonts")
    assert settings.font_folders == (Path("/usr/share/fonts/a"), Path("/srv/fonts"))
    assert Settings().font_folders == ()


def test_a_range_has_pages_too() -> None:
    files = unzipped(ranged(logs(), ALL, by=with_pages()))
    assert set("至记入的全部事件") <= set(characters(files["report.pdf"]))
    verify.check(files)


def test_the_picture_is_drawn() -> None:
    """Where the bars are, the page has the colours of the four services."""
    report = reported(paged())
    fonts = typst.Fonts(True, True, [str(p) for p in chinese_fonts()])
    compiler = typst.Compiler(
        _TEMPLATE.read_bytes(),
        font_paths=fonts,
        sys_inputs={"report": json.dumps(report), "families": json.dumps(fonts.families())},
    )
    drawn = compiler.compile(format="svg")
    first = drawn[0] if isinstance(drawn, list) else drawn
    assert first is not None
    for colour in (b"#2f6fb3", b"#c2762f", b"#3f8f6b", b"#8a5aa8"):
        assert first.count(colour) >= 2  # in the bars, and in the legend


def test_keys_that_are_not_the_signers_show_no_signature() -> None:
    stranger = Signer("elsewhere.example/log", 1, 77)
    report = reported(bundled(logs(), notes=notes(logs()), by=maker(stranger.vkey)))
    assert [log["signatures"] for log in report["logs"]] == [[], [], [], []]
    assert results(report)["AUTHENTICITY"] == "OPEN"
