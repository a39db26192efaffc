"""More hostile pages, written by hand: whole documents, odd nesting, foreign content, odd hrefs."""

MORE_TRAPS: dict[str, str] = {
    "whole document with an open link": "<!doctype html><html><body><div><a href=/x>y</div></body></html>\n",
    "whole document with an open link and a line before the end": (
        "<!doctype html><html><body><div><a href=/x>y</div>\n</body>\n</html>\n"
    ),
    "open link and comments after the body": (
        "<div><a href=/x>y</div></body>\n<!-- cached -->\n</html>\n<!-- 3 ms -->\n"
    ),
    "open link in an object": "<object><div><a href=/x>y</div></body>\n",
    "open empty link at the end": "<a href=/x></body>\n</html>\n",
    "text after the end": "<div><a href=/x>y</div></body></html>\ntext",
    "two bodies": "<body><a href=1>1</a></body><body><a href=2>2</a></body>",
    "two documents": "<html><body><a href=1>1</a></body></html><html><body><a href=2>2</a></body></html>",
    "head never closed": "<html><head><title>t</title><a href=1>1</a></html>",
    "link before the doctype": "<a href=1>1</a><!doctype html><a href=2>2</a>",
    "quirks and a table in a paragraph": "<p><a href=1>1<table><tr><td><a href=2>2</table><a href=3>3",
    "standards and a table in a paragraph": "<!doctype html><p><a href=1>1<table><tr><td><a href=2>2</table>3",
    "xml declaration": '<?xml version="1.0" encoding="koi8-r"?><html xmlns="http://www.w3.org/1999/xhtml"><a href="x"/>y',
    "self-closing link": '<a href="x"/>one<a href="y"/>two',
    "self-closing script": "<script src=a /><a href=x>y</a></script><a href=z>w</a>",
    "self-closing title": "<title/><a href=x>y</a></title><a href=z>w</a>",
    "self-closing svg": "<svg/><a href=x>y</a>",
    "self-closing svg link": '<svg><a href="x"/><a href="y"/></svg><a href=z>w</a>',
    "nested tables": (
        "<table><tr><td><table><tr><td><a href=1>1</a></table><a href=2>2</a><tr><a href=3>3</a></table>"
    ),
    "foster parenting twice": "<table><a href=1>1<table><a href=2>2</table>3</table>4",
    "foster parenting in a row": "<table><tr>a<a href=1>b<td><a href=2>c</a>d</td></tr>e</table>f",
    "link in a caption": "<table><caption><a href=1>1<tr><td><a href=2>2</table>",
    "link in a column group": "<table><colgroup><a href=1>1</a><col></table>",
    "link around a table": "<a href=1>1<table><tr><td>2</td></tr></table>3</a>4",
    "link around a cell": "<table><tr><a href=1><td>2</td></a></tr></table>",
    "link in a table head": "<table><thead><a href=1>1</a><tr><th><a href=2>2</a></table>",
    "form in a form": "<form action=/a><a href=1>1</a><form action=/b><a href=2>2</a></form><a href=3>3</a></form>",
    "form in a table": "<table><form><tr><td><a href=1>1</a></form></table><a href=2>2</a>",
    "link in a link in a paragraph": "<p><a href=1>1<p><a href=2>2<p>3",
    "link in a link in a list": "<ul><li><a href=1>1<li><a href=2>2</ul>3",
    "link in a link in a button": "<a href=1>1<button><a href=2>2</button>3",
    "link in a link in an object": "<a href=1>1<object><a href=2>2</object>3</a>4",
    "link in a link in a marquee": "<a href=1>1<marquee><a href=2>2</marquee>3</a>4",
    "link in a link in a template": "<a href=1>1<template><a href=2>2</template>3</a>4",
    "link in a link in an svg": "<a href=1>1<svg><a href=2>2</a></svg>3</a>4",
    "link in a link in foreign content": "<a href=1>1<svg><foreignObject><a href=2>2</a></foreignObject></svg>3</a>",
    "link in a link in a formula": "<a href=1>1<math><mi><a href=2>2</a></mi></math>3</a>",
    "adoption of many": "<a href=1><b><i><u><p>1</a>2</b>3</i>4</u>5",
    "adoption across blocks": "<a href=1><div><p><b>1</a>2</b>3</p></div>4",
    "adoption more than eight times": "<a href=1>" + "<div>" * 10 + "x</a>y",
    "four of the same": "<p>" + "<b class=x>" * 5 + "<a href=1>1<p>2",
    "nobr in nobr": "<nobr><a href=1>1<nobr><a href=2>2</nobr>3",
    "heading in a heading": "<h1><a href=1>1<h2><a href=2>2</h1>3",
    "end tags in the wrong order": "<div><span><a href=1>1</div></span>2</a>3",
    "end of a link twice": "<a href=1>1</a></a></a>2",
    "unclosed link in a cell": "<table><tr><td><a href=1>1<td>2<td>3</table>4",
    "unclosed link in a list": "<ul><li><a href=1>1</li><li>2</li></ul>3",
    "ruby without ends": "<ruby><a href=1>a<rt>b<rp>c<rb>d<rtc>e</ruby>f",
    "definition list": "<dl><dt><a href=1>1<dd>2<dt><a href=2>3</dl>",
    "option in a select with links": "<select><option>a<a href=1>1</a><optgroup><a href=2>2</a></select><a href=3>3</a>",
    "select in a table": "<table><tr><td><select><tr><td><a href=1>1</a></table>",
    "select in a select": "<select><select><a href=1>1</a></select>",
    "input in a select": "<select><option>x<input><a href=1>1</a></select>",
    "selected content": (
        "<select><button><selectedcontent></selectedcontent></button><option><a href=1>1</a></select>"
    ),
    "datalist": "<datalist><option><a href=1>1</a></datalist>",
    "textarea never closed": "<a href=1>1</a><textarea></div><a href=2>2</a></body>\n</html>\n",
    "textarea after an open link": "<div><a href=1>1</div><textarea>2</textarea>3",
    "textarea in a drawing": "<svg><textarea><a href=1>1</a></textarea></svg>",
    "title never closed": "<title><a href=1>1</a></body>\n</html>",
    "script never closed": "<a href=1>1</a><script>'<a href=2>2</a></body>\n</html>",
    "script with a comment and no script in it": "<script><!-- '<a href=1>' --></script><a href=2>2</a>",
    "script with a nested script": "<script><!--<script>-- ></script>--><a href=1>1</a></script><a href=2>2</a>",
    "script with an end in a string": "<script>var a='</script><a href=1>1</a>';</script>",
    "script end with attributes": "<script>x</script a=b/><a href=1>1</a>",
    "script end with a slash": "<script>x</script/><a href=1>1</a>",
    "script end that is none": "<script>x</scriptx><a href=1>1</a></script>",
    "style in the body": "<p><style>a{content:'</p><a href=1>1</a>'}</style><a href=2>2</a>",
    "noscript in head with an image": (
        "<head><noscript><img src=x></noscript><link rel=canonical href=c></head><a href=1>1</a>"
    ),
    "noscript in head with a style": "<head><noscript><style><a href=1></style></noscript></head><a href=2>2</a>",
    "noscript in head with text": "<head><noscript>text<a href=1>1</a></noscript></head><a href=2>2</a>",
    "noscript in noscript": "<noscript><noscript><a href=1>1</a></noscript><a href=2>2</a></noscript>",
    "noscript in a table": "<table><noscript><a href=1>1</a></noscript><tr><td>x</table>",
    "noscript with a comment": "<noscript><!-- </noscript><a href=1>1</a> --></noscript>",
    "iframe with markup": "<iframe><a href=1>1</a><!-- </iframe> --><a href=2>2</a>",
    "iframe srcdoc and content": "<iframe srcdoc='<a href=1>1</a>'><a href=2>2</a></iframe><a href=3>3</a>",
    "plaintext in a table": "<table><plaintext><a href=1>1</a></table>",
    "plaintext in a link": "<a href=1>1<plaintext></a><a href=2>2</a>",
    "xmp in a link": "<a href=1>1<xmp></a><a href=2></xmp>3",
    "listing and pre": "<listing>\n<a href=1>1</a></listing><pre>\n\n<a href=2>\n2</a></pre>",
    "frameset after text": "x<frameset><frame src=a></frameset><a href=1>1</a>",
    "frameset after space": " <frameset><frame src=a><noframes><a href=1>1</a></noframes></frameset>",
    "frameset after a link without text": "<a href=1></a><frameset><a href=2>2</a></frameset>",
    "frameset in body": "<body><frameset><frame src=a></frameset><a href=1>1</a>",
    "template with everything": "<template><table><tr><td><a href=1>1</a></template><a href=2>2</a>",
    "template in a template": "<template><template><a href=1>1</a></template><a href=2>2</a></template>3",
    "template never closed": "<a href=1>1</a><template><a href=2>2</a>",
    "template end alone": "</template><a href=1>1</a></template>",
    "template in head": "<head><template><base href=//b.example><a href=1>1</a></template></head><a href=2>2</a>",
    "template in a select": "<select><template><a href=1>1</a></template><a href=2>2</a></select>",
    "closed shadow root": "<p><template shadowrootmode=closed><a href=1>1</a></template><a href=2>2</a>",
    "shadow root with a bad mode": "<p><template shadowrootmode=x><a href=1>1</a></template><a href=2>2</a>",
    "slot": "<slot name=x><a href=1>1</a></slot>",
    "cdata in a formula": "<math><mtext><![CDATA[<a href=1>1</a>]]></mtext></math>",
    "cdata in foreign content": "<svg><foreignObject><![CDATA[<a href=1>1</a>]]></foreignObject></svg>",
    "cdata with brackets": "<svg><text><![CDATA[]]]]><![CDATA[>]]></text><a href=1><![CDATA[a&amp;b]]></a></svg>",
    "cdata never closed": "<svg><![CDATA[<a href=1>1</a></svg><a href=2>2</a>",
    "cdata lower case": "<svg><![cdata[<a href=1>1</a>]]></svg>",
    "svg in a formula": "<math><svg><a href=1>1</a></svg></math>",
    "formula in an svg": "<svg><math><a href=1>1</a></math></svg>",
    "annotation with a drawing": "<math><annotation-xml><svg><a href=1>1</a></svg></annotation-xml></math>",
    "annotation without encoding": "<math><annotation-xml><a href=1>1</a></annotation-xml></math>",
    "annotation in html": '<math><annotation-xml encoding="Text/HTML"><a href=1>1</a></annotation-xml></math>',
    "annotation in xhtml": (
        "<math><annotation-xml encoding=application/xhtml+xml><a href=1>1</a></annotation-xml></math>"
    ),
    "annotation in svg": "<math><annotation-xml encoding=image/svg+xml><a href=1>1</a></annotation-xml></math>",
    "glyph in a formula": "<math><mi><mglyph><a href=1>1</a></mglyph><a href=2>2</a></mi></math>",
    "desc in a formula": "<math><desc><a href=1>1</a></desc></math>",
    "svg title": "<svg><title><a href=1>1</a></title><a href=2>2</a></svg>",
    "svg style": "<svg><style><a href=1>1</a></style></svg>",
    "svg script": "<svg><script><a href=1>1</a></script><a href=2>2</a></svg>",
    "svg style broken out": "<svg><style><img src=x><a href=1>1</a></style></svg>",
    "svg image": "<svg><a href=1><image href=x alt=y></image></a></svg>",
    "svg link with html inside": "<svg><a href=1><foreignObject><img alt=z></foreignObject></a></svg>",
    "svg use": "<svg><use href=//one.example/#x></use><a xlink:href=1>1</a></svg>",
    "svg font": "<svg><font><a href=1>1</a></font><font color=red><a href=2>2</a></font></svg>",
    "svg end of paragraph": "<svg></p><a href=1>1</a></svg>",
    "svg end of html link": "<a href=1>1<svg></a><a href=2>2</a></svg>",
    "svg in head": "<head><svg><a href=1>1</a></svg><link rel=canonical href=c>",
    "svg link in upper case": "<SVG><A HREF=1>1</A><A XLINK:HREF=2>2</A></SVG>",
    "svg prefixed": "<svg:svg><svg:a href=1>1</svg:a></svg:svg><a href=2>2</a>",
    "custom elements": "<x-link href=1>1</x-link><a-b><a href=2>2</a></a-b><a:b href=3>3</a:b>",
    "tag with odd letters": "<a,b href=1>1</a,b><aé href=2>2</a><a href=3>3</a>",
    "tag after a number sign": "<#a href=1>1</#a><a href=2>2</a>",
    "space before the name": "< a href=1>1</ a><a href=2>2</a>",
    "slash before the name": "</ a href=1><a href=2>2</a>",
    "question mark": "<?a href=1><a href=2>2</a>",
    "bang": "<!a href=1><a href=2>2</a>",
    "percent": "<% a href=1 %><a href=2>2</a>",
    "double less-than": "<<a href=1>1</a>",
    "less-than at the end": "<a href=1>1</a><",
    "unclosed tag before a link": "<div <a href=1>1</a><a href=2>2</a>",
    "unclosed end tag before a link": "</div <a href=1>1</a><a href=2>2</a>",
    "unclosed quote before a link": '<p title="x><a href=1>1</a><p title="y"><a href=2>2</a>',
    "comment with dashes": "<!-- a -- b --- c ----><a href=1>1</a>",
    "comment with one dash": "<!-><a href=1>1</a><!--->2<a href=2>3</a>-->",
    "comment ending in a bang": "<!--a--!><a href=1>1</a>",
    "comment with a nested start": "<!--a<!--b--><a href=1>1</a>",
    "comment with a doctype": "<!-- <!doctype html> --><a href=1>1</a>",
    "comment in an attribute": "<a title='<!--' href=1>1</a><a title='-->' href=2>2</a>",
    "comment in a table": "<table><!-- x --><tr><!-- y --><td><a href=1>1</a></table>",
    "comment in a title": "<title><!-- </title><a href=1>1</a> -->",
    "conditional comments": "<!--[if !IE]><!--><a href=1>1</a><!--<![endif]--><!--[if IE]><a href=2>2</a><![endif]-->",
    "doctype with a link": '<!doctype html public "<a href=1>1</a>"><a href=2>2</a>',
    "equals before the name": "<a =href=1>1</a><a ==href=2>2</a>",
    "equals without a value": "<a href=>1</a><a href= >2</a><a href=\n>3</a>",
    "equals twice": '<a href=="x">1</a>',
    "value with a tick": "<a href=`x`>1</a>",
    "value with a quote inside": "<a href=x'y\"z>1</a>",
    "value with a line": '<a href="a\nb\r\nc\td">1</a>',
    "value after a line": "<a href=\n\t'x'>1</a>",
    "value with greater-than": "<a href=a>b>1</a>",
    "value never closed": "<p>1</p><a href='x>2</a><p>3",
    "name with a quote": "<a \"href=1 'href=2 href=3>1</a>",
    "name with a less-than": "<a <href=1 href=2>1</a>",
    "name with a zero": "<a hr\x00ef=1 href=2>1</a>",
    "name in upper case twice": "<a HREF=1 href=2 Href=3>1</a>",
    "name with a colon": "<a xml:href=1 :href=2 href:=3 v-bind:href=4>1</a>",
    "name with an at": "<a @href=1 [href]=2 (href)=3 #href=4>1</a>",
    "a hundred attributes": "<a "
    + " ".join(f"a{number}={number}" for number in range(100))
    + " href=x>1</a>",
    "a long attribute": "<a title='" + "x" * 3_000 + "' href=y>1</a>",
    "a long href": "<a href='/" + "x" * 3_000 + "'>1</a>",
    "many same attributes": "<a " + "href=x " * 100 + "href=y>1</a>",
    "slash in a value": "<a href=x/ rel=nofollow/>1</a>",
    "form feed between attributes": "<a\x0chref=x\x0crel=ugc>1</a>",
    "vertical tab between attributes": "<a\x0bhref=x>1</a><a \x0bhref=y>2</a>",
    "no-break space between attributes": "<a\u00a0href=x>1</a><a \u00a0href=y>2</a>",
    "named entities in href": '<a href="/&eacute;&Eacute;&nbsp;&amp;&lt;&gt;&quot;&apos;&hellip;">1</a>',
    "legacy entities in href": '<a href="/?a=1&sect=2&para;3&times=4&deg5&uml">1</a>',
    "long entities": '<a href="/&CounterClockwiseContourIntegral;&notinva;&NotEqualTilde;">1</a>',
    "numeric entities in href": '<a href="&#104;ttps&#58;//t&#97rget.example&#x2F;&#X41;">1</a>',
    "windows entities": '<a href="/&#128;&#145;&#159;&#x81;&#150">&#128;&#150;&#153;</a>',
    "forbidden entities": '<a href="/&#0;&#xD800;&#xFFFFFFFF;&#x1F;&#xFDD0;">&#0;&#xDFFF;&#xFFFF;</a>',
    "entities that are none": '<a href="/&#;&#x;&x;&;&am;&amp&#xZ">&#;&#x;&x;&; &amp</a>',
    "entity of a tab": '<a href="ht&Tab;tps&colon;&sol;&NewLine;/target.example">1</a>',
    "entity in a name": "<a hr&#101;f=1 href=2>1</a>",
    "entity for a quote": '<a href="x&quot; rel=&quot;nofollow">1</a>',
    "double entity": '<a href="/&amp;amp;&amp;#38;">&amp;amp;</a>',
    "spaces in text": "<a href=x>\n a \t b\r\nc &#32;&#10; d\u00a0 e\u2003f\u200bg\u3000h </a>",
    "empty text": "<a href=x></a><a href=y> \n </a><a href=z><!-- --></a>",
    "text with zeros": "<a href=x>a\x00b</a><svg><a href=y>c\x00d</a></svg>",
    "text in many pieces": "<a href=x>a<b>b<i>c</i></b><span>d</span> <u>e</u></a>",
    "text of a list": "<a href=x><ul><li>a<li>b</ul></a>",
    "text with alternatives": "<a href=x>a<img alt=b>c<object>d</object><video>e</video><iframe>f</iframe></a>",
    "right to left": "<a href=x dir=rtl>\u202eabc\u202c \u0634\u0639</a>",
    "astral letters": '<a href="/\U0001f600?\U0001f600#\U0001f600">\U0001f600\U00020000</a>',
    "non-characters": '<a href="/\ufdd0\ufffe\U0001ffff">\ufdd0\ufffe</a>',
    "byte order mark inside": '<a href="\ufeffx">\ufeffy</a>',
    "rel with commas": "<a href=x rel='nofollow,ugc; sponsored'>1</a><a href=y rel=nofollow\u00a0ugc>2</a>",
    "rel twice": "<a href=x rel=me rel=nofollow>1</a><a href=y rel>2</a><a href=z rel=''>3</a>",
    "rev": "<a href=x rev=nofollow>1</a>",
    "alt twice": "<a href=x><img alt=a alt=b></a><a href=y><img alt='' ><img alt=c></a>",
    "alt with entities": "<a href=x><img alt='a&amp;b &eacute;\nc'></a>",
    "alt of an input": "<a href=x><input type=image alt=y></a>",
    "alt in noscript": "<a href=x><noscript><img alt=y></noscript></a>",
    "alt in a template": "<a href=x><template><img alt=y></template><img alt=z></a>",
    "area without a map": "<area href=x><area nohref href=y><area>",
    "area in a drawing": "<svg><foreignObject><map><area href=x alt=y></map></foreignObject></svg>",
    "area with text": "<map><area href=x>text</area><a href=y>z</a></map>",
    "base with spaces": "<base href=' \n/b/ '><a href=x>1</a>",
    "base empty": "<base href=''><base href=/b/><a href=x>1</a>",
    "base without value": "<base href><base href=/b/><a href=x>1</a>",
    "base of another site": "<base href=//target.example><a href=x>1</a><a href=''>2</a><a href='?q'>3</a><a href='#f'>4</a>",
    "base with a query": "<base href='/b?c=d#e'><a href='?f'>1</a><a href='#g'>2</a><a href=''>3</a>",
    "base with credentials": "<base href='https://u:p@target.example/b'><a href=x>1</a>",
    "base that is a mail address": "<base href='mailto:a@b.example'><a href=x>1</a><a href='#f'>2</a>",
    "base that is about": "<base href='about:blank'><a href=x>1</a><a href=https://target.example/>2</a>",
    "base that is a file": "<base href='file:///etc/'><a href=x>1</a><a href=//h/y>2</a>",
    "base that is a blob": "<base href='blob:https://target.example/u'><a href=x>1</a>",
    "base in upper-case javascript": "<base href=' JavaScript:1'><a href=x>1</a>",
    "base in a table": "<table><base href=/b/><tr><td><a href=x>1</a></table>",
    "base in a select": "<select><base href=/b/></select><a href=x>1</a>",
    "base in a textarea": "<textarea><base href=/b/></textarea><a href=x>1</a>",
    "base in a comment": "<!-- <base href=/b/> --><base href=/c/><a href=x>1</a>",
    "base in a formula": "<math><base href=/b/></math><mi><base href=/c/></mi><a href=x>1</a>",
    "base in foreign content": "<svg><desc><base href=/b/></desc></svg><a href=x>1</a>",
    "base at the end": "<a href=x>1</a></body></html><base href=/b/>",
    "scheme only": "<a href='https:'>1</a><a href='http:'>2</a><a href='https://'>3</a><a href=':'>4</a>",
    "scheme with a space": "<a href='ht tps://target.example'>1</a><a href='https ://target.example'>2</a>",
    "scheme with odd letters": "<a href='h-t+t.p:x'>1</a><a href='1http:x'>2</a><a href='\u00e9:x'>3</a>",
    "other schemes": (
        "<a href='tel:+1 2'>1</a><a href='sms:1'>2</a><a href='ftp://target.example:21/a b'>3</a>"
        "<a href='ws://target.example:80'>4</a><a href='urn:a:b'>5</a><a href='magnet:?xt=1'>6</a>"
        "<a href='intent://x#Intent;end'>7</a><a href='steam://x'>8</a><a href='web+a:b c'>9</a>"
    ),
    "opaque paths": "<a href='data:,a b'>1</a><a href='mailto:A@B.example?subject=a b'>2</a><a href='x:a/../b'>3</a>",
    "hosts with odd letters": (
        "<a href='https://a_b.target.example'>1</a><a href='https://-a-.target.example'>2</a>"
        "<a href='https://a..target.example'>3</a><a href='https://.target.example'>4</a>"
        "<a href='https://target.example.'>5</a><a href='https://target.example..'>6</a>"
    ),
    "hosts that are refused": (
        "<a href='https://a%00b.example'>1</a><a href='https://a^b.example'>2</a>"
        "<a href='https://a|b.example'>3</a><a href='https://a%b.example'>4</a>"
        "<a href='https://[a].example'>5</a><a href='https://xn--a'>6</a>"
    ),
    "hosts of other scripts": (
        "<a href='https://\u043f\u0440\u0438\u043c\u0435\u0440.example'>1</a><a href='https://fa\u00df.example'>2</a>"
        "<a href='https://\u65e5\u672c.example'>3</a><a href='https://\u0130.example'>4</a>"
        "<a href='https://\u200dtarget.example'>5</a><a href='https://xn--nxasmq6b.example'>6</a>"
    ),
    "hosts that are numbers": (
        "<a href='http://1.2.3'>1</a><a href='http://0300.1'>2</a><a href='http://256'>3</a>"
        "<a href='http://1.2.3.256'>4</a><a href='http://4294967296'>5</a><a href='http://1.2.3.4.'>6</a>"
        "<a href='http://[::ffff:1.2.3.4]'>7</a><a href='http://[1::2::3]'>8</a><a href='http://[fe80::1%25a]'>9</a>"
    ),
    "credentials": (
        "<a href='https://u@target.example'>1</a><a href='https://u:@target.example'>2</a>"
        "<a href='https://:p@target.example'>3</a><a href='https://@target.example'>4</a>"
        "<a href='https://a@b@target.example'>5</a><a href='https://@/x'>6</a><a href='https://u:p:q@t.example'>7</a>"
    ),
    "ports": (
        "<a href='https://target.example:'>1</a><a href='https://target.example:443'>2</a>"
        "<a href='https://target.example:0'>3</a><a href='https://target.example:65535'>4</a>"
        "<a href='https://target.example:65536'>5</a><a href='https://target.example:-1'>6</a>"
        "<a href='https://target.example: 1'>7</a><a href='https://target.example:8\t0'>8</a>"
    ),
    "paths with dots": (
        "<a href='.'>1</a><a href='..'>2</a><a href='./..'>3</a><a href='.../x'>4</a><a href='%2e%2E/x'>5</a>"
        "<a href='/../../x'>6</a><a href='x/.'>7</a><a href='x/..'>8</a><a href='x\\..\\y'>9</a>"
    ),
    "paths with slashes": (
        "<a href='//'>1</a><a href='/'>2</a><a href='\\'>3</a><a href='\\\\target.example'>4</a>"
        "<a href='/x//y'>5</a><a href='https://target.example//x'>6</a><a href='https:\\/target.example'>7</a>"
        "<a href='https:target.example//x'>8</a><a href='https:/\\\\target.example'>9</a>"
    ),
    "paths with odd letters": (
        "<a href='/a b'>1</a><a href='/a\"b'>2</a><a href='/a<b>'>3</a><a href='/a`b'>4</a>"
        "<a href='/a{b}'>5</a><a href='/a^b'>6</a><a href='/a%b'>7</a><a href='/a\x7fb'>8</a><a href='/%zz'>9</a>"
    ),
    "queries with odd letters": (
        "<a href='?a b'>1</a><a href='?a\"b'>2</a><a href='?a&#39;b'>3</a><a href='?a<b>`{|}^'>4</a>"
        "<a href='?\u00e9'>5</a><a href='?a?b'>6</a><a href='?%zz'>7</a><a href='?a+b&amp;c'>8</a>"
    ),
    "fragments with odd letters": (
        "<a href='#a b'>1</a><a href='#a\"b'>2</a><a href='#a`b'>3</a><a href='#\u00e9'>4</a>"
        "<a href='##'>5</a><a href='#?a'>6</a><a href='#:~:text=a,b'>7</a><a href='#!a'>8</a>"
    ),
    "line ends in hrefs": (
        "<a href='\nhttps://target.example/\n'>1</a><a href='https:\n//target.example'>2</a>"
        "<a href='https://target.example/a\r\n/b'>3</a><a href='java\nscript:1'>4</a><a href='\t#\tx'>5</a>"
    ),
    "control letters in hrefs": (
        "<a href='\x01x\x02'>1</a><a href='/a\x01b'>2</a><a href='https://a\x01b.example'>3</a><a href='\x1f \x00'>4</a>"
    ),
    "spaces of unicode in hrefs": (
        "<a href='\u2003x\u2003'>1</a><a href='\u3000https://target.example'>2</a><a href='\u200bx'>3</a>"
    ),
    "same link many times": "<a href=x>1</a>" * 5 + "<a href=./x>2</a><a href='x#y'>3</a>",
    "deep lists": "<ul><li>" * 60 + "<a href=x>1</a>",
    "deep tables": "<table><tr><td>" * 40 + "<a href=x>1</a>",
    "deep formatting": "<b><i><u>" * 40 + "<a href=x>1</a>",
    "deep drawings": "<svg><g>" * 40 + "<a href=x>1</a>",
    "deep links": "".join(f"<div><a href={number}>{number}" for number in range(30)),
    "deep select": "<select><div>" * 20 + "<a href=x>1</a>",
    "bgsound and friends": "<bgsound><basefont><command><keygen><param><source><track><a href=x>1</a>",
    "obsolete elements": "<acronym><a href=1>1</acronym><blink><a href=2>2</blink><multicol><a href=3>3</a>",
    "media with links": "<video><a href=1>1</a></video><audio><a href=2>2</a></audio><canvas><a href=3>3</a></canvas>",
    "details and dialogs": "<details><summary><a href=1>1</a></summary><dialog open><a href=2>2</a></dialog>",
    "hidden in all ways": "<a href=1 hidden>1</a><p style=display:none><a href=2>2</a><a href=3 inert>3</a>",
    "meta refresh": "<meta http-equiv=refresh content='0;url=//one.example'><a href=1>1</a>",
    "links in meta": "<meta property=og:url content='//one.example'><link rel=next href=2><a href=1>1</a>",
    "links in data": '<script type=application/ld+json>{"url":"//one.example"}</script><a href=1>1</a>',
    "links in styles": "<p style='background:url(//one.example)'><a href=1>1</a>",
    "links in srcset": "<img srcset='//one.example 2x'><a href=1><img srcset=x alt=y></a>",
    "links in text": "<p>https://target.example/ and <a href=1>www.target.example</a> &lt;a href=x&gt;",
    "links with handlers": "<a href=# onclick=\"location='//one.example'\">1</a><p onclick='x' href=y>2</p>",
    "links with targets": "<a href=1 target=_blank download=x type=y hreflang=z ping=w referrerpolicy=v>1</a>",
    "other elements with href": "<div href=1>1</div><span href=2>2</span><image href=3><button href=4>5</button>",
    "old anchors": "<a name=x href>1</a><a id=y>2</a><a name=z href=#x>3</a>",
    "contenteditable": "<div contenteditable><a href=1>1</a></div>",
    "spoken twice": "<a href=1 aria-label=a title=b>c</a>",
    "microdata": "<a href=1 itemprop=url><link itemprop=x href=2><meta itemprop=y content=3>4</a>",
    "nothing but an end": "</a>",
    "nothing but spaces": " \n\t ",
    "nothing but a mark": "\ufeff",
    "html in upper case": "<HTML><HEAD><BASE HREF='/B/'></HEAD><BODY><A HREF='X' REL='UGC'>Y</A></BODY></HTML>",
}
