"""Hostile pages: hand-written traps and pages grown from a seed, for the browser and for us.

Left out, because Chromium 156 departs from the standards that we follow: a space in a host (it
keeps `%20`, the URL standard fails), `|` in a path (it writes `%7C`), `file:///C|/` (it knows no
drives here), `chrome:` (it holds it for a special scheme), an `is` attribute and `<search>` around
an open `<a>` (both change its list of open formatting), and `&copy=` beside `&reg;` in one attribute
of a page so simple that its fast path reads it (it decodes the first, the HTML standard does not).
"""

import random

from tests.crawler.hostile_more import MORE_TRAPS

URL = "https://blog.example.org/articles/page.html?x=1"
HOST = "target.example"

TRAPS: dict[str, str] = {
    "plain": '<a href="https://target.example/">x</a>',
    "upper-case scheme and host": '<a href="HTTPS://TARGET.Example/Path">x</a>',
    "entity in host": '<a href="https://target&#46;exam&#112;le/">x</a>',
    "tab in host": '<a href="https://tar\tget.example/">x</a>',
    "newline in host": '<a href="https://tar\nget.ex\r\nample/">x</a>',
    "backslashes": '<a href="https:\\\\target.example\\a\\b">x</a>',
    "no scheme": '<a href="//target.example/a">x</a>',
    "one slash with our scheme is relative": '<a href="https:/target.example/">x</a>',
    "one slash with another scheme": '<a href="http:/target.example/">x</a>',
    "no slash with another scheme": '<a href="http:target.example/">x</a>',
    "leading and trailing space": '<a href=" \t https://target.example/ \n">x</a>',
    "percent-encoded host": '<a href="https://target%2Eexample/">x</a>',
    "full-width dot": '<a href="https://target\u3002example/">x</a>',
    "full-width letters": '<a href="https://\uff54arget.example/">x</a>',
    "soft hyphen in host": '<a href="https://tar\u00adget.example/">x</a>',
    "userinfo decoy": '<a href="https://target.example@evil.example/">x</a>',
    "userinfo decoy with a backslash": '<a href="https://evil.example\\@target.example/">x</a>',
    "subdomain decoy": '<a href="https://target.example.evil.example/">x</a>',
    "path decoy": '<a href="https://evil.example/target.example/">x</a>',
    "query decoy": '<a href="https://evil.example/?u=https://target.example/">x</a>',
    "fragment decoy": '<a href="https://evil.example/#https://target.example/">x</a>',
    "hash in authority": '<a href="https://evil.example#@target.example/">x</a>',
    "base": '<base href="https://target.example/dir/"><a href="a">x</a>',
    "second base": '<base href="/one/"><base href="https://target.example/"><a href="a">x</a>',
    "base after the link": '<a href="a">x</a><base href="https://target.example/">',
    "base without href first": '<base target=_top><base href="https://target.example/"><a href=a>x</a>',
    "invalid base": '<base href="https://[exa/"><a href="a">x</a>',
    "javascript base": '<base href="javascript:1"><a href="a">x</a>',
    "data base": '<base href="data:text/html,x"><a href="a">x</a>',
    "relative base": '<base href="../up/"><a href="a">x</a>',
    "base in body": '<p>t<base href="https://target.example/"><a href="a">x</a>',
    "base in template": '<template><base href="https://target.example/"></template><a href=a>x</a>',
    "base in svg": '<svg><base href="https://target.example/"></svg><a href=a>x</a>',
    "base in noscript": '<noscript><base href="https://target.example/"></noscript><a href=a>x</a>',
    "in comment": '<!-- <a href="https://target.example/">x</a> -->',
    "comment that ends early": '<!--> <a href="https://target.example/">x</a> -->',
    "comment with a bang": '<!-- a --!> <a href="https://target.example/">x</a> -->',
    "comment in a comment": '<!-- <!-- --> <a href="https://target.example/">x</a> -->',
    "unclosed comment": '<!-- <a href="https://target.example/">x</a>',
    "conditional comment": '<!--[if IE]><a href="https://target.example/">x</a><![endif]-->',
    "downlevel-revealed comment": '<![if !IE]><a href="https://target.example/">x</a><![endif]>',
    "bogus comment": '<?php echo "<a href=https://target.example/>x</a>" ?>',
    "in script": "<script>'<a href=\"https://target.example/\">x</a>'</script>",
    "script with an escaped end": "<script><!--<script></script><a href=//target.example>x</a>--></script>",
    "in style": '<style><a href="https://target.example/">x</a></style>',
    "in template": '<template><a href="https://target.example/">x</a></template>',
    "template in a table": "<table><template><tr><td><a href=//target.example>x</a></template></table>",
    "in noscript": '<body><noscript><a href="https://target.example/">x</a></noscript>',
    "noscript in head": '<head><noscript><a href="https://target.example/">x</a></noscript></head>',
    "in textarea": '<textarea><a href="https://target.example/">x</a></textarea>',
    "in title": '<title><a href="https://target.example/">x</a></title>',
    "in iframe": '<iframe><a href="https://target.example/">x</a></iframe>',
    "in xmp": '<xmp><a href="https://target.example/">x</a></xmp>',
    "in noembed": '<noembed><a href="https://target.example/">x</a></noembed>',
    "in noframes": '<noframes><a href="https://target.example/">x</a></noframes>',
    "in select": '<select><option><a href="https://target.example/">x</a></select>',
    "in option": '<option><a href="https://target.example/">x</a></option>',
    "in object": '<object><a href="https://target.example/">x</a></object>',
    "in button": '<button><a href="https://target.example/">x</a></button>',
    "in canvas": '<canvas><a href="https://target.example/">x</a></canvas>',
    "in plaintext": '<plaintext><a href="https://target.example/">x</a>',
    "in frameset": '<frameset><frame src="a"></frameset><a href="https://target.example/">x</a>',
    "in attribute": "<p title='<a href=\"https://target.example/\">x</a>'>t</p>",
    "in cdata in html": '<![CDATA[<a href="https://target.example/">x</a>]]>',
    "in cdata in svg": '<svg><![CDATA[<a href="https://target.example/">x</a>]]></svg>',
    "svg xlink": '<svg><a xlink:href="https://target.example/"><text>x</text></a></svg>',
    "svg href": '<svg><a href="https://target.example/"><text>x</text></a></svg>',
    "svg href and xlink": '<svg><a xlink:href="//one.example" href="//target.example">x</a></svg>',
    "xlink in html": '<a xlink:href="https://target.example/">x</a>',
    "svg foreign object": '<svg><foreignObject><a href="//target.example">x</a></foreignObject></svg>',
    "svg foreign object with xlink": (
        '<svg><foreignObject><a xlink:href="//target.example">x</a></foreignObject></svg>'
    ),
    "svg desc": '<svg><desc><a href="//target.example">x</a></desc></svg>',
    "svg area": '<svg><area href="https://target.example/"></svg>',
    "math link": '<math><a href="https://target.example/">x</a></math>',
    "math text": '<math><mtext><a href="https://target.example/">x</a></mtext></math>',
    "math token": '<math><mi href="https://target.example/">x</mi></math>',
    "svg broken out by p": '<svg><p><a href="https://target.example/">x</a></svg>',
    "nested a": '<a href="//one.example">1<a href="//target.example">2</a>3</a>',
    "nested a through a table": '<a href="//one.example"><table><td><a href="//target.example">2</a></table>3</a>',
    "unclosed a": '<p><a href="https://target.example/">x<p>y<p>z',
    "misnested formatting": '<b><a href="https://target.example/">x</b>y</a>z',
    "a around blocks": '<a href="//target.example"><div>1</div><div>2</div></a>',
    "duplicate href": '<a href="//one.example" href="https://target.example/">x</a>',
    "unquoted": "<a href=https://target.example/?a=1&b=2>x</a>",
    "unquoted with a slash": "<a href=https://target.example/>x</a>",
    "no space between attributes": '<a class="b"href="https://target.example/"rel="nofollow">x</a>',
    "slashes between attributes": '<a/href="https://target.example/"/rel=nofollow>x</a>',
    "quote in unquoted": '<a href=https://target.example/"q>x</a>',
    "spaces around equals": '<a href  =  "https://target.example/">x</a>',
    "upper-case tag and attribute": '<A HREF="https://target.example/" REL="NOFOLLOW">x</A>',
    "empty href": '<a href="">x</a><a href>y</a>',
    "no href": '<a name="https://target.example/">x</a>',
    "fragment only": '<a href="#top">x</a>',
    "query only": '<a href="?y=2">x</a>',
    "area": '<map><area href="https://target.example/" alt="z"></map>',
    "button onclick": "<button onclick=\"location='https://target.example/'\">x</button>",
    "data href": '<a data-href="https://target.example/">x</a>',
    "link element": '<link rel="stylesheet" href="https://target.example/a.css">',
    "canonical element": '<link rel="canonical" href="https://target.example/">',
    "form": '<form action="https://target.example/"><input></form>',
    "image": '<img src="https://target.example/a.png">',
    "hidden": '<a hidden href="https://target.example/">x</a>',
    "ping": '<a href="//one.example" ping="https://target.example/">x</a>',
    "javascript link": "<a href=\"javascript:location='https://target.example/'\">x</a>",
    "mailto link": '<a href="mailto:a@target.example">x</a>',
    "table foster parenting": '<table><a href="https://target.example/">x</a><tr><td>y</table>',
    "table cell": '<table><tr><td><a href="https://target.example/">x</table>',
    "declarative shadow root": (
        '<div><template shadowrootmode="open"><a href="https://target.example/">x</a></template></div>'
    ),
    "nul in host": '<a href="https://tar\x00get.example/">x</a>',
    "nul in path": '<a href="https://target.example/a\x00b">x</a>',
    "nul in tag": '<a\x00 href="https://target.example/">x</a>',
    "leading byte order mark": '\ufeff<a href="https://target.example/">x</a>',
    "entity without semicolon": '<a href="https://target.example/?a=1&copy=2&reg=3&lt">x</a>',
    "ambiguous ampersand": '<a href="https://target.example/?a&ampb&notit;&lt">x</a>',
    "numeric entity out of range": '<a href="https://target.example/&#x110000;&#0;&#x80;">x</a>',
    "encoded slash in path": '<a href="https://target.example/a%2fb/%2e%2e/c">x</a>',
    "dots in path": '<a href="https://target.example/a/./b/../c/.%2E/d">x</a>',
    "non-ascii path": '<a href="https://target.example/ü/日本?ö=ä#ß">x</a>',
    "international host": '<a href="https://bücher.target.example/">x</a>',
    "invalid port": '<a href="https://target.example:99999/">x</a>',
    "port": '<a href="https://target.example:0443/">x</a><a href="http://target.example:443/">y</a>',
    "less-than in host": '<a href="https://tar<get.example/">x</a>',
    "ipv4 in hexadecimal": '<a href="http://0x7f.1/">x</a>',
    "ipv6": '<a href="http://[2001:db8::0:1]:80/">x</a>',
    "empty host": '<a href="https:///target.example/">x</a>',
    "three slashes": '<a href="///target.example/">x</a>',
    "many slashes": '<a href="https://////target.example/">x</a>',
    "slash and backslash": '<a href="/\\target.example/">x</a>',
    "tab between the slashes": '<a href="/\t/target.example/">x</a>',
    "newline before the path": '<a href="\n//target.example/">x</a>',
    "control characters around": '<a href="\x01\x1fhttps://target.example/\x02">x</a>',
    "no-break space before": '<a href="\u00a0https://target.example/">x</a>',
    "scheme in upper case without slashes": '<a href="HTTPS:target.example">x</a>',
    "view-source": '<a href="view-source:https://target.example/">x</a>',
    "blob": '<a href="blob:https://target.example/uuid">x</a>',
    "data link": '<a href="data:text/html,<a href=https://target.example>">x</a>',
    "image link": '<a href="//target.example"><img src=a alt="first"><img src=b alt="second"></a>',
    "image link without alt": '<a href="//target.example"><img src=a><img src=b alt="second"></a>',
    "image link with a valueless alt": '<a href="//target.example"><img alt src=a></a><area href=b alt>',
    "picture link": "<a href=//target.example><picture><source><img alt=inner></picture></a>",
    "rel with odd spaces": '<a href="//target.example" rel="\n NoFollow\tugc\x0cnofollow ">x</a>',
    "body attributes": "<body onload=a><a href=//target.example>x</a><body><a href=b>y</a>",
    "head after body": "<body>x</body><head><a href=//target.example>x</a></head>",
    "after html": "</html><a href=//target.example>x</a>",
    "only text": "target.example",
    "nothing": "",
    "end tag only": "</a></p></br><a href=//target.example>x</a>",
    "end tag with attributes": '</a href="//one.example"><a href="//target.example">x</a>',
    "greater-than in attribute": '<a title=">" href="https://target.example/">x</a>',
    "less-than in tag": "<a <b href=https://target.example/>x</a>",
    "unclosed attribute": '<a href="https://target.example/>x</a><p>"y</p>',
    "unclosed tag at the end": '<a href="https://target.example/"',
    "dialog and details": "<dialog><a href=//target.example>x</a></dialog><details><a href=b>y</a></details>",
    "ruby and rp": "<ruby>a<rp>(<a href=//target.example>x</a>)</rp></ruby>",
    "deep nesting": "<div>" * 600 + '<a href="https://target.example/">x</a>',
    "many formatting elements": "<b>" * 40
    + "<p>"
    + "<a href=//target.example>x</a>"
    + "</b>" * 40
    + "<p><a href=b>y",
    "isindex and keygen": "<isindex><keygen><a href=//target.example>x</a>",
    "image tag": "<image src=a><a href=//target.example><image alt=z></a>",
    "li and dd autoclose": "<ul><li><a href=a>1<li><a href=//target.example>2</ul><dl><dd><a href=c>3<dd>4",
    "h1 in a": "<a href=//target.example><h1>Title</h1></a>",
    "br and wbr": "<a href=//target.example>one<br>two<wbr>three</a>",
    "script in a": "<a href=//target.example>one<script>x</script>two<style>y</style></a>",
    "comment in a": "<a href=//target.example>one<!-- x -->two</a>",
    "entities in text": "<a href=//target.example>A&amp;B &lt;c&gt; &nbsp; &eacute;&notit;</a>",
    "pre with newline": "<pre>\n<a href=//target.example>\nx\n</a></pre>",
    "carriage returns": '<a\r\nhref="https://target.example/\r\na">x\r\ny</a>',
}

