"""Cases of the way to the page, of our own page behind the link, and of what was agreed."""

from itertools import cycle
from typing import Any

from shared.vocabulary import Position, Reason
from tests.crawler.reasons.case import BARE, LINK, LINKED, SHOP, TARGET, TEXT, Case, article, case
from tests.web import Behaviour, Exchange, page, raw, redirect, silent

CHALLENGE = "<title>Just a moment...</title><script>window._cf_chl_opt = {}</script>"


def to_target(
    name: str, *says: Reason, about: Reason, status: str, **pages: Behaviour | str
) -> Case:
    """Return a case about our own page `/name`, which the link leads to."""
    target = f"http://{SHOP}/{name}"
    return case(
        name, about, status, *says, target=target, is_target=True,
        at_first=LINKED.replace(TARGET, target),
        also={f"http://{SHOP}/{path.replace('__', '/')}": does for path, does in pages.items()},
    )  # fmt: skip


def in_turns(*answers: Behaviour) -> Behaviour:
    """Answer one visitor like this and the next like that."""
    turns = cycle(answers)

    async def behave(exchange: Exchange) -> None:
        await next(turns)(exchange)

    return behave


def agreed(name: str, about: Reason, status: str, *says: Reason, **given: Any) -> Case:
    """Return a case about a link of which something was agreed."""
    contract = "met" if status == "live" else "mismatched"
    return case(name, about, status, *says, **{"terms": {}, "contract": contract, **given})


def with_links(count: int) -> str:
    """Return a page with our link and this many to other sites, ours counted."""
    others = "".join(f'<a href="http://{n}.else.example/">{n}</a> ' for n in range(count - 1))
    return article(f"<p>All from {LINK}, {others}.</p>")


