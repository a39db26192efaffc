"""Whether a mail without a standard report is a bounce: who sent it, what it says, what it returns."""

import re

from services.outreach.domain.inbound.letters import letter_of, returned_in
from services.outreach.domain.inbound.lists import alternatives
from services.outreach.domain.inbound.mail import Mail
from services.outreach.domain.inbound.notice import address_in

_DAEMON = re.compile(
    alternatives(
        r"""
        mailer-?daemon | mail-?daemon | post_?master@ | mdaemon | mail ?delivery | mail\.delivery |
        delivery ?system | delivery ?subsystem | delivery ?service | delivery agent |
        microsoftexchange[0-9a-f]{8} | microsoft outlook | system administrator | ndr administrator |
        undeliverable@ | bounces?@ | interscan | mailmarshal | mail system | <> | auone-net | ^mailer | ^daemon@
        """
    ),
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    alternatives(
        r"""
        undeliver | returned mail | mail returned | delivery status | delivery failure | delivery failed |
        delivery notification | delivery report | delivery problem | delivery error | delivery has failed |
        delivery incomplete | failure notice | failed delivery | mail delivery fail | mail delivery error |
        mail system error | mail could not be delivered | message delivery has failed |
        message could not be delivered | message not delivered | message undeliverable |
        could ?n.t be delivered | delivery to .* fail | delivery fail | non.?delivery | nondeliverable |
        unzustellbar | nicht zustellbar | nicht zugestellt | non remis | non distribu | échec de la remise |
        échec de remise | échec de la distribution | no se puede entregar | no entregado | devuelto |
        mancata consegna | non recapitabil | não entregue | falha na entrega | onbestelbaar |
        niet bezorgd | niet afgeleverd | nie można dostarczyć | niedostarcz | kan inte levereras |
        ikke leveres | olevererbart | не доставлен | недоставлен | error sending your mail |
        not member article | 配信できません | 配信に失敗 | 投递失败 | 退信
        """
    ),
    re.IGNORECASE,
)
_SAYS_SO = re.compile(
    alternatives(
        r"""
        could ?n[o']t be delivered | could ?n[o']t be sent | could ?n[o']t be found | unable to deliver |
        wasn't delivered | was not delivered | not able to be\s+delivered | wasn't able to deliver |
        permanent error | permanent failure | fatal error | delivery error | temporary failure |
        undeliverable | delivery to the following | delivery failed | delivery has failed |
        delivery problems | delivery errors | error delivering | trouble delivering | did not reach |
        returned to sender | returned permanent errors | rejected by | rejected your | rejected recipient |
        message not delivered | following address | delivery attempts will continue | failure reasons |
        cannot be delivered | can ?not deliver | could not deliver | were unable to | unknown user |
        user unknown | user mailbox exceeds | invalid user | invalid recipient | invalid address |
        unbekannt | konnte nicht zugestellt | n'a pas pu être | no se ha podido | non è stato possibile |
        may not exist | \b[45]\d\d[ -]\#?[45]\.\d\.\d | not a? ?member of | 送信できません
        """
    ),
    re.IGNORECASE,
)
# How the list server fml refuses a mail.
_LIST_REFUSAL = re.compile("not member|ignored|loop|warning|^ng :", re.IGNORECASE)
_ANSWER = re.compile(r"\s*(?:re|aw|sv|odp|antw)\s*:", re.IGNORECASE)
_ENOUGH = 4


def looks_like_bounce(mail: Mail) -> str:
    """Return the sign by which a mail is a bounce, or ''; no single sign is enough."""
    sender = f"{mail.header('from')} {mail.raw_header('sender')}"
    if "groups.google.com/support" in mail.text and _DAEMON.search(sender):
        return f"From: {mail.header('from')}"
    if mail.top.has("x-failed-recipients") and _DAEMON.search(sender):
        return f"X-Failed-Recipients: {mail.header('x-failed-recipients')}"
    if mail.top.has("x-mlserver") and _LIST_REFUSAL.search(mail.subject):
        return f"X-MLServer: {mail.header('x-mlserver')}"
    if mail.top.has("in-reply-to") and not _DAEMON.search(sender):
        return ""
    says_so = _SAYS_SO.search(letter_of(mail.text)[:4000])
    subject = "" if _ANSWER.match(mail.subject) else _SUBJECT.search(mail.subject)
    daemon = _DAEMON.search(sender)
    if daemon and subject:
        return f"From: {address_in(sender) or sender.strip()}; Subject: {mail.subject}"
    points = (
        2 * bool(daemon)
        + 2 * (mail.raw_header("return-path").strip() == "<>")
        + 2 * bool(says_so)
        + bool(subject)
        + _returns_mail(mail)
    )
    if points < _ENOUGH or not says_so or not _is_machine(mail, sender):
        return ""
    return f"From: {address_in(sender) or sender.strip()}; {says_so[0]}"


def _is_machine(mail: Mail, sender: str) -> bool:
    return bool(_DAEMON.search(sender)) or mail.raw_header("return-path").strip() == "<>"


def _returns_mail(mail: Mail) -> bool:
    enclosed = any(mail.leaves("message/rfc822", "text/rfc822-headers", "message/rfc822-headers"))
    return enclosed or bool(returned_in(mail.text))
