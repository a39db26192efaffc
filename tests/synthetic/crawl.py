"""Crawls the made-up web with the crawler's own pure part: fetch, read, judge, facts, events."""

from datetime import UTC, datetime
from uuid import UUID

from services.crawler.adapters.reader import read_page
from services.crawler.domain.fetched import Fetched
from services.crawler.domain.page_facts import page_facts
from services.crawler.domain.sites import Sites
from services.crawler.domain.verdict import Judgement, Verdict, Watch, judge
from shared import ids, urls
from shared.events import LinkChecked, Observation, PageRead
from tests.synthetic.pages import page_of
from tests.synthetic.world import SITE, SITE_URL, Host

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
HOSTS = frozenset({SITE})


class Crawl:
    """Looks at hosts for one site of one workspace."""

    def __init__(self, workspace_id: UUID, site_id: UUID) -> None:
        self._workspace_id = workspace_id
        self._site_id = site_id
        self._sites = Sites({site_id: HOSTS})

    def look(self, host: Host, *, seq: int = 1) -> tuple[LinkChecked, PageRead]:
        """Return what the crawler would publish about a host's page and its link to the site."""
        fetched = Fetched(
            url=host.url,
            final_url=host.url,
            status=200,
            headers=(("Content-Type", "text/html; charset=utf-8"),),
            body=page_of(host),
            ip=host.ip,
        )
        page, fetched = read_page(fetched, self._sites)
        watch = Watch(
            link_id=ids.new_id(),
            site_id=self._site_id,
            hosts=HOSTS,
            target_key=urls.page_id(SITE_URL),
            target_url=SITE_URL,
        )
        judgement = judge(fetched, page, [watch], sites=self._sites, now=NOON)
        assert page is not None
        facts = page_facts(page, fetched._replace(body=b""))
        facts = facts.model_copy(update={"name_servers": host.name_servers})
        page_id = urls.page_id(host.url)
        read = PageRead(page_id=page_id, page_key=page_id, facts_seq=seq, read_at=NOON, facts=facts)
        return self._checked(judgement, judgement.verdicts[0], page_id, seq), read

    def _checked(
        self, judgement: Judgement, verdict: Verdict, page_id: UUID, seq: int
    ) -> LinkChecked:
        sight = judgement.sight
        return LinkChecked(
            workspace_id=self._workspace_id,
            site_id=self._site_id,
            link_id=verdict.link_id,
            observation=Observation(
                page_id=page_id,
                check_id=ids.new_id(),
                check_seq=seq,
                checked_at=NOON,
                outcome=verdict.outcome,
                reasons=(*verdict.reasons, *sight.reasons),
                http_status=sight.http_status,
                final_url=sight.final_url,
                indexable=sight.indexable,
                page_followed=sight.page_followed,
                title=sight.title,
                lang=sight.lang,
                outlinks_internal=sight.outlinks_internal,
                outlinks_external=sight.outlinks_external,
                occurrences=verdict.occurrences,
                occurrence_count=verdict.occurrence_count,
            ),
        )
