"""The web UI's files, and the cookie of a browser that gave its token."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from modelcompose.hub.app import create_app
from modelcompose.hub.hub import Hub, open_hub
from modelcompose.hub.pages import Pages
from modelcompose.hub.tokens import store
from modelcompose.hub.tokens.principal import Role
from tests.asgi import Caller

_FAR = {"x-forwarded-for": "192.0.2.1"}
"""What a proxy adds: such a call needs a token."""
_OWN = {"origin": "http://127.0.0.1:4750"}


@pytest.fixture
def built(tmp_path: Path) -> Path:
    folder = tmp_path / "static"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html>start")
    (folder / "assets" / "page-1a2b.js").write_text("export {}")
    (folder / "assets" / "page-1a2b.js.gz").write_bytes(gzip.compress(b"export {}"))
    (tmp_path / "secret.txt").write_text("secret")
    return folder


@pytest.fixture
def ask(built: Path) -> Caller:
    return Caller(Pages(built))


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    hub = open_hub(tmp_path / "hub.db", tmp_path / "home")
    yield hub
    hub.close()


@pytest.fixture
def call(hub: Hub) -> Caller:
    return Caller(create_app(hub))


@pytest.fixture
def token(hub: Hub) -> Callable[[Role], str]:
    def made(role: Role) -> str:
        with hub.database.write() as connection:
            return store.create(connection, role, {"": role}, hub.clock())[1]

    return made


def test_every_path_that_is_no_call_gives_the_first_page(ask: Caller) -> None:
    for path in ("/", "/runs", "/projects/a.b/runs", "/models/v1.2/versions/3"):
        answer = ask.get(path)
        assert (answer.status_code, answer.text) == (200, "<!doctype html>start")


def test_a_page_may_run_no_script_but_the_hubs_own(ask: Caller) -> None:
    policy = ask.get("/").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert ask.get("/").headers["x-content-type-options"] == "nosniff"


def test_a_file_named_by_its_content_is_kept_for_good_and_the_page_is_asked_for_again(
    ask: Caller,
) -> None:
    assert "immutable" in ask.get("/assets/page-1a2b.js").headers["cache-control"]
    page = ask.get("/")
    assert page.headers["cache-control"] == "no-cache"
    again = ask.get("/", headers={"if-none-match": page.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_compressed_form_is_given_to_those_who_read_it(ask: Caller) -> None:
    packed = ask.get("/assets/page-1a2b.js", headers={"accept-encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.text == "export {}"
    plain = ask.get("/assets/page-1a2b.js", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.text == "export {}"


def test_a_file_that_is_not_there_is_no_page(ask: Caller) -> None:
    assert ask.get("/assets/other.js").status_code == 404
    assert ask.get("/robots.txt").status_code == 404


@pytest.mark.parametrize(
    "path", ["/..%2fsecret.txt", "/assets/..%2f..%2fsecret.txt", "/%2e%2e/secret.txt"]
)
def test_no_path_leads_out_of_the_folder(ask: Caller, path: str) -> None:
    assert "secret" not in ask.get(path).text


def test_however_many_slashes_end_a_path_its_file_is_kept_once(built: Path) -> None:
    ask = Caller(Pages(built))
    for count in range(20):
        assert ask.get(f"/index.html{'/' * count}").text == "<!doctype html>start"
        (built / "index.html").write_text("another")  # what was read is not read again


def test_a_path_that_no_file_can_have_is_a_page_or_none(ask: Caller) -> None:
    assert ask.get(f"/models/{'a' * 5000}").status_code == 200
    assert ask.get(f"/assets/{'a' * 5000}").status_code == 404


def test_a_hub_without_the_built_pages_says_how_to_build_them(tmp_path: Path) -> None:
    answer = Caller(Pages(tmp_path)).get("/")
    assert answer.status_code == 503
    assert "make ui" in answer.text


def test_a_call_that_is_not_there_is_no_page(call: Caller) -> None:
    for path in ("/api/v1/nothing", "/ajax-api/2.0/mlflow/nothing"):
        assert call.get(path).status_code == 404
    assert call.get("/health").text == "OK"
    assert call.post("/models/a").status_code in (404, 405)


def test_pages_need_no_token_and_data_does(call: Caller) -> None:
    assert call.get("/runs", headers=_FAR).status_code in (200, 503)  # 503: it is not built
    assert call.get("/api/v1/runs", headers=_FAR).status_code == 401


def test_a_token_that_was_given_once_is_in_a_cookie_that_no_script_reads(
    call: Caller, token: Callable[[Role], str]
) -> None:
    headers = {"authorization": f"Bearer {token('writer')}", **_FAR}
    given = call.post("/api/v1/session", headers=headers)
    assert given.status_code == 200
    cookie = given.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Secure" not in cookie
    secure = call.post("/api/v1/session", headers={**headers, "x-forwarded-proto": "https"})
    assert "Secure" in secure.headers["set-cookie"]
    sent = {"cookie": cookie.partition(";")[0], **_FAR}
    assert call.get("/api/v1/session", headers=sent).json()["role"] == "writer"
    gone = call("DELETE", "/api/v1/session", headers={**sent, **_OWN})
    assert "Max-Age=0" in gone.headers["set-cookie"]


def test_a_wrong_token_gets_no_cookie(call: Caller) -> None:
    answer = call.post("/api/v1/session", headers={"authorization": "Bearer mc_wrong", **_FAR})
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers


def test_with_a_cookie_only_the_hubs_own_pages_change_things(
    call: Caller, token: Callable[[Role], str]
) -> None:
    sent = {"cookie": f"modelcompose_token={token('admin')}", **_FAR}
    body = {"name": "another", "grants": {"": "reader"}}
    for origin in ({}, {"origin": "https://other.example.org"}):
        refused = call.post("/api/v1/tokens", headers={**sent, **origin}, json=body)
        assert refused.status_code == 403
    made = call.post("/api/v1/tokens", headers={**sent, **_OWN}, json=body)
    assert made.status_code == 200


def test_a_cookie_of_another_hub_closes_nobody_out_of_his_own_machine(call: Caller) -> None:
    found = call.get("/api/v1/session", headers={"cookie": "modelcompose_token=mc_of_another"})
    assert found.json()["role"] == "admin"


def test_the_home_folder_is_told_on_its_machine_alone(
    call: Caller, hub: Hub, token: Callable[[Role], str]
) -> None:
    assert call.get("/api/v1/session").json()["home"] == str(hub.home.resolve())
    headers = {"authorization": f"Bearer {token('admin')}"}
    assert call.get("/api/v1/session", headers=headers).json()["home"] is None
