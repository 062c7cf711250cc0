"""人物: the officials of the bodies, the units of the city, and the papers they write."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count
from uuid import UUID

from shared.events.registry import UnitProfile
from shared.events.vocabulary import Document, FundingChannel, Item, Material, Source
from shared.kernel.actor import Actor
from shared.kernel.identifiers import credit_code_check
from shared.kernel.money import Money

OFFICES = {
    "DEB": ("市数字经济局", "陈岚"),
    "DRC": ("市发展改革委", "赵军"),
    "FIN": ("市财政局", "孙莉"),
    "GAB": ("市机关事务局", "吴昊"),
    "CAC": ("市委网信办", "刘岩"),
    "PSB": ("市公安局", "郑涛"),
    "CRY": ("市密码管理局", "马青"),
    "AUD": ("市审计局", "林薇"),
    "GOV": ("市政府", "何琳"),
}
"""The bodies that act in the stories, and who acts for them."""

DEB, DRC, FIN, GAB, CAC, PSB, CRY, AUD, GOV = (
    Actor(person=f"{body.lower()}-01", name=name, body=body, role="OFFICER")
    for body, (_, name) in OFFICES.items()
)


def signature(actor: Actor) -> str:
    """Body and name, as a person is told of in a story."""
    office = OFFICES.get(actor.body)
    return f"{office[0]} {actor.name}" if office else actor.name


@dataclass(frozen=True)
class Unit:
    """项目单位 and the officer who acts for it."""

    profile: UnitProfile
    officer: Actor

    @property
    def id(self) -> str:
        return self.profile.unit_id

    @property
    def name(self) -> str:
        return self.profile.name


@dataclass(frozen=True)
class Project:
    """项目, once declared."""

    id: UUID
    name: str
    unit: Unit
    total: Money
    plan_year: int

    @property
    def registration(self) -> str:
        return f"/registry/v1/projects/{self.id}"

    @property
    def approval(self) -> str:
        return f"/approval/v1/projects/{self.id}"

    @property
    def budget(self) -> str:
        return f"/budget/v1/projects/{self.id}"

    @property
    def acceptance(self) -> str:
        return f"/acceptance/v1/projects/{self.id}"


def unit(serial: int, name: str, head: str, officer: str, *, office: str = "信息中心") -> Unit:
    """A municipal body with a valid 统一社会信用代码: 11 for an organ, 511100 for the city."""
    unit_id = legal_person("11", serial)
    return Unit(
        UnitProfile(
            unit_id=unit_id,
            name=name,
            head=head,
            head_post="党组书记、局长",
            informatization_office=office,
            contact=officer,
        ),
        Actor(
            person=f"{unit_id}-1",
            name=f"{name} {officer}",
            body="UNIT",
            role="OFFICER",
            unit_id=unit_id,
        ),
    )


def legal_person(kind: str, serial: int) -> str:
    """统一社会信用代码 of a made-up legal person: `11` an organ, `91` an enterprise."""
    first17 = f"{kind}511100MB{serial:07d}"
    return first17 + credit_code_check(first17)


_numbers = count(1)


def serial() -> int:
    """A number that nobody else has been given."""
    return next(_numbers)


def paper(title: str, number: str | None = None) -> Document:
    """A document known by the digest of its title."""
    digest = hashlib.sha256(title.encode()).hexdigest()
    return Document(title=title, digest=f"sha256:{digest}", number=number)


def official(title: str, sign: str, year: int) -> Document:
    """A document that bears an official number, `乐发改审〔2026〕7号`."""
    return paper(title, f"{sign}〔{year}〕{serial()}号")


def number(sign: str, year: int) -> str:
    """An official number for a letter or an opinion."""
    return f"{sign}〔{year}〕{serial()}号"


def materials(project: str, codes: Iterable[str]) -> tuple[Material, ...]:
    return tuple(Material(code=code, document=paper(f"{project}：{code}")) for code in codes)


def yuan(amount: str) -> Money:
    """`"5,000,000.00"` as money."""
    return Money.of(amount.replace(",", ""))


def estimate(**lines: tuple[str, str]) -> tuple[Item, ...]:
    """Items of an estimate: `SOFTWARE=("应用软件开发", "2,600,000.00")`."""
    return tuple(
        Item(code=code, name=name, amount=yuan(amount)) for code, (name, amount) in lines.items()
    )


def municipal(amount: Money) -> tuple[Source, ...]:
    """All of it from the municipal budget."""
    return (Source(channel=FundingChannel.MUNICIPAL, amount=amount),)
