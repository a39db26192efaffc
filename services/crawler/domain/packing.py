"""Packs the kept observations of watches: a million of them are most of what the crawler stores."""

import zlib

# Kept observations are all alike, so what they share stands here once. Never change this text:
# what was packed with it can only be read with it. Another one needs another mark.
_SHARED = (
    b'{"observation":{"page_id":"","check_id":"","check_seq":,"checked_at":"2026-01-01T00:00:00.000000Z",'
    b'"outcome":"missing","outcome":"found","reasons":["link_removed","noindex_meta","not_canonical"],'
    b'"reasons":[],"http_status":404,"http_status":200,"final_url":"https://www.","redirects":[{"url":'
    b'"https://","status":301,"location":"https://"}],"redirects":[],"indexable":true,"page_followed":true'
    b',"canonical":"https://www.","canonical":null,"meta_robots":["index","follow"],"meta_robots":[],'
    b'"x_robots_tag":[],"title":"","lang":"en","outlinks_internal":,"outlinks_external":,"occurrences":'
    b'[{"target_url":"https://","target_key":"","anchor_text":"","rel":["nofollow","noopener","sponsored",'
    b'"ugc"],"rel":[],"kind":"image","kind":"text","position":"sidebar","position":"footer","position":'
    b'"content","hidden":false,"in_noscript":false,"in_iframe":false,"image_alt":null,"left_context":"",'
    b'"right_context":""}],"occurrence_count":1,"elapsed_ms":,"evidence_id":null},"targets":[]}'
)
_MARK = b"\x01"
_LEVEL = 6


def pack(kept: bytes | None) -> bytes | None:
    """Return a kept observation as it is stored."""
    if kept is None:
        return None
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS, zdict=_SHARED)
    return _MARK + packer.compress(kept) + packer.flush()


def unpack(stored: bytes | None) -> bytes | None:
    """Return a kept observation as it was given; those of earlier releases are stored as they are."""
    if stored is None or not stored.startswith(_MARK):
        return stored
    return zlib.decompressobj(-zlib.MAX_WBITS, zdict=_SHARED).decompress(stored[len(_MARK) :])
