"""Domains whose addresses belong to strangers: that two people are there does not make them colleagues."""

from services.outreach.domain.inbound.lists import words

_DOMAINS = frozenset(
    words(
        """
        126.com | 163.com | aol.com | att.net | bluewin.ch | bt.com | btinternet.com | bol.com.br |
        comcast.net | cox.net | docomo.ne.jp | ezweb.ne.jp | fastmail.com | foxmail.com | free.fr |
        freenet.de | gmail.com | gmx.at | gmx.ch | gmx.de | gmx.net | googlemail.com | hey.com | hotmail.co.uk |
        hotmail.com | hotmail.de | hotmail.es | hotmail.fr | hotmail.it | icloud.com | inbox.lv | interia.pl |
        laposte.net | libero.it | live.co.uk | live.com | live.fr | live.nl | mac.com | mail.com | mail.ru |
        mailbox.org | me.com | msn.com | naver.com | o2.pl | onet.pl | orange.fr | outlook.com | outlook.de |
        outlook.es | outlook.fr | pm.me | posteo.de | proton.me | protonmail.com | qq.com | rambler.ru |
        rediffmail.com | sbcglobal.net | seznam.cz | sfr.fr | sina.com | sky.com | t-online.de | telenet.be |
        terra.com.br | tiscali.it | tuta.com | uol.com.br | verizon.net | virgilio.it | wanadoo.fr | web.de |
        wp.pl | yahoo.co.in | yahoo.co.jp | yahoo.co.uk | yahoo.com | yahoo.com.br | yahoo.de | yahoo.es |
        yahoo.fr | yahoo.it | yandex.com | yandex.ru | ymail.com | ziggo.nl | zoho.com
        """
    )
)


def is_shared_by_strangers(domain: str) -> bool:
    return domain in _DOMAINS
