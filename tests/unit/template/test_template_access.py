"""What each role may do: explicit actions on named resources, and the few sharp capabilities in the
hands meant for them.

Long because all that the template allows is held in one place.
"""

import importlib
import json
from collections.abc import Iterator
from typing import Any

import pytest

from local.template.translation import parameter_values, read, translate
from shared.access.policy import RECORDED
from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.audit_trail import BY_PATIENT, BY_PERSON, BY_RUN
from tests.support.granted import Grant
from tests.unit.template.declared import (
    DOCUMENT,
    RESOURCES,
    ROOT,
    Function,
    as_list,
    functions,
    grants_of,
    named,
    of_type,
    role_statements,
)

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
    return {
        function.name for function in FUNCTIONS.values() if (action, resource) in function.grants()
    }


def test_actions_are_spelled_out() -> None:
    assert [a for s in statements() for a in as_list(s["Action"]) if "*" in a] == []


def test_resources_are_named_and_only_objects_of_the_bucket_are_a_pattern() -> None:
    granted = {named(resource) for s in statements() for resource in as_list(s["Resource"])}
    assert {resource for resource in granted if "*" in resource} == {
        "Bucket/*",
        "Bucket/uploads/*",
    }


def test_every_policy_only_allows() -> None:
    assert {statement["Effect"] for statement in statements()} == {"Allow"}


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
def test_a_function_is_given_declared_capabilities_and_not_more_than_a_role_takes(
    function: Function,
) -> None:
    assert set(function.policies()) <= set(of_type("AWS::IAM::ManagedPolicy"))
    assert len(function.policies()) == len(set(function.policies())) < 10 - SAM_ATTACHES


def test_no_capability_is_left_over() -> None:
    assert {name for function in FUNCTIONS.values() for name in function.policies()} == set(
        of_type("AWS::IAM::ManagedPolicy")
    )


def test_whoever_reads_or_writes_may_use_the_key() -> None:
    using = {
        f.name
        for f in FUNCTIONS.values()
        if any(action.startswith(("dynamodb:", "s3:")) for action, _ in f.grants())
    }
    assert using == holders("kms:Decrypt", "Key")


def test_sharp_capabilities_are_in_few_hands() -> None:
    sharp: dict[Grant, set[str]] = {
        ("secretsmanager:GetSecretValue", "ModelKeySecretArn"): {"worker"},
        ("secretsmanager:GetSecretValue", "CursorSecret"): {
            f.name for f in FUNCTIONS.values() if "CURSOR_KEY_SECRET_ARN" in f.variables
        },
        ("bedrock:InvokeModel", "BedrockModelArns"): {"worker"},
        ("sqs:ReceiveMessage", "RunsQueue"): {"worker"},
        ("sqs:ReceiveMessage", "ErasureQueue"): {"eraser"},
        ("sqs:SendMessage", "ErasureQueue"): {"erase_patient", "eraser", "sweeper"},
        ("sqs:SendMessage", "DeadLetterQueue"): {
            *("worker", "bulk_worker", "sender", "listener", "eraser"),
        },
        ("dynamodb:DeleteItem", "Table"): {
            "delete_budget",
            "delete_webhook",
            "eraser",
            "sweeper",
            "unassign_clinician",
        },
        ("s3:DeleteObject", "Bucket/*"): {"eraser"},
        ("s3:DeleteObjectVersion", "Bucket/*"): {"eraser"},
        ("s3:ListBucketVersions", "Bucket"): {"eraser"},
        ("sqs:ReceiveMessage", "BulkQueue"): {"bulk_worker"},
        ("sqs:SendMessage", "BulkQueue"): {"bulk_worker", "create_bulk", "sweeper"},
        ("sqs:ReceiveMessage", "DeliveriesQueue"): {"sender"},
        ("sqs:SendMessage", "DeliveriesQueue"): {
            *("sender", "listener", "sweeper", "test_webhook", "replay_delivery"),
        },
        ("dynamodb:Query", "Table/index/by-open"): {"sweeper"},
    }
    assert {grant: holders(*grant) for grant in sharp} == sharp


def test_only_the_worker_may_reach_the_models_and_their_key() -> None:
    sensitive = ("secretsmanager:", "bedrock:")
    assert {
        f.name
        for f in FUNCTIONS.values()
        for action, resource in f.grants()
        if action.startswith(sensitive) and resource != "CursorSecret"
    } == {"worker"}


