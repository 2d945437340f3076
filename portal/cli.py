"""The console command `pracownia`. What it says stands in `templates/cli/words.txt`; it ends with 0 only when all went well."""

import argparse
import os
import socket
import sys
from datetime import timedelta
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from portal import config
from services import migrations
from services.db import Database
from services.errors import NotFound, Refused

WORDS = Path(__file__).parent / "templates" / "cli"


class Stop(Exception):
    """End with one clear sentence."""

    def __init__(self, code: str, **facts):
        super().__init__(code)
        self.code, self.facts = code, facts


def words(code: str, **facts) -> str:
    module = Environment(loader=FileSystemLoader(WORDS), trim_blocks=True, lstrip_blocks=True).get_template("words.txt").module
    return str(getattr(module, code.replace("-", "_"))(**facts)).strip()


def say(code: str, **facts) -> None:
    print(words(code, **facts), flush=True)


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="pracownia", description=words("about"))
    acts = parser.add_subparsers(dest="act", required=True, metavar="COMMAND")
    for name in ("serve", "migrate", "demo", "doctor"):
        acts.add_parser(name, help=words(f"help-{name}"))
    worker = acts.add_parser("worker", help=words("help-worker"))
    worker.add_argument("--once", action="store_true", help=words("help-once"))
    what = acts.add_parser("import", help=words("help-import")).add_subparsers(dest="what", required=True, metavar="WHAT")
    participants = what.add_parser("participants", help=words("help-import"))
    participants.add_argument("file", type=Path, metavar="FILE")
    participants.add_argument("--edition", help=words("help-edition"))
    link = acts.add_parser("sign-in-link", help=words("help-link"))
    link.add_argument("address", metavar="ADDRESS")
    member = acts.add_parser("add-staff", help=words("help-staff"))
    for name in ("first_name", "last_name", "email", "role"):
        member.add_argument(name, metavar=name.upper(), help=words("help-role") if name == "role" else None)
    member.add_argument("--man", action="store_true", help=words("help-man"))
    member.add_argument("--organisation", help=words("help-organisation"))
    acts.add_parser("end-staff", help=words("help-end-staff")).add_argument("email", metavar="EMAIL")
    acts.add_parser("reset-factor", help=words("help-reset-factor")).add_argument("email", metavar="EMAIL")
    args = parser.parse_args(argv)
    try:
        globals()[f"run_{args.act.replace('-', '_')}"](args)
    except Stop as stop:
        print(words(stop.code, **stop.facts), file=sys.stderr)
        sys.exit(1)
    except config.Misconfigured as wrong:
        print(words("misconfigured", problems=wrong.problems), file=sys.stderr)
        sys.exit(2)
    except OperationalError:
        print(words("database-away"), file=sys.stderr)
        sys.exit(1)
    except OSError as error:
        if error.filename is None:
            raise
        print(words("folder-closed", file=error.filename, why=error.strerror), file=sys.stderr)
        sys.exit(1)


def _database(settings: config.Settings, *, is_migrated: bool = True) -> Database:
    if settings.database_url.startswith("sqlite:///"):
        Path(settings.database_url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database_url)
    if is_migrated:
        with database.reading.connect() as connection:
            current, newest = migrations.current_and_newest(connection)
        if current != newest:
            raise Stop("not-migrated")
    return database


def run_serve(_args) -> None:
    from granian import Granian

    settings = config.read()
    host, port = settings.bind_address
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            raise Stop("port-busy", bind=settings.bind) from None
    _database(settings).close()
    processes = 1 if settings.database_url.startswith("sqlite") else settings.processes
    say("serving", url=settings.base_url)
    Granian(
        "portal.wsgi:app", address=host, port=port, interface="wsgi", workers=processes, blocking_threads=settings.threads,
        log_level="warning",
    ).serve()  # fmt: skip


def run_worker(args) -> None:
    from portal import create_app, worker

    settings = config.read()
    _database(settings).close()
    app = create_app(settings)
    if args.once:
        say("sent-once", count=worker.run_once(app))
    else:
        say("working")
        worker.run(app)


def run_migrate(_args) -> None:
    settings = config.read(only=("DATABASE_URL",))
    _database(settings, is_migrated=False).close()
    migrations.upgrade(settings.database_url)
    say("migrated")


def run_demo(_args) -> None:
    from services import demo

    settings = config.read()
    if not settings.is_demo:
        raise Stop("demo-off")
    settings.var_dir.mkdir(parents=True, exist_ok=True)
    (settings.var_dir / config.DEMO_MARK).touch()
    with _database(settings).write() as db, db.begin():
        is_new = demo.fill(db)
    say("demo-filled" if is_new else "demo-there")


