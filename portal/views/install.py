"""The plan as an icon on the screen: how it is done, and "no, thank you" for good."""

from flask import Blueprint, redirect, url_for

from portal import install_offer
from portal.auth import public
from portal.show import show

bp = Blueprint("install", __name__, url_prefix="/install")


@bp.get("")
@public
def see():
    return show("install/see.html")


@bp.post("/never")
@public
def never():
    return install_offer.refused(redirect(url_for("plan.see"), 303))
