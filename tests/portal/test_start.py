"""What can be wrong with a machine is one sentence at the start; two processes that start at once do not trip over each other."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from portal import cli, config, i18n


def settings(**more):
    return {"PRACOWNIA_DEMO": "1", **{f"PRACOWNIA_{name}": value for name, value in more.items()}}


@pytest.mark.parametrize("bind", ["127.0.0.1:99999", "127.0.0.1:²", "127.0.0.1", "127.0.0.1:-1"])
def test_a_port_that_no_machine_has_is_named(tmp_path, bind):
    with pytest.raises(config.Misconfigured, match="PRACOWNIA_BIND: not-an-address"):
        config.read(settings(VAR=str(tmp_path), BIND=bind))


@pytest.mark.parametrize("bind", ["127.0.0.1:0", "[::]:8000", "0.0.0.0:65535"])
def test_a_port_that_a_machine_has_is_taken(tmp_path, bind):
    assert config.read(settings(VAR=str(tmp_path), BIND=bind)).bind == bind


@pytest.mark.parametrize("act", ["migrate", "demo", "doctor", "serve", "worker"])
def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path, monkeypatch, capsys, act):
    (tmp_path / "file").touch()
    for name, value in settings(VAR=str(tmp_path / "file" / "var")).items():
        monkeypatch.setenv(name, value)

    with pytest.raises(SystemExit) as ended:
        cli.main([act])

    assert ended.value.code == 1
    assert "PRACOWNIA_VAR" in capsys.readouterr().err


def test_catalogues_of_a_package_that_is_not_ours_to_write_are_made_in_the_var_folder(tmp_path):
    with ThreadPoolExecutor(4) as starts:  # as if four processes began together
        folders = set(starts.map(lambda _: i18n.compile_catalogues(tmp_path, beside=False), range(4)))

    assert folders == {tmp_path / "translations"}
    assert {path.name for path in folders.pop().rglob("*.*") if path.is_file()} == {"messages.mo", "easy.mo"}
    assert len(list(tmp_path.rglob("*.mo"))) == len(list(i18n.TRANSLATIONS.rglob("*.po")))
