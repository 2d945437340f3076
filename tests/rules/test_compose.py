"""What can be said of compose.yaml, its image and its proxy without starting them."""

import ast
import re

import pytest
import yaml

from portal import cli, config
from tests.rules.house import TOP, text

COMPOSE = yaml.safe_load((TOP / "compose.yaml").read_text("utf-8"))
SERVICES = COMPOSE["services"]
EXAMPLE = dict(
    line.split("=", 1) for line in (TOP / ".env.example").read_text("utf-8").splitlines() if line and not line.startswith("#")
)
OURS = [name for name, service in SERVICES.items() if service.get("build")]
SECRET = re.compile(r"PASSWORD|SECRET|TOKEN|PRIVATE")


def settings():
    """Every name that portal/config.py asks the environment for: given("NAME"), number("NAME", 0) and their like."""
    asked = (node for node in ast.walk(ast.parse(text("portal/config.py"))) if isinstance(node, ast.Call) and node.args)
    names = {node.args[0].value for node in asked if isinstance(node.args[0], ast.Constant)}
    return {config.PREFIX + name for name in names if re.fullmatch("[A-Z][A-Z_]+", str(name))}


def environment(service):
    return SERVICES[service].get("environment", {})


def dockerfile(instruction):
    found = re.findall(rf"^{instruction} (.+)$", (TOP / "Dockerfile").read_text("utf-8").replace("\\\n", " "), re.M)
    return [line.split() for line in found]


def holds_secret(name, value):
    """Whether a value is written down that only the installation may know."""
    if re.search(r"://[^:/@]*:(?!\$\{)[^@/]*@", value):
        return True
    return bool(SECRET.search(name) and value and not re.fullmatch(r"\$\{\w+(:\?[^}]*)?\}", value))


def test_two_webs_two_workers_and_what_they_need():
    assert {"web", "worker", "migrate", "postgres", "redis", "proxy"} == set(SERVICES)
    assert [SERVICES[name]["deploy"]["replicas"] for name in ("web", "worker")] == [2, 2]


def test_every_setting_that_is_named_is_one_that_the_program_reads():
    named = {name for service in OURS for name in environment(service)} | set(EXAMPLE)
    named |= {part.split("=")[0] for line in dockerfile("ENV") for part in line}
    ours = {name for name in named if name.startswith(config.PREFIX)}

    assert len(ours) > 8
    assert ours - settings() == set()


def test_what_has_no_default_is_asked_for_in_the_example():
    with pytest.raises(config.Misconfigured) as missing:
        config.read({})

    assert {name for name, _ in missing.value.problems} - set(EXAMPLE) == set()


def test_the_settings_with_the_example_filled_in_are_right():
    filled = {name: value or ("x" * 40 if SECRET.search(name) else "") for name, value in EXAMPLE.items()}
    filled["PRACOWNIA_SMTP_URL"] = "smtp://mail.example.org:587"
    for name, value in environment("web").items():
        filled[name] = re.sub(r"\$\{(\w+)[^}]*\}", lambda match: filled[match[1]], value)
    found = config.read(filled)

    assert not found.is_demo
    assert found.proxy_hops == 1  # the one proxy, and nobody before it
    assert found.database_url.startswith("postgresql://")
    assert found.queue_url.startswith("redis://")


@pytest.mark.parametrize("service", OURS)
def test_every_command_is_one_that_exists(service, capsys):
    program, *act = SERVICES[service]["command"]
    with pytest.raises(SystemExit) as end:
        cli.main([*act, "--help"])

    assert (program, end.value.code) == ("pracownia", 0), capsys.readouterr().err


def test_whom_a_service_waits_for_is_there_and_the_database_is_migrated_before_anybody_works():
    waits = {name: service.get("depends_on", {}) for name, service in SERVICES.items()}

    assert {other for others in waits.values() for other in others} <= set(SERVICES)
    for name in ("web", "worker"):
        assert waits[name]["migrate"] == {"condition": "service_completed_successfully"}
    for name, others in waits.items():
        for other, how in others.items():
            has_check = SERVICES[other].get("healthcheck", {}).get("test") or other == "web"  # the image's own
            assert how["condition"] != "service_healthy" or has_check, (name, other)


def test_only_the_proxy_is_reached_from_outside():
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert COMPOSE["networks"]["data"]["internal"]
    assert SERVICES["postgres"]["networks"] == SERVICES["redis"]["networks"] == ["data"]


def test_the_proxy_sends_to_the_port_at_which_the_web_listens():
    caddy = (TOP / "deploy" / "Caddyfile").read_text("utf-8")
    [bind] = [part for line in dockerfile("ENV") for part in line if part.startswith("PRACOWNIA_BIND=")]

    assert re.search(r"^\s*name (\w+)$", caddy, re.M)[1] in OURS
    assert re.search(r"^\s*port (\d+)$", caddy, re.M)[1] == bind.rpartition(":")[2] == dockerfile("EXPOSE")[0][0]


def test_no_secret_is_written_down():
    written = [
        (service, name) for service in SERVICES for name, value in environment(service).items() if holds_secret(name, value)
    ]  # fmt: skip
    asked = set(re.findall(r"\$\{(\w+)", (TOP / "compose.yaml").read_text("utf-8")))

    assert written == []
    assert [name for name, value in EXAMPLE.items() if SECRET.search(name) and value] == []
    assert asked - set(EXAMPLE) == set()
    assert ".env" in (TOP / ".gitignore").read_text("utf-8").splitlines()


@pytest.mark.parametrize(
    ("name", "value"),
    [("POSTGRES_PASSWORD", "hunter2"), ("ANY_URL", "redis://:hunter2@redis/0"), ("PRACOWNIA_SECRET_KEY", "a${B:-hunter2}")],
)
def test_the_rule_sees_a_secret(name, value):
    assert holds_secret(name, value)


def test_what_the_image_copies_is_there_and_is_let_through_to_it():
    copied = [path for line in dockerfile("COPY") if not line[0].startswith("--") for path in line[:-1]]
    let_through = (TOP / ".dockerignore").read_text("utf-8").splitlines()

    assert copied
    assert [path for path in copied if not (TOP / path).exists() or f"!{path}" not in let_through] == []


def test_nothing_of_ours_runs_as_root_or_keeps_data_in_its_container():
    assert dockerfile("USER") == [["pracownia"]]
    for name in OURS:
        assert SERVICES[name]["read_only"] and "volumes" not in SERVICES[name]
    assert {volume.split(":")[0] for name in ("postgres", "proxy") for volume in SERVICES[name]["volumes"]} >= set(
        COMPOSE["volumes"]
    )
