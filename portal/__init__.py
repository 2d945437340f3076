"""How people meet the programme: Flask, templates, worker. `create_app` reads like a table of contents."""

from datetime import timedelta
from pathlib import Path

from portal.config import Settings, read

HERE = Path(__file__).parent


def create_app(settings: Settings | None = None):
    """The web application for these settings (by default, the environment's)."""
    from htmx_flask import Htmx

    from portal import (
        assets,
        auth,
        dates,
        delivery,
        edge,
        errors,
        films,
        hard_words,
        i18n,
        security,
        show,
        statement,
        taken_up,
        views,
    )
    from services import channels
    from services.db import Database

    settings = settings or read()
    channels.switch(settings)
    app = edge.Portal(__name__, static_folder=None)
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="__Host-pracownia" if settings.is_https else "pracownia",
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(days=90),
        SESSION_REFRESH_EACH_REQUEST=False,  # see portal.auth
        MAX_CONTENT_LENGTH=settings.max_body,
        WTF_CSRF_ENABLED=False,  # see portal.security
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.extensions["database"] = Database(settings.database_url)
    folder = settings.var_dir / "static"
    app.extensions["assets"] = assets.Assets(assets.build(HERE / "static", folder), folder)
    Htmx(app)
    i18n.init(app)
    dates.init(app)
    edge.init(app)
    security.init(app)
    films.init(app)
    delivery.init(app)
    auth.init(app)
    taken_up.init(app)
    statement.init(app)
    show.init(app)
    hard_words.init(app)
    errors.init(app)
    views.init(app)
    auth.require_declared(app)
    _serve_static(app, settings)
    return app


def _serve_static(app, settings: Settings) -> None:
    from werkzeug.middleware.proxy_fix import ProxyFix
    from whitenoise import WhiteNoise

    from portal import films, security

    app.wsgi_app = WhiteNoise(
        app.wsgi_app,
        root=settings.var_dir / "static",
        prefix="static/",
        immutable_file_test=lambda path, url: True,  # every name carries its content's hash
        add_headers_function=lambda headers, path, url: security.add_to(headers, settings),
        allow_all_origins=False,
        mimetypes={".vtt": "text/vtt"},
    )
    films.serve(app.wsgi_app, settings.var_dir)
    if settings.proxy_hops:
        hops = settings.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)
