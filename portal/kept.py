"""What a phone of one's own may keep."""

import hashlib

from flask import current_app

from portal.show import Page
from services import clock


def kept_as(page: Page) -> str:
    """A name for the state of the pages that look the same for days: another look, language, edition or day, another name."""
    files = sorted(current_app.extensions["assets"].names.values())
    state = (
        page.lang,
        page.theme,
        page.text_size,
        str(page.is_easy),
        page.name,
        page.help_phone,
        clock.today().isoformat(),
        *files,
    )
    return hashlib.sha256("|".join(state).encode()).hexdigest()[:12]
