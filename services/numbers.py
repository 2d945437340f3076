"""Numbers that people say on the telephone."""

import secrets

LETTERS, DIGITS = "ABCDEFGHJKLMNPRSTUWXYZ", "23456789"  # no 0 and O, no 1 and I: read out on the telephone


def new_number() -> str:
    """A booking's number, like "K7M-402": some two million of them, and the unique index sees to the rest."""
    pick = secrets.choice
    return f"{pick(LETTERS)}{pick(DIGITS)}{pick(LETTERS)}-{pick(DIGITS)}{pick(DIGITS)}{pick(DIGITS)}"
