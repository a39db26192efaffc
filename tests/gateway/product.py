"""All five services as they are, behind the real gateway, with at least one thing of every kind in them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import FastAPI

import services.crawler.app
import services.crawler.settings
import services.gateway.app
import services.gateway.settings
import services.outreach.app
import services.outreach.settings
import services.profile.app
import services.profile.settings
import services.toxicity.app
import services.toxicity.settings
from services.crawler.store import evidence, sites
from services.gateway.store import logins
from services.gateway.store.logins import House
from services.profile.domain.alerts import AlertKind
from services.profile.domain.occasions import Occasion
from services.profile.store import occasions
from shared import clock, outbox, urls
from shared.bus.embedded import EmbeddedBus
from shared.db import Database
from shared.events import LinkChecked, Observation, Occurrence, PageFacts, PageRead
from shared.http import DirectTransport
from shared.ids import new_id
from shared.vocabulary import Outcome
from tests.crawler.builders import a_draft, a_site
from tests.http import Http
from tests.waiting import eventually

_SECRET = "a secret of the tests only"
_MODULES: dict[str, tuple[Any, Any]] = {
    "crawler": (services.crawler.app, services.crawler.settings.Settings),
    "profile": (services.profile.app, services.profile.settings.Settings),
    "toxicity": (services.toxicity.app, services.toxicity.settings.Settings),
    "outreach": (services.outreach.app, services.outreach.settings.Settings),
}
# Nobody who sells links is asked by a test.
_NOWHERE = {
    f"connector_{name}_url": "http://127.0.0.1:9"
    for name in ("ahrefs", "semrush", "dataforseo", "majestic", "bing", "yandex")
} | {"master_key": "a master key of the tests: long enough"}
# What comes by the clock would change tables while a test holds them against what they were.
_QUIET: dict[str, dict[str, Any]] = {
    "toxicity": {"graph_pause_s": 86_400, "attack_pause_s": 86_400}
}
MULTIPART = (
    b'--xx\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    b"Source URL,Target URL,Anchor\nhttps://secret-blog.example/p,https://other.example/,x\n"
    b"\r\n--xx--\r\n"
)


@dataclass(frozen=True, slots=True)
class Product:
    """All five services, two sites of one workspace, and keys for all of it and for one of them."""

    owner: Http
    editor_of_mine: Http
    client_of_mine: Http
    ids: dict[str, str]
    """Values of path parameters that lead to things of the other site."""
    mine: str

    @property
    def secrets(self) -> set[str]:
        """Return what no answer to a stranger of the other site may contain."""
        unique = (
            "site_id",
            "link_id",
            "import_id",
            "audit_id",
            "report_id",
            "placement_id",
            "job_id",
            "message_id",
            *("payment_id", "offer_id", "campaign_id", "exchange_id"),
        )
        return {self.ids[name] for name in unique} | {"secret-blog.example", "other.example"}


@asynccontextmanager
async def running(
    db_for: Callable[[str], Database], **of_gateway: Any
) -> AsyncIterator[tuple[FastAPI, House]]:
    """Run all services with nothing in them; yields the gateway and how to get in."""
    async with AsyncExitStack() as stack:
        bus = EmbeddedBus(db_for("bus"))
        apps = {}
        for name, (module, settings) in _MODULES.items():
            given = _QUIET.get(name, {}) | (_NOWHERE if name == "profile" else {})
            apps[name] = module.create_app(
                settings(internal_secret=_SECRET, **given), bus=bus, db=db_for(name)
            )
            if name != "crawler":  # it would look at the pages, and there is no web here
                await stack.enter_async_context(apps[name].router.lifespan_context(apps[name]))
        db = db_for("gateway")
        gateway = services.gateway.app.create_app(
            services.gateway.settings.Settings(internal_secret=_SECRET, **of_gateway),
            bus=bus,
            db=db,
            transports={name: DirectTransport(app) for name, app in apps.items()},
        )
        await stack.enter_async_context(gateway.router.lifespan_context(gateway))
        async with db.begin() as tx:
            house = await logins.bootstrap(tx, now=clock.now())
        yield gateway, house


@asynccontextmanager
async def a_product(db_for: Callable[[str], Database], **of_gateway: Any) -> AsyncIterator[Product]:
    """Run the product and furnish it; `of_gateway` are settings of the gateway."""
    async with running(db_for, **of_gateway) as (gateway, house):
        async with asyncio.timeout(60):
            product = await _furnish(
                Http(gateway).using(house.key),
                db_for("profile"),
                db_for("crawler"),
                db_for("outreach"),
            )
        yield product


async def _furnish(
    owner: Http, profile: Database, crawler: Database, outreach: Database
) -> Product:
    """Make two sites, and on the other one at least one thing of every kind."""
    list_id = await _list_bad_domains(owner)
    mine = (await made(owner, "/v1/sites", {"domain": "mine.example"}))["id"]
    site = (await made(owner, "/v1/sites", {"domain": "other.example"}))["id"]
    ids = {"site_id": site, "domain": "secret-blog.example", "version_no": "1", "other_no": "1"}
    ids["list_id"] = list_id
    ids |= await _import(owner, site)
    ids["link_id"] = (await first(owner, f"/v1/sites/{site}/links"))["id"]
    await made(owner, f"/v1/sites/{site}/audits", None)
    ids["audit_id"] = (await first(owner, f"/v1/sites/{site}/audits"))["id"]
    ids["report_id"] = await _report(owner, site)
    ids["reader_id"] = str(new_id())  # whom only a person could name
    ids["provider"] = "ahrefs"
    ids |= {"step_no": "1", "variant": "A"}
    connector = {"key": "a-key-of-tests", "monthly_cap": 0}
    set_up = await owner.send("PUT", f"/v1/sites/{site}/connectors/ahrefs", connector)
    assert set_up.status == 200, set_up.body
    ids["competitor"] = "rival.example"
    ids["other_audit_id"] = ids["audit_id"]
    ids["vendor_id"] = (await made(owner, "/v1/vendors", {"name": "A vendor"}))["vendor_id"]
    terms = {"site_id": site, "referring_domain": "secret-blog.example"}
    ids["placement_id"] = (await made(owner, "/v1/placements", terms))["placement_id"]
    ids |= await _owe(owner, site, ids)
    ids |= await _prospect(owner, site)
    ids["opportunity_id"] = await _find(outreach, site)
    ids |= await _plan_to_write(owner, outreach, site)
    ids["brief_id"] = await _brief(owner, site)
    ids |= await _write(owner, site)
    ids |= await _answer(outreach, ids)
    await made(owner, "/v1/suppressions", {"values": ["no.example"]})
    ids["suppression_id"] = (await first(owner, "/v1/suppressions"))["suppression_id"]
    ids["fingerprint"] = "0123456789abcdef"
    ids["host"] = "left-alone.example"
    assert (await owner.send("PUT", "/v1/opt-outs", {"host": ids["host"]})).status == 200
    ids["review_id"] = await _decide(owner, ids)
    await _see(profile, ids)
    ids |= await _prove(owner, profile, crawler, ids)
    ids["recovery_id"] = await _lose(profile, ids)
    ids |= await _raise(owner, profile, site)
    toxicity = f"/v1/links/{ids['link_id']}/toxicity"
    await eventually(lambda: _answers(owner, toxicity), what="the link is scored")
    return Product(
        owner=owner,
        editor_of_mine=await a_key(owner, {mine: "editor"}),
        client_of_mine=await a_key(owner, {mine: "client"}),
        ids=ids,
        mine=mine,
    )


async def _report(owner: Http, site: str) -> str:
    """Make a report of today, and let more be made each month."""
    today = clock.now().date().isoformat()
    await made(owner, f"/v1/sites/{site}/reports", {"from": today, "to": today})
    schedule = await owner.send("PUT", f"/v1/sites/{site}/reports/schedule", {"day": 28})
    assert schedule.status == 200, schedule.body
    return str((await first(owner, f"/v1/sites/{site}/reports"))["id"])


async def _owe(owner: Http, site: str, ids: Mapping[str, str]) -> dict[str, str]:
    """Let something be paid, offered, set as a goal and owed in return."""
    payment = {"placement_id": ids["placement_id"], "amount": "12.00", "currency": "EUR"}
    offer = {"site_id": site, "referring_domain": "secret-blog.example", "made_by": "them"}
    exchange = {"site_id": site, "our_url": "https://other.example/partners"}
    exchange |= {"their_url": "https://secret-blog.example/"}
    campaign = {"site_id": site, "name": "Secret spring"}
    return {
        "payment_id": (await made(owner, "/v1/payments", payment))["payment_id"],
        "offer_id": (await made(owner, "/v1/offers", offer))["offer_id"],
        "campaign_id": (await made(owner, "/v1/campaigns", campaign))["campaign_id"],
        "exchange_id": (await made(owner, "/v1/exchanges", exchange))["exchange_id"],
    }


async def _prospect(owner: Http, site: str) -> dict[str, str]:
    await made(owner, f"/v1/sites/{site}/prospects", {"text": "secret-prospect.example"})
    prospect_id = (await first(owner, f"/v1/sites/{site}/prospects"))["prospect_id"]
    person = {"email": "ann@secret-prospect.example"}
    contact = await made(owner, f"/v1/prospects/{prospect_id}/contacts", person)
    note = await made(owner, "/v1/relationships/secret-blog.example/notes", {"text": "secret"})
    return {
        "prospect_id": prospect_id,
        "contact_id": contact["contact_id"],
        "note_id": note["note_id"],
    }


async def _find(outreach: Database, site: str) -> str:
    """Let a page have been found that links to a dead address."""
    opportunity_id = new_id()
    async with outreach.begin() as tx:
        await tx.run(
            "INSERT INTO opportunities (opportunity_id, workspace_id, site_id, kind, subject_key,"
            " subject_url, evidence, found_at, updated_at) SELECT $1, workspace_id, site_id,"
            " 'broken_link', $1, 'https://gone.example/', '{}', now(), now() FROM sites"
            " WHERE site_id = $2",
            *(opportunity_id, UUID(site)),
        )
    return str(opportunity_id)


async def _plan_to_write(owner: Http, outreach: Database, site: str) -> dict[str, str]:
    """Make a sequence of the other site, with somebody in it who is paused."""
    text = {"name": "Hello", "subject": "x", "body": "x"}
    template_id = (await made(owner, "/v1/templates", text))["template_id"]
    plan = {"site_id": site, "name": "Roses", "steps": [{"template_id": template_id}]}
    sequence_id = (await made(owner, "/v1/sequences", plan))["sequence_id"]
    enrollment_id = new_id()
    async with outreach.begin() as tx:
        await tx.run(
            "INSERT INTO enrollments (enrollment_id, workspace_id, site_id, sequence_id, version_no,"
            " contact_id, address_key, domain, variables, state, created_by, created_by_name)"
            " SELECT $1, workspace_id, site_id, sequence_id, version_no, $1, 'ann@secret-blog.example',"
            " 'secret-blog.example', '{}', 'paused', created_by, 'Olive' FROM sequences"
            " WHERE sequence_id = $2",
            enrollment_id,
            UUID(sequence_id),
        )
    return {
        "template_id": template_id,
        "sequence_id": sequence_id,
        "enrollment_id": str(enrollment_id),
    }


async def _write(owner: Http, site: str) -> dict[str, str]:
    """Set a mailbox up, and write a message that nobody approves."""
    mailbox = {"address": "ann@ours.example", "smtp_host": "mail.ours.example"}
    mailbox_id = (await made(owner, "/v1/mailboxes", mailbox))["mailbox_id"]
    message = {
        "site_id": site,
        "mailbox_id": mailbox_id,
        "to_email": "ann@secret-blog.example",
        "subject": "Your page",
        "text": "May I?",
    }
    message_id = (await made(owner, "/v1/messages", message))["message_id"]
    return {"mailbox_id": mailbox_id, "message_id": message_id}


async def _answer(outreach: Database, ids: Mapping[str, str]) -> dict[str, str]:
    """Let somebody have answered the message."""
    inbound_id = new_id()
    async with outreach.begin() as tx:
        await tx.run(
            "INSERT INTO inbound_messages (inbound_id, workspace_id, mailbox_id, uidvalidity, uid, digest,"
            " message_id, thread_id, site_id, match, from_email, from_name, address_key, subject, text,"
            " received_at, kind, intent, sentence, handled_at)"
            " SELECT $1, workspace_id, mailbox_id, 1, 1, 'x', message_id, message_id, site_id, 'strong',"
            " to_email, 'Ann', address_key, 'Re: Your page', 'Which page?', now(), 'human', 'question',"
            " 'Which page?', now() FROM messages WHERE message_id = $2",
            inbound_id,
            UUID(ids["message_id"]),
        )
    return {"thread_id": ids["message_id"], "inbound_id": str(inbound_id)}


async def _import(owner: Http, site: str) -> dict[str, str]:
    uploading = owner.sending(content_type="multipart/form-data; boundary=xx")
    answer = await uploading.send("POST", f"/v1/sites/{site}/imports", MULTIPART)
    assert answer.status == 202, answer.body
    job_id = (answer.header("location") or "").rpartition("/")[2]

    async def is_done() -> bool:
        answer = await owner.get(f"/v1/jobs/{job_id}")
        assert answer.status == 200, answer.body
        return bool(answer.json()["state"] == "done")

    await eventually(is_done, what="the import is done")
    return {"job_id": job_id, "import_id": (await first(owner, f"/v1/sites/{site}/imports"))["id"]}


async def _brief(owner: Http, site: str) -> str:
    """Return an approved brief of a site."""
    body = {"site_id": site, "referring_domain": "secret-blog.example"}
    brief_id: str = (await made(owner, "/v1/briefs", body))["brief_id"]
    change = {"anchor_text": "Other", "state": "approved"}
    path = f"/v1/briefs/{brief_id}"
    assert (await owner.sending(if_match="*").send("PATCH", path, change)).status == 200
    return brief_id


async def _list_bad_domains(owner: Http) -> str:
    head = b'--xx\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
    uploading = owner.sending(content_type="multipart/form-data; boundary=xx")
    path = "/v1/block-lists?name=bad&listed_on=2026-01-01"
    answer = await uploading.send("POST", path, head + b"listed.example\r\n--xx--\r\n")
    assert answer.status == 201, answer.body
    return str(answer.json()["kept"]["list_id"])


async def _decide(owner: Http, ids: dict[str, str]) -> str:
    """Decide about a domain, and write the disavow file with it."""
    site = ids["site_id"]
    decision = {"site_id": site, "domains": [ids["domain"]], "decision": "disavow", "reason": "x"}
    await eventually(lambda: _answers(owner, f"/v1/sites/{site}/toxicity"))
    review: dict[str, Any] = (await made(owner, "/v1/reviews", decision))["reviews"][0]
    await made(owner, f"/v1/sites/{site}/disavow/versions", {"reason": "x"})
    return str(review["review_id"])


async def _see(profile: Database, ids: dict[str, str]) -> None:
    """Let the bus bring what a crawler would have seen on the page of the other site's link."""
    now = clock.now()
    target = "https://other.example/"
    seen = Occurrence(target_url=target, target_key=urls.key_id(urls.url_key(target)))
    page_id = new_id()
    observation = Observation(
        page_id=page_id,
        check_id=new_id(),
        check_seq=1,
        checked_at=now,
        outcome=Outcome.FOUND,
        http_status=200,
        indexable=True,
        page_followed=True,
        occurrences=(seen,),
        occurrence_count=1,
    )
    async with profile.begin() as tx:
        workspace_id = await tx.fetch_value("SELECT workspace_id FROM sites LIMIT 1")
        event = LinkChecked(
            workspace_id=workspace_id,
            site_id=UUID(ids["site_id"]),
            link_id=UUID(ids["link_id"]),
            observation=observation,
        )
        facts = PageFacts(
            url="https://secret-blog.example/p",
            final_url="https://secret-blog.example/p",
            referring_domain="secret-blog.example",
            host="secret-blog.example",
            http_status=200,
        )
        key = urls.key_id(urls.url_key("https://secret-blog.example/p"))
        read = PageRead(page_id=page_id, page_key=key, facts_seq=1, read_at=now, facts=facts)
        await outbox.add(tx, [event, read])


