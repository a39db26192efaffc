"""Networks of the synthetic web are found in what the crawler's own reader says of its pages."""

from tests.benchmarks.networks import crawl_and_compare


def test_networks_of_the_crawled_web_are_found() -> None:
    agreement = crawl_and_compare(8, hosts=400, toxic_share=0.2)
    assert agreement.f1 >= 0.9
    assert agreement.precision >= 0.98
