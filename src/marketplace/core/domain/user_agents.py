"""Browser and system in words, of a user agent (RFC 9110, 10.1.5)."""

BROWSERS = (
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
"""Signs of browsers. Most name those that they descend from, too, so that the first in this order counts."""
SYSTEMS = (
    ("iPhone", "iOS"),
    ("iPad", "iPadOS"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def browser_of(agent: str | None) -> str | None:
    """Return the browser of a user agent, or `None` if it is not one that many people use."""
    return next((name for sign, name in BROWSERS if sign in (agent or "")), None)


def system_of(agent: str | None) -> str | None:
    """Return the operating system of a user agent, or `None`."""
    return next((name for sign, name in SYSTEMS if sign in (agent or "")), None)


def device_of(agent: str | None) -> str:
    """Return what of browser and system is known, such as "Firefox on Linux"; empty if neither is."""
    return " on ".join(name for name in (browser_of(agent), system_of(agent)) if name)
