"""密级标志: what is one, and what only speaks of secrets."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shared.regulation import Context
from shared.regulation.pack import PackError, Policy, installed, read
from shared.regulation.secrecy import Markings, content_bears_no_marking
from tests.shared.regulation.building import rewritten
from tests.support.given_when_then import Case

MARKINGS = installed().packs[0].markings

MARKED = [
    "机密★10年",
    "秘密★",
    "绝密★长期",
    "绝密★启用前",
    "机密★1年6个月",
    "国家秘密★",
    "关于某系统的请示 机密★5年",
    "机 密 ★ 1 0 年",
    "机　密　★",
    "机\u200b密\ufeff★",
    "机\n密\n★",
    "秘密☆10年",
    "绝密⭐️",
    "机密*10年",
    "机密＊１０年",
    "秘密 * 长期",
    "秘密*二十年",
    "【机密】",
    "【 机 密 】某系统建设方案",
    "［秘密］",
    "[绝密]",
    "某系统建设方案（机密）.docx",
    "某系统建设方案(秘密 5年)",
    "某系统建设方案（机密级）",
    "〔绝密〕",
    "密级：机密",
    "密级:秘密",
    "密 级 ： 秘 密",
    "密级　绝密",
    "密级|机密|期限|10年",
    "密级：机密级",
    "涉密等级：秘密",
    "機密★10年",
    "極機密\n密級：機密",
    "机密",
    "  绝密  ",
    "正文之前\n机密\n正文之后",
    "正文之前\r\n秘密 10年\r\n正文之后",
    "绝密 长期",
]

UNMARKED = [
    "",
    "保密",
    "涉密",
    "密码",
    "商用密码",
    "密码应用方案",
    "【商用密码】应用安全性评估",
    "本项目不涉及国家秘密",
    "国家秘密",
    "属于国家秘密的信息不得进入本系统",
    "不得出现绝密、机密、秘密级内容",
    "绝密级信息另行办理",
    "严守秘密，签订保密协议",
    "机密性、完整性、可用性",
    "机密计算（TEE）",
    "（机密性）",
    "涉密项目不在本系统办理",
    "内部★",
    "【内部】",
    "商业秘密★5年",
    "商业秘密",
    "工作秘密★",
    "密级：非密",
    "密级：公开",
    "密级：无",
    "密级：待定\n其他机密事项另报",
    "《机密》一书",
    "带有“机密”字样的文件不得上传",
    "**国家秘密**不得进入",
    "满分★★★★★",
    "有机密封★",
    "秘密10年前已解除",
    "手机密码★",
    "随机密钥",
]


@pytest.mark.parametrize("text", MARKED)
def test_a_marking_is_one_however_it_is_written(text: str) -> None:
    assert MARKINGS.mark(text)


@pytest.mark.parametrize("text", UNMARKED)
def test_what_only_speaks_of_secrets_bears_none(text: str) -> None:
    assert not MARKINGS.mark(text)


@pytest.mark.parametrize("write", [True, False], ids=["escaped", "plain"])
@pytest.mark.parametrize("text", MARKED)
def test_the_quick_look_misses_none(text: str, write: bool) -> None:
    body = json.dumps({"a": text}, ensure_ascii=write)
    assert MARKINGS.may_be_in(body.encode())
    assert MARKINGS.may_be_in(body.encode().replace(b"\\u5bc6", b"\\u5BC6"))


def test_the_quick_look_passes_by_what_holds_none() -> None:
    body = json.dumps({"a": "统一建设\n依托政务云"})
    assert not MARKINGS.may_be_in(body.encode())


@pytest.mark.parametrize(
    "text",
    [
        "\n" * 1_000_000 + "机密",
        "【" * 500_000 + "机密",
        ("【" + " " * 1000) * 500 + "机密",
        ("密级" + " " * 1000) * 500 + "机密",
        " \n机密级 " * 100_000,
        ("机密*" + "1" * 1000) * 500,
        ("机" + " " * 1000) * 500 + "机密",
    ],
    ids=["lines", "brackets", "open", "columns", "levels", "terms", "halves"],
)
def test_no_text_takes_longer_than_its_length(text: str) -> None:
    """Half a million characters, none of them a marking until the end, where it is one at all."""
    began = time.perf_counter()
    MARKINGS.mark(text)
    assert time.perf_counter() - began < 5


# -- the rule, and the pack it reads ------------------------------------------------------------


def screened(markings: Markings) -> Callable[..., Any]:
    def take_in(state: None, text: str, facts: None, context: Context) -> tuple[()]:
        context.require(content_bears_no_marking(markings.mark(text)))
        return ()

    return take_in


CASE = Case(initial=None, evolve=lambda state, event: state, facts=None, service="registry")


def test_what_bears_a_marking_does_not_come_in() -> None:
    refused = CASE.when(screened(MARKINGS), "机密★10年 某某内容")
    refused.then_broken(content_bears_no_marking)
    assert refused.texts == ("所报内容带有密级标志",)


def test_a_pack_without_markings_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackError, match=r"faulty\.toml: markings\.levels"):
        read(rewritten(tmp_path, ('levels = ["绝密"', 'stages = ["绝密"'), name="faulty.toml"))


def test_a_pack_says_what_marks(tmp_path: Path) -> None:
    other = read(
        rewritten(
            tmp_path,
            ('levels = ["绝密", "机密"', 'levels = ["内部", "绝密", "机密"'),
            ('brackets = ["【】", ', "brackets = ["),
        )
    )
    policy = Policy(other, other.valid_from)
    assert policy.pack.markings.mark("内部★")
    assert policy.pack.markings.may_be_in("内部★".encode())
    assert not policy.pack.markings.mark("某方案【机密】")


def test_markings_outlive_an_interpretation() -> None:
    pack = installed().packs[0]
    assert pack.interpreted([]).markings == pack.markings
