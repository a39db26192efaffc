"""Exports as nobody here had seen them: other versions of the tools, other tools, people's own sheets."""

from typing import NamedTuple

import pytest

from services.profile.domain.imports import DomainRow, LinkRow
from tests.profile.imports.files import counted, read_all

PAGE, TARGET = "https://a.example/1", "https://target.example/p"


class Unseen(NamedTuple):
    """A file, in which {P} is a page that links and {T} a page of the site, and what it says."""

    dialect: str
    text: str
    metrics: dict[str, float]
    anchor: str | None = None
    rel: str | None = None  # "" says that there is none


UNSEEN = {
    "brief header": Unseen(
        "generic_links",
        "Source URL,Target URL,Anchor Text,Source PA,Source DA\n{P},{T},Acme,30,40\n",
        {"moz_pa": 30.0, "moz_da": 40.0},
        anchor="Acme",
    ),
    "homemade title": Unseen(
        "generic_links",
        "Source URL,Source Title,Target URL,Anchor\n{P},T,{T},Acme\n",
        {},
        anchor="Acme",
    ),
    "homemade sitewide": Unseen(
        "generic_links",
        "Source URL,Target URL,Sitewide\n{P},{T},yes\n",
        {},
    ),
    "semrush new api": Unseen(
        "semrush_backlinks",
        "page_ascore;source_title;source_url;target_url;anchor;external_num;internal_num;redirect_url;source_size;last_seen;first_seen;nofollow;form;frame;image;sitewide\n12;T;{P};{T};Acme;1;2;;3;1735812000;1735812000;true;false;false;false;false\n",
        {"semrush_as": 12.0},
        anchor="Acme",
        rel="nofollow",
    ),
    "semrush page score": Unseen(
        "semrush_backlinks",
        "Page score,Trust score,Source title,Source url,Target url,Anchor,External links,Internal links,Nofollow,First seen\n12,3,T,{P},{T},Acme,1,2,TRUE,2025-01-02\n",
        {},
        anchor="Acme",
        rel="nofollow",
    ),
    "semrush refdomains old": Unseen(
        "semrush_referring_domains",
        "Authority Score,Domain,Backlinks,IP Address,Country,First seen,Last seen\n40,a.example,12,1.2.3.4,us,2025-01-02,2026-01-02\n",
        {"semrush_domain_as": 40.0},
    ),
    "ahrefs old full": Unseen(
        "ahrefs_backlinks",
        "#,Domain Rating,URL Rating (desc),Referring Domains,Referring Page URL,Referring Page Title,Internal Links Count,External Links Count,Link URL,TextPre,Link Anchor,TextPost,Type,Backlink Status,First Seen,Last Check,Day Lost,Language,Traffic,Keywords,Js rendered,Linked Domains\n1,55,12,3,{P},Title,1,2,{T},see,Acme,more,Dofollow,Live,2025-01-02 10:00,2026-01-02,,en,12,3,false,4\n",
        {"ahrefs_dr": 55.0, "ahrefs_ur": 12.0},
        anchor="Acme",
        rel="",
    ),
    "ahrefs refdomains old": Unseen(
        "ahrefs_referring_domains",
        "#,Referring domain,Domain Rating,Dofollow Linked Domains,Backlinks,First seen\n1,a.example,40,2,12,2025-01-02\n",
        {"ahrefs_dr": 40.0},
    ),
    "majestic export new": Unseen(
        "majestic_backlinks",
        "Item,Source URL,Source Anchor Text,Target URL,Source Trust Flow,Source Citation Flow,First Indexed,Last Seen,Link Type,No Follow\n1,{P},Acme,{T},12,20,2025-01-02,2026-01-02,TextLink,1\n",
        {"majestic_tf": 12.0, "majestic_cf": 20.0},
        anchor="Acme",
        rel="nofollow",
    ),
    "moz pro 2023": Unseen(
        "moz_links",
        "Site: target.example\nFilters: all\n\nURL,Link State,Nofollow,Anchor Text,PA,DA,Linking Domains,Spam Score,Target URL,Date First Seen,Date Last Seen,Date Lost\na.example/1,followed,no,Acme,30,40,12,1,target.example/p,2025-01-02,2026-01-02,\n",
        {"moz_pa": 30.0, "moz_da": 40.0, "moz_spam": 1.0},
        anchor="Acme",
        rel="",
    ),
    "ubersuggest new": Unseen(
        "moz_links",
        "Source URL,Source Title,Target URL,Domain Authority,Page Authority,Spam Score,Anchor,Type,Nofollow,First Seen,Last Seen\n{P},T,{T},40,30,1,Acme,Text,false,2025-01-02,2026-01-02\n",
        {"moz_da": 40.0, "moz_pa": 30.0, "moz_spam": 1.0},
        anchor="Acme",
        rel="",
    ),
    "se ranking": Unseen(
        "generic_links",
        "Referring page URL,Referring page title,Target URL,Anchor,Alt,Inlink rank,Domain inlink rank,Nofollow,First seen,Last seen\n{P},T,{T},Acme,,12,30,true,2025-01-02,2026-01-02\n",
        {},
        anchor="Acme",
        rel="nofollow",
    ),
    "serpstat": Unseen(
        "generic_links",
        "Referring Page;Target Page;Anchor;Link type;External Links;Added;Checked;SDR\n{P};{T};Acme;href;3;2025-01-02;2026-01-02;40\n",
        {},
        anchor="Acme",
    ),
    "monitor backlinks": Unseen(
        "generic_links",
        "Backlink;Anchor text;URL to;Follow;Index;DA;Spam score;IP\n{P};Acme;{T};nofollow;Yes;40;1;1.2.3.4\n",
        {"moz_da": 40.0, "moz_spam": 1.0},
        anchor="Acme",
        rel="nofollow",
    ),
    "seo spyglass": Unseen(
        "generic_links",
        "Backlink Page,Title,Anchor Text,Anchor URL,Link Type,Links Back,Domain InLink Rank,Penalty Risk,First Found Date\n{P},T,Acme,{T},nofollow,Yes,40,1,2025-01-02\n",
        {},
        anchor="Acme",
        rel="nofollow",
    ),
    "agency sheet": Unseen(
        "generic_links",
        "Live Link,Target,Anchor,DA,DR,Price,Date,Status\n{P},{T},Acme,40,55,$120,02/01/2025,Live\n",
        {"moz_da": 40.0, "ahrefs_dr": 55.0},
        anchor="Acme",
    ),
    "screaming frog": Unseen(
        "generic_links",
        "Type,Source,Destination,Size (Bytes),Alt Text,Anchor,Status Code,Status,Follow,Target,Rel,Path Type,Link Position\nHyperlink,{P},{T},0,,Acme,200,OK,FALSE,_blank,nofollow,Absolute,Content\n",
        {},
        anchor="Acme",
        rel="nofollow",
    ),
    "polish own": Unseen(
        "generic_links",
        "URL źródłowy;URL docelowy;Tekst kotwicy;Nofollow\n{P};{T};Acme;tak\n",
        {},
        anchor="Acme",
        rel="nofollow",
    ),
    "french own": Unseen(
        "generic_links",
        "URL source;URL cible;Texte d'ancre;DR;Première vue\n{P};{T};Acme;40,5;02/01/2025\n",
        {"ahrefs_dr": 40.5},
        anchor="Acme",
    ),
    "ahrefs eu": Unseen(
        "ahrefs_backlinks",
        "Referring page URL;Target URL;Anchor;Domain rating;UR;First seen\n{P};{T};Acme;55,5;12,5;02.01.2025 10:00\n",
        {"ahrefs_dr": 55.5, "ahrefs_ur": 12.5},
        anchor="Acme",
    ),
    "semrush audit domains": Unseen(
        "generic_domains",
        "Domain,Domain Authority Score,Backlinks,Toxicity Score\na.example,40,12,45\n",
        {"semrush_domain_as": 40.0, "semrush_toxicity": 45.0},
    ),
    "semrush api refdomains": Unseen(
        "semrush_referring_domains",
        "domain_ascore;domain;backlinks_num;ip;country;first_seen;last_seen\n40;a.example;12;1.2.3.4;us;1735812000;1735812000\n",
        {"semrush_domain_as": 40.0},
    ),
    "moz old preamble": Unseen(
        "moz_links",
        "Inbound Links\n\nFor URL target.example\nCreated 2020\n\nURL,Title,Anchor Text,Spam Score,Page Authority,Domain Authority,Number of Domains Linking to this Page,Number of Domains Linking to Domain,Origin,Target URL,Link Equity\na.example/1,T,Acme,1,30,40,1,2,External,target.example/p,Yes\n",
        {"moz_spam": 1.0, "moz_pa": 30.0, "moz_da": 40.0},
        anchor="Acme",
    ),
    "moz disc": Unseen(
        "moz_links",
        "Source URL,PA,DA,Anchor Text,Target URL,Link State,Date Discovered\n{P},30,40,Acme,{T},Nofollow,2025-01-02\n",
        {"moz_pa": 30.0, "moz_da": 40.0},
        anchor="Acme",
        rel="nofollow",
    ),
    "ubersuggest 3": Unseen(
        "generic_links",
        "#,Source Page Title & URL,Target URL,Anchor Text & Backlink,DA,PA,SS,Link Type,First Seen,Last Seen\n1,{P},{T},Acme,40,30,1,Text,2025-01-02,2026-01-02\n",
        {"moz_da": 40.0, "moz_pa": 30.0},
    ),
    "our sheet": Unseen(
        "generic_links",
        "Publisher;Live URL;Our page;Anchor text;Price EUR\nA;{P};{T};Acme;100\n",
        {},
        anchor="Acme",
    ),
    "two cols reversed": Unseen(
        "generic_links",
        "Our page,Their page\n{T},{P}\nhttps://target.example/b,https://b.example/1\n",
        {},
    ),
    "ru": Unseen(
        "generic_links",
        "Донор;Акцептор;Анкор;Nofollow\n{P};{T};Acme;да\n",
        {},
        anchor="Acme",
        rel="nofollow",
    ),
    "ru2": Unseen(
        "generic_links",
        "URL источника;URL назначения;Текст ссылки;Дата обнаружения\n{P};{T};Acme;02.01.2025\n",
        {},
        anchor="Acme",
    ),
    "ja": Unseen(
        "generic_links",
        "リンク元URL,リンク先URL,アンカーテキスト,発見日\n{P},{T},Acme,2025年1月2日\n",
        {},
        anchor="Acme",
    ),
    "nl": Unseen(
        "generic_links",
        "Bron URL;Doel URL;Ankertekst;Nofollow\n{P};{T};Acme;ja\n",
        {},
        anchor="Acme",
        rel="nofollow",
    ),
    "raven": Unseen(
        "generic_links",
        "Website Name,Website URL,Link To URL,Link Anchor Text,Link Type,Status\nA,{P},{T},Acme,Guest,active\n",
        {},
        anchor="Acme",
    ),
    "buzzstream": Unseen(
        "generic_links",
        "Linking From,Linking To,Anchor Text,Link Status,No Follow\n{P},{T},Acme,OK,TRUE\n",
        {},
        anchor="Acme",
        rel="nofollow",
    ),
    "cognitive": Unseen(
        "generic_links",
        "Source URL,Source Title,Destination URL,Anchor Text,Link Influence,Follow,First Seen\n{P},T,{T},Acme,12,DoFollow,2025-01-02\n",
        {},
        anchor="Acme",
        rel="",
    ),
}


@pytest.mark.parametrize("name", UNSEEN)
def test_an_export_that_nobody_had_seen_is_read_right(name: str) -> None:
    given = UNSEEN[name]
    content = given.text.replace("{P}", PAGE).replace("{T}", TARGET).encode()
    found, counts, rows = read_all(content, file_name="export.csv")
    assert (found.dialect.value, counts["rejected"]) == (given.dialect, 0)
    assert counts == counted(counts["rows"])
    row = rows[0]
    assert isinstance(row, (LinkRow, DomainRow))
    assert row.metrics == given.metrics
    if isinstance(row, LinkRow):
        assert (row.referring_url, row.target_url, row.anchor) == (PAGE, TARGET, given.anchor)
        assert (None if row.rel is None else " ".join(sorted(row.rel))) == given.rel


def test_a_tool_s_words_without_an_address_are_no_list() -> None:
    found, _, _ = read_all(b"Page score,Trust score,Anchor\n1,2,Acme\n")
    assert found.refused is not None
