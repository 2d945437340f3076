"""What cannot be gone under: Flask with nothing in it, and one INSERT that the same constraint guards."""

import sqlite3

from flask import Flask
from werkzeug.test import EnvironBuilder

from services.db import SQLITE_PRAGMAS


def environ(path: str = "/") -> dict:
    return EnvironBuilder(path=path).get_environ()


def flask_app() -> Flask:
    app = Flask("floor", static_folder=None)

    @app.get("/")
    def page():
        return "<!doctype html><title>Floor</title><p>Nothing is asked, nothing is drawn."

    return app


def booking_app(file) -> Flask:
    """A seat is taken by one INSERT, durably, in a file with the pragmas of ours."""
    connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    for pragma in SQLITE_PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("CREATE TABLE booking (id INTEGER PRIMARY KEY, slot_id, seat, status, person_id)")
    connection.execute("CREATE UNIQUE INDEX seat ON booking (slot_id, seat) WHERE status = 'booked'")
    app = Flask("floor", static_folder=None)

    @app.get("/book/<int:slot_id>")
    def book(slot_id: int):
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO booking (slot_id, seat, status, person_id) VALUES (?, 1, 'booked', 1)", (slot_id,))
        connection.execute("COMMIT")
        return "booked"

    return app
