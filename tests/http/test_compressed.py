"""Answers as a browser asks for them: compressed where that is taken, and otherwise as they are."""

import gzip
import json

from local.demo.client import Client
from tests.support.care import Ward


def test_a_list_travels_compressed_and_says_the_same(url: str) -> None:
    client = Client(url)
    plain = client.call("GET", "/profiles", user="member")
    packed = client.call("GET", "/profiles", user="member", accept_encoding="gzip, deflate, br")
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["content-type"] == plain.headers["content-type"]
    assert {plain.headers["vary"], packed.headers["vary"]} == {"Accept-Encoding"}
    assert json.loads(gzip.decompress(packed.raw))["data"] == plain.data
    assert len(packed.raw) < len(plain.raw) / 2


def test_the_document_travels_compressed_too(url: str) -> None:
    packed = Client(url).call("GET", "/openapi.json", accept_encoding="gzip")
    assert json.loads(gzip.decompress(packed.raw))["openapi"]


def test_a_stream_is_never_compressed_and_what_is_empty_stays_so(ward: Ward, url: str) -> None:
    client, run_id = Client(url), ward.a_run("succeeded")
    path = f"/runs/{run_id}/stream"
    stream = client.call("GET", path, user="clinician", accept_encoding="gzip")
    assert stream.headers["content-type"].startswith("text/event-stream")
    assert "content-encoding" not in stream.headers
    assert b"event: end" in stream.raw
    last = stream.raw.decode().rsplit("id: ", 1)[1].split("\n")[0]
    after = client.call("GET", path, user="clinician", accept_encoding="gzip", last_event_id=last)
    assert (after.status, after.raw) == (204, b"")
    assert "content-encoding" not in after.headers
