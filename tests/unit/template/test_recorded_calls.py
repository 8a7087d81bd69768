"""How recorded calls are held against the grants."""

import json
from pathlib import Path

from local.template.intrinsics import STACK
from tests.support.recorded_calls import missing, seen, unused
from tests.unit.template.declared import functions

DELETE = functions()["delete_webhook"]
TABLE = {"TableName": f"{STACK}-Table"}


def calls(folder: Path, *lines: list[object]) -> set[tuple[str, ...]]:
    (folder / "1.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return seen(folder)["delete_webhook"]


def test_a_deletion_under_another_kind_of_key_is_not_granted(tmp_path: Path) -> None:
    asked = [f"{STACK}-DeleteWebhook", "dynamodb", "DeleteItem"]
    made = calls(tmp_path, [*asked, {**TABLE, "kind": "D#"}], [*asked, {**TABLE, "kind": "R#"}])
    assert missing(DELETE, made) == {("dynamodb:DeleteItem", "Table", "R#")}


def test_what_is_granted_and_never_asked_for_is_told_but_for_the_platform_s(tmp_path: Path) -> None:
    made = calls(
        tmp_path,
        [f"{STACK}-DeleteWebhook", "dynamodb", "GetItem", {**TABLE, "kind": "D#"}],
        [f"{STACK}-DeleteWebhook", "sqs", "SendMessage", {"QueueUrl": f"x/{STACK}-RunsQueue"}],
        ["MainThread", "dynamodb", "CreateTable", TABLE],
    )
    assert missing(DELETE, made) == {("sqs:SendMessage", "RunsQueue")}
    assert unused(DELETE, made) == {
        ("dynamodb:BatchGetItem", "Table"),
        ("dynamodb:Query", "Table"),
        ("dynamodb:DeleteItem", "Table"),
    }


def test_a_grant_over_the_whole_bucket_is_one_over_its_uploads(tmp_path: Path) -> None:
    bucket = {"Bucket": f"{STACK}-bucket", "kind": "uploads/"}
    (tmp_path / "1.jsonl").write_text(
        "".join(
            f"{json.dumps([f'{STACK}-{one}', 's3', operation, bucket])}\n"
            for one, operation in (("PutRecord", "GetObject"), ("CreateRecordUpload", "GetObject"))
        )
    )
    found = seen(tmp_path)
    assert missing(functions()["put_record"], found["put_record"]) == set()
    assert missing(functions()["create_record_upload"], found["create_record_upload"]) == {
        ("s3:GetObject", "Bucket/uploads/*")
    }