def run_import(args) -> None:
    from services import frame, imports

    settings = config.read(only=("DATABASE_URL",))
    try:
        data = args.file.read_bytes()
    except OSError:
        raise Stop("file-unreadable", file=args.file) from None
    with _database(settings).write() as db, db.begin():
        try:
            edition = frame.ensure_frame(db, edition=args.edition)
        except NotFound:
            raise Stop("no-edition", edition=args.edition) from None
        try:
            report = imports.import_participants(db, data, edition=edition)
        except Refused as no:
            raise Stop("register-refused", reason=no.code, facts=no.facts, file=args.file) from None
        name = edition.name
    say("imported", report=report, edition=name)
    if report.problems:
        sys.exit(1)


def run_add_staff(args) -> None:
    from services import frame, staff
    from services.permissions import SYSTEM

    settings = config.read(only=("DATABASE_URL",))
    with _database(settings).write() as db, db.begin():
        frame.ensure_frame(db)
        try:
            staff.add(
                db, SYSTEM, first_name=args.first_name, last_name=args.last_name, email=args.email, role=args.role,
                gender="male" if args.man else "female", organisation=args.organisation,
            )  # fmt: skip
        except Refused:
            raise Stop("no-role", role=args.role, known=staff.ROLES) from None
        except NotFound:
            raise Stop("no-organisation", organisation=args.organisation) from None
    say("staff-added", email=args.email, role=args.role)


def run_end_staff(args) -> None:
    from services import staff
    from services.permissions import SYSTEM

    settings = config.read(only=("DATABASE_URL",))
    with _database(settings).write() as db, db.begin():
        try:
            staff.end(db, SYSTEM, staff.get_by_email(db, args.email))
        except NotFound:
            raise Stop("nobody-there", address=args.email) from None
    say("staff-ended", email=args.email)


def run_reset_factor(args) -> None:
    from services import factors, staff
    from services.permissions import SYSTEM

    settings = config.read(only=("DATABASE_URL",))
    with _database(settings).write() as db, db.begin():
        try:
            factors.reset(db, SYSTEM, staff.get_by_email(db, args.email))
        except NotFound:
            raise Stop("nobody-there", address=args.email) from None
    say("factor-reset", email=args.email)


def run_sign_in_link(args) -> None:
    from services import identity
    from services.models import Person

    settings = config.read(only=("DATABASE_URL", "BASE_URL", "SECRET_KEY"))
    with _database(settings).write() as db, db.begin():
        found = identity.accounts_at(db, args.address)
        if not found:
            raise Stop("nobody-there", address=args.address)
        if len(found) > 1:
            raise Stop("several-there", address=args.address, names=[one.short_name for one in found])
        who = found[0]
        owner = {"person_id": who.id} if isinstance(who, Person) else {"staff_id": who.id}
        lasts = timedelta(days=1)
        token = identity.token_of(
            settings.secret_key, identity.make_link(db, settings.secret_key, "sign-in", lasts=lasts, **owner)
        )
    print(f"{settings.base_url}/w/{token}")


def run_doctor(_args) -> None:
    """Look at everything that can be wrong, say all of it at once, and how to mend it."""
    from portal import films

    try:
        settings = config.read()
    except config.Misconfigured as wrong:
        print(words("misconfigured", problems=wrong.problems), file=sys.stderr)
        sys.exit(1)
    problems = [
        code
        for code, is_wrong in (_check_database(settings), _check_var(settings), _check_queue(settings), *_check_ways(settings))
        if is_wrong
    ]
    for code in problems:
        say(f"doctor-{code}", settings=settings)
    unseen = films.not_shown(settings.var_dir / "films")
    for screen, why in unseen:
        say("doctor-film", screen=screen, why=why, screens=films.SCREENS)
    if settings.sms_token:
        say("doctor-hook", url=settings.hook("sms"), can_reply=settings.sms_replies)
    if problems or unseen:
        sys.exit(1)
    say("doctor-well")


def _check_database(settings: config.Settings) -> tuple[str, bool]:
    try:
        with _database(settings, is_migrated=False).reading.connect() as connection:
            current, newest = migrations.current_and_newest(connection)
    except SQLAlchemyError:
        return "database-away", True
    return "not-migrated", current != newest


def _check_var(settings: config.Settings) -> tuple[str, bool]:
    folder = settings.var_dir if settings.var_dir.exists() else settings.var_dir.parent
    return "var-not-writable", not os.access(folder, os.W_OK)


def _check_queue(settings: config.Settings) -> tuple[str, bool]:
    """Servers only: a queue in a file is made when it is needed, and its folder was looked at."""
    from portal.queue import make_queue

    try:
        if not settings.queue_url.startswith("sqlite"):
            make_queue(settings.queue_url).pending_count()
    except Exception:  # whatever the queue's library or server comes up with
        return "queue-away", True
    return "queue-away", False


def _check_ways(settings: config.Settings) -> list[tuple[str, bool]]:
    from urllib.parse import urlsplit

    def is_silent(url: str | None, default: int) -> bool:
        parts = urlsplit(url or "")
        try:
            with socket.create_connection((parts.hostname, parts.port or default), timeout=3):
                return False
        except OSError:
            return True

    return [
        ("smtp-away", bool(settings.smtp_url) and is_silent(settings.smtp_url, 25)),
        ("no-push-key", not settings.vapid_private_key),
    ]
