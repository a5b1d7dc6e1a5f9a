"""Reading variables, and parsers of their values, which raise `ValueError` with the expected format."""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from marketplace.core.domain.payment_options import ReceiptIssuer

PREFIX = "MARKETPLACE_"
HOST_PORT = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^:\[\]]*)(:(?P<port>\d{1,5}))?")
MAX_PORT = 65535
STARTTLS = frozenset({"auto", "required", "never"})
ADDRESS = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*"
MAILBOX = re.compile(rf"(?P<name>[^<>\r\n]*)<(?P<address>{ADDRESS})>|(?P<bare>{ADDRESS})")
MIN_SECRET = 32
"""Characters of a secret key. HS256 requires at least 256 bits (RFC 7518, 3.2)."""
MAX_ISSUER, MAX_ISSUER_PARTS = 400, 2
MAX_HOST = 253
"""Characters of a host name (RFC 1035, 2.3.4, without the length bytes)."""


class SettingsError(ValueError):
    """A variable is missing or invalid. The message has its name, its value (unless secret) and the expected format."""


def variable(environment: Mapping[str, str], name: str) -> str:
    return environment.get(f"{PREFIX}{name.upper()}", "").strip()


def provided_secret(environment: Mapping[str, str], name: str) -> str:
    """Read a secret from its variable or from the file named by its `_FILE` variable; empty if neither is set.

    Raises `SettingsError` if both are set or the file is unreadable or empty.
    """
    shown, text = f"{PREFIX}{name.upper()}", variable(environment, name)
    path = variable(environment, f"{name}_file")
    if not path:
        return text
    if text:
        raise SettingsError(f"{shown} and {shown}_FILE are both set. Set only one of them.")
    try:
        text = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it isn't text"
        raise SettingsError(f"{shown}_FILE is '{path}', but must be a readable file: {reason}.") from None
    if not text:
        raise SettingsError(f"{shown}_FILE is '{path}', but must be a file that contains the secret: it's empty.")
    return text


