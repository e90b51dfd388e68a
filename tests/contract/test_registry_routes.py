"""Ways to a registry: its own certificates, proxies, other servers that it leads to."""

from __future__ import annotations

import http.server
import json
import subprocess
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from modelcompose.errors import RemoteError, StoreError
from modelcompose.store.remotes.artifacts import content_tag
from modelcompose.store.remotes.fetching import fetch
from modelcompose.store.remotes.http import Client
from modelcompose.store.remotes.oci.remote import OciRemote
from modelcompose.store.remotes.parallel import Progress
from modelcompose.store.remotes.sending import push
from modelcompose.store.store import Store
from modelcompose.testing.remote_kit import LARGE, kept, make_data, put, same, whole
from tests.certificates import Authority
from tests.proxies import PASSWORD, Proxy, proxy
from tests.registries import registry

NAME = "registry.example.com:5443"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority") / "files")


@pytest.fixture(scope="module")
def encrypted(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[str]:
    certificate, key = authority.sign("server", "IP:127.0.0.1,DNS:registry.example.com")
    tls = {"certificate": str(certificate), "key": str(key)}
    with registry(tmp_path_factory.mktemp("tls") / "registry", more={"http": {"tls": tls}}) as host:
        yield host


@pytest.fixture
def trusted(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], Path]:
    """Trust the authority for a host, as Docker's users do."""

    def trust(host: str) -> Path:
        folder = tmp_path / "docker" / "certs.d" / host
        folder.mkdir(parents=True)
        (folder / "ca.crt").write_bytes(authority.certificate.read_bytes())
        return folder

    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
    return trust


@pytest.fixture
def leading(
    encrypted: str, trusted: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Proxy]:
    """A proxy that knows where `NAME` is, which nobody else does."""
    trusted(NAME)
    for name in ("https_proxy", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with proxy(encrypted) as found:
        monkeypatch.setenv("HTTPS_PROXY", found.address)
        yield found


def test_a_registry_with_a_certificate_of_its_own_is_trusted_as_docker_does(
    encrypted: str, trusted: Callable[[str], Path]
) -> None:
    trusted(encrypted)
    with OciRemote(encrypted, "team/one") as remote:
        assert remote.base.startswith("https://")
        assert whole(remote, put(remote, LARGE)) == LARGE


def test_a_certificate_that_nobody_knows_is_refused_at_once_with_what_mends_it(
    leading: Proxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "nobody"))
    waits: list[float] = []
    with (
        OciRemote(NAME, "team/one", client=Client(wait=waits.append)) as remote,
        pytest.raises(RemoteError, match=r"registry\.example\.com:5443: cannot") as caught,
    ):
        remote.tags()

    assert "certificate" in caught.value.message
    assert waits == []


def test_a_registry_may_want_to_see_the_users_own_certificate(
    tmp_path: Path, authority: Authority, trusted: Callable[[str], Path]
) -> None:
    certificate, key = authority.sign("strict", "IP:127.0.0.1")
    tls = {
        "certificate": str(certificate),
        "key": str(key),
        "clientcas": [str(authority.certificate)],
    }
    with registry(tmp_path / "registry", more={"http": {"tls": tls}}) as host:
        folder = trusted(host)
        with OciRemote(host, "team/one") as remote, pytest.raises(RemoteError):
            remote.tags()
        for source, name in zip(authority.sign("ana", "DNS:ana"), ("cert", "key"), strict=True):
            (folder / f"ana.{name}").write_bytes(source.read_bytes())
        with OciRemote(host, "team/one") as remote:
            assert whole(remote, put(remote, b"x")) == b"x"


def test_the_environments_proxy_leads_to_a_registry(leading: Proxy) -> None:
    leading.wants_password = True
    with OciRemote(NAME, f"team/{uuid.uuid4().hex}") as remote:
        assert whole(remote, put(remote, LARGE)) == LARGE

    assert set(leading.asked) == {f"CONNECT {NAME}"}