_HREFS = (
    *("https://target.example/", "//target.example", "a/b", "../c", "/d?e=f#g", "#h", "?i", ""),
    *("HTTP://TARGET.EXAMPLE:80/", "https:target.example", " https://target.example ", "j k"),
    *("https://tar\tget.example", "https:\\target.example", "mailto:a@b.example", "javascript:0"),
    *("https://target.example&#47;l", "http://target.example:x/", "ß/日", "%zz%41", "//\\m"),
)
_VOID = ("br", "hr", "img", "input", "wbr", "area", "base", "link", "meta", "embed")
_TAGS = (
    *("a", "a", "a", "a", "b", "i", "p", "div", "span", "ul", "li", "table", "tr", "td", "caption"),
    *("svg", "math", "mi", "foreignObject", "desc", "select", "option", "button", "form", "font"),
    *("template", "noscript", "h1", "title", "textarea", "script", "style", "iframe", "nobr"),
    *("dd", "dt", "body", "html", "head", "center", "object", "marquee", "col", "tbody", "em"),
)
_TEXTS = ("x", " y ", "\n", "&amp;", "&lt", "<", "</", "<!-- z -->", "<!>", "]]>", "é", "\x00")


def grown(seed: int) -> str:
    """Return a page of random, mostly broken markup; the same for the same seed."""
    random_ = random.Random(seed)
    pieces = []
    for _ in range(random_.randint(10, 60)):
        kind = random_.random()
        tag = random_.choice(_TAGS if kind < 0.9 else _VOID)
        if kind < 0.45 or kind >= 0.9:
            pieces.append(_opened(tag, random_))
        elif kind < 0.7:
            pieces.append(f"</{tag}>")
        else:
            pieces.append(random_.choice(_TEXTS))
    return "".join(pieces)


def _opened(tag: str, random_: random.Random) -> str:
    attributes = ""
    if tag in {"a", "area", "base", "link"} and random_.random() < 0.9:
        name = random_.choice(("href", "href", "href", "HREF", "xlink:href"))
        quote = random_.choice(('"', "'", '"'))
        attributes = f" {name}={quote}{random_.choice(_HREFS)}{quote}"
        if random_.random() < 0.3:
            attributes += random_.choice((' rel="nofollow ugc"', " rel=", " rel=Sponsored"))
    elif tag == "img":
        attributes = random_.choice((" alt=q", ' alt=""', ""))
    return f"<{tag}{attributes}{random_.choice(('', '', '', '/'))}>"


GROWN = {f"grown {seed}": grown(seed) for seed in range(200)}
PAGES = TRAPS | MORE_TRAPS | GROWN