def integer(minimum: int, maximum: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not re.fullmatch(r"\d{1,9}", text) or not minimum <= int(text) <= maximum:
            raise ValueError(f"a whole number from {minimum} to {maximum}")
        return int(text)

    return parse


def seconds(minimum: float, maximum: float) -> Callable[[str], timedelta]:
    def parse(text: str) -> timedelta:
        if not re.fullmatch(r"\d{1,9}(\.\d{1,3})?", text) or not minimum <= float(text) <= maximum:
            raise ValueError(f"seconds, from {minimum:g} to {maximum:g}")
        return timedelta(seconds=float(text))

    return parse


def basis_points(maximum: int) -> Callable[[str], int]:
    """Parse a percentage with at most two decimals, up to `maximum`."""

    def parse(text: str) -> int:
        if not re.fullmatch(r"\d{1,3}(\.\d{1,2})?", text) or Decimal(text) > maximum:
            raise ValueError(f"a percentage from 0 to {maximum} with at most two decimals, such as 12.5")
        return int(Decimal(text) * 100)

    return parse


def one_of(*words: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in words:
            raise ValueError(f"one of {', '.join(words)}")
        return text

    return parse


def any_of(*words: str) -> Callable[[str], tuple[str, ...]]:
    """Parse `off`, which is none of the words, or some of them separated by commas."""

    def parse(text: str) -> tuple[str, ...]:
        found = () if text == "off" else tuple(dict.fromkeys(part.strip() for part in text.split(",")))
        if not set(found) <= set(words):
            raise ValueError(f"off, or one or more of {', '.join(words)}, separated by commas")
        return found

    return parse


def matching(pattern: str, expected: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(expected)
        return text

    return parse


def secret_keys(text: str) -> str:
    """Check the keys that sign tokens, separated by white space. The newest comes first."""
    keys = text.split()
    if not keys or any(len(key) < MIN_SECRET for key in keys):
        raise ValueError(
            f"at least {MIN_SECRET} random characters without spaces, followed by older keys after spaces, if any"
        )
    return text


def database_address(text: str) -> str:
    # Validate before the driver does: given an unescaped # or / in the password, it quotes part of the password as a
    # port in its error message.
    expected = (
        "a URL such as postgresql://user:password@host:5432/name,"
        " with %23, %2F, %3F and %40 for #, /, ? and @ in the password"
    )
    try:
        parts = urlsplit(text)
        parse_qs(parts.query, strict_parsing=bool(parts.query))
    except ValueError:
        raise ValueError(expected) from None
    hosts = [HOST_PORT.fullmatch(host) for host in parts.netloc.rpartition("@")[2].split(",")]
    is_valid = all(host is not None and int(host["port"] or 0) <= MAX_PORT for host in hosts)
    if parts.scheme not in {"postgres", "postgresql"} or not is_valid or parts.fragment or "@" in parts.path:
        raise ValueError(expected)
    return text


def object_store(text: str) -> str:
    expected = (
        "a URL of a bucket of S3, such as s3://key:secret@bucket or s3://key:secret@bucket/folder?region=eu-west-1"
        "&endpoint=https://storage.example.org, with %2F and %2B for / and + in the secret"
    )
    try:
        parts = urlsplit(text)
        query = parse_qs(parts.query, strict_parsing=bool(parts.query))
        endpoint = urlsplit(query.get("endpoint", ["https://host"])[0])
    except ValueError:
        raise ValueError(expected) from None
    is_valid = parts.scheme == "s3" and bool(parts.hostname) and query.keys() <= {"region", "endpoint"}
    if not is_valid or endpoint.scheme not in {"http", "https"} or not endpoint.hostname or parts.fragment:
        raise ValueError(expected)
    return text


def smtp_url(text: str) -> str:
    expected = (
        "a URL of a mail server, such as smtp://user:password@mail.example.org:587?starttls=required"
        " or smtps://mail.example.org, with %40 and %2F for @ and / in the password"
    )
    try:
        parts = urlsplit(text)
        query = parse_qs(parts.query, strict_parsing=bool(parts.query))
        is_valid = parts.port != 0 and bool(parts.hostname)
    except ValueError:
        raise ValueError(expected) from None
    is_valid = is_valid and parts.scheme in {"smtp", "smtps"} and query.keys() <= {"starttls"}
    wanted = query.get("starttls", ["auto"])
    has_login = (parts.username is None) == (parts.password is None)
    if not is_valid or wanted[0] not in STARTTLS or len(wanted) > 1 or not has_login or parts.path.strip("/"):
        raise ValueError(expected)
    return text


def mailbox(text: str) -> tuple[str, str]:
    """Return the name, which may be empty, and the address of `Name <address>` or `address`."""
    found = MAILBOX.fullmatch(text)
    if found is None:
        raise ValueError("an address such as sessions@example.org or Sessions <sessions@example.org>")
    return (found["name"] or "").strip(' "'), found["address"] or found["bare"]


def public_url(text: str) -> str:
    """Return the origin (RFC 6454) in lower case: pages and API are at the root of their host."""
    expected = "an address without a path, such as https://sessions.example.org"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError(expected) from None
    is_valid = parts.scheme in {"http", "https"} and len(host) <= MAX_HOST and port != 0
    if not is_valid or not re.fullmatch(r"https?://([a-z0-9.-]+|\[[0-9a-f:.]+\])(:\d+)?/?", text.lower()):
        raise ValueError(expected)
    return text.lower().rstrip("/")


def path(text: str) -> Path:
    """Resolve a relative path now, against the folder that the program was started from."""
    return Path(text).absolute()


def network(text: str) -> str:
    try:
        return str(ip_network(text))
    except ValueError:
        raise ValueError("addresses or networks such as 10.0.0.7 or 172.16.0.0/12, separated by commas") from None


def origin(text: str) -> str:
    return matching(r"https?://[^/\s,*]+", "origins such as https://app.example.org, separated by commas")(text)


def receipt_issuer(text: str) -> ReceiptIssuer:
    """Read `name | address | tax number`, of which the last two can be left out."""
    name, *rest = (part.strip() for part in text.split("|"))
    if not name or len(rest) > MAX_ISSUER_PARTS or len(text) > MAX_ISSUER or not text.isprintable():
        raise ValueError("a name, an address and a tax number on one line, separated by |")
    return ReceiptIssuer(name, *rest)


def list_of(parse: Callable[[str], str]) -> Callable[[str], tuple[str, ...]]:
    def parse_all(text: str) -> tuple[str, ...]:
        parts = tuple(parse(part.strip()) for part in text.split(",") if part.strip())
        if not parts:
            raise ValueError("at least one value, separated by commas")
        return parts

    return parse_all


def on_or_off(text: str) -> bool:
    if text not in {"on", "off"}:
        raise ValueError("on or off")
    return text == "on"
