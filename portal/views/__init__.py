"""One blueprint per word."""

from importlib import import_module

from flask import Flask

WORDS = (
    "entry", "plan", "booking", "bookings", "visits", "attendance", "acting", "acting_entry", "acting_plan", "reminders", "contacts", "leaving", "needs", "places", "interpreters", "passkeys", "second", "look", "help", "files", "pwa", "install", "next", "health", "outbox",
    "today", "slots", "imports", "people", "plans", "papers", "sendings", "texts", "tasks", "receipts", "offers", "follow_ups", "calls", "hooks", "barriers",
)  # fmt: skip
DEMO_WORDS = ("mailbox", "gallery")


def init(app: Flask) -> None:
    for word in WORDS + (DEMO_WORDS if app.config["SETTINGS"].is_demo else ()):
        module = import_module(f"portal.views.{word}")
        register = getattr(module, "register", None)
        if register:
            register(app)
        else:
            app.register_blueprint(module.bp)
