"""`govit keygen`: a key that signs a log's checkpoints or a witness's cosignatures."""

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from shared.eventstore.signing import COSIGNATURE, ED25519, SM2, SigningKey, Sm2Missing
from shared.web.settings import LOGS, Settings
from shared.web.signing_keys import origin_of

__all__ = ["keygen"]


def keygen(
    service: Annotated[str, typer.Argument(help=f"为谁签名：{'、'.join(LOGS)}，或 audit（见证）")],
    out: Annotated[Path, typer.Option(help="私钥写入的新文件；已有的文件不动")],
    sm2: Annotated[bool, typer.Option("--sm2", help="国密 SM2，须装 govit[sm2]")] = False,
) -> None:
    """生成签名密钥：私钥写入文件（仅本人可读），公钥（vkey）输出；用法见 GOVIT_SIGNING_KEYS。"""
    if service not in (*LOGS, "audit"):
        raise _refused(f"没有日志或见证 {service}；有：{'、'.join((*LOGS, 'audit'))}")
    if sm2 and service == "audit":
        raise _refused("见证签名（cosignature/v1）只用 Ed25519")
    kind = COSIGNATURE if service == "audit" else SM2 if sm2 else ED25519
    try:
        key = SigningKey.generate(origin_of(Settings(), service), kind)
        descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except Sm2Missing:
        raise _refused("没有 SM2 的程序库；请先 pip install 'govit[sm2]'") from None
    except FileExistsError:
        raise _refused(f"{out} 已存在；请另指一个新文件，旧钥匙须留到期满") from None
    except OSError as error:
        raise _refused(f"{out} 不能写入（{type(error).__name__}）") from None
    with os.fdopen(descriptor, "w") as file:
        file.write(f"{key}\n")
    typer.echo(key.verifier)


def _refused(message: str) -> typer.Exit:
    Console(stderr=True, width=200).print(f"[red]{message}[/red]")
    return typer.Exit(2)