@pytest.mark.rule("R-WEBHOOK-3")
def test_the_sender_can_read_and_write_webhooks_and_their_deliveries_alone() -> None:
    sender = FUNCTIONS["sender"]
    on_the_table = {action for action, resource in sender.grants() if resource.startswith("Table")}
    assert on_the_table == {"dynamodb:GetItem", "dynamodb:UpdateItem"}
    (statement,) = [s for s in role_statements("SenderRole") if "Condition" in s]
    assert statement["Condition"] == {
        "ForAllValues:StringLike": {"dynamodb:LeadingKeys": [f"{keys.WEBHOOKS}*"]}
    }
    others = {resource for _, resource in sender.grants()} - {"Table", "Key"}
    assert others == {"DeliveriesQueue", "DeadLetterQueue"}


def test_the_model_s_key_and_bedrock_are_allowed_only_where_they_are_configured() -> None:
    assert RESOURCES["ReadModelKey"]["Condition"] == "HasModelKey"
    assert RESOURCES["InvokeModel"]["Condition"] == "OnBedrock"


def test_reading_routes_cannot_write() -> None:
    reading = [
        f for f in FUNCTIONS.values() for event in f.events("HttpApi") if event["Method"] == "GET"
    ]
    writes = (
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
        "dynamodb:DeleteItem",
        "s3:PutObject",
        "sqs:SendMessage",
    )
    written = {
        (f.name, action)
        for f in reading
        for action, resource in f.grants()
        if action in writes and resource != "AuditTable"
    }
    # An answer that waits takes a token of the caller's quota.
    waiting = ("get_run", "get_studio_run", "get_assessment_run", "list_events", "stream_events")
    assert written == {(name, "dynamodb:UpdateItem") for name in waiting}


@pytest.mark.rule("R-AUDIT-3")
def test_the_trail_is_added_to_by_who_comes_to_patients_data_and_never_changed() -> None:
    def recorded(name: str) -> bool:
        module = importlib.import_module(f"functions.{name}.handler")
        return getattr(getattr(module, "endpoint", None), "action", None) in RECORDED

    grants: dict[Grant, set[str]] = {}
    for function in FUNCTIONS.values():
        for action, resource in function.grants():
            if resource.startswith("AuditTable"):
                grants.setdefault((action, resource), set()).add(function.name)
    assert grants == {
        ("dynamodb:PutItem", "AuditTable"): {
            "worker",
            "bulk_worker",
            "eraser",
            *filter(recorded, FUNCTIONS),
        },
        ("dynamodb:Query", "AuditTable"): {"list_audit"},
        **{
            ("dynamodb:Query", f"AuditTable/index/{index}"): {"list_audit"}
            for index in (BY_PATIENT, BY_PERSON, BY_RUN)
        },
    }


def test_the_indexes_granted_are_the_table_s_and_the_code_s() -> None:
    table = {
        index["IndexName"]
        for index in of_type("AWS::DynamoDB::Table")["Table"]["GlobalSecondaryIndexes"]
    }
    granted = {
        resource.rpartition("/")[2]
        for s in statements()
        for _, resource in grants_of(s)
        if resource.startswith("Table/index/")
    }
    code = {
        keys.SUBJECT_INDEX,
        keys.CREATOR_INDEX,
        keys.ORG_INDEX,
        keys.RARE_INDEX,
        keys.OPEN_INDEX,
    }
    assert table == granted == code


def test_lists_project_keys_alone_so_that_no_transition_costs_an_index_write() -> None:
    indexes = of_type("AWS::DynamoDB::Table")["Table"]["GlobalSecondaryIndexes"]
    assert {json.dumps(index["Projection"]) for index in indexes} == {
        '{"ProjectionType": "KEYS_ONLY"}'
    }
    orders = {index["IndexName"]: index["KeySchema"][1]["AttributeName"] for index in indexes}
    assert orders.pop("by-open") == "n"
    assert set(orders.values()) == {"o"}


