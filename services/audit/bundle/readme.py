"""说明: what a bundle tells whoever opens it."""

README = """\
审计包
======

一个项目在登记、审批、预算、验收四个服务日志中的全部记录，可以带走，可以离线核验。

文件
  events.ndjson     每行一个事件，按因果次序；data 和 meta 是计入哈希的原文
  decisions.ndjson  决定记录及其形成的事件；记录随其他事项（如年度清单）的事件保存的，此处为 null
  documents.json    事件所引用的文件：名称、文号、摘要值、所在事件；文件本身由持有部门保存
  logs.json         每个日志的来源、哈希算法、条数和默克尔根，以及每个事件的包含证明（RFC 6962）
  verify.py         核验程序，只用 Python 3.8 或以上的标准库，不联网
  SHA256SUMS        以上各文件的 SHA-256

核验
  python verify.py 审计包.zip        或在解压后的目录中：python verify.py
  退出码 0 为有效，1 为无效（并指出第一处），2 为无可核验。
  请尽量使用另行取得的 verify.py：能改包的人也能改包里的程序。

能证明什么
  每个事件自记入日志以来一字未改，并且确在该日志的该位置上（相对 logs.json 所列的根）；
  本包所列的事件一个不少，次序未变，项目本身的记录流从第 1 版起没有缺号；
  决定记录和文件清单与事件所载一致。

不能证明什么
  所列的根是审计服务当时所见的根。本包尚不含签名和检查点：要证明根本身未被替换，
  须与另行留存的同一日志、同一条数的根比对（核验程序会列出各根）。
  不能证明记录流末尾没有更晚的事件，也不能证明其他记录流中没有与本项目有关而未列入的事件。
  不能证明所记的事情属实，也不含文件本身：请以 documents.json 的摘要值核对所持的文件。


Audit bundle
============

Everything on record about one project in the logs of the registry, approval, budget and acceptance
services, to carry away and to check offline.

Files
  events.ndjson     one event a line, causes before effects; data and meta are the texts hashed
  decisions.ndjson  decision records and the events they led to; null where the record stands with
                    an event about something else, such as the annual list
  documents.json    documents that events refer to: title, number, digest, event; the documents
                    themselves stay with whoever holds them
  logs.json         origin, hash, size and Merkle root of each log, and an inclusion path
                    (RFC 6962) for each event
  verify.py         the verifier: standard library of Python 3.8 or later only, no network
  SHA256SUMS        SHA-256 of each file above

To check
  python verify.py BUNDLE.zip        or, in the unpacked directory: python verify.py
  Exit code 0: valid; 1: not valid, with the first place at fault; 2: nothing to check.
  Better use a verify.py from elsewhere: who can change the bundle can change the program in it.

What it proves
  That no event was changed since it was recorded, and that it stands in its log at its position
  (against the roots that logs.json lists); that none of the events listed is missing or moved, and
  that the project's own streams have no gap from version 1; that decisions and documents are those
  the events carry.

What it does not prove
  The roots are those that this audit service saw. Signatures and checkpoints are not in it yet: to
  show that a root itself was not replaced, compare it with one kept elsewhere of the same log and
  size (the verifier prints them). It does not prove that a stream has no later events, nor that
  other streams hold no further event about the project. It does not prove that what was recorded is
  true, and holds no documents: compare those you have with the digests in documents.json.
"""
