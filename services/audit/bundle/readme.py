"""说明: what a bundle tells whoever opens it."""

_README = """\
审计包
======

{about_zh}可以带走，可以离线核验。

文件
  events.ndjson     每行一个事件，{order_zh}；data 和 meta 是计入哈希的原文
  proofs.ndjson     每行一个事件的包含证明（RFC 6962），与 events.ndjson 逐行对应
  texts.ndjson      事件中封存的个人信息和自由文本（按其在原文中的序号）及其密钥；核验时与密文比对
{derived_zh}  logs.json         每个日志的来源、哈希算法、条数和默克尔根
  checkpoints/      每个日志在该条数的检查点（C2SP 签名便笺），有见证方的并有其会签；{signed_zh}
  keys.txt          日志和见证方的公钥；请与另行取得的比对
  report.json       检测报告：真实性、完整性、可用性、安全性；是摘要，不是证据
  report.pdf        同一报告的版式文件（PDF/A）；{pdf_zh}
  verify.py         核验程序，只用 Python 3.8 或以上的标准库，不联网
  SHA256SUMS        以上各文件的 SHA-256

核验
  python verify.py 审计包.zip        或在解压后的目录中：python verify.py
  加 --key 公钥             只信任您另行取得的公钥（可多次）
  加 --checkpoint 检查点    须与您自己留存的较早检查点一致（可多次）
  加 --consistency 证明     包内不含较早的全部事件时，另需一致性证明
  退出码 0 有效；1 无效（并指出第一处的服务和位置）；2 无可核验；3 未见不符，但有未能比对的。
  请尽量使用另行取得的 verify.py：能改包的人也能改包里的程序。

能证明什么
  每个事件自记入日志以来一字未改，并且确在该日志的该位置上（相对 logs.json 所列的根）；
  {whole_zh}
  有会签的检查点时，该根在会签所示的时刻已为见证方所见；
  与所留存的检查点一致时，那之前的日志此后没有被改写、删去或调换。

不能证明什么
  没有会签、也没有留存的检查点时，所列的根只是审计服务当时所见的根。
  不能证明记录流末尾没有更晚的事件，也不能证明其他记录流中没有有关而未列入的事件。
  不能证明所记的事情属实，也不含文件本身：请以所列的摘要值核对所持的文件。


Audit bundle
============

{about_en} to carry away and to check offline.

Files
  events.ndjson     one event a line, {order_en}; data and meta are the texts hashed
  proofs.ndjson     the inclusion path (RFC 6962) of each event, line by line as in events.ndjson
  texts.ndjson      personal data and free text sealed in events, by their number in data and meta,
                    with the keys: each is compared with what was encrypted
{derived_en}  logs.json         origin, hash, size and Merkle root of each log
  checkpoints/      the checkpoint of each log at that size (C2SP signed note), with the witness's
                    cosignature where there is one; {signed_en}
  keys.txt          keys of the logs and the witness: compare them with those from elsewhere
  report.json       what was checked, by four properties of an archive: a summary, no evidence
  report.pdf        the same as pages (PDF/A); {pdf_en}
  verify.py         the verifier: standard library of Python 3.8 or later only, no network
  SHA256SUMS        SHA-256 of each file above

To check
  python verify.py BUNDLE.zip        or, in the unpacked directory: python verify.py
  --key VKEY           believe only keys that you have from elsewhere (any number)
  --checkpoint FILE    it must be consistent with a checkpoint that you kept (any number)
  --consistency FILE   a proof, where the bundle does not hold all the events up to there
  Exit code 0: valid; 1: not valid, with the first service and position at fault; 2: nothing to
  check; 3: nothing at fault was found, but not everything asked could be compared.
  Better use a verify.py from elsewhere: who can change the bundle can change the program in it.

What it proves
  That no event was changed since it was recorded, and that it stands in its log at its position
  (against the roots that logs.json lists); {whole_en}
  With a cosigned checkpoint: that the witness had seen that root at the time it states. With a
  checkpoint that you kept: that the log before it was not rewritten, cut or moved since.

What it does not prove
  Without a cosignature or a checkpoint kept elsewhere the roots are those that this audit service
  saw. It does not prove that a stream has no later events, nor that other streams hold no further
  event about the matter. It does not prove that what was recorded is true, and holds no documents:
  compare those you have with the digests listed.
"""

_OF_A_PROJECT = {
    "about_zh": "一个项目在登记、审批、预算、验收四个服务日志中的全部记录，",
    "order_zh": "按因果次序",
    "derived_zh": (
        "  decisions.ndjson  决定记录及其形成的事件；记录随其他事项（如年度清单）的事件保存的，"
        "此处为 null\n"
        "  documents.json    事件所引用的文件：名称、文号、摘要值、所在事件；"
        "文件本身由持有部门保存\n"
    ),
    "whole_zh": (
        "本包所列的事件一个不少，次序未变，项目本身的记录流从第 1 版起没有缺号；\n"
        "  决定记录和文件清单与事件所载一致；"
    ),
    "about_en": (
        "Everything on record about one project in the logs of the registry, approval, budget and\n"
        "acceptance services,"
    ),
    "order_en": "causes before effects",
    "derived_en": (
        "  decisions.ndjson  decision records and the events they led to; null where the record\n"
        "                    stands with an event about something else, such as the annual list\n"
        "  documents.json    documents that events refer to: title, number, digest, event; the\n"
        "                    documents themselves stay with whoever holds them\n"
    ),
    "whole_en": (
        "that none of the events listed is missing or\n"
        "  moved, and that the project's own streams have no gap from version 1; that\n"
        "  decisions and documents are those the events carry."
    ),
}


def _of_a_range(first: str, last: str) -> dict[str, str]:
    return {
        "about_zh": (
            f"四个服务日志在 {first} 至 {last} 之间（按记入之日，北京时间）记入的全部事件，"
        ),
        "order_zh": "按日志和位置的次序；期间前后各有一个边界事件",
        "derived_zh": "",
        "whole_zh": (
            "该期间内没有缺少任何事件：各日志的位置连续，首尾的边界事件记入于期间之外，\n"
            "  或者就是日志的首尾（以日志的记入时间不倒退为前提）；"
        ),
        "about_en": (
            f"All events that the four logs recorded from {first} to {last} (the day of\n"
            "recording, Beijing time),"
        ),
        "order_en": "log by log, with one event beside the range at either end",
        "derived_en": "",
        "whole_en": (
            "that none of the range is missing: positions\n"
            "  follow each other, and the events at either end were recorded outside the range or\n"
            "  are the log's own ends (given that recording times in a log never go back)."
        ),
    }


def readme(scope: dict[str, str], pdf_absent: str | None, *, signed: bool) -> str:
    """The text for a bundle of that scope, which says also what is not in it."""
    project = "project_id" in scope
    said = _OF_A_PROJECT if project else _of_a_range(scope["from"], scope["to"])
    return _README.format(
        **said,
        signed_zh="本包附有" if signed else "本包没有：外部没有人签名",
        signed_en="they are here" if signed else "none are here: nobody outside has signed",
        pdf_zh=f"本包没有：{pdf_absent}" if pdf_absent else "本包附有",
        pdf_en="not here, see report.json" if pdf_absent else "it is here",
    )