@pytest.mark.rule("R-ERASE-2")
def test_who_else_may_delete_deletes_nothing_of_a_run() -> None:
    held: dict[str, set[str]] = {}
    for name in ("DeleteAssignments", "DeleteBudgets", "DeleteGates", "DeleteWebhooks"):
        (statement,) = RESOURCES[name]["Properties"]["PolicyDocument"]["Statement"]
        ((operator, asked),) = statement["Condition"].items()
        assert operator == "ForAllValues:StringLike"
        held[name] = set(asked["dynamodb:LeadingKeys"])
    assert held == {
        "DeleteAssignments": {"P#*"},
        "DeleteBudgets": {"B#*"},
        "DeleteGates": {"GATES"},
        "DeleteWebhooks": {"D#*"},
    }
    assert keys.thing_pk("a").startswith("R#")
    assert {n: {f.name for f in FUNCTIONS.values() if n in f.policies()} for n in held} == {
        "DeleteAssignments": {"unassign_clinician"},
        "DeleteBudgets": {"delete_budget"},
        "DeleteGates": {"sweeper"},
        "DeleteWebhooks": {"delete_webhook"},
    }
    plain = [s for s in statements() if "dynamodb:DeleteItem" in as_list(s["Action"])]
    assert len([s for s in plain if "Condition" not in s]) == 1  # the eraser's


@pytest.mark.rule("R-ERASE-2")
def test_old_versions_and_forgotten_uploads_end_and_every_use_of_an_object_is_logged() -> None:
    bucket = of_type("AWS::S3::Bucket")["Bucket"]
    rules = {rule["Id"]: rule for rule in bucket["LifecycleConfiguration"]["Rules"]}
    assert rules["old-versions"]["NoncurrentVersionExpiration"] == {"NoncurrentDays": 30}
    assert rules["old-versions"]["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}
    assert rules["old-versions"]["ExpiredObjectDeleteMarker"] is True
    assert (rules["uploads"]["Prefix"], rules["uploads"]["ExpirationInDays"]) == ("uploads/", 1)
    assert bucket["LoggingConfiguration"]["DestinationBucketName"] == {"Ref": "AccessLogs"}
    logs = of_type("AWS::S3::Bucket")["AccessLogs"]
    assert set(logs["PublicAccessBlockConfiguration"].values()) == {True}
    assert logs["LifecycleConfiguration"]["Rules"][0]["ExpirationInDays"]


@pytest.mark.rule("R-AUDIT-3")
def test_the_trail_is_kept_for_six_years_by_a_setting() -> None:
    parameter = DOCUMENT["Parameters"]["AuditRetentionDays"]
    assert parameter["Default"] == 6 * 365
    table = of_type("AWS::DynamoDB::Table")["AuditTable"]
    assert table["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}


@pytest.mark.parametrize("name", ["Table", "AuditTable", "Bucket", "Key", "UserPool"])
def test_what_holds_data_outlives_the_stack(name: str) -> None:
    assert (RESOURCES[name]["DeletionPolicy"], RESOURCES[name]["UpdateReplacePolicy"]) == (
        "RetainExceptOnCreate",
        "Retain",
    )


def test_nobody_can_move_a_user_to_another_organisation() -> None:
    (attribute,) = of_type("AWS::Cognito::UserPool")["UserPool"]["Schema"]
    assert (attribute["Name"], attribute["Mutable"]) == ("org_id", False)
    assert of_type("AWS::Cognito::UserPool")["UserPool"]["AdminCreateUserConfig"] == {
        "AllowAdminCreateUserOnly": True
    }
    assert of_type("AWS::Cognito::UserPoolClient")["UserPoolClient"]["WriteAttributes"] == ["email"]


def test_no_role_has_as_many_policies_as_a_role_takes() -> None:
    """Ten is the quota: the next capability must still fit. Of AWS's own policies, which name no
    resource, a role has those for logs and traces and no other.
    """
    document = read(ROOT / "template.yaml")
    made = translate(document, parameter_values(document, {}))["Resources"]
    given = {
        name: role["Properties"].get("ManagedPolicyArns", [])
        for name, role in made.items()
        if role["Type"] == "AWS::IAM::Role"
    }
    assert len(given) > len(FUNCTIONS)
    assert {name: len(arns) for name, arns in given.items() if len(arns) >= 10} == {}
    aws = {str(arn).rpartition("/")[2].rstrip("'}") for arns in given.values() for arn in arns}
    assert {name for name in aws if name.startswith("AWS")} == {
        *("AWSLambdaBasicExecutionRole", "AWSXRayDaemonWriteAccess", "AWSXrayWriteOnlyAccess"),
    }