WAY_CASES = (
    case("dns_gone", Reason.DNS_GONE, "lost", Reason.DNS_GONE, then=redirect("http://gone.example/post")),
    case("not_dns_gone", Reason.DNS_GONE, "unknown", Reason.UNREACHABLE,
         then=redirect("http://lame.example/post")),
    case("tls_error", Reason.TLS_ERROR, "unknown", Reason.TLS_ERROR,
         then=redirect("https://tls.example/post")),
    case("not_tls_error", Reason.TLS_ERROR, "changed", Reason.PAGE_REDIRECTED,
         then=redirect("http://tls.example/post"), also={"http://tls.example/post": LINKED}),
    case("unreachable", Reason.UNREACHABLE, "unknown", Reason.UNREACHABLE, then=raw(b"")),
    case("not_unreachable", Reason.UNREACHABLE, "live",
         then=raw(b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n" + LINKED.encode())),
    case("timeout", Reason.TIMEOUT, "unknown", Reason.TIMEOUT, then=silent()),
    case("not_timeout", Reason.TIMEOUT, "unknown", Reason.PAGE_5XX,
         then=page("<h1>Gateway Timeout</h1>", status=504)),
    case("blocked_by_wall", Reason.BLOCKED_BY_WALL, "unknown", Reason.BLOCKED_BY_WALL, then=CHALLENGE),
    case("not_blocked_by_wall", Reason.BLOCKED_BY_WALL, "live",
         then=article(f"<p>All from {LINK}.</p><script src=/cdn-cgi/challenge-platform/x.js></script>"
                      "<form><div class=g-recaptcha></div></form>")),
    case("opted_out", Reason.OPTED_OUT, "unknown", Reason.OPTED_OUT),
    case("not_opted_out", Reason.OPTED_OUT, "live"),
    case("rate_limited", Reason.RATE_LIMITED, "unknown", Reason.RATE_LIMITED,
         then=page("<h1>Slow down</h1>", status=429)),
    case("not_rate_limited", Reason.RATE_LIMITED, "unknown", Reason.PAGE_5XX,
         then=page("<h1>Slow</h1>", status=503)),
    case("address_not_allowed", Reason.ADDRESS_NOT_ALLOWED, "unknown", Reason.ADDRESS_NOT_ALLOWED,
         then=redirect("http://169.254.169.254/latest/meta-data/")),
    case("not_address_not_allowed", Reason.ADDRESS_NOT_ALLOWED, "changed", Reason.PAGE_REDIRECTED,
         then=redirect("http://10.0.0.1.address.example/"),
         also={"http://10.0.0.1.address.example/": LINKED}),
)  # fmt: skip

OUR_PAGE_CASES = (
    to_target("target_error", Reason.TARGET_ERROR, about=Reason.TARGET_ERROR, status="broken",
              target_error=page("<h1>Oh</h1>", status=410)),
    to_target("not_target_error", Reason.PAGE_5XX, about=Reason.TARGET_ERROR, status="unsaid",
              not_target_error=page("<h1>Oh</h1>", status=500)),
    to_target("target_redirects", Reason.TARGET_REDIRECTS, about=Reason.TARGET_REDIRECTS, status="fine",
              target_redirects=redirect("/new", status=301), new=article("<p>New ropes.</p>")),
    to_target("not_target_redirects", about=Reason.TARGET_REDIRECTS, status="fine",
              not_target_redirects=redirect("/not_target_redirects/", status=301),
              not_target_redirects__=article("<p>The same, with a slash.</p>")),
    to_target("target_soft_404", Reason.TARGET_SOFT_404, about=Reason.TARGET_SOFT_404, status="broken",
              target_soft_404="<title>Not found</title><h1>Not found</h1><p>Back to the shop.</p>"),
    to_target("not_target_soft_404", about=Reason.TARGET_SOFT_404, status="fine",
              not_target_soft_404=article(TEXT * 3, "<title>Ropes not found elsewhere</title>")),
)  # fmt: skip

CHAIN_CASES = (
    to_target("target_behind_a_broken_redirect", Reason.REDIRECT_CHAIN_BROKEN, Reason.TARGET_ERROR,
              about=Reason.REDIRECT_CHAIN_BROKEN, status="broken",
              target_behind_a_broken_redirect=redirect("/gone", status=301),
              gone=page("<h1>Oh</h1>", status=404)),
    case("redirect_chain_broken", Reason.REDIRECT_CHAIN_BROKEN, "lost",
         Reason.REDIRECT_CHAIN_BROKEN, Reason.PAGE_404,
         at_first=redirect("/hop"), then=redirect("/hop"), also={"/hop": redirect(TARGET)},
         later={"/hop": page("<h1>Oh</h1>", status=404)}),
    case("not_redirect_chain_broken", Reason.REDIRECT_CHAIN_BROKEN, "live", Reason.PAGE_REDIRECTED,
         at_first=redirect("/hop"), then=redirect("/new", status=301),
         also={"/hop": redirect(TARGET), "/new": redirect(TARGET)}),
)  # fmt: skip

TERMS_CASES = (
    agreed("wrong_landing_page", Reason.WRONG_LANDING_PAGE, "changed", Reason.WRONG_LANDING_PAGE,
           at_first=article(f'<p>All from <a href="http://{SHOP}/sails">the Shop</a>.</p>')),
    agreed("not_wrong_landing_page", Reason.WRONG_LANDING_PAGE, "live",
           at_first=article(f'<p>All from <a href="https://www.{SHOP}/ropes/?gclid=1">it</a>.</p>')),
    agreed("other_words", Reason.ANCHOR_CHANGED, "changed", Reason.ANCHOR_CHANGED,
           terms={"anchor_text": "Acme Ropes"}),
    agreed("not_other_words", Reason.ANCHOR_CHANGED, "live", terms={"anchor_text": "The  shop"},
           at_first=article(f'<p><a href="{TARGET}">Our guide</a></p><p>All from {LINK}.</p>')),
    agreed("position_worse", Reason.POSITION_WORSE, "changed", Reason.POSITION_WORSE,
           terms={"position": Position.CONTENT},
           at_first=article("") + f"<footer>All from {LINK}.</footer>"),
    agreed("not_position_worse", Reason.POSITION_WORSE, "live", terms={"position": Position.CONTENT},
           at_first=f"<footer>From {LINK}.</footer><main><p>All from {LINK}.</p></main>"),
    agreed("outlinks_excess", Reason.OUTLINKS_EXCESS, "changed", Reason.OUTLINKS_EXCESS,
           terms={"max_outlinks": 4}, at_first=with_links(5)),
    agreed("not_outlinks_excess", Reason.OUTLINKS_EXCESS, "live",
           terms={"max_outlinks": 4}, at_first=with_links(4)),
    agreed("cloaked", Reason.CLOAKED, "changed", Reason.CLOAKED,
           then=in_turns(page(BARE), page(LINKED))),
    agreed("not_cloaked", Reason.CLOAKED, "lost", Reason.LINK_REMOVED,
           then=in_turns(page(BARE), page(article("<p>Other words.</p>")))),
    agreed("sitewide", Reason.SITEWIDE, "changed", Reason.SITEWIDE, beside=10),
    agreed("not_sitewide", Reason.SITEWIDE, "live", beside=5),
)  # fmt: skip

OUT_THERE: tuple[Case, ...] = (*WAY_CASES, *OUR_PAGE_CASES, *CHAIN_CASES, *TERMS_CASES)
