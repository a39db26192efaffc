# ruff: noqa: SIM905 - a block of words can be read and compared, 400 quoted ones cannot
"""Hosts on which strangers publish beside each other, and the machinery of the web: never a whole domain.

The lists are ours, by hand. A name in them says nothing about quality: it says that one bad page
there is no reason to throw away the links of everybody else.
"""

PLATFORMS = frozenset(
    """
    500px.com about.me academia.edu adobe.com aliexpress.com alibaba.com allrecipes.com amazon.ca
    amazon.co.jp amazon.co.uk amazon.com amazon.com.br amazon.de amazon.es amazon.fr amazon.in
    amazon.it amazonaws.com android.com angel.co answers.com apache.org apple.com archiveofourown.org
    artstation.com arxiv.org asana.com ask.fm atlassian.com atlassian.net azurewebsites.net
    bandcamp.com battle.net bbc.co.uk bbc.com behance.net bitbucket.org blogger.com blogspot.com
    bloomberg.com booking.com box.com bsky.app businessinsider.com businesswire.com buymeacoffee.com
    buzzfeed.com calameo.com canva.com cargo.site change.org clubhouse.com cnbc.com cnet.com cnn.com
    codeberg.org codepen.io codeplex.com coursera.org craigslist.org crates.io crunchbase.com
    dailymail.co.uk dailymotion.com daum.net deviantart.com dev.to digg.com discogs.com discord.com
    discord.gg disqus.com docker.com douban.com dribbble.com dropbox.com drupal.org
    dreamwidth.org ebay.co.uk ebay.com ebay.de edublogs.org envato.com etsy.com eventbrite.com
    evernote.com facebook.com fandom.com fb.com feedburner.com fiverr.com flickr.com flipboard.com
    forbes.com foursquare.com freelancer.com ft.com g2.com getpocket.com ghost.io giphy.com
    gitee.com github.com github.io githubusercontent.com gitlab.com gitlab.io gofundme.com
    goodreads.com googleusercontent.com gravatar.com hackernoon.com hashnode.dev
    hatena.ne.jp herokuapp.com hubpages.com hubspot.com huffpost.com ifttt.com imdb.com imgur.com
    independent.co.uk indiegogo.com instagram.com instructables.com issuu.com itch.io jimdo.com
    jimdofree.com jsfiddle.net kaggle.com kakao.com khanacademy.org kickstarter.com kinja.com ko-fi.com
    kotaku.com last.fm latimes.com launchpad.net lemonde.fr lifehacker.com linkedin.com linktr.ee
    linux.com live.com livejournal.com lulu.com mailchimp.com mashable.com mastodon.social
    medium.com meetup.com microsoft.com mit.edu mixcloud.com mozilla.org msn.com multiply.com
    myspace.com mystrikingly.com national-geographic.com nationalgeographic.com nature.com naver.com
    naver.jp netflix.com netlify.app newgrounds.com newsweek.com nih.gov note.com notion.site
    notion.so npmjs.com npr.org nytimes.com odnoklassniki.ru ok.ru openlibrary.org opera.com
    oracle.com over-blog.com pages.dev patreon.com paypal.com php.net pinterest.com pinterest.co.uk
    pinterest.de plurk.com prezi.com prnewswire.com prlog.org producthunt.com prweb.com
    qq.com quora.com ravelry.com readthedocs.io reddit.com researchgate.net reuters.com
    reverbnation.com roblox.com rottentomatoes.com rubygems.org salesforce.com scmp.com scoop.it
    scribd.com sciencedirect.com shopify.com shutterstock.com sina.com.cn
    skype.com slack.com slashdot.org slate.com slideshare.net smugmug.com snapchat.com sohu.com
    soundcloud.com sourceforge.net spiegel.de spotify.com springer.com squarespace.com stackexchange.com
    stackoverflow.com steamcommunity.com steampowered.com strava.com strikingly.com
    substack.com surveymonkey.com t.co t.me taobao.com techcrunch.com ted.com telegra.ph telegram.me
    telegram.org theatlantic.com theguardian.com thehindu.com theverge.com threads.net tiktok.com
    time.com timesofindia.com trello.com tripadvisor.co.uk tripadvisor.com tripod.com trustpilot.com
    tumblr.com twitch.tv twitter.com typepad.com ubuntu.com udemy.com unsplash.com upwork.com
    usatoday.com vercel.app viadeo.com vimeo.com vk.com w3.org w3schools.com wappalyzer.com
    washingtonpost.com wattpad.com webflow.io webs.com weebly.com weibo.com whatsapp.com
    wikia.com wikidata.org wikihow.com wikimedia.org wikipedia.org wiktionary.org wired.com wix.com
    wixsite.com wordpress.com wordpress.org wsj.com x.com xing.com yelp.co.uk yelp.com yolasite.com
    youku.com youtu.be youtube.com zazzle.com zdnet.com zendesk.com zhihu.com zillow.com zoom.us
    """.split()
)

SEARCH_ENGINES = frozenset(
    """
    aol.com ask.com baidu.com bing.com brave.com duckduckgo.com ecosia.org google.ca google.co.in
    google.co.jp google.co.uk google.com google.com.au google.com.br google.de google.es google.fr
    google.it google.nl google.pl google.ru goo.gl kagi.com lycos.com mail.ru mojeek.com qwant.com
    rambler.ru seznam.cz sogou.com startpage.com swisscows.com yahoo.co.jp yahoo.com yandex.com
    yandex.ru yandex.com.tr ya.ru
    """.split()
)

INFRASTRUCTURE = frozenset(
    """
    akamai.net akamaihd.net akamaized.net ampproject.org archive.is archive.org archive.ph archive.today
    azureedge.net bit.ly bootstrapcdn.com bunnycdn.com cdn77.org cdninstagram.com cdnjs.com
    cloudflare.com cloudfront.net commoncrawl.org deepl.com edgecastcdn.net edgesuite.net
    fastly.net fbcdn.net feedly.com fontawesome.com ggpht.com googleapis.com
    googletagmanager.com googlesyndication.com gstatic.com imgix.net jquery.com jsdelivr.net
    keycdn.com linguee.com memento-web.org netdna-cdn.com ow.ly perma.cc polyfill.io
    rackcdn.com statically.io stackpathdns.com tinyurl.com translate.goog twimg.com typekit.net unpkg.com
    webarchive.org webcitation.org windows.net wp.com ytimg.com
    """.split()
)

# Host labels under a country's domain that only public bodies or universities get.
PUBLIC_BODY_LABELS = frozenset(
    "gov gob gouv govt gub gv go admin govern edu ac mil mi k12 sch police nhs mod parliament".split()
)
PUBLIC_BODY_SUFFIXES = frozenset("gov edu mil int".split())
PUBLIC_BODY_DOMAINS = frozenset(
    """
    admin.ch bund.de bundesregierung.de bundestag.de canada.ca cern.ch ethz.ch epfl.ch europa.eu
    gc.ca gouvernement.fr government.nl overheid.nl regeringen.se un.org who.int worldbank.org
    """.split()
)