def test_a_proxy_that_refuses_is_named_without_its_password(
    leading: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    leading.wants_password = True
    monkeypatch.setenv("HTTPS_PROXY", leading.address.replace(PASSWORD, "hush-wrong"))
    waits: list[float] = []
    with (
        OciRemote(NAME, "team/one", client=Client(wait=waits.append)) as remote,
        pytest.raises(RemoteError, match=f"proxy {leading.host}.*407") as caught,
    ):
        remote.tags()

    assert "hush" not in f"{caught.value.message} {caught.value.hint}"
    assert waits == []


def test_this_machine_and_what_no_proxy_lists_are_reached_directly(
    encrypted: str,
    leading: Proxy,
    trusted: Callable[[str], Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trusted(encrypted)
    with OciRemote(encrypted, "team/one") as remote:
        remote.tags()
    monkeypatch.setenv("NO_PROXY", "example.com")
    with OciRemote(NAME, "team/one") as remote, pytest.raises(RemoteError):
        remote.tags()

    assert leading.asked == []


def test_plain_http_goes_by_way_of_its_own_proxy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    client = Client()
    with registry(tmp_path / "registry") as host, proxy(host) as leads:
        leads.wants_password = True
        monkeypatch.setenv("http_proxy", leads.address)
        answer = client.request("GET", "http://registry.example.com/v2/")
        assert answer.status == 200
        answer.close()
    client.close()

    assert leads.asked == ["GET http://registry.example.com/v2/"]


def test_another_client_mirrors_a_version_and_it_is_pulled_from_there(tmp_path: Path) -> None:
    make_data(tmp_path / "data")
    store, other = Store(tmp_path / "store"), Store(tmp_path / "other")
    content = kept(store, tmp_path / "data", tmp_path / "states.db")
    tag = content_tag(content)
    with registry(tmp_path / "registry") as host:
        with OciRemote(host, "team/one") as remote:
            push(remote, store, content, Progress())
        skopeo(
            "copy", "--src-tls-verify=false", f"docker://{host}/team/one:{tag}", layout(tmp_path)
        )
        skopeo(
            "copy", "--dest-tls-verify=false", layout(tmp_path), f"docker://{host}/mirror/two:{tag}"
        )
        with OciRemote(host, "mirror/two") as remote:
            fetch(remote, other, content, Progress())

    other.place(content, tmp_path / "place")
    assert same(tmp_path / "data", tmp_path / "place")
    titles = [
        layer["annotations"]["org.opencontainers.image.title"]
        for layer in manifest_of(tmp_path / "layout")["layers"]
        if "annotations" in layer
    ]
    assert titles == ["large"]


def skopeo(*words: str) -> None:
    try:
        done = subprocess.run(["skopeo", *words], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("skopeo is not installed: apt-get install skopeo")
    assert done.returncode == 0, done.stderr


def layout(folder: Path) -> str:
    return f"oci:{folder}/layout:data"


def manifest_of(folder: Path) -> Any:
    index = json.loads((folder / "index.json").read_bytes())
    digest = index["manifests"][0]["digest"].removeprefix("sha256:")
    return json.loads((folder / "blobs" / "sha256" / digest).read_bytes())


@contextmanager
def answering(status: int, headers: dict[str, str], body: bytes = b"") -> Iterator[str]:
    """Run a server that gives everybody the same answer."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response_only(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_HEAD = do_POST = do_GET  # noqa: N815 - as it is called

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as it is called
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize(
    "location",
    [
        "http://ana:hush@elsewhere.example.com/blob?X-Amz-Signature=hush",
        "https://ana:hush@127.0.0.1:9/blob?X-Amz-Signature=hush",
        "https://nowhere.invalid/blob?X-Amz-Signature=hush",
        "http://127.0.0.1:9/hush?sig=hush",
    ],
)
def test_where_a_registry_leads_to_is_told_without_its_secrets(location: str) -> None:
    with (
        answering(307, {"Location": location}) as host,
        OciRemote(host, "team/one", client=Client(wait=lambda _: None)) as remote,
        pytest.raises(StoreError) as caught,
    ):
        whole(remote, f"sha256:{'0' * 64}")

    told: BaseException | None = caught.value
    assert "hush" not in f"{caught.value.message} {caught.value.hint}"
    assert told is not None


def test_what_stands_behind_a_signed_address_is_refused_without_it() -> None:
    denied = b"<Error><Code>AccessDenied</Code><Signature>hush</Signature></Error>"
    with (
        answering(403, {}, denied) as behind,
        answering(307, {"Location": f"http://{behind}/blob?X-Amz-Signature=hush"}) as host,
        OciRemote(host, "team/one", client=Client(wait=lambda _: None)) as remote,
        pytest.raises(RemoteError) as caught,
    ):
        whole(remote, f"sha256:{'0' * 64}")

    assert "hush" not in f"{caught.value.message} {caught.value.hint}"
