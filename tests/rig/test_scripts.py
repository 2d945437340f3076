"""The scripts behind `make run` and `make test`, with a stand-in for the product: what they start, say, stop and refuse."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.child import Child, ChildFailed

SCRIPTS = Path(__file__).parents[2] / "scripts"
# Writes what it was told and where it runs; a file named after the command makes it fail or end.
STAND_IN = f"""#!{sys.executable}
import os, pathlib, signal, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
what = sys.argv[1]
with open("said", "a") as said:
    print(*sys.argv[1:], os.environ["PRACOWNIA_DEMO"], os.environ["PRACOWNIA_BASE_URL"], file=said)
if pathlib.Path(f"fail-{{what}}").exists():
    sys.exit(f"{{what}} failed")
if what == "sign-in-link":
    print(os.environ["PRACOWNIA_BASE_URL"] + "/w/" + sys.argv[2])
if what in ("serve", "worker"):
    pathlib.Path(f"{{what}}.pid").write_text(str(os.getpid()))
    signal.signal(signal.SIGTERM, lambda *_: (pathlib.Path(f"{{what}}-ended").touch(), os._exit(0)))
if what == "worker":
    while True:
        signal.pause()
if what == "serve":
    class Healthz(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200 if self.path == "/healthz" else 404)
            self.end_headers()
    host, port = os.environ["PRACOWNIA_BIND"].split(":")
    HTTPServer((host, int(port)), Healthz).serve_forever()
"""


@pytest.fixture
def house(tmp_path):
    """A folder with the scripts and a virtual environment whose `pracownia` is the stand-in."""
    shutil.copytree(SCRIPTS, tmp_path / "scripts")
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    (programs / "python").symlink_to(sys.executable)
    (programs / "pracownia").write_text(STAND_IN)
    (programs / "pracownia").chmod(0o755)
    return tmp_path


@pytest.fixture
def bind():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{free.getsockname()[1]}"


def start(house, bind, **env):
    return Child([house / "scripts" / "run.sh"], ready="Ctrl-C stops it", env={"PRACOWNIA_BIND": bind, **env})


def last_words(house, bind):
    """What a run says that ends by itself with exit code 1, soon before or soon after the portal first answers."""
    try:
        run = start(house, bind)
    except ChildFailed as failed:
        return str(failed)
    assert run.process.wait(20) == 1
    run.stop()
    return run.output


def is_running(house, what):
    return Path(f"/proc/{(house / f'{what}.pid').read_text()}").exists()


def nothing_runs(house):
    return not any(is_running(house, what) for what in ("serve", "worker") if (house / f"{what}.pid").exists())


def test_it_migrates_fills_starts_both_and_prints_a_link_for_each_demo_person(house, bind):
    run = start(house, bind)
    try:
        said = (house / "said").read_text().splitlines()
        assert said[:2] == [f"migrate 1 http://{bind}", f"demo 1 http://{bind}"]
        for person in ("uczestniczka", "doradca", "psycholog", "rehabilitant", "koordynator", "admin"):
            assert f"http://{bind}/w/{person}@example.org\n" in run.output
        assert is_running(house, "serve")
        assert is_running(house, "worker")
    finally:
        run.stop()


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_being_told_to_stop_ends_both_in_order(house, bind, sign):
    run = start(house, bind)

    run.process.send_signal(sign)

    assert run.process.wait(20) == 0
    assert (house / "serve-ended").exists()
    assert (house / "worker-ended").exists()
    assert nothing_runs(house)


@pytest.mark.parametrize(("dies", "goes"), [("worker", "serve"), ("serve", "worker")])
def test_when_one_of_the_two_dies_the_other_is_stopped_and_it_counts_as_a_failure(house, bind, dies, goes):
    run = start(house, bind)

    os.kill(int((house / f"{dies}.pid").read_text()), signal.SIGKILL)

    assert run.process.wait(20) == 1
    assert (house / f"{goes}-ended").exists()
    assert nothing_runs(house)
    run.stop()
    assert "ended by itself" in run.output


@pytest.mark.parametrize("step", ["migrate", "demo", "sign-in-link", "serve", "worker"])
def test_a_step_that_fails_ends_everything(house, bind, step):
    (house / f"fail-{step}").touch()

    assert f"{step} failed" in last_words(house, bind)
    assert nothing_runs(house)


def test_a_taken_address_is_one_clear_sentence_before_anything_is_done(house):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        bind = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ChildFailed, match=f"{bind} is taken .* PRACOWNIA_BIND=127.0.0.1:8001 make run"):
            start(house, bind)

    assert not (house / "said").exists()


def test_an_address_without_a_port_is_refused(house):
    with pytest.raises(ChildFailed, match="PRACOWNIA_BIND=localhost is no address and port"):
        start(house, "localhost")


def test_outside_demo_mode_there_is_no_demo_data_and_no_link(house, bind):
    run = start(house, bind, PRACOWNIA_DEMO="0", PRACOWNIA_BASE_URL="https://pracownia.example.org")
    run.stop()

    assert "https://pracownia.example.org; Ctrl-C stops it" in run.output
    told = {line.split()[0] for line in (house / "said").read_text().splitlines()}
    assert {"migrate", "serve"} <= told <= {"migrate", "serve", "worker"}


def system(tmp_path, script, programs):
    """Run a script where nothing but these programs is to be found."""
    for name, text in programs.items():
        (tmp_path / name).write_text(f"#!/bin/bash\n{text}\n")
        (tmp_path / name).chmod(0o755)
    (tmp_path / "dirname").symlink_to(shutil.which("dirname"))
    command = ["/bin/bash", str(SCRIPTS / script), ".venv/ready"]
    return subprocess.run(command, env={"PATH": str(tmp_path)}, capture_output=True, text=True)


def test_missing_programs_that_may_not_be_installed_are_named_with_the_line_that_does(tmp_path):
    done = system(tmp_path, "system-parts.sh", {"id": "echo 1000", "firefox-esr": ""})

    line = "sudo apt-get -o DPkg::Lock::Timeout=400 install -y --no-install-recommends chromium"
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert line in done.stderr
    assert "firefox" not in done.stderr


def test_missing_programs_are_installed_by_who_may(tmp_path):
    apt = 'echo "$DEBIAN_FRONTEND $*" >> "${0%/*}/asked"'
    done = system(tmp_path, "system-parts.sh", {"id": "echo 0", "apt-get": apt, "env": '/usr/bin/env "$@"'})

    update, install = (tmp_path / "asked").read_text().splitlines()
    assert done.returncode == 0, done.stderr
    assert update == "noninteractive -o DPkg::Lock::Timeout=400 update -q"
    assert install.startswith(
        "noninteractive -o DPkg::Lock::Timeout=400 install -y --no-install-recommends chromium firefox-esr"
    )


@pytest.mark.parametrize(
    ("python", "sentence"),
    [
        ("exit 1", "Pracownia needs Python 3.11 or newer: sudo apt-get install -y python3 python3-venv\n"),
        ('[[ "$*" != *ensurepip* ]]', "are missing here: sudo apt-get install -y python3-venv\n"),
    ],
)
def test_a_machine_without_what_python_needs_is_told_the_line_that_mends_it(tmp_path, python, sentence):
    (tmp_path / "scripts").mkdir()
    house = tmp_path / "house" / "scripts"
    house.mkdir(parents=True)
    shutil.copy(SCRIPTS / "setup.sh", house)

    done = system(tmp_path, house / "setup.sh", {"python3": python})

    assert done.returncode == 1
    assert done.stderr.endswith(sentence)
    assert done.stderr.count("\n") == 1