async def _prove(
    owner: Http, profile: Database, crawler: Database, ids: dict[str, str]
) -> dict[str, str]:
    """Keep evidence of the other site's link as the crawler would, and share it."""
    async with profile.begin() as tx:
        workspace_id = await tx.fetch_value("SELECT workspace_id FROM sites LIMIT 1")
    draft = a_draft(
        workspace_id=workspace_id, site_id=UUID(ids["site_id"]), link_id=UUID(ids["link_id"])
    )
    async with crawler.begin() as tx:
        site = a_site(workspace_id=workspace_id, site_id=UUID(ids["site_id"]))
        await sites.save_sites(tx, [site], clock.now())
        await evidence.save(tx, [draft])
    found = {"evidence_id": str(draft.evidence_id)}
    path = f"/v1/links/{ids['link_id']}/evidence/{draft.evidence_id}/shares"
    return found | {"share_id": (await made(owner, path, {}))["id"]}


async def _lose(profile: Database, ids: dict[str, str]) -> str:
    """Put the other site's link into the queue of what may be won back."""
    recovery_id = new_id()
    async with profile.begin() as tx:
        await tx.run(
            "INSERT INTO recoveries (recovery_id, workspace_id, site_id, kind, link_id, referring_url,"
            " referring_domain, action, value, probability, priority, lost_at, rated_on)"
            " SELECT $1, workspace_id, site_id, 'link', link_id, referring_url, referring_domain,"
            " 'ask', value, 0.25, value, now(), now() FROM links WHERE link_id = $2",
            recovery_id,
            UUID(ids["link_id"]),
        )
    return str(recovery_id)


