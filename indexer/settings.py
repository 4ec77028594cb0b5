"""The settings: read once from flags and environment, checked whole, then passed around as one frozen value.

Two set-ups exist and are chosen whole: embedded (SQLite, search and jobs in the process) and server (PostgreSQL, a
search engine and Redis). Any other mix is refused.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

DEFAULT_DATA = ".data"
DEFAULT_RATE_FORMS = 50  # contract S0.6
_PROXIES = re.compile(r"[0-9]")
_RATE = re.compile(r"[1-9][0-9]{0,8}")
_DAYS = re.compile(r"[1-9][0-9]{0,3}")
_PREFIX = re.compile(r"[a-z][a-z0-9_-]{0,40}")


class SettingError(Exception):
    """A setting that stops the start; the message names it, its value and the remedy."""

    def __init__(self, name: str, value: str | None, remedy: str) -> None:
        super().__init__(f"{name} is {value!r}: {remedy}" if value is not None else f"{name} is not set: {remedy}")
        self.name = name


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of a process.

    `rate_secondly` and `rate_daily` are requests per portal, None for no limit; `rate_forms` is what a visitor may send
    to a portal in ten seconds from one address; `proxies` is how many reverse proxies are believed.
    Rows of the feed are kept for `feed_days`, None for ever. Webhooks may go to `webhook_allow` and to public networks.
    """

    data: Path
    database_url: str
    elasticsearch_url: str | None = None
    redis_url: str | None = None
    index_prefix: str = "contacts"
    rate_secondly: int | None = None
    rate_daily: int | None = None
    rate_forms: int = DEFAULT_RATE_FORMS
    proxies: int = 0
    leads_sunset: date | None = None
    feed_days: int | None = None
    webhook_allow: tuple[IPv4Network | IPv6Network, ...] = ()

    @property
    def is_server(self) -> bool:
        """Whether this is the server set-up; asked once, in the application factory."""
        return self.elasticsearch_url is not None


VARIABLES = {
    "CONTACTS_DATA": "folder of the embedded database, default .data",
    "CONTACTS_DATABASE_URL": "SQLAlchemy URL of the records, default SQLite in the data folder",
    "ELASTICSEARCH_URL": "address of Elasticsearch or OpenSearch; server set-up only",
    "REDIS_URL": "address of Redis; server set-up only",
    "CONTACTS_INDEX_PREFIX": "first part of the index names, default contacts",
    "CONTACTS_RATE_SECONDLY": "requests a second per portal, no limit when unset",
    "CONTACTS_RATE_DAILY": "requests a day per portal, no limit when unset",
    "CONTACTS_RATE_FORMS": "form submissions in ten seconds per portal and visitor's address, default 50",
    "CONTACTS_PROXIES": "reverse proxies before the service whose X-Forwarded headers are believed, default 0",
    "CONTACTS_LEADS_SUNSET": "day from which the deprecated Leads API may be gone, as its answers tell",
    "CONTACTS_WEBHOOK_ALLOW": "networks besides public ones that webhooks may go to, such as 10.0.0.0/8,::1",
    "CONTACTS_FEED_DAYS": "days for which joins and leaves are kept, for ever when unset",
}
"""Every variable that is read, with a sentence for `contacts doctor` and docs/settings.md."""


