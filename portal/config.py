"""Settings: read once from the environment, typed, and failing all at once.

Every setting is `PRACOWNIA_<NAME>`. Outside demo mode no secret has a default.
"""

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from portal.numbers import whole_or_none

PREFIX = "PRACOWNIA_"
SMS_URL = "https://api.smsapi.pl"
TWO_WAY = "2way"  # the gateway's shared number, to which people can answer
OWNER = "Gmina Miasta Gdyni"  # who answers for the site, as the accessibility statement names it
FIRST_VERSION = date(2026, 11, 22)


class Misconfigured(Exception):
    """What is wrong with the settings: a list of (setting, code)."""

    def __init__(self, problems: list[tuple[str, str]]):
        super().__init__(", ".join(f"{name}: {code}" for name, code in problems))
        self.problems = problems


@dataclass(frozen=True)
class Settings:
    is_demo: bool
    var_dir: Path
    database_url: str
    queue_url: str
    base_url: str
    bind: str
    secret_key: bytes
    smtp_url: str | None
    mail_from: str
    push_hosts: tuple[str, ...]
    vapid_private_key: str | None
    vapid_subject: str
    help_phone: str
    help_hours: str
    sms_token: str | None = None
    sms_url: str = SMS_URL
    sms_sender: str = TWO_WAY
    owner: str = OWNER
    contact_email: str = "pracownia@example.org"
    published_on: date = FIRST_VERSION
    reviewed_on: date | None = None
    proxy_hops: int = 0
    stop_seconds: int = 60
    max_body: int = 1024 * 1024
    threads: int = 4
    processes: int = 1
    staff_factor: str = "required"
    etr_reviewed_by: str = ""  # names of readers with an intellectual disability who have read the easy words

    @property
    def is_factor_required(self) -> bool:
        """Whether staff must have a second factor. Optional, only those are asked who have set one up."""
        return self.staff_factor == "required"

    @property
    def passkey_host(self) -> str | None:
        """The name that passkeys are tied to. Browsers make none for an address in numbers, nor without https."""
        name = urlsplit(self.base_url).hostname or ""
        return name if name == "localhost" or (self.is_https and not _is_number(name)) else None

    @property
    def is_https(self) -> bool:
        return self.base_url.startswith("https://")

    @property
    def host(self) -> str:
        return urlsplit(self.base_url).netloc

    @property
    def sms_replies(self) -> bool:
        """Whether a text message can be answered: one that comes from a name cannot."""
        return self.sms_sender == TWO_WAY or self.sms_sender.lstrip("+").isdecimal()

    def hook(self, channel: str) -> str:
        """Where a provider reports to us. Nobody else knows the address: it is made with the key of the installation."""
        token = hmac.new(self.secret_key, f"hook:{channel}".encode(), hashlib.sha256).hexdigest()[:32]
        return f"{self.base_url}/hooks/{channel}/{token}"

    @property
    def bind_address(self) -> tuple[str, int]:
        host, _, port = self.bind.rpartition(":")
        return host.strip("[]"), int(port)


