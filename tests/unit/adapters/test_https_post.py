"""HttpsPost: to public addresses alone, to the one that was looked at, within its deadline."""

import datetime
import http.server
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from shared.adapters import https_post
from shared.adapters.https_post import HttpsPost, retry_after
from shared.ports import Answer
from shared.runs.addresses import is_public, url_problem

pytestmark = pytest.mark.rule("R-WEBHOOK-2")
NAME = "hooks.example.org"


class Strangers(http.server.BaseHTTPRequestHandler):
    """A server that answers by its path: /302, /429, /slow, /trickle."""

    seen: Sequence[str] = ()

    def do_POST(self) -> None:
        length = int(self.headers["content-length"])
        type(self).seen = [*type(self).seen, self.rfile.read(length).decode()]
        word = self.path.strip("/")
        if word == "slow":
            time.sleep(3)
        if word == "trickle":
            self.wfile.write(b"HTTP/1.1 200 OK\r\n")
            for number in range(30):
                self.wfile.write(f"x-{number}: y\r\n".encode())
                time.sleep(0.1)
            return
        self.send_response(int(word) if word.isdigit() else 204)
        self.send_header("location", "https://169.254.169.254/")
        self.send_header("retry-after", "7")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


class QuietServer(http.server.ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no news."""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.fixture(scope="module")
def port(certificate: Path) -> Iterator[int]:
    server = QuietServer(("127.0.0.1", 0), Strangers)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


def _post(certificate: Path, deadline: float = 5) -> HttpsPost:
    """As deployed, but for a loopback that counts as public and a certificate that is trusted."""
    context = ssl.create_default_context(cafile=str(certificate))

    def resolve(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    return HttpsPost("", resolve, context, lambda address: address == "127.0.0.1", deadline)


def test_it_speaks_to_the_checked_address_under_the_name(certificate: Path, port: int) -> None:
    answer = _post(certificate)(f"https://{NAME}:{port}/ok?x=1", {"webhook-id": "1"}, b"{}")
    assert answer == Answer(204, None, 7_000)
    wrong = _post(certificate)(f"https://other.example.org:{port}/ok", {}, b"{}")
    assert wrong == Answer(None, "tls")


def test_a_redirect_is_a_failure_and_is_not_followed(certificate: Path, port: int) -> None:
    before = len(Strangers.seen)
    answer = _post(certificate)(f"https://{NAME}:{port}/302", {}, b"once")
    assert (answer.status, answer.error) == (302, "redirect")
    assert list(Strangers.seen[before:]) == ["once"]


@pytest.mark.parametrize("path", ["slow", "trickle"])
def test_an_answer_that_takes_too_long_is_no_answer(
    certificate: Path, port: int, path: str
) -> None:
    began = time.monotonic()
    answer = _post(certificate, deadline=0.4)(f"https://{NAME}:{port}/{path}", {}, b"{}")
    assert answer == Answer(None, "timeout")
    assert time.monotonic() - began < 2


def test_what_closing_it_does_to_an_answer_that_was_late_is_not_told(
    certificate: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    close = https_post._Exchange.close

    def closed_and_noticed(exchange: https_post._Exchange) -> None:
        close(exchange)
        if threading.current_thread() is threading.main_thread():
            time.sleep(0.3)

    monkeypatch.setattr(https_post._Exchange, "close", closed_and_noticed)
    answer = _post(certificate, deadline=0.4)(f"https://{NAME}:{port}/slow", {}, b"{}")
    assert answer == Answer(None, "timeout")


def test_a_name_that_resolves_slowly_does_not_hold_up_the_sender() -> None:
    def resolve(host: str, port: int) -> Sequence[str]:
        time.sleep(2)
        return []

    assert HttpsPost("", resolve, deadline=0.2)(f"https://{NAME}/", {}, b"").error == "timeout"


@pytest.mark.parametrize(
    "addresses",
    [
        ["10.0.0.7"],
        ["127.0.0.1"],
        ["169.254.169.254"],
        ["::1"],
        ["::ffff:192.168.1.1"],
        ["64:ff9b::a9fe:a9fe"],
        ["2002:a00:1::"],
        ["8.8.8.8", "10.0.0.7"],
        [],
    ],
)
def test_a_name_that_resolves_to_a_private_address_is_refused(addresses: list[str]) -> None:
    answer = HttpsPost("", lambda host, port: addresses)(f"https://{NAME}/", {}, b"")
    assert answer == Answer(None, "refused_address")


def test_a_name_that_nobody_knows_is_told_apart() -> None:
    def resolve(host: str, port: int) -> Sequence[str]:
        raise OSError("nobody")

    assert HttpsPost("", resolve)(f"https://{NAME}/", {}, b"").error == "not_resolved"


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.org/",
        "https://127.0.0.1/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[fe80::1]/",
        "https://localhost/",
        "https://api.localhost./",
        "https://metadata.google.internal/",
        "https://intranet/",
        "https://169.254.169.254/latest",
        "https://user:secret@hooks.example.org/",
        "https://hooks.example.org/#part",
        "https://hooks.example.org:99999/",
        "https://hooks.example.org/a b",
        "https:///nowhere",
        "ftp://hooks.example.org/",
        "hooks.example.org",
    ],
)
def test_a_url_that_may_not_be_told_anything_is_known_by_sight(url: str) -> None:
    assert url_problem(url) is not None
    assert HttpsPost()(url, {}, b"").status is None


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


def test_only_the_local_receiver_may_be_told_by_http() -> None:
    post = HttpsPost("http://127.0.0.1:9/dev/webhooks/receiver")
    assert post("http://127.0.0.1:9/dev/webhooks/receiver", {}, b"").error == "connection"
    assert post("http://127.0.0.1:9/dev/webhooks", {}, b"").error == "refused_address"


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("7", 7_000),
        ("Thu, 01 Jan 1970 00:01:40 GMT", 40_000),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("soon", None),
        ("-3", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str | None, wait: int | None) -> None:
    assert retry_after(value, 60.0) == wait