async def _raise(owner: Http, profile: Database, site: str) -> dict[str, str]:
    """Have a rule of the other site raise an alert."""
    rule = {"name": "A rule", "kinds": ["domain_flagged"], "site_id": site}
    rule_id = (await made(owner, "/v1/alerts/rules", rule))["id"]
    flagged = Occasion(
        AlertKind.DOMAIN_FLAGGED,
        site_id=UUID(site),
        item_id=new_id(),
        sentence="secret-blog.example is parked.",
        at=clock.now(),
    )
    async with profile.begin() as tx:
        await occasions.add_occasions(tx, [flagged])
    return {"rule_id": rule_id, "alert_id": (await first(owner, "/v1/alerts"))["id"]}


async def _answers(http: Http, path: str) -> bool:
    return (await http.get(path)).status == 200


async def made(http: Http, path: str, body: Any) -> dict[str, Any]:
    answer = await http.post(path, body)
    assert answer.status in {200, 201, 202}, (path, answer.body)
    found: dict[str, Any] = answer.json()
    return found


async def first(http: Http, path: str) -> dict[str, Any]:
    async def found() -> bool:
        return bool((await http.get(path)).json()["items"])

    await eventually(found, what=f"{path} has something")
    item: dict[str, Any] = (await http.get(path)).json()["items"][0]
    return item


async def a_key(owner: Http, sites: dict[str, str]) -> Http:
    scopes = ["links:read", "links:write", "toxicity:read", "toxicity:write", "disavow:write"]
    scopes += ["outreach:read", "outreach:write", "events:read"]
    body = {"name": "of one site", "scopes": scopes, "sites": sites}
    return owner.using((await made(owner, "/v1/keys", body))["key"])
