"""SMS by the gateway SMSAPI.pl: sending, and reading what it reports back.

Where the facts come from, for whoever has to look again:
- the request (`sms.do`, its parameters) and the form of answers and errors: the gateway's own clients, smsapi/smsapi-go
  (`sms.go`, `error.go`) and smsapi/smsapi-python-client (`sms/api.py`). The answer to a refused message is HTTP 200 too.
- the numbers of errors: section "Error codes" of https://www.smsapi.pl/docs/. It speaks of 53 (`idx` was there already,
  with `check_idx`) for a day; another section names a shorter time, so a repeat is known as one for hours, not for ever.
- 56, how long a message may be kept: from one hour (older editions: 15 minutes) to 72 (older: 12).
- reports: section "Raporty Callback" and "Lista statusow doreczenia", and YetiForceCRM `api/webservice/SMS/SMSAPI/Report.php`.
  A GET with MsgId, status, status_name, idx, donedate, to, from, points, username, mcc, mnc; several reports are one call,
  their values separated by commas. It is repeated until the body of the answer is exactly "OK".
- replies: section "Odbiory wiadomosci", and YetiForceCRM `Reception.php`. A POST of a form with sms_to, sms_from, sms_text,
  sms_date, username, MsgId, the last being the number of *our* message (empty on a number of one's own). Answered "OK" too.
  A telephone can answer only what came from a number: `from` is "2way" or a number of one's own, not a name.
None of it is signed: the secret is in the address that we register.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlencode, urlsplit

from services import clock
from services.channels import ACCEPTED, DEADLINE, Outcome
from services.channels.reports import Reply, Report
from services.channels.sms_text import PARTS, fits

SHORTEST, LONGEST = timedelta(hours=1, minutes=2), timedelta(hours=71, minutes=55)  # a margin for two clocks that differ
NUMBER = re.compile(r"\+[1-9][0-9]{7,14}")
REFERENCE = re.compile(r"[\w-]{1,255}", re.ASCII)

HAS_IT = {53}
THIS_ONE = {13, 57, 59, 112}  # no valid number; blocked by us; by them; a country that the account does not write to
CROWDED = {52, 202, 203}  # too many for one number in a minute; too many at once
THEIRS = {200, 201, 999}  # the gateway's own trouble
# The account, the sender, the token, the address we call from, what it may send and when: once mended, the same message
# goes through. 8 is "please report".
OURS = {8, 14, 70, 74, 94, 98, 101, 102, 103, 105, 110, 401, 997, 1000, 1001}

REACHED, PENDING, FAILED = "reached", "pending", "failed"
STATES = {
    "404": REACHED,
    "401": PENDING, "403": PENDING, "408": PENDING, "409": PENDING, "410": PENDING, "411": PENDING,  # 401, 408: nobody knows
    "402": FAILED, "405": FAILED, "406": FAILED, "407": FAILED, "412": FAILED,
}  # fmt: skip
CODE_OF = {
    "NOT_FOUND": "401", "EXPIRED": "402", "SENT": "403", "DELIVERED": "404", "UNDELIVERED": "405", "FAILED": "406",
    "REJECTED": "407", "UNKNOWN": "408", "QUEUE": "409", "ACCEPTED": "410", "RENEWAL": "411", "STOP": "412",
}  # fmt: skip


class SmsApi:
    """Sends from as many threads as there are. `close()` it in the end. ValueError when the settings name no gateway."""

    def __init__(self, url: str, token: str, sender: str, notify_url: str | None = None, *, deadline: float = DEADLINE):
        from services.channels.http import Poster  # here: the web process reads reports without it

        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("sms-url")
        if not token or not token.isascii() or not token.isprintable():
            raise ValueError("sms-token")
        self._url = url.rstrip("/") + "/sms.do"
        self._headers = {"authorization": f"Bearer {token}", "content-type": "application/x-www-form-urlencoded"}
        self._sender, self._notify_url = sender, notify_url
        self._poster = Poster(deadline=deadline)

    def send(self, number_e164: str, text: str, reference: str, useful_until: datetime) -> Outcome:
        """Hand one SMS to the gateway. Never raises for what is stored or answered.

        `reference` stays the same when it is sent again: after an answer that was lost, the gateway knows the repeat.
        """
        if not NUMBER.fullmatch(number_e164):
            return Outcome("refused", "number-malformed")
        if not fits(text):
            return Outcome("refused", "sms-too-long", is_alarm=True)
        lasts = min(max(useful_until - clock.now(), SHORTEST), LONGEST)
        fields = {
            "from": self._sender,
            "to": number_e164.removeprefix("+"),
            "message": text,
            "format": "json",
            "encoding": "utf-8",
            "idx": reference,
            "check_idx": "1",
            "expiration_date": str(int((clock.now() + lasts).timestamp())),
            "max_parts": str(PARTS),
            "details": "1",
        }
        if self._notify_url:
            fields["notify_url"] = self._notify_url
        try:
            answer = self._poster.post(self._url, self._headers, urlencode(fields).encode())
        except TimeoutError:
            return Outcome("later", "sms-timeout")
        except OSError:
            return Outcome("later", "sms-away")
        return judge(answer.status, answer.body, answer.headers.get("retry-after", ""))

    def close(self) -> None:
        self._poster.close()


def judge(status: int, body: bytes, retry_after: str = "") -> Outcome:
    """What the gateway means by its answer. Nothing of its words is kept: they repeat the number."""
    said = _read(body)
    entries = said.get("list")
    entry = entries[0] if isinstance(entries, list) and entries and isinstance(entries[0], dict) else {}
    code = _code(said.get("error")) or _code(entry.get("error"))
    if code:
        return _by_code(code, retry_after)
    if not 200 <= status < 300:
        return _by_status(status, retry_after)
    name = entry.get("id")
    if isinstance(name, str | int) and str(name).strip() and not entry.get("error"):
        return Outcome("accepted", provider_ref=str(name).strip()[:64])
    return Outcome("later", "sms-unreadable")  # it may have it: the same reference will tell


def _read(body: bytes) -> dict:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _code(error: object) -> int | None:
    text = str(error)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None


def _by_code(code: int, retry_after: str) -> Outcome:
    reason = f"sms-{code}"
    if code in HAS_IT:
        return ACCEPTED
    if code in THIS_ONE:
        return Outcome("refused", reason)
    if code in CROWDED:
        return Outcome("later", reason, after=_wait(retry_after) or timedelta(minutes=1))
    if code in THEIRS:
        return Outcome("later", reason, after=_wait(retry_after))
    if code in OURS:
        return Outcome("later", reason, is_alarm=True)
    return Outcome("refused", reason, is_alarm=True)  # a mistake in what we asked, and the same the next time


def _by_status(status: int, retry_after: str) -> Outcome:
    """An answer without a number of an error. It is not about this message: the gateway always gives one for that."""
    is_theirs = status in (408, 429) or status >= 500
    return Outcome("later", f"sms-http-{status}", after=_wait(retry_after) if is_theirs else None, is_alarm=not is_theirs)


def _wait(retry_after: str) -> timedelta | None:
    from services.channels.http import read_retry_after  # an answer was here, so it is loaded already

    return read_retry_after(retry_after)


def read_report(fields: Mapping[str, str]) -> list[Report]:
    """The reports in one call; an empty list when it holds none. A value that is missing from a row of them is unknown."""
    names = _row(fields, "MsgId")
    rows = {field: _row(fields, field) for field in ("status", "status_name", "idx")}

    def at(field: str, number: int) -> str:
        return rows[field][number] if number < len(rows[field]) else ""

    return [
        _report(name, at("idx", number), at("status", number), at("status_name", number))
        for number, name in enumerate(names) if name
    ]  # fmt: skip


def _row(fields: Mapping[str, str], name: str) -> list[str]:
    return [value.strip() for value in fields.get(name, "")[:100_000].split(",")]


def _report(name: str, reference: str, status: str, status_name: str) -> Report:
    code = status if status in STATES else CODE_OF.get(status_name.upper())
    known = reference if REFERENCE.fullmatch(reference) else None
    return Report(name[:64], known, STATES.get(code, PENDING), f"sms-status-{code or 'unknown'}")


def read_reply(fields: Mapping[str, str]) -> Reply | None:
    """The reply in one call; None when it holds none, or not from a telephone that could be written to."""
    number = "+" + fields.get("sms_from", "").strip().removeprefix("+")
    if "sms_text" not in fields or not NUMBER.fullmatch(number):
        return None
    # Field by field, each with its length: no two replies may run together into one.
    parts = [fields.get(name, "").strip() for name in ("MsgId", "sms_from", "sms_to", "sms_date", "sms_text")]
    key = hashlib.sha256("".join(f"{len(part)}:{part}" for part in parts).encode("utf-8", "replace")).hexdigest()[:32]
    return Reply(number, fields["sms_text"], key, parts[0][:64] or None)
