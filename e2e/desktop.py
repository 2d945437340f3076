"""A desktop that shows notifications and whose buttons can be pressed: what stands beside Firefox on a person's computer.

On Linux Firefox draws no notification itself: it hands title, text and buttons to the desktop over D-Bus, and the desktop says
which button was pressed (the Desktop Notifications Specification 1.2). This is the least of such a desktop, on a bus of its own.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Condition, Thread
from typing import Any, TypeVar

from jeepney import DBusAddress, HeaderFields, MessageType, message_bus, new_error, new_method_return, new_signal
from jeepney.io.blocking import open_dbus_connection

from tests.child import Child

NAME = "org.freedesktop.Notifications"
PLACE = DBusAddress("/org/freedesktop/Notifications", interface=NAME)
DISMISSED, CLOSED_BY_CALL = 2, 3
# No folders of services: nothing of the machine's own desktop is started by what Firefox asks on this bus.
BUS = """<busconfig><type>session</type><listen>unix:path={socket}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/></policy></busconfig>"""
Found = TypeVar("Found")


@dataclass
class Shown:
    """One notification as the desktop was told to show it. `buttons`: their words → what the desktop calls them."""

    number: int
    title: str
    body: str
    buttons: dict[str, str]
    is_quiet: bool


@dataclass
class Desktop:
    """`with Desktop() as desktop: Firefox(push.websocket_url, desktop=desktop)`.

    `shown` holds what is to be seen now, `ever` every notification that there was.
    """

    shown: dict[int, Shown] = field(default_factory=dict)
    ever: list[Shown] = field(default_factory=list)

    def __enter__(self) -> Desktop:
        self._changed, self._folder = Condition(), Path(tempfile.mkdtemp(prefix="pracownia-desktop-"))
        with contextlib.ExitStack() as until_it_works:
            until_it_works.callback(shutil.rmtree, self._folder, ignore_errors=True)
            settings = self._folder / "bus.conf"
            settings.write_text(BUS.format(socket=self._folder / "bus"))
            command = [program(), "--nofork", "--print-address", f"--config-file={settings}"]
            self._bus = Child(command, ready=r"(unix:path=\S+)")
            until_it_works.callback(self._bus.stop)
            assert self._bus.match is not None
            self.bus_address = self._bus.match[1]
            self._line = until_it_works.enter_context(open_dbus_connection(self.bus_address))
            self._line.send_and_get_reply(message_bus.RequestName(NAME))
            self._ending = until_it_works.pop_all()
        self._listener = Thread(target=self._listen, daemon=True)
        self._listener.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bus.stop()  # first, since only the end of the line wakes the listener
        self._listener.join(10)
        self._ending.close()

    def wait(self, question: Callable[[], Found], timeout: float = 20) -> Found:
        """The first true answer, asked again whenever something here has changed; else TimeoutError."""
        with self._changed:
            if found := self._changed.wait_for(question, timeout):
                return found
        raise TimeoutError(f"the desktop shows {list(self.shown.values())}, and there ever were {self.ever}")

    def wait_for(self, words: str, timeout: float = 20) -> Shown:
        """The notification with these words in its title or text, once it is to be seen."""
        return self.wait(
            lambda: next((one for one in self.shown.values() if words in f"{one.title} {one.body}"), None), timeout
        )

    def press(self, notification: Shown, button: str | None = None, *, times: int = 1) -> None:
        """Press one of its buttons, by its words; without any, the notification itself.

        It stays until Firefox takes it away, so more `times` are the presses of somebody impatient.
        """
        name = "default" if button is None else notification.buttons[button]
        for _ in range(times):
            self._tell("ActionInvoked", "us", (notification.number, name))

    def clear(self) -> None:
        """Dismiss whatever is shown."""
        for number in list(self.shown):
            self._take_away(number, DISMISSED)

    def _take_away(self, number: int, why: int) -> None:
        with self._changed:
            if self.shown.pop(number, None) is not None:
                self._tell("NotificationClosed", "uu", (number, why))
            self._changed.notify_all()

    def _tell(self, signal: str, signature: str, body: tuple[Any, ...]) -> None:
        with self._changed:
            self._line.send(new_signal(PLACE, signal, signature, body))

    def _listen(self) -> None:
        with contextlib.suppress(OSError):  # the bus has ended
            while True:
                call = self._line.receive()
                if call.header.message_type is MessageType.method_call:
                    answer = self._answer(call.header.fields[HeaderFields.member], call)
                    with self._changed:
                        self._line.send(answer)
                        self._changed.notify_all()

    def _answer(self, asked: str, call):
        if asked == "GetCapabilities":
            return new_method_return(call, "as", (["actions", "body"],))
        if asked == "GetServerInformation":
            return new_method_return(call, "ssss", ("Desktop", "Pracownia", "1", "1.2"))
        if asked == "Notify":
            return new_method_return(call, "u", (self._show(*call.body),))
        if asked == "CloseNotification":
            self._take_away(call.body[0], CLOSED_BY_CALL)
            return new_method_return(call)
        return new_error(call, "org.freedesktop.DBus.Error.UnknownMethod")

    def _show(self, _program, replaced, _icon, title, body, actions, hints, _timeout) -> int:
        with self._changed:
            number = replaced or len(self.ever) + 1
            buttons = {words: name for name, words in zip(actions[::2], actions[1::2], strict=True) if name != "default"}
            is_quiet = hints.get("suppress-sound", ("b", False))[1]
            self.shown[number] = Shown(number, title, body, buttons, is_quiet)
            self.ever.append(self.shown[number])
            return number


def program() -> str:
    if found := shutil.which("dbus-daemon"):
        return found
    raise FileNotFoundError("apt-get install -y --no-install-recommends dbus-daemon libnotify4")
