"""What single providers mean by their own words, as their postmaster pages say: host, words, reason.

The host is looked for in the names of the servers that a report names, and in the recipient's domain; `<<data 5.2.0>>`
is the SMTP command that was answered, and the code.
"""

from services.outreach.domain.inbound.verdict import BounceReason as R

Rule = tuple[tuple[str, ...], R]

_GOOGLE: tuple[Rule, ...] = (
    (("prevents additional messages",), R.SPEEDING),
    (("very low reputation",), R.BADREPUTATION),
    (("is not allowed to send", "ip"), R.BADREPUTATION),
    (("unusual rate of unsolicited",), R.SPEEDING),
    (("messages with multiple addresses in from",), R.NOTCOMPLIANTRFC),
    (("potential security issue",), R.POLICYVIOLATION),
    (("content presents a potential",), R.POLICYVIOLATION),
    (("spam classification",), R.SPAMDETECTED),
    (("out of storage space",), R.MAILBOXFULL),
    (("customfromdenied",), R.REJECTED),
    (("groups.google.com/support",), R.REJECTED),
    (("address couldn't be found",), R.USERUNKNOWN),
    (("domain", "couldn't be found"), R.HOSTUNKNOWN),
    (("did not accept our requests to connect",), R.EXPIRED),
    (("potentially executable",), R.POLICYVIOLATION),
    (("doesn't receive email",), R.NOTACCEPT),
    (("returned null mx",), R.NOTACCEPT),
    (("too many different ips",), R.BLOCKED),
)
_MICROSOFT: tuple[Rule, ...] = (
    (("5.4.1", "recipient address rejected"), R.USERUNKNOWN),
    (("5.1.10", "recipient"), R.USERUNKNOWN),
    (("requested action not taken: mailbox unavailable",), R.USERUNKNOWN),
    (("mailbox unavailable or access denied",), R.SUSPEND),
    (("mismatches client ip",), R.REQUIREPTR),
    (("banned sending ip",), R.BLOCKED),
    (("5.7.606",), R.BLOCKED),
    (("5.7.511",), R.BLOCKED),
    (("part of their network is on our block list",), R.BLOCKED),
    (("rate limited",), R.BADREPUTATION),
    (("rate limit",), R.SPEEDING),
    (("5.7.515",), R.AUTHFAILURE),
    (("5.7.509",), R.AUTHFAILURE),
    (("does not pass dmarc",), R.AUTHFAILURE),
    (("5.7.705",), R.TOOMANYCONN),
    (("5.7.708",), R.BLOCKED),
    (("5.2.122",), R.TOOMANYCONN),
    (("5.2.121",), R.TOOMANYCONN),
    (("resolver.adr.recip",), R.USERUNKNOWN),
    (("resolver.rst.", "size"), R.EXCEEDLIMIT),
    (("resolver.rst.",), R.SECURITYERROR),
    (("5.7.133",), R.SECURITYERROR),
    (("5.7.124",), R.SECURITYERROR),
    (("5.7.134",), R.SECURITYERROR),
    (("5.7.136",), R.SECURITYERROR),
    (("unable to connect successfully",), R.EXPIRED),
    (("hop count exceeded",), R.NETWORKERROR),
    (("routing loop",), R.NETWORKERROR),
)
_YAHOO: tuple[Rule, ...] = (
    (("[tss0",), R.BADREPUTATION),
    (("[ts0", "deferred"), R.BADREPUTATION),
    (("policy reasons",), R.POLICYVIOLATION),
    (("user doesn't have a",), R.USERUNKNOWN),
    (("dd not a valid mailbox",), R.USERUNKNOWN),
    (("mailbox is disabled",), R.SUSPEND),
)
_ORANGE: tuple[Rule, ...] = (
    (("_416",), R.USERUNKNOWN),
    (("_417",), R.MAILBOXFULL),
    (("_418",), R.USERUNKNOWN),
    (("_420",), R.SUSPEND),
    (("_402",), R.REJECTED),
    (("_403",), R.REJECTED),
    (("_405",), R.REJECTED),
    (("_415",), R.REJECTED),
    (("_104",), R.TOOMANYCONN),
    (("_505",), R.SYSTEMERROR),
    (("_506",), R.SPAMDETECTED),
    (("_510",), R.BLOCKED),
    (("_511",), R.BLOCKED),
    (("_513",), R.MESGTOOBIG),
    (("_630",), R.POLICYVIOLATION),
    (("_10",), R.BLOCKED),
    (("_999",), R.BLOCKED),
)
_KDDI: tuple[Rule, ...] = (
    (("550 : user unknown",), R.FILTERED),
    (("550: : user unknown",), R.FILTERED),
    ((">: user unknown",), R.USERUNKNOWN),
    (("over quota",), R.MAILBOXFULL),
    (("account is disabled",), R.SUSPEND),
    (("not delivered within",), R.EXPIRED),
    (("did not receive this message",), R.NOTACCEPT),
)
_DOCOMO: tuple[Rule, ...] = (
    (("5.2.0", "unknown user"), R.FILTERED),
    (("unknown user", "<<data "), R.REJECTED),
)
_TENCENT: tuple[Rule, ...] = (
    (("frequency limited",), R.TOOMANYCONN),
    (("mailbox unavailable or access denied",), R.TOOMANYCONN),
    (("mailbox not found",), R.USERUNKNOWN),
    (("domain frequency limited",), R.TOOMANYCONN),
    (("ip blocked",), R.BLOCKED),
    (("mail content denied",), R.SPAMDETECTED),
    (("suspected",), R.SPAMDETECTED),
    (("spf",), R.AUTHFAILURE),
    (("dmarc",), R.AUTHFAILURE),
)
_MIMECAST: tuple[Rule, ...] = (
    (("mcspamsignature",), R.VIRUSDETECTED),
    (("virus signature",), R.VIRUSDETECTED),
    (("malware",), R.VIRUSDETECTED),
    (("anti-spoofing policy",), R.AUTHFAILURE),
    (("poor reputation",), R.BADREPUTATION),
    (("rejected by header",), R.AUTHFAILURE),
    (("local ct ip reputation",), R.BADREPUTATION),
    (("submitter failed to disable",), R.SECURITYERROR),
    (("greylist",), R.BLOCKED),
    (("recipient address rejected",), R.USERUNKNOWN),
    (("relay",), R.NORELAYING),
)
_FACEBOOK: tuple[Rule, ...] = (
    (("rcp-p1",), R.USERUNKNOWN),
    (("int-p1",), R.USERUNKNOWN),
    (("int-p3",), R.USERUNKNOWN),
    (("int-p4",), R.USERUNKNOWN),
    (("int-p2",), R.REJECTED),
    (("int-p7",), R.USERUNKNOWN),
    (("int-t1",), R.SUSPEND),
    (("rcp-p2",), R.REJECTED),
    (("rcp-p3",), R.REJECTED),
    (("msg-p1",), R.NOTCOMPLIANTRFC),
    (("msg-p2",), R.CONTENTERROR),
    (("msg-p3",), R.CONTENTERROR),
    (("con-t3",), R.TOOMANYCONN),
    (("con-t1",), R.TOOMANYCONN),
    (("pol-p",), R.BLOCKED),
    (("dns-p1",), R.REJECTED),
    (("dns-p2",), R.REJECTED),
    (("dns-p3",), R.REQUIREPTR),
    (("dns-t",), R.REQUIREPTR),
)
_MESSAGELABS: tuple[Rule, ...] = (
    (("542 ", "rejected"), R.USERUNKNOWN),
    (("please turn on smtp authentication",), R.SECURITYERROR),
    (("client host rejected",), R.AUTHFAILURE),
    (("sender denied",), R.BLOCKED),
    (("sorry, that domain isn't in my list",), R.USERUNKNOWN),
)
_APPLE: tuple[Rule, ...] = (
    (("[cs01]",), R.POLICYVIOLATION),
    (("[hm07]",), R.BADREPUTATION),
    (("[hm08]",), R.BADREPUTATION),
    (("inactive email address",), R.USERUNKNOWN),
    (("mailbox full",), R.MAILBOXFULL),
    (("dmarc",), R.AUTHFAILURE),
    (("policy",), R.POLICYVIOLATION),
)
_COX: tuple[Rule, ...] = (
    (("cxbl",), R.BLOCKED),
    (("cxthrt",), R.SPEEDING),
    (("cxmxrt",), R.TOOMANYCONN),
    (("cxsnrt",), R.TOOMANYCONN),
    (("cxdns",), R.REQUIREPTR),
    (("cxrej",), R.POLICYVIOLATION),
    (("aup#", "content"), R.SPAMDETECTED),
    (("rejected - too many",), R.TOOMANYCONN),
)
_GODADDY: tuple[Rule, ...] = (
    (("ib103",), R.BLOCKED),
    (("ib104",), R.BLOCKED),
    (("ib105",), R.BLOCKED),
    (("ib106",), R.BLOCKED),
    (("ib003",), R.TOOMANYCONN),
    (("ib007",), R.TOOMANYCONN),
    (("ib101",), R.EXPIRED),
    (("ib108",), R.BLOCKED),
    (("ib504",), R.SPAMDETECTED),
    (("ib607",), R.TOOMANYCONN),
    (("ib705",), R.VIRUSDETECTED),
    (("ib506",), R.USERUNKNOWN),
    (("account is disabled",), R.SUSPEND),
)