def _is_number(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdecimal()


# Where browsers' own push services live; a subscription anywhere else is refused.
PUSH_HOSTS = (
    "fcm.googleapis.com",
    "updates.push.services.mozilla.com",
    "web.push.apple.com",
    "notify.windows.com",
)


DEMO_MARK = "demo"  # a file in the var folder: what lives there is a demo, so its commands need no settings


def read(environment: dict[str, str] | None = None, *, only: tuple[str, ...] | None = None) -> Settings:
    """The settings of this process, or Misconfigured with everything that is wrong with them.

    `only`: names of the settings that matter to this command; what is wrong with others is passed over.
    """
    env = os.environ if environment is None else environment
    problems: list[tuple[str, str]] = []

    def given(name: str, default: str | None = None) -> str | None:
        return env.get(PREFIX + name) or default

    def needed(name: str, default: str | None) -> str:
        value = given(name, default)
        if not value:
            problems.append((PREFIX + name, "missing"))
        return value or ""

    def number(name: str, default: int) -> int:
        value = given(name)
        if value is None:
            return default
        if whole_or_none(value) is None:
            problems.append((PREFIX + name, "not-a-number"))
            return default
        return int(value)

    var_dir = Path(given("VAR", "var")).resolve()

    def day(name: str, default: date) -> date:
        try:
            return date.fromisoformat(given(name, default.isoformat()))
        except ValueError:
            problems.append((PREFIX + name, "not-a-date"))
            return default

    is_marked = (var_dir / DEMO_MARK).exists() and not given("BASE_URL", "").startswith("https") and not given("SMTP_URL")
    is_demo = given("DEMO", "1" if is_marked else "0").lower() in ("1", "true", "yes")
    bind = given("BIND", "127.0.0.1:8000")
    port = whole_or_none(bind.rpartition(":")[2])
    if port is None or port > 65535:
        problems.append((PREFIX + "BIND", "not-an-address"))
    base_url = needed("BASE_URL", f"http://{bind}" if is_demo else None).rstrip("/")
    if base_url and urlsplit(base_url).scheme not in ("http", "https"):
        problems.append((PREFIX + "BASE_URL", "not-a-url"))
    elif base_url and not is_demo and not base_url.startswith("https://"):
        problems.append((PREFIX + "BASE_URL", "not-https"))
    secret = needed("SECRET_KEY", _kept(var_dir, "secret-key", lambda: secrets.token_urlsafe(48)) if is_demo else None)
    if secret and len(secret) < 32:
        problems.append((PREFIX + "SECRET_KEY", "too-short"))
    smtp_url = given("SMTP_URL")
    if not is_demo and not smtp_url:
        problems.append((PREFIX + "SMTP_URL", "missing"))
    elif smtp_url and urlsplit(smtp_url).scheme not in ("smtp", "smtps"):
        problems.append((PREFIX + "SMTP_URL", "not-a-url"))
    database_url = given("DATABASE_URL", f"sqlite:///{var_dir / 'pracownia.db'}")
    if not database_url.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
        problems.append((PREFIX + "DATABASE_URL", "not-a-database"))
    queue_url = given("QUEUE_URL", f"sqlite:///{var_dir / 'queue.db'}")
    if not queue_url.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://", "redis://", "rediss://")):
        problems.append((PREFIX + "QUEUE_URL", "not-a-queue"))
    staff_factor = given("STAFF_FACTOR", "optional" if is_demo else "required")
    if staff_factor not in ("required", "optional"):
        problems.append((PREFIX + "STAFF_FACTOR", "not-a-factor"))
    settings = Settings(
        is_demo=is_demo,
        var_dir=var_dir,
        database_url=database_url,
        queue_url=queue_url,
        base_url=base_url,
        bind=bind,
        secret_key=secret.encode(),
        smtp_url=smtp_url,
        mail_from=needed("MAIL_FROM", "Pracownia <pracownia@example.org>" if is_demo else None),
        push_hosts=tuple(host.strip() for host in given("PUSH_HOSTS", ",".join(PUSH_HOSTS)).split(",") if host.strip()),
        vapid_private_key=(given("VAPID_PRIVATE_KEY") or (_kept(var_dir, "vapid.pem", _new_vapid_key) if is_demo else None)),
        vapid_subject=given("VAPID_SUBJECT", "mailto:pracownia@example.org"),
        help_phone=given("HELP_PHONE", "58 000 00 00"),
        help_hours=given("HELP_HOURS", "8:00–16:00"),
        sms_token=given("SMS_TOKEN"),
        sms_url=given("SMS_URL", SMS_URL).rstrip("/"),
        sms_sender=given("SMS_SENDER", TWO_WAY),
        owner=given("OWNER", OWNER),
        contact_email=given("CONTACT_EMAIL", "pracownia@example.org"),
        published_on=day("PUBLISHED_ON", FIRST_VERSION),
        reviewed_on=day("REVIEWED_ON", FIRST_VERSION) if given("REVIEWED_ON") else None,
        proxy_hops=number("PROXY_HOPS", 0),
        stop_seconds=number("STOP_SECONDS", 60),
        max_body=number("MAX_BODY", 1024 * 1024),
        threads=number("THREADS", 4),
        processes=number("PROCESSES", 1),
        staff_factor=staff_factor,
        etr_reviewed_by=given("ETR_REVIEWED_BY", ""),
    )
    if only is not None:
        problems = [(name, code) for name, code in problems if name.removeprefix(PREFIX) in only]
    if problems:
        raise Misconfigured(problems)
    return settings


def _kept(var_dir: Path, name: str, make) -> str:
    """A secret of demo mode: made once, kept beside the demo's database."""
    path = var_dir / name
    if not path.exists():
        var_dir.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(make(), "ascii")
    return path.read_text("ascii")


def _new_vapid_key() -> str:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    return (
        ec.generate_private_key(ec.SECP256R1())
        .private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        .decode()
    )
