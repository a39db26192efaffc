"""Which Chromium to run, and with what: it is never given a network of its own."""

import os
import pwd
import shutil
import sys
from collections.abc import Sequence

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

_FEATURES_OFF = (
    # Frames of other sites stay in the page's process: they are not loaded anyhow.
    *("IsolateOrigins", "site-per-process", "Translate", "OptimizationHints", "MediaRouter"),
    *("DialMediaRouteProvider", "AutofillServerCommunication", "WebRtcHideLocalIpsWithMdns"),
    *("InterestFeedContentSuggestions", "CertificateTransparencyComponentUpdater"),
    "SpareRendererForSitePerProcess",  # each page gets a process of its own; none waits in reserve
)
WALLED_FLAGS = (
    *(
        "--headless",
        "--disable-gpu",
        "--mute-audio",
        "--hide-scrollbars",
    ),
    *("--no-first-run", "--no-default-browser-check", "--password-store=basic"),
    *("--disable-extensions", "--disable-default-apps", "--disable-sync", "--no-pings"),
    *(
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-domain-reliability",
    ),
    *("--disable-breakpad", "--disable-crash-reporter", "--disable-dev-shm-usage"),
    *(
        "--disable-remote-fonts",
        "--disable-webgl",
        "--disable-file-system",
        "--disable-notifications",
    ),
    # The wall: every connection, loopback included, has to go through a proxy, the proxy is a name,
    # and no name has an address. Only what we hand over ourselves reaches a page.
    *("--proxy-server=http://closed.invalid:1", "--proxy-bypass-list=<-loopback>"),
    *("--host-resolver-rules=MAP * ~NOTFOUND", "--dns-prefetch-disable", "--disable-quic"),
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-features=" + ",".join(_FEATURES_OFF),
    "--disable-blink-features=WebTransport,DirectSockets",
)


def find_program(wanted: str | None) -> str | None:
    """Return the path of the Chromium to run, None if there is none."""
    names = (wanted,) if wanted else PROGRAMS
    return next(filter(None, map(shutil.which, names)), None)


# Leaves root for good, then becomes the program. The loop that serves us (uvloop) starts no program as
# somebody else, which that of the standard library does.
_BECOME = (
    "import os, sys; user, group = map(int, sys.argv[1:3]); os.setgroups([]); os.setgid(group);"
    " os.setuid(user); os.execvp(sys.argv[3], sys.argv[3:])"
)


def as_nobody(command: Sequence[str]) -> Sequence[str]:
    """Return a command by which a program runs as `nobody` where we are root; else it as it is."""
    if not is_root():
        return command
    nobody = pwd.getpwnam("nobody")
    who = (str(nobody.pw_uid), str(nobody.pw_gid))
    return (sys.executable, "-I", "-S", "-c", _BECOME, *who, *command)


def is_root() -> bool:
    """Return whether this process is root; its browsers are not, they run as `nobody`."""
    return os.geteuid() == 0
