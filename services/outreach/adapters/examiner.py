"""Looks at a mailbox before it may send: what its domain says by DNS, and whether it can sign in."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from typing import Any

from services.outreach.adapters.carrier import Carrier
from services.outreach.adapters.inbox import Postbox
from services.outreach.domain.mailboxes import Account
from services.outreach.domain.preflight import Records, Seen
from shared import dns

Lookup = Callable[[str], Coroutine[Any, Any, Records]]


@dataclass(frozen=True, slots=True)
class Examiner:
    carrier: Carrier
    postbox: Postbox
    public_url: str | None
    texts: Lookup
    mail_hosts: Lookup

    @classmethod
    def of(cls, carrier: Carrier, postbox: Postbox, public_url: str | None) -> "Examiner":
        """Return one that asks the name servers of this machine."""
        servers = dns.nameservers()
        return cls(
            carrier,
            postbox,
            public_url,
            texts=partial(dns.texts_of, servers=servers),
            mail_hosts=partial(dns.mail_hosts_of, servers=servers),
        )

    async def look(self, account: Account, reading: Account | None, domain: str) -> Seen:
        """Look all of it up at once, and send nothing; `reading` is None where answers are not read."""
        async with asyncio.TaskGroup() as group:
            spf = group.create_task(self.texts(domain))
            dmarc = group.create_task(self.texts(f"_dmarc.{domain}"))
            mail_hosts = group.create_task(self.mail_hosts(domain))
            smtp = group.create_task(self.carrier.try_to_sign_in(account))
            imap = group.create_task(self._inbox(reading))
        return Seen(
            domain=domain,
            spf=spf.result(),
            dmarc=dmarc.result(),
            mail_hosts=mail_hosts.result(),
            smtp=smtp.result(),
            imap=imap.result(),
            signs_in_by=account.sign_in,
            public_url=self.public_url,
        )

    async def _inbox(self, reading: Account | None) -> str | None:
        return None if reading is None else await self.postbox.trouble_in(reading) or ""
