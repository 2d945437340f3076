"""Outside demo mode the site answers to its own name only, and says how it is to whoever asks."""

import pytest

from tests.portal.sending import make_app

OURS = "pracownia.example"


@pytest.fixture
def client(tmp_path, sqlite_url):
    return make_app(tmp_path, sqlite_url, is_demo=False, smtp_url="smtp://127.0.0.1:25").test_client()


@pytest.mark.parametrize(("host", "status"), [(OURS, 200), (OURS.upper(), 200), ("evil.example", 400), ("127.0.0.1:8000", 400)])
def test_a_page_is_for_our_own_name(client, host, status):
    assert client.get("/sign-in", headers={"Host": host}).status_code == status


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:8000"])
def test_another_name_gets_a_page_of_ours_with_its_headers(client, host):
    answer = client.get("/plan", headers={"Host": host})

    assert "Content-Security-Policy" in answer.headers
    assert host not in answer.get_data(as_text=True)


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
@pytest.mark.parametrize("host", [OURS, "127.0.0.1:8000", "10.0.0.7"])
def test_who_looks_after_our_health_may_call_us_by_our_address(client, path, host):
    assert client.get(path, headers={"Host": host}).json == {"status": "ok"}