def read_settings(environment: Mapping[str, str], data: str | None = None) -> Settings:
    """Return the settings of an environment; `data` is the flag that goes before CONTACTS_DATA. Raises SettingError."""
    given = {name: environment[name].strip() for name in VARIABLES if environment.get(name, "").strip()}
    folder = Path(data or given.get("CONTACTS_DATA", DEFAULT_DATA))
    settings = Settings(
        data=folder,
        database_url=_database_url(given, folder),
        elasticsearch_url=_http_url(given, "ELASTICSEARCH_URL"),
        redis_url=_redis_url(given),
        index_prefix=_matching(given, "CONTACTS_INDEX_PREFIX", _PREFIX, "use lower-case letters, digits, - and _")
        or "contacts",
        rate_secondly=_rate(given, "CONTACTS_RATE_SECONDLY"),
        rate_daily=_rate(given, "CONTACTS_RATE_DAILY"),
        rate_forms=_rate(given, "CONTACTS_RATE_FORMS") or DEFAULT_RATE_FORMS,
        proxies=int(_matching(given, "CONTACTS_PROXIES", _PROXIES, "use a number of proxies, 0 to 9") or 0),
        leads_sunset=_day(given, "CONTACTS_LEADS_SUNSET"),
        webhook_allow=_networks(given, "CONTACTS_WEBHOOK_ALLOW"),
        feed_days=_whole(given, "CONTACTS_FEED_DAYS", _DAYS, "use a number of days, from 1 to 9999"),
    )
    _check_set_up(settings)
    return settings


def _check_set_up(settings: Settings) -> None:
    """Refuse anything between the two set-ups, naming the first setting that is missing or too much."""
    parts = {
        "CONTACTS_DATABASE_URL": settings.database_url if settings.database_url.startswith("postgresql") else None,
        "ELASTICSEARCH_URL": settings.elasticsearch_url,
        "REDIS_URL": settings.redis_url,
    }
    present = [name for name, value in parts.items() if value]
    if not present or len(present) == len(parts):
        return
    missing = next(name for name in parts if name not in present)
    value = settings.database_url if missing == "CONTACTS_DATABASE_URL" else None
    raise SettingError(
        missing,
        value,
        f"with {' and '.join(present)} the server set-up is meant, which needs PostgreSQL (postgresql+psycopg://…) in "
        "CONTACTS_DATABASE_URL, ELASTICSEARCH_URL and REDIS_URL; set all three or none",
    )


def _database_url(given: Mapping[str, str], folder: Path) -> str:
    url = given.get("CONTACTS_DATABASE_URL", f"sqlite:///{folder / 'contacts.sqlite3'}")
    if url.startswith(("postgresql://", "postgres://")):
        url = "postgresql+psycopg://" + url.partition("://")[2]
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise SettingError(
            "CONTACTS_DATABASE_URL", url, "use sqlite:///FILE or postgresql+psycopg://USER:PASSWORD@HOST/NAME"
        )
    return url


def _http_url(given: Mapping[str, str], name: str) -> str | None:
    pattern = re.compile(r"https?://[^\s/]+.*")
    return _matching(given, name, pattern, "use an address such as http://127.0.0.1:9200")


def _redis_url(given: Mapping[str, str]) -> str | None:
    return _matching(
        given,
        "REDIS_URL",
        re.compile(r"rediss?://\S+|unix://\S+"),
        "use an address such as redis://127.0.0.1:6379/0",
    )


def _rate(given: Mapping[str, str], name: str) -> int | None:
    return _whole(given, name, _RATE, "use a number of requests, at least 1")


def _whole(given: Mapping[str, str], name: str, pattern: re.Pattern[str], remedy: str) -> int | None:
    value = _matching(given, name, pattern, remedy)
    return int(value) if value else None


def _day(given: Mapping[str, str], name: str) -> date | None:
    value = given.get(name)
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        raise SettingError(name, value, "use a day such as 2027-06-30") from None


def _networks(given: Mapping[str, str], name: str) -> tuple[IPv4Network | IPv6Network, ...]:
    texts = [text.strip() for text in given.get(name, "").split(",") if text.strip()]
    try:
        return tuple(ip_network(text) for text in texts)
    except ValueError:
        raise SettingError(name, given[name], "use networks with commas between, as in 127.0.0.1,10.0.0.0/8") from None


def _matching(given: Mapping[str, str], name: str, pattern: re.Pattern[str], remedy: str) -> str | None:
    value = given.get(name)
    if value is not None and not pattern.fullmatch(value):
        raise SettingError(name, value, remedy)
    return value
