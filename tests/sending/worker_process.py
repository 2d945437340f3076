"""A worker as a process of its own, at a stopped clock, for tests that kill it: `python -m tests.sending.worker_process`.

What it needs stands in SENDING: where, when, and "once" (plan and send what is due, then say so) or "run" (work as
`pracownia worker` does). "held" makes it stop in the middle of planning, with some of it committed and some not.
"""

import json
import os
import sys
from datetime import datetime
from pathlib import Path
from threading import Event

from portal import worker
from services import clock, reminders
from tests.portal.sending import make_app

AT_A_TIME = 3


def hold_in_planning() -> None:
    """Some reminders at a time; stop before the second lot is committed."""
    whole, calls = reminders.plan_some, []
    reminders.AT_A_TIME = AT_A_TIME

    def held(db, after=None):
        found = whole(db, after)
        calls.append(found)
        if len(calls) == 2:
            print("held", flush=True)
            Event().wait()
        return found

    reminders.plan_some = held


def main() -> None:
    told = json.loads(os.environ["SENDING"])
    told["settings"]["push_hosts"] = tuple(told["settings"]["push_hosts"])
    with clock.frozen(datetime.fromisoformat(told["at"])):
        app = make_app(Path(told["folder"]), told["url"], **told["settings"])
        if told["how"] == "held":
            hold_in_planning()
        print("at work", flush=True)
        if told["how"] == "run":
            worker.run(app)
        else:
            print("done", dict(worker.run_once(app)), flush=True)
        worker.close(app)


if __name__ == "__main__":
    sys.exit(main())
