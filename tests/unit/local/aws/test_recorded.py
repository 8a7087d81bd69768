"""Which AWS calls are noted, and as whose."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import boto3
import pytest
from moto import mock_aws

from local.aws.recorded import FOLDER, recorder


def noted(folder):
    return [json.loads(line) for file in folder.iterdir() for line in file.read_text().splitlines()]


def in_thread(name, work):
    thread = threading.Thread(target=work, name=name)
    thread.start()
    thread.join()


def client(service):
    credentials = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
    return boto3.client(service, region_name="eu-central-1", **credentials)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(threading.Thread, "start", threading.Thread.start)
    monkeypatch.setenv(FOLDER, str(tmp_path))
    with mock_aws():
        yield tmp_path


def test_a_call_is_its_thread_s_and_a_pool_works_for_who_made_it(folder):
    table = recorder()(client("dynamodb"))
    key = {"pk": {"S": "R#abc"}, "sk": {"S": "R"}}

    def work():
        with ThreadPoolExecutor(2) as pool:
            pool.submit(_get, table, key).result()

    in_thread("GetRun", work)
    in_thread("GetRun", lambda: _get(table, key))
    assert noted(folder) == [["GetRun", "dynamodb", "GetItem", {"TableName": "t", "kind": "R#"}]]


def test_a_presigned_url_counts_as_asked_for_and_no_key_is_noted_whole(folder):
    objects = recorder("Worker")(client("s3"))
    asked = {"Bucket": "b", "Key": "uploads/a/secret"}
    objects.generate_presigned_url("put_object", Params=asked)
    assert noted(folder) == [["Worker", "s3", "PutObject", {"Bucket": "b", "kind": "uploads/"}]]


def test_without_a_folder_nothing_is_touched(monkeypatch):
    monkeypatch.delenv(FOLDER, raising=False)
    untouched = object()
    assert recorder()(untouched) is untouched


def _get(table, key):
    try:
        table.get_item(TableName="t", Key=key)
    except table.exceptions.ResourceNotFoundException:
        """There is no such table; it was asked for all the same."""
