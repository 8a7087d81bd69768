"""The local AWS: what it answers by the shortcut and over HTTP is the same, presigned URLs are
checked, retention holds.
"""

import io
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import boto3
import pytest
from botocore.exceptions import ClientError

from local.aws.served import CREDENTIALS, LocalAws
from local.clock.stack_clock import StackClock
from local.template.intrinsics import REGION
from tests.unit.local.small_stack import DEAD_LETTERS, TABLE

BUCKET = "studio-runs-local-bucket"
ITEM = {
    "pk": {"S": "every type"},
    "n": {"N": "12.5"},
    "b": {"B": b"\x00\xff"},
    "yes": {"BOOL": True},
    "no": {"BOOL": False},
    "nothing": {"NULL": True},
    "empty": {"S": ""},
    "list": {"L": [{"S": "a"}, {"B": b"\x01"}, {"L": []}]},
    "map": {"M": {"S": {"N": "1"}, "b": {"B": b"\x02"}}},
    "strings": {"SS": ["a", "b"]},
    "bytes": {"BS": [b"\x03"]},
}


def over_http(world, service):
    return boto3.session.Session(region_name=REGION, **CREDENTIALS).client(
        service, endpoint_url=world.stack.aws.endpoint
    )


@pytest.mark.parametrize("way", ["http", "shortcut"])
def test_items_come_back_as_they_went_in(world, way):
    client = over_http(world, "dynamodb") if way == "http" else world.stack.aws.client("dynamodb")
    client.put_item(TableName=TABLE, Item=ITEM)
    key = {"pk": ITEM["pk"]}
    assert client.get_item(TableName=TABLE, Key=key)["Item"] == ITEM
    assert client.batch_get_item(RequestItems={TABLE: {"Keys": [key]}})["Responses"][TABLE] == [
        ITEM
    ]
    with pytest.raises(ClientError) as failed:
        client.put_item(
            TableName=TABLE,
            Item=ITEM,
            ConditionExpression="attribute_not_exists(pk)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    assert failed.value.response["Error"]["Code"] == "ConditionalCheckFailedException"
    assert failed.value.response["Item"] == ITEM


@pytest.mark.parametrize("said", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_what_a_program_puts_and_calls_a_form_is_stored_whole(world, said):
    client = world.stack.aws.client("s3")
    url = client.generate_presigned_url("put_object", Params={"Bucket": BUCKET, "Key": "form"})
    put = urllib.request.Request(url, b'{"a": 1}', {"content-type": said}, method="PUT")
    with urllib.request.urlopen(put) as answer:
        assert answer.status == 200
    assert client.get_object(Bucket=BUCKET, Key="form")["Body"].read() == b'{"a": 1}'


@pytest.mark.parametrize("way", ["http", "shortcut"])
def test_objects_come_back_as_they_went_in(world, way):
    client = over_http(world, "s3") if way == "http" else world.stack.aws.client("s3")
    content = bytes(range(256)) * 1000
    for body in (content, io.BytesIO(content)):
        client.put_object(Bucket=BUCKET, Key="a key/ü", Body=body, ContentType="text/plain")
        got = client.get_object(Bucket=BUCKET, Key="a key/ü")
        assert (got["Body"].read(), got["ContentType"]) == (content, "text/plain")
    with pytest.raises(ClientError) as failed:
        client.put_object(Bucket=BUCKET, Key="a key/ü", Body=b"", IfNoneMatch="*")
    assert failed.value.response["ResponseMetadata"]["HTTPStatusCode"] == 412


def test_requests_are_served_one_at_a_time_whichever_way_they_come():
    """moto lets two racing writers both win, but only where it serves them at the same time."""
    under_way, most = [], []

    def slow(environ, start_response):
        under_way.append(environ)
        time.sleep(0.01)
        most.append(len(under_way))
        under_way.pop()
        start_response("200 OK", [("Content-Type", "application/x-amz-json-1.0")])
        return [b"{}"]

    aws = LocalAws(StackClock(), slow)
    aws.serve()
    direct = aws.client("dynamodb")
    remote = boto3.session.Session(region_name=REGION, **CREDENTIALS).client(
        "dynamodb", endpoint_url=aws.endpoint
    )
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda client: client.list_tables(), [direct, remote] * 8))
    aws.stop()
    assert most == [1] * 16


def fetch(url):
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read()


def presigned(world, key="file.txt"):
    client = world.stack.aws.client("s3")
    client.put_object(Bucket=BUCKET, Key=key, Body=b"content")
    parameters = {
        "Bucket": BUCKET,
        "Key": key,
        "ResponseContentDisposition": 'attachment; filename="a b+c.txt"',
    }
    return client.generate_presigned_url("get_object", Params=parameters, ExpiresIn=300)


def test_a_presigned_url_works_and_not_when_tampered_with(world):
    url = presigned(world)
    assert fetch(url) == (200, b"content")
    presigned(world, "other.txt")
    for forged in (
        url.replace("file.txt", "other.txt"),
        url.replace("X-Amz-Expires=300", "X-Amz-Expires=3000"),
        url[:-1] + ("0" if url[-1] != "0" else "1"),
        url.replace("filename", "filenames"),
    ):
        status, body = fetch(forged)
        assert (status, b"SignatureDoesNotMatch" in body) == (403, True)
    assert fetch(url.replace("X-Amz-Date", "X-Amz-Day"))[0] == 403


def test_a_presigned_url_expires_in_stack_time_and_a_new_one_works_after_a_jump(world):
    url = presigned(world)
    world.advance(290)
    assert fetch(url)[0] == 200
    world.advance(20)
    status, body = fetch(url)
    assert (status, b"Request has expired" in body) == (403, True)
    assert fetch(presigned(world))[0] == 200


def test_a_message_older_than_its_queues_retention_is_gone_and_blocks_nothing(world):
    queue = world.queue_url(DEAD_LETTERS)
    world.sqs.send_message(QueueUrl=queue, MessageBody="old")
    world.advance(5 * 86_400)
    world.sqs.send_message(QueueUrl=queue, MessageBody="new")
    assert world.stack.aws.next_delivery(DEAD_LETTERS) <= world.stack.clock.now()
    assert world.dead_letters() == ["new"]


def test_a_client_that_is_taken_twice_is_answered_once(world):
    aws = world.stack.aws
    client = aws.shortened(aws.client("sqs"))
    url = client.create_queue(QueueName="taken-twice")["QueueUrl"]
    for body in ("one", "two"):
        client.send_message(QueueUrl=url, MessageBody=body)
    found = [client.receive_message(QueueUrl=url)["Messages"] for _ in range(2)]
    assert [message["Body"] for messages in found for message in messages] == ["one", "two"]
