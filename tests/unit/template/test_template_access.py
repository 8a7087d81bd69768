"""What each role may do: explicit actions on named resources, and the few sharp capabilities in the hands meant for them."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from shared.adapters.dynamodb import keys
from tests.unit.template.declared import RESOURCES, Function, Grant, as_list, functions, grants_of, named, of_type, role_statements

FUNCTIONS = functions()
SAM_ATTACHES = 2
"""SAM adds the policies for logs and traces; IAM takes ten managed policies on a role."""


def statements() -> Iterator[dict[str, Any]]:
    """Every identity policy's statements."""
    for properties in of_type("AWS::IAM::ManagedPolicy").values():
        yield from properties["PolicyDocument"]["Statement"]
    for role in of_type("AWS::IAM::Role"):
        yield from (dict(statement) for statement in role_statements(role))


def holders(action: str, resource: str) -> set[str]:
    return {function.name for function in FUNCTIONS.values() if (action, resource) in function.grants()}


def test_actions_are_spelled_out() -> None:
    assert [a for s in statements() for a in as_list(s["Action"]) if "*" in a] == []


def test_resources_are_named_and_only_objects_of_the_bucket_are_a_pattern() -> None:
    granted = {named(resource) for s in statements() for resource in as_list(s["Resource"])}
    assert {resource for resource in granted if "*" in resource} == {"Bucket/*"}


def test_every_policy_only_allows() -> None:
    assert {statement["Effect"] for statement in statements()} == {"Allow"}


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
def test_a_function_is_given_declared_capabilities_and_not_more_than_a_role_takes(function: Function) -> None:
    assert set(function.policies()) <= set(of_type("AWS::IAM::ManagedPolicy"))
    assert len(function.policies()) == len(set(function.policies())) <= 10 - SAM_ATTACHES


def test_no_capability_is_left_over() -> None:
    assert {name for function in FUNCTIONS.values() for name in function.policies()} == set(of_type("AWS::IAM::ManagedPolicy"))


def test_whoever_reads_or_writes_may_use_the_key() -> None:
    using = {f.name for f in FUNCTIONS.values() if any(action.startswith(("dynamodb:", "s3:")) for action, _ in f.grants())}
    assert using == holders("kms:Decrypt", "Key")


def test_sharp_capabilities_are_in_few_hands() -> None:
    sharp: dict[Grant, set[str]] = {
        ("secretsmanager:GetSecretValue", "ModelKeySecretArn"): {"worker"},
        ("bedrock:InvokeModel", "BedrockModelArns"): {"worker"},
        ("sqs:ReceiveMessage", "RunsQueue"): {"worker"},
        ("sqs:SendMessage", "DeadLetterQueue"): {"worker"},
        ("dynamodb:DeleteItem", "Table"): {"unassign_clinician"},
        ("dynamodb:Query", "Table/index/by-open"): {"invariants", "sweeper"},
    }
    assert {grant: holders(*grant) for grant in sharp} == sharp


def test_only_the_worker_may_reach_secrets_and_models() -> None:
    sensitive = ("secretsmanager:", "bedrock:")
    assert {f.name for f in FUNCTIONS.values() for action, _ in f.grants() if action.startswith(sensitive)} == {"worker"}


def test_the_model_s_key_and_bedrock_are_allowed_only_where_they_are_configured() -> None:
    assert RESOURCES["ReadModelKey"]["Condition"] == "HasModelKey"
    assert RESOURCES["InvokeModel"]["Condition"] == "OnBedrock"


def test_reading_routes_cannot_write() -> None:
    reading = [f for f in FUNCTIONS.values() for event in f.events("HttpApi") if event["Method"] == "GET"]
    writes = ("dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "s3:PutObject", "sqs:SendMessage")
    assert {f.name: action for f in reading for action, _ in f.grants() if action in writes} == {}


def test_the_indexes_granted_are_the_table_s_and_the_code_s() -> None:
    table = {index["IndexName"] for index in of_type("AWS::DynamoDB::Table")["Table"]["GlobalSecondaryIndexes"]}
    granted = {resource.rpartition("/")[2] for s in statements() for _, resource in grants_of(s) if "/index/" in resource}
    code = {keys.SUBJECT_INDEX, keys.CREATOR_INDEX, keys.ORG_INDEX, keys.RARE_INDEX, keys.OPEN_INDEX}
    assert table == granted == code


def test_lists_project_keys_alone_so_that_no_transition_costs_an_index_write() -> None:
    indexes = of_type("AWS::DynamoDB::Table")["Table"]["GlobalSecondaryIndexes"]
    assert {json.dumps(index["Projection"]) for index in indexes} == {'{"ProjectionType": "KEYS_ONLY"}'}
    assert {index["KeySchema"][1]["AttributeName"] for index in indexes} == {"o"}


@pytest.mark.parametrize(
    ("policy", "resources"), [("BucketPolicy", {"Bucket", "Bucket/*"}), ("QueuePolicy", {"RunsQueue", "IsolationQueue", "DeadLetterQueue"})]
)
def test_only_tls_reaches_the_bucket_and_the_queues(policy: str, resources: set[str]) -> None:
    (statement,) = RESOURCES[policy]["Properties"]["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Principal"]) == ("Deny", "*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert {named(resource) for resource in statement["Resource"]} == resources


def test_the_bucket_is_private_versioned_and_encrypted_with_our_key() -> None:
    bucket = of_type("AWS::S3::Bucket")["Bucket"]
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": {"Fn::GetAtt": ["Key", "Arn"]}}


@pytest.mark.parametrize("name", ["Table", "Bucket", "Key", "UserPool"])
def test_what_holds_data_outlives_the_stack(name: str) -> None:
    assert (RESOURCES[name]["DeletionPolicy"], RESOURCES[name]["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")


def test_nobody_can_move_a_user_to_another_organisation() -> None:
    (attribute,) = of_type("AWS::Cognito::UserPool")["UserPool"]["Schema"]
    assert (attribute["Name"], attribute["Mutable"]) == ("org_id", False)
    assert of_type("AWS::Cognito::UserPool")["UserPool"]["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}
    assert of_type("AWS::Cognito::UserPoolClient")["UserPoolClient"]["WriteAttributes"] == ["email"]
