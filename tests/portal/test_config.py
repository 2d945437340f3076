"""Settings are read once, and say everything that is wrong with them at once."""

import pytest

from portal.config import Misconfigured, read

REAL = {
    "PRACOWNIA_BASE_URL": "https://pracownia.example", "PRACOWNIA_SECRET_KEY": "k" * 40,
    "PRACOWNIA_SMTP_URL": "smtp://mail.example", "PRACOWNIA_MAIL_FROM": "a@example.org",
}  # fmt: skip


def test_the_demo_needs_nothing(tmp_path):
    settings = read({"PRACOWNIA_DEMO": "1", "PRACOWNIA_VAR": str(tmp_path)})

    assert settings.is_demo
    assert settings.database_url == f"sqlite:///{tmp_path / 'pracownia.db'}"
    assert len(settings.secret_key) >= 32
    assert "BEGIN PRIVATE KEY" in settings.vapid_private_key


def test_the_demos_secrets_stay_the_same_and_are_nobody_elses_to_read(tmp_path):
    first, again = (read({"PRACOWNIA_DEMO": "1", "PRACOWNIA_VAR": str(tmp_path)}) for _ in range(2))

    assert (first.secret_key, first.vapid_private_key) == (again.secret_key, again.vapid_private_key)
    assert {path.stat().st_mode & 0o077 for path in (tmp_path / "secret-key", tmp_path / "vapid.pem")} == {0}


def test_outside_the_demo_no_secret_has_a_default_and_all_that_is_missing_is_said_at_once(tmp_path):
    with pytest.raises(Misconfigured) as wrong:
        read({"PRACOWNIA_VAR": str(tmp_path)})

    assert {name for name, code in wrong.value.problems if code == "missing"} == set(REAL)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("BASE_URL", "http://pracownia.example", "not-https"), ("BASE_URL", "pracownia.example", "not-a-url"),
        ("SECRET_KEY", "short", "too-short"), ("SMTP_URL", "https://mail.example", "not-a-url"),
        ("DATABASE_URL", "mysql://x", "not-a-database"), ("BIND", "8000x", "not-an-address"),
        ("THREADS", "many", "not-a-number"), ("PROXY_HOPS", "-1", "not-a-number"),
        ("STAFF_FACTOR", "sometimes", "not-a-factor"),
    ],
)  # fmt: skip
def test_a_setting_that_cannot_be_is_named(tmp_path, name, value, code):
    with pytest.raises(Misconfigured) as wrong:
        read(REAL | {"PRACOWNIA_VAR": str(tmp_path), f"PRACOWNIA_{name}": value})

    assert wrong.value.problems == [(f"PRACOWNIA_{name}", code)]


def test_a_command_minds_only_the_settings_that_it_uses(tmp_path):
    settings = read({"PRACOWNIA_VAR": str(tmp_path)}, only=("DATABASE_URL",))

    assert settings.database_url.startswith("sqlite:///")


def test_real_settings_are_taken_as_they_are(tmp_path):
    settings = read(REAL | {"PRACOWNIA_VAR": str(tmp_path), "PRACOWNIA_PUSH_HOSTS": "one.example, two.example"})

    assert settings.is_https
    assert settings.host == "pracownia.example"
    assert settings.push_hosts == ("one.example", "two.example")
    assert settings.vapid_private_key is None


def test_staff_need_a_second_factor_unless_it_is_a_demo_or_somebody_says_otherwise(tmp_path):
    real, demo = REAL | {"PRACOWNIA_VAR": str(tmp_path)}, {"PRACOWNIA_DEMO": "1", "PRACOWNIA_VAR": str(tmp_path)}

    assert read(real).is_factor_required and not read(demo).is_factor_required
    assert read(demo | {"PRACOWNIA_STAFF_FACTOR": "required"}).is_factor_required
    assert not read(real | {"PRACOWNIA_STAFF_FACTOR": "optional"}).is_factor_required


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("http://localhost:8000", "localhost"), ("http://127.0.0.1:8000", None), ("http://[::1]:8000", None),
        ("http://pracownia.example", None), ("https://pracownia.example:8443", "pracownia.example"), ("https://10.0.0.1", None),
    ],
)  # fmt: skip
def test_passkeys_are_tied_to_a_name_or_there_are_none(tmp_path, address, host):
    settings = {"PRACOWNIA_DEMO": "1", "PRACOWNIA_VAR": str(tmp_path), "PRACOWNIA_BASE_URL": address}

    assert read(settings).passkey_host == host