_VERIZON: tuple[Rule, ...] = (
    (("no such user here",), R.USERUNKNOWN),
    (("no valid recipients for this mm",), R.USERUNKNOWN),
)

_BY_HOST: tuple[tuple[tuple[str, ...], tuple[Rule, ...]], ...] = (
    (("google", "gmail", "gsmtp"), _GOOGLE),
    (("outlook.com", "hotmail", "office365", "microsoft", "live.com"), _MICROSOFT),
    (("yahoo", "aol.", "verizonmedia"), _YAHOO),
    (("orange.fr", "wanadoo.fr", "laposte.net", "ofr_", "lpn0"), _ORANGE),
    (("ezweb.ne.jp", "au.com", "kddi"), _KDDI),
    (("docomo",), _DOCOMO),
    (("vtext.com", "vzwpix.com"), _VERIZON),
    (("[status: error, address:",), ((("host not reachable",), R.EXPIRED),)),
    (("qq.com", "tencent", "mail.qq"), _TENCENT),
    (("mimecast", "mcspam"), _MIMECAST),
    (("facebook",), _FACEBOOK),
    (("messagelabs",), _MESSAGELABS),
    (("apple.com", "icloud", "me.com"), _APPLE),
    (("cox.net",), _COX),
    (("secureserver.net",), _GODADDY),
)


def reason_by_provider(said: str, hosts: str, answered: str) -> R | None:
    """Return what a provider means by its words; `said` and `hosts` in small letters."""
    said = f"{said} <<{answered.lower()}>>"
    for names, rules in _BY_HOST:
        if any(name in hosts or name in said for name in names):
            for words, reason in rules:
                if all(word in said for word in words):
                    return reason
    return None
