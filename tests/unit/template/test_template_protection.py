"""What is kept is encrypted, can be put back, is reached over TLS only, and is not public."""

from typing import Any

import pytest

from tests.unit.template.declared import DOCUMENT, RESOURCES, ROOT, named, of_type

pytestmark = pytest.mark.rule("R-KEEP-1")
OUR_KEY: Any = {"Fn::GetAtt": ["Key", "Arn"]}
TABLES, BUCKETS = of_type("AWS::DynamoDB::Table"), of_type("AWS::S3::Bucket")
QUEUES, LOGS = of_type("AWS::SQS::Queue"), of_type("AWS::Logs::LogGroup")


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_encrypted_with_our_key_and_can_be_put_back(name: str) -> None:
    table = TABLES[name]
    assert table["SSESpecification"] == {
        "SSEEnabled": True,
        "SSEType": "KMS",
        "KMSMasterKeyId": OUR_KEY,
    }
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}


@pytest.mark.parametrize("name", BUCKETS)
def test_a_bucket_is_private_versioned_and_encrypted(name: str) -> None:
    """Where S3 itself writes, and where nothing is secret, under a key of S3's own."""
    bucket = BUCKETS[name]
    assert bucket["PublicAccessBlockConfiguration"] == dict.fromkeys(
        ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True
    )
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"] == (
        {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": OUR_KEY}
        if name == "Bucket"
        else {"SSEAlgorithm": "AES256"}
    )


@pytest.mark.parametrize("name", LOGS)
def test_logs_are_encrypted_with_our_key_and_end(name: str) -> None:
    assert LOGS[name]["KmsKeyId"] == OUR_KEY
    assert LOGS[name]["RetentionInDays"] == {"Ref": "LogRetentionDays"}


@pytest.mark.parametrize("name", QUEUES)
def test_a_queue_is_encrypted(name: str) -> None:
    assert QUEUES[name]["SqsManagedSseEnabled"] is True


def test_the_secret_and_the_topic_are_encrypted_with_our_key() -> None:
    assert of_type("AWS::SecretsManager::Secret")["CursorSecret"]["KmsKeyId"] == {"Ref": "Key"}
    assert of_type("AWS::SNS::Topic")["AlarmTopic"]["KmsMasterKeyId"] == {"Ref": "Key"}
    assert RESOURCES["Key"]["Properties"]["EnableKeyRotation"] is True


def _denied_without_tls(kind: str) -> set[str]:
    """What nobody reaches over anything but TLS."""
    found: set[str] = set()
    for properties in of_type(kind).values():
        for statement in properties["PolicyDocument"]["Statement"]:
            if statement.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}}:
                assert (statement["Effect"], statement["Principal"]) == ("Deny", "*")
                assert statement["Action"] in ("s3:*", "sqs:*")
                found |= {named(resource) for resource in statement["Resource"]}
    return found


def test_only_tls_reaches_buckets_and_queues() -> None:
    whole = {part for name in BUCKETS for part in (name, f"{name}/*")}
    assert _denied_without_tls("AWS::S3::BucketPolicy") == whole
    assert _denied_without_tls("AWS::SQS::QueuePolicy") == set(QUEUES)


def test_the_stage_lets_in_a_stated_number_of_requests() -> None:
    settings = of_type("AWS::Serverless::HttpApi")["Api"]["DefaultRouteSettings"]
    assert settings == {
        "ThrottlingBurstLimit": {"Ref": "RequestBurst"},
        "ThrottlingRateLimit": {"Ref": "RequestsPerSecond"},
    }
    parameters = DOCUMENT["Parameters"]
    rate, burst = (parameters[name]["Default"] for name in ("RequestsPerSecond", "RequestBurst"))
    assert (rate, burst) == (100, 200)
    text = (ROOT / "docs" / "limits.md").read_text("utf-8")
    assert f"`RequestsPerSecond` {rate}, bursts of {burst}" in text
