# ruff: noqa: SIM905 - a block of words can be read and compared, 150 quoted ones cannot
"""Where trust starts: names by hand whose editors choose what they link to, public bodies, central names.

Platforms are guarded too, but strangers set the links there: what they link to is nobody's judgement.
"""

from functools import lru_cache

from services.toxicity.domain.guard import common_hold

EDITED = frozenset(
    """
    abc.net.au acm.org aljazeera.com apnews.com archives.gov.uk arstechnica.com bbc.co.uk bbc.com
    bfi.org.uk bl.uk bloomberg.com bmj.com bnf.fr britannica.com britishmuseum.org cam.ac.uk cancer.org
    cbc.ca cell.com cern.ch cnn.com consumerreports.org copernicus.org corriere.it csmonitor.com
    debian.org denverpost.com derstandard.at dictionary.com dw.com ecma-international.org economist.com
    eff.org elmundo.es elpais.com esa.int espn.com etsi.org europa.eu faz.net ft.com france24.com
    frontiersin.org gnu.org golem.de guggenheim.org harvard.edu heise.de hrw.org icann.org icrc.org
    ieee.org ietf.org ikea.com imf.org independent.co.uk iso.org itu.int jamanetwork.com jstor.org
    kernel.org khanacademy.org krebsonsecurity.com latimes.com lemonde.fr liberation.fr libreoffice.org
    loc.gov lwn.net mayoclinic.org metmuseum.org mit.edu moma.org mozilla.org msf.org mpg.de nasa.gov
    nationalgeographic.com nature.com ndr.de netzpolitik.org newscientist.com newyorker.com nhk.or.jp
    nist.gov nobelprize.org npr.org nrc.nl nytimes.com nzz.ch oecd.org openssl.org oreilly.com orf.at
    oup.com ox.ac.uk pbs.org plos.org pnas.org politico.com postgresql.org propublica.org python.org
    quantamagazine.org rand.org redcross.org repubblica.it reuters.com rijksmuseum.nl royalsociety.org
    rust-lang.org scientificamerican.com sciencemag.org science.org si.edu smithsonianmag.com
    smithsonian.com snopes.com spectrum.ieee.org spiegel.de springer.com srf.ch standards.ieee.org
    stanford.edu sueddeutsche.de svt.se swissinfo.ch tagesschau.de taz.de telegraph.co.uk
    theatlantic.com theconversation.com theguardian.com thelancet.com theregister.com time.com
    timeshighereducation.com transparency.org un.org undp.org unesco.org unicef.org unicode.org
    vam.ac.uk vox.com w3.org washingtonpost.com wdr.de weforum.org who.int whatwg.org wikidata.org
    wikimedia.org wikipedia.org wired.com wmo.int worldbank.org wsj.com wto.org wwf.org yale.edu zeit.de
    """.split()
)


_TRUSTED = frozenset({"public_body", "trusted"})


@lru_cache(maxsize=65_536)
def is_trusted(domain: str) -> bool:
    """Whether trust starts at this domain for everybody."""
    if domain in EDITED:
        return True
    hold = common_hold(domain)
    return hold is not None and hold.code in _TRUSTED
