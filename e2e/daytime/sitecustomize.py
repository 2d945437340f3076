"""Imported by every Python that is started with this folder on its path: sets the product's clock, and nothing else."""

import os
from datetime import timedelta

if seconds := int(os.environ.get("E2E_SECONDS_AHEAD") or 0):
    from services import clock

    true = clock.now
    clock.now = lambda: true() + timedelta(seconds=seconds)
