"""Many sessions that begin together."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from services.errors import Refused


def in_parallel(database, act, how_many):
    """What `act(db, number)` came to in each of so many sessions that begin together: the value, or the refusal's code."""
    together = Barrier(how_many)

    def one(number):
        with database.write() as db:
            together.wait()
            try:
                value = act(db, number)
            except Refused as no:
                value = no.code
            db.commit()  # a try counts whatever comes of it
            return value

    with ThreadPoolExecutor(how_many) as threads:
        return list(threads.map(one, range(how_many)))
