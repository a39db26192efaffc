"""The shape of a URL tells lists of articles from articles."""

import pytest

from services.crawler.domain.page_kind import PageKind, kind_of


@pytest.mark.parametrize(
    "url",
    [
        "https://blog.example/tag/anchors",
        "https://blog.example/tag/anchors/page/3/",
        "https://blog.example/category/harbours/",
        "https://blog.example/kategorie/seefahrt",
        "https://blog.example/author/ann",
        "https://blog.example/en/archives/2024",
        "https://blog.example/2024/05/",
        "https://blog.example/2024",
        "https://blog.example/blog/page/2",
        "https://blog.example/blog/",
        "https://blog.example/?s=anchor",
        "https://blog.example/?paged=4",
        "https://blog.example/search?q=anchor",
        "https://blog.example/news?page=2",
        "https://blog.example/index.php?cat=7",
        "https://blog.example/archives/2024/05",
    ],
)
def test_lists_are_recognised(url: str) -> None:
    assert kind_of(url) is PageKind.LISTING


@pytest.mark.parametrize(
    "url",
    [
        "https://blog.example/2024/05/how-to-anchor",
        "https://blog.example/2024/05/17/how-to-anchor/",
        "https://blog.example/how-to-tag-a-whale",
        "https://blog.example/blog/how-to-anchor",
        "https://blog.example/category-theory-for-sailors",
        "https://blog.example/tags-and-labels-explained.html",
        "https://blog.example/?p=123",
        "https://blog.example/article?id=5&page=2",
        "https://blog.example/news/2024-harbour-opens",
        "https://blog.example/post/1984",
        "https://blog.example/archives/1234",
        "https://blog.example/index.php/article?page=about",
    ],
)
def test_articles_are_not_taken_for_lists(url: str) -> None:
    assert kind_of(url) is PageKind.ARTICLE


def test_homes_forums_and_directories_are_told_apart() -> None:
    assert kind_of("https://blog.example/") is PageKind.HOME
    assert kind_of("https://blog.example/en-gb/") is PageKind.HOME
    assert kind_of("https://blog.example/index.html") is PageKind.HOME
    assert kind_of("https://blog.example/forum/topic/12-anchors") is PageKind.FORUM
    assert kind_of("https://blog.example/viewtopic.php?t=5&start=20") is PageKind.FORUM
    assert kind_of("https://blog.example/directory/shops") is PageKind.DIRECTORY
