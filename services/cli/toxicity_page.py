"""`anchorwatch toxicity page URL_OR_FILE`: what is seen of one page, and what it weighs."""

import argparse
import asyncio
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.cli.check import DEADLINE_S
from services.crawler.adapters.eyes import Sightline, open_eyes, sightline_of
from services.crawler.adapters.observer import Question
from services.crawler.adapters.reader import read_page
from services.crawler.domain.fetched import Fetched
from services.crawler.domain.page_facts import page_facts
from services.crawler.domain.sites import Sites
from services.crawler.domain.target import sites_for, watch_for
from services.crawler.domain.verdict import Judgement, Watch, judge
from services.crawler.settings import Settings
from services.toxicity.domain import score as scoring
from services.toxicity.domain.answers import QUESTIONS, answers_json, answers_of
from services.toxicity.domain.evaluation import LABELS, Place, evaluate
from services.toxicity.domain.facts import Facts, LinkFacts, PageView
from services.toxicity.domain.lexical import model
from services.toxicity.domain.names import Names, names_of
from services.toxicity.domain.sight import link_facts
from services.toxicity.domain.source import NameView, Source
from shared import addresses, clock, ids, urls, words
from shared.events import Observation, PageFacts
from shared.settings import SettingsError
from shared.vocabulary import Reason

