# ruff: noqa: SIM905 - a block of words can be read and compared, 100 quoted ones cannot
"""Who serves everybody: to share their addresses or name servers ties nobody to anybody."""

import ipaddress
from functools import lru_cache

# Address blocks of CDNs and of hosts that put all their customers behind a few addresses.
_BLOCKS = """
    8.6.112.0/24 13.32.0.0/15 13.35.0.0/16 13.224.0.0/14 13.249.0.0/16 18.64.0.0/14 18.154.0.0/15
    18.160.0.0/15 18.164.0.0/15 18.172.0.0/15 23.32.0.0/11 23.64.0.0/14 23.72.0.0/13 23.192.0.0/11
    23.227.38.0/23 34.149.0.0/16 35.190.0.0/16 35.241.0.0/16 44.241.55.0/24 52.84.0.0/15
    52.222.128.0/17 54.182.0.0/16 54.192.0.0/16 54.230.0.0/16 54.239.128.0/18 63.35.51.0/24
    65.8.0.0/16 65.9.0.0/17 66.6.32.0/20 66.235.200.0/24 74.114.152.0/21 75.2.0.0/17 76.76.21.0/24
    76.223.0.0/17 87.98.231.0/24 95.100.0.0/15 96.16.0.0/15 99.83.128.0/17 99.84.0.0/16 99.86.0.0/16
    103.21.244.0/22 103.22.200.0/22 103.31.4.0/22 104.16.0.0/12 104.64.0.0/10 108.138.0.0/15
    108.156.0.0/14 108.162.192.0/18 130.211.0.0/16 131.0.72.0/22 141.101.64.0/18 142.250.0.0/15
    143.204.0.0/16 146.75.0.0/16 151.101.0.0/16 157.240.0.0/16 162.158.0.0/15 162.255.119.0/24
    172.64.0.0/13 172.217.0.0/16 172.253.0.0/16 173.194.0.0/16 173.245.48.0/20 184.24.0.0/13
    184.84.0.0/14 185.199.108.0/22 185.230.60.0/22 188.114.96.0/20 190.93.240.0/20 192.0.64.0/18
    192.64.119.0/24 197.234.240.0/22 198.41.128.0/17 198.49.23.0/24 198.185.159.0/24 199.34.228.0/22
    199.60.103.0/24 199.232.0.0/16 204.246.164.0/22 205.251.192.0/18 216.58.192.0/19 216.137.32.0/19
    216.198.79.0/24 216.239.32.0/19 3.33.128.0/17 15.197.128.0/17
    """.split()

_NAME_SERVERS = frozenset(
    """
    1and1.com 123-reg.co.uk akam.net alibabadns.com aliyun.com azure-dns.com azure-dns.info
    azure-dns.net azure-dns.org beget.com bluehost.com cloudflare.com cloudns.net digitalocean.com
    dnsimple.com dnsmadeeasy.com dnspod.net dnsv.jp domaincontrol.com dreamhost.com dynect.net
    easydns.com fastly.net gandi.net gname-dns.com google.com googledomains.com gmoserver.jp
    hetzner.com hetzner.de hichina.com hostgator.com hostinger.com hostnet.nl hover.com inmotionhosting.com
    ionos.com kasserver.com kundenserver.de lws-hosting.com mijndomein.nl name-services.com name.com
    namebrightdns.com namecheaphosting.com netcup.net netlify.com nsone.net one.com online.net
    orderbox-dns.com ovh.net parkingcrew.net reg.ru registrar-servers.com schlundtech.de sedoparking.com
    shopify.com simply.com siteground.net squarespacedns.com strato.de timeweb.ru transip.net
    ui-dns.biz ui-dns.com ui-dns.de ui-dns.org ultradns.com ultradns.net vercel-dns.com wixdns.net
    wordpress.com worldnic.com xserver.jp yandex.net your-server.de zoneedit.com
    """.split()
)


def _networks() -> dict[int, frozenset[int]]:
    """Return the blocks by their length, each as its leading bits, so that a look-up is a few masks."""
    found: dict[int, set[int]] = {}
    for text in _BLOCKS:
        block = ipaddress.IPv4Network(text)
        length = block.prefixlen
        found.setdefault(length, set()).add(int(block.network_address) >> (32 - length))
    return {length: frozenset(values) for length, values in found.items()}


_BY_LENGTH = _networks()


@lru_cache(maxsize=65_536)
def subnet_of(address: str) -> str | None:
    """Return the /24 of an address (/48 for IPv6), or None where a CDN or nobody in public serves it."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return None
    if found.version == 6:
        return str(ipaddress.ip_network(f"{found}/48", strict=False))
    number = int(found)
    if any(number >> (32 - length) in blocks for length, blocks in _BY_LENGTH.items()):
        return None
    return str(ipaddress.ip_network(f"{found}/24", strict=False))


def is_for_everybody(name_server: str) -> bool:
    """Whether a name server belongs to a company whose customers have nothing else in common."""
    labels = name_server.rstrip(".").lower().split(".")
    if any(label.startswith("awsdns-") for label in labels):
        return True
    return any(".".join(labels[at:]) in _NAME_SERVERS for at in range(len(labels)))
