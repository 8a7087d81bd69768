"""What a stack holds is there for the next one, a file that is of no use is put aside, and nobody
else may read it.

Long because each test is a life or two of a stack's data, as the head of the file lets them live.
"""

import os
import pickle
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import Mock

import pytest
from moto.backends import get_backend
from moto.dynamodb.models.dynamo_type import LimitedSizeDict

from local import __main__ as command
from local.aws import ordered_indexes, snapshot
from local.aws.served import LocalAws
from local.clock.stack_clock import StackClock
from local.errors import LocalStackError
from local.gateway.issuer import Issuer
from local.keeper import Keeper, _write
from local.template import reader
from local.template.blueprint import Blueprint, Secret
from local.template.intrinsics import ACCOUNT, REGION
from tests.unit.local.small_stack import QUEUE, TABLE, TEMPLATE, wait_for

BUCKET = "studio-runs-local-bucket"
ITEM = {"pk": {"S": "an item"}, "n": {"N": "1"}}
URL = "http://127.0.0.1:1"


@dataclass
class Held:
    """One life of a stack's data: its local AWS, and what keeps it."""

    aws: LocalAws
    clock: StackClock
    keeper: Keeper
    issuer: Issuer
    blueprint: Blueprint

    def put(self, item=ITEM):
        self.aws.client("dynamodb").put_item(TableName=TABLE, Item=item)

    def items(self):
        return self.aws.client("dynamodb").scan(TableName=TABLE)["Items"]

    def secret(self):
        return self.aws.client("secretsmanager").get_secret_value(SecretId="made")["SecretString"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data" / "1.pickle"


@contextmanager
def life(file: Path | None, *, fresh=False, secret="first", queues=1) -> Iterator[Held]:
    keeper, clock = Keeper(file, fresh=fresh), StackClock()
    aws = LocalAws(clock, port=keeper.read())
    aws.start()
    parameters = {"JwtIssuer": URL, "JwtAudience": "x"}
    known = reader.load(TEMPLATE, endpoint=aws.endpoint, parameters=parameters)
    blueprint = Blueprint(
        tables=known.tables,
        queues=known.queues * queues,
        buckets=known.buckets,
        secrets=(Secret("made", secret),),
    )
    aws.create_secret("model-key", "a real key")
    held = Held(aws, clock, keeper, keeper.fill(aws, clock, blueprint, URL), blueprint)
    try:
        keeper.begin()
        yield held
    finally:
        aws.stop()
        keeper.stop()


def received(sqs, url):
    got = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=40_000)
    return [message["Body"] for message in got.get("Messages", [])]


def test_items_objects_messages_and_what_else_must_stay_are_there_again(file):
    with life(file) as first:
        first.put()
        s3, sqs = first.aws.client("s3"), first.aws.client("sqs")
        for body in (b"old", b"new"):
            s3.put_object(Bucket=BUCKET, Key="key", Body=body)
        url = sqs.get_queue_url(QueueName=QUEUE)["QueueUrl"]
        for body in ("in flight", "waiting"):
            sqs.send_message(QueueUrl=url, MessageBody=body)
        first.clock.jump_to(first.clock.now() + 10_000)
        sqs.receive_message(QueueUrl=url, VisibilityTimeout=3_000)
        now = first.clock.now()
        signed = s3.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": "key"})
    with life(file, secret="second") as second:
        assert (second.keeper.has_data, second.keeper.notes) == (True, [])
        assert second.items() == [ITEM]
        s3, sqs = second.aws.client("s3"), second.aws.client("sqs")
        assert s3.get_object(Bucket=BUCKET, Key="key")["Body"].read() == b"new"
        url = sqs.get_queue_url(QueueName=QUEUE)["QueueUrl"]
        assert second.clock.now() >= now
        assert received(sqs, url) == ["waiting"]
        second.clock.jump_to(now + 3_001)
        assert received(sqs, url) == ["in flight"]
        assert second.secret() == "first", "what is signed by it stays good"
        assert second.issuer.documents() == first.issuer.documents()
        assert signed.startswith(second.aws.endpoint)
        second.put({"pk": {"S": "another"}})
        assert len(second.items()) == 2, "what was put back can be written to"


def test_it_is_saved_while_it_goes_on_for_a_stack_that_is_killed(file):
    with life(file) as held:
        began = file.read_bytes()
        held.put({"pk": {"S": "just before the end"}})
        wait_for(lambda: b"just before the end" in file.read_bytes(), 60)
        assert b"just before the end" not in began


@pytest.fixture
def gate(tmp_path, monkeypatch):
    """Holds still what a copy of this process writes, until it is let through."""
    gate, here, take = Gate(tmp_path), os.getpid(), snapshot.take

    def take_at_the_gate():
        if os.getpid() != here:
            gate.pass_through()
        return take()

    monkeypatch.setattr(snapshot, "take", take_at_the_gate)
    yield gate
    gate.open.touch()


class Gate:
    """`reached`: a copy stands at it; `one`: one copy may pass; `open`: all may."""

    def __init__(self, folder):
        self.reached, self.one, self.open = (folder / name for name in ("reached", "one", "open"))

    def pass_through(self):
        self.reached.touch()
        while not (self.one.exists() or self.open.exists()):
            time.sleep(0.01)
        self.one.unlink(missing_ok=True)


def test_requests_are_answered_while_it_is_written_and_it_is_as_of_one_moment(file, gate):
    with life(file) as held:
        held.put({"pk": {"S": "written before"}})
        wait_for(gate.reached.exists, 60)
        held.put({"pk": {"S": "written meanwhile"}})
        assert len(held.items()) == 2
        gate.one.touch()
        wait_for(lambda: b"written before" in file.read_bytes(), 60)
        assert b"written meanwhile" not in file.read_bytes()
        gate.open.touch()
    with life(file) as held:
        assert len(held.items()) == 2