MAX_FILE = 10_000_000
_NOWHERE = "https://page.invalid/"


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was seen of the page: facts are None where it could not be looked at."""

    facts: PageFacts | None
    judgement: Judgement | None


def run(options: argparse.Namespace) -> int:
    """Look, judge, print; returns the exit code."""
    path = Path(options.page)
    if "://" not in options.page and path.is_file():
        seen = _of_file(path, options)
    else:
        try:
            sightline = sightline_of(Settings.load())
        except ValueError as error:
            raise SettingsError(f"ANCHORWATCH_CRAWLER_{error}") from error
        seen = asyncio.run(_of_url(options, sightline))
    if seen.facts is None:
        print(f"{options.page} could not be looked at{_why(seen.judgement)}.", file=sys.stderr)
        return 3
    answer = _answer(seen.facts, seen.judgement, options)
    print(json.dumps(answer, indent=2, ensure_ascii=False) if options.json else _spoken(answer))
    return 0


def _why(judgement: Judgement | None) -> str:
    reasons = [reason for one in judgement.verdicts for reason in one.reasons] if judgement else []
    return f": {words.reason(reasons[0]).label.lower()}" if reasons else ""


def _watch(options: argparse.Namespace) -> Watch | None:
    return watch_for(options.target, pointer="/target") if options.target else None


def _of_file(path: Path, options: argparse.Namespace) -> _Seen:
    with path.open("rb") as file:
        body = file.read(MAX_FILE)
    url = urls.from_text(options.url) if options.url else None
    fetched = Fetched(
        url=url or _NOWHERE,
        final_url=url or _NOWHERE,
        status=200,
        headers=(("Content-Type", "text/html"),),
        body=body,
    )
    watch = _watch(options)
    sites = sites_for(watch) if watch else Sites({})
    page, fetched = read_page(fetched, sites)
    if page is None:
        return _Seen(None, None)
    watches = [watch] if watch else []
    judgement = judge(fetched, page, watches, sites=sites, now=clock.now())
    return _Seen(page_facts(page, fetched), judgement)


async def _of_url(options: argparse.Namespace, sightline: Sightline) -> _Seen:
    url = addresses.check_url(
        urls.from_text(options.page) or options.page,
        pointer="/URL_OR_FILE",
        ports=sightline.ports,
        text=options.page,
    )
    watch = _watch(options)
    question = Question(
        url=url,
        watches=(watch,) if watch else (),
        sites=sites_for(watch) if watch else Sites({}),
        wants_facts=True,
    )
    async with open_eyes(sightline) as eyes:
        look = await eyes.observer.look_within(question, DEADLINE_S)
    return _Seen(look.facts, look.judgement)


def _link(judgement: Judgement | None, names: Names) -> LinkFacts | None:
    if judgement is None or not judgement.verdicts:
        return None
    verdict, sight = judgement.verdicts[0], judgement.sight
    seen = link_facts(
        Observation(
            page_id=ids.new_id(),
            check_id=ids.new_id(),
            check_seq=1,
            checked_at=clock.now(),
            outcome=verdict.outcome,
            reasons=verdict.reasons,
            redirects=sight.redirects,
            indexable=sight.indexable,
            page_followed=sight.page_followed,
            outlinks_external=sight.outlinks_external,
            occurrences=verdict.occurrences,
            occurrence_count=verdict.occurrence_count,
        )
    )
    if seen is None:
        return None
    kind, flags = names.classify(seen.anchor_text, seen.image_alt)
    return LinkFacts.from_json(seen.to_json(), anchor_kind=kind, anchor_flags=flags)


def _answer(
    facts: PageFacts, judgement: Judgement | None, options: argparse.Namespace
) -> dict[str, Any]:
    target = urls.host_of(urls.from_text(options.target) or "") if options.target else ""
    domain = urls.domain_or_host(target) if target else ""
    names = names_of(tuple(options.brand), tuple(options.keyword), (target,), domain)
    page = PageView.from_json(
        {**facts.model_dump(mode="json"), "title_is_toxic": names.is_toxic(facts.title or "")}
    )
    known = facts.referring_domain not in {"", "page.invalid"}
    named = next(model.load().judge([facts.referring_domain])) if known else None
    name = NameView(named.p, named.reasons) if named is not None and named.p is not None else None
    reasons = judgement.verdicts[0].reasons if judgement and judgement.verdicts else ()
    given = Facts(
        link=_link(judgement, names),
        page=page,
        source=Source(name=name),
        last_reasons=frozenset({Reason.PARKED, Reason.CLOAKED}.intersection(reasons)),
    )
    score = scoring.judge(given)
    return {
        "url": None if facts.url == _NOWHERE else facts.url,
        "domain": facts.referring_domain if known else None,
        "name": None if name is None else {"p": name.p, "reasons": list(name.reasons)},
        "facts": facts.model_dump(mode="json", exclude={"url", "referring_domain"}),
        "link": None if given.link is None else given.link.to_json(),
        "toxicity": {
            "score": score.score,
            "p_toxic": score.p_toxic,
            "log_odds": score.milli,
            "band": score.band.value,
            "action": score.action.value,
            "sentence": score.sentence,
            "confidence": score.confidence,
            "insufficient_data": score.score is None,
            "model": score.model,
            **scoring.waterfall_json(score),
        },
        "answers": answers_json(answers_of(given, score)),
        "as_a_place": _as_a_place(given, facts, judgement),
    }


def _as_a_place(given: Facts, facts: PageFacts, judgement: Judgement | None) -> dict[str, Any]:
    """Return what would be thought of the page before anybody there is asked for a link."""
    sight = judgement.sight if judgement is not None else None
    found = evaluate(
        Place(
            page=given.page,
            indexable=sight.indexable if sight is not None else None,
            page_followed=sight.page_followed if sight is not None else None,
            unfollowed=facts.outlinks_unfollowed,
            reasons=given.last_reasons,
            source=given.source,
        )
    )
    return {
        "advice": found.advice.value,
        "label": LABELS[found.advice],
        "sentence": found.sentence,
        "reasons": list(found.reasons),
    }


def _spoken(answer: dict[str, Any]) -> str:
    found = answer["toxicity"]
    lines = [f"{found['sentence']}." if found["score"] is not None else "Not enough seen to judge."]
    if answer["link"] is None:
        lines.append("  No link was judged: name the site that is linked to with --target.")
    lines += [f"  {one['weight'] / 1000:+.2f}  {one['evidence']}" for one in found["findings"]]
    lines += [f"  {QUESTIONS[name]} {one['sentence']}" for name, one in answer["answers"].items()]
    if answer["link"] is None:
        lines.append(f"As a place for a link: {answer['as_a_place']['sentence']}")
    return "\n".join(lines)
