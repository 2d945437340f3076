"""The application for a WSGI server."""

import gc

from portal import create_app

app = create_app()

# What is loaded by now stays until the end. The collector need not look through it again: that is a tenth of a page's time.
gc.collect()
gc.freeze()