def test_a_large_object_is_in_what_is_written_meanwhile_too(file):
    body = b"a large record" + bytes(6_000_000)
    with life(file) as held:
        held.aws.client("s3").put_object(Bucket=BUCKET, Key="key", Body=body)
        wait_for(lambda: b"a large record" in file.read_bytes(), 60)
    with life(file) as held:
        got = held.aws.client("s3").get_object(Bucket=BUCKET, Key="key")
        assert got["Body"].read() == body


def test_a_stack_that_has_ended_writes_over_no_other_s_file(file):
    file.parent.mkdir()
    file.write_bytes(b"another's")
    _write(file, b"mine", os.getppid())
    _write(file, b"late", 2**30)
    assert file.read_bytes() == b"mine"


def test_what_was_put_back_is_weighed_once_and_in_order_before_the_first_query(file, monkeypatch):
    with life(file) as held:
        held.put()
    refused = Mock(side_effect=AssertionError("too late"))
    monkeypatch.setattr(LimitedSizeDict, "__setitem__", refused)
    with life(file) as held:
        monkeypatch.setattr(ordered_indexes, "_Indexes", refused)
        assert held.items() == [ITEM]
        table = get_backend("dynamodb")[ACCOUNT][REGION].tables[TABLE]
        ordered_indexes.prepare(table)


def test_what_did_not_change_is_not_written_again(file):
    with life(file):
        before = file.stat().st_ino
    assert file.stat().st_ino == before


def test_a_fresh_stack_reads_nothing_of_it_and_takes_its_place(file):
    with life(file) as held:
        held.put()
    with life(file, fresh=True) as held:
        assert (held.items(), held.keeper.has_data, held.keeper.notes) == ([], False, [])
    with life(file) as held:
        assert held.items() == []


def test_without_a_file_nothing_is_kept():
    with life(None) as held:
        held.put()
    with life(None) as held:
        assert held.items() == []


def _of_another_template(file):
    with life(file, queues=0) as held:
        held.put()


def _broken_inside(file):
    with life(file) as held:
        held.put()
    file.write_bytes(pickle.dumps(pickle.loads(file.read_bytes()) | {"stores": b"no pickle"}))


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (lambda file: file.write_bytes(b"no pickle at all"), "cannot be read (UnpicklingError)"),
        (lambda file: file.write_bytes(b""), "cannot be read (EOFError)"),
        (
            lambda file: file.write_bytes(pickle.dumps(({"moto": "4"}, {}, b""))),
            "was written by another version of the local stack",
        ),
        (_of_another_template, "was written with another version of moto, or for other tables"),
        (_broken_inside, "cannot be read (UnpicklingError)"),
    ],
)
def test_a_file_of_no_use_is_put_aside_and_named(file, spoil, problem):
    file.parent.mkdir()
    spoil(file)
    spoiled = file.read_bytes()
    with life(file) as held:
        assert (held.items(), held.keeper.has_data) == ([], False)
        (note,) = held.keeper.notes
        (aside,) = set(file.parent.iterdir()) - {file}
        assert note == f"{file} {problem}: begun anew, and the old file is {aside.name}"
        assert aside.read_bytes() == spoiled
    with life(file) as held:
        assert held.keeper.notes == []


def test_only_its_owner_may_read_it_and_the_model_s_key_is_not_in_it(file):
    with life(file):
        pass
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert b"a real key" not in file.read_bytes()
    assert b"first" in file.read_bytes()


def test_what_cannot_be_written_or_read_is_said(tmp_path):
    in_the_way = tmp_path / "a file"
    in_the_way.write_text("")
    with pytest.raises(LocalStackError, match=r"1\.pickle cannot be read: Not a directory"):
        Keeper(in_the_way / "1.pickle").read()
    with (
        pytest.raises(LocalStackError, match=r"1\.pickle cannot be written"),
        life(in_the_way / "1.pickle", fresh=True),
    ):
        pass


def test_nothing_changes_any_more_once_it_has_stopped(file):
    with life(file) as held:
        client = held.aws.client("dynamodb")
    with pytest.raises(SystemExit):
        client.put_item(TableName=TABLE, Item=ITEM)
    with life(file) as held:
        assert held.items() == []


def test_a_port_that_was_taken_meanwhile_is_no_hindrance(file):
    with life(file) as held:
        held.put()
    with socket.create_server(("127.0.0.1", held.aws.port)), life(file) as again:
        assert again.items() == [ITEM]
        assert again.aws.port != held.aws.port


@pytest.mark.parametrize(("said", "fresh"), [("1", True), ("", False), ("0", False)])
def test_where_it_is_kept_and_whether_it_is_read_is_said_on_the_command_line(
    monkeypatch, said, fresh
):
    monkeypatch.setenv("FRESH", said)
    monkeypatch.setenv("PORT", "3999")
    monkeypatch.setattr("sys.argv", ["local"])
    options, _ = command._options()
    assert (options.data.parts[-3:], options.fresh) == ((".local", "data", "3999.pickle"), fresh)
    for forgetful in (["--forgetful"], ["--port", "0"]):
        monkeypatch.setattr("sys.argv", ["local", *forgetful])
        assert command._options()[0].data is None


@pytest.mark.parametrize("port", ["abc", "70000", "-1"])
def test_a_port_that_is_none_is_refused_in_a_sentence(monkeypatch, capsys, port):
    monkeypatch.setenv("PORT", port)
    monkeypatch.setattr("sys.argv", ["local"])
    with pytest.raises(SystemExit) as refused:
        command._options()
    assert refused.value.code == 2
    assert port in capsys.readouterr().err
