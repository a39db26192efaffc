"""What is asked of services that know links, what it costs, and how their answers become rows; pure.

Every provider is one `Connector`.
"""

from collections.abc import Mapping

from services.profile.domain.connectors.consoles import Bing, Yandex
from services.profile.domain.connectors.port import (
    LABELS,
    MAX_ROWS,
    Ask,
    Connector,
    KeyRefusedError,
    Provider,
    PulledPage,
    Reply,
    Request,
    cap_sentence,
    estimate_pull,
    to_csv,
)
from services.profile.domain.connectors.sellers import Ahrefs, DataForSeo, Majestic, Semrush

__all__ = [
    "CONNECTORS",
    "LABELS",
    "MAX_ROWS",
    "Ask",
    "Connector",
    "KeyRefusedError",
    "Provider",
    "PulledPage",
    "Reply",
    "Request",
    "cap_sentence",
    "estimate_pull",
    "to_csv",
]

CONNECTORS: Mapping[Provider, Connector] = {
    Provider.AHREFS: Ahrefs(),
    Provider.SEMRUSH: Semrush(),
    Provider.DATAFORSEO: DataForSeo(),
    Provider.MAJESTIC: Majestic(),
    Provider.BING: Bing(),
    Provider.YANDEX: Yandex(),
}
