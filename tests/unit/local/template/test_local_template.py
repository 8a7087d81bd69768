"""What the stack reads out of a template, and that it refuses what it does not understand."""

from pathlib import Path

import pytest

from local.errors import TemplateError
from local.stack import ROOT, local_parameters
from local.template.blueprint import (
    Authorizer,
    Cors,
    EventSource,
    Schedule,
)
from local.template.reader import load
from tests.unit.local.small_stack import TEMPLATE

ENDPOINT = "http://127.0.0.1:9"
ISSUER = {"JwtIssuer": "https://issuer.example", "JwtAudience": "one,two"}
ARN = "arn:aws:sqs:eu-central-1:123456789012:studio-runs-local"


def read(tmp_path, *changes, parameters=None, extra=""):
    """The fixture's template with parts of its text replaced, or resources added."""
    text = TEMPLATE.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, f"the fixture no longer says {old!r}"
        text = text.replace(old, new, 1)
    path: Path = tmp_path / "template.yaml"
    path.write_text(text + extra, encoding="utf-8")
    return load(path, endpoint=ENDPOINT, parameters=ISSUER if parameters is None else parameters)


def test_functions_routes_and_authorizers(tmp_path):
    blueprint = read(tmp_path)
    echo = blueprint.functions["studio-runs-local-Echo"]
    assert (echo.handler, echo.timeout, echo.memory) == (
        "tests.unit.local.fixtures.handlers.echo",
        5,
        256,
    )
    assert echo.environment == {
        "TABLE_NAME": "studio-runs-local-Table",
        "QUEUE_URL": f"{ENDPOINT}/123456789012/studio-runs-local-Queue",
    }
    assert blueprint.functions["studio-runs-local-Worker"].environment["ROLE"] == "worker"
    assert {(route.key, route.authorizer) for route in blueprint.routes} == {
        ("GET /things/{thingId}", "Jwt"),
        ("POST /things", "Jwt"),
        ("ANY /things/{rest+}", "Jwt"),
        ("GET /things/latest", "Jwt"),
        ("POST /answer", None),
        ("GET /routed/{name}", None),
    }
    assert blueprint.authorizers == {
        "Jwt": Authorizer("Jwt", "https://issuer.example", ("one", "two"), "authorization")
    }
    origins = ("https://app.example", "https://*")
    assert blueprint.cors == Cors(
        origins, ("GET", "POST"), ("authorization", "content-type"), ("x-request-id",), 600
    )


def test_events_and_resources(tmp_path):
    blueprint = read(tmp_path)
    assert blueprint.event_sources == (
        EventSource(
            "WorkerQueue",
            "studio-runs-local-Worker",
            f"{ARN}-Queue",
            10,
            0,
            2,
            partial=True,
            enabled=True,
        ),
    )
    assert blueprint.schedules == (
        Schedule(
            "SweeperTick",
            "studio-runs-local-Sweeper",
            "rate(1 minute)",
            {"by": "clock"},
            enabled=True,
        ),
    )
    queue = next(queue for queue in blueprint.queues if queue.name == "studio-runs-local-Queue")
    assert queue.attributes == {
        "VisibilityTimeout": "60",
        "RedrivePolicy": f'{{"deadLetterTargetArn":"{ARN}-DeadLetters","maxReceiveCount":2}}',
    }
    assert [bucket.versioned for bucket in blueprint.buckets] == [True]
    assert blueprint.tables[0].arguments["KeySchema"] == [
        {"AttributeName": "pk", "KeyType": "HASH"}
    ]


def test_without_an_issuer_the_condition_chooses_the_user_pool(tmp_path):
    assert read(tmp_path, parameters={}).authorizers["Jwt"] == Authorizer(
        "Jwt",
        "https://cognito-idp.eu-central-1.amazonaws.com/local-Pool",
        ("local-Client",),
        "authorization",
    )


def test_intrinsic_functions(tmp_path):
    value = (
        "!If [OwnPool, a, !Join ['-', [!Select [1, !Split [',', 'x,y']], "
        "!Sub '${AWS::Region}/${Table.Arn}/${!literal}']]]"
    )
    blueprint = read(tmp_path, ("ROLE: worker", f"ROLE: {value}"))
    arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/studio-runs-local-Table"
    assert (
        blueprint.functions["studio-runs-local-Worker"].environment["ROLE"]
        == f"y-eu-central-1/{arn}/${{literal}}"
    )


def test_a_generated_secret_is_made_up_and_known_by_its_arn(tmp_path):
    secret = (
        "\n  Secret: {Type: AWS::SecretsManager::Secret, "
        "Properties: {GenerateSecretString: {PasswordLength: 40}}}\n"
    )
    blueprint = read(tmp_path, ("ROLE: worker", "ROLE: !Ref Secret"), extra=secret)
    (made,) = blueprint.secrets
    variables = blueprint.functions["studio-runs-local-Worker"].environment
    assert variables["ROLE"].endswith(f":secret:{made.name}")
    assert len(made.text) == 40


REFUSED = {
    "resource type": (("AWS::S3::Bucket", "AWS::EFS::FileSystem"), ("Resources.Bucket: "
        ".*AWS::EFS::FileSystem")),
    "property of a queue": (("VisibilityTimeout: 60", "FifoQueue: true"),
    "Resources.Queue.Properties.FifoQueue"),
    "property of a function": (("Timeout: 30\n", ("Timeout: 30\n      "
        "FunctionScalingConfig: {}\n")), "Worker.*FunctionScalingConfig"),
    "property of an event source": (("BatchSize: 10", ("FilterCriteria: {Filters: "
        "[{Pattern: '{}'}]}")), "WorkerQueue.*FilterCriteria"),
    "event type": (("Type: ScheduleV2", "Type: SNS"),
    "Resources.Sweeper.Properties.Events.Tick: .*SNS"),
    ("event of another "
        "queue service"): (("!GetAtt Queue.Arn\n", "arn:aws:kafka:eu-central-1:1:x\n"),
        "EventSourceArn"),
    "intrinsic function": (("ROLE: worker", ("ROLE: "
        "!ImportValue other")), "Resources.Worker.Properties.Environment.*Fn::ImportValue"),
    "arguments of one": (("ROLE: worker", "ROLE: !Select [7, [a]]"), "Fn::Select"),
    "dynamic reference": (("ROLE: worker", "ROLE: '{{resolve:ssm:name}}'"), "resolve:ssm"),
    "resource": (("ROLE: worker", "ROLE: !Ref Nothing"), ("there is no parameter or "
        "resource Nothing")),
    ("resource that its "
        "condition leaves out"): (("ROLE: worker", "ROLE: !Ref Pool"), ("Pool does not exist under "
        "its condition")),
    "attribute": (("ROLE: worker", "ROLE: !GetAtt Queue.Colour"), "Colour of AWS::SQS::Queue"),
    "authorizer": (("Auth: {Authorizer: NONE}", "Auth: {Authorizer: Other}"), "Other"),
    "batch size": (("BatchSize: 10", "BatchSize: 11"), "BatchSize: 11"),
    "parameter type": (("Type: CommaDelimitedList, Default: \"\"", ("Type: "
        "AWS::EC2::Image::Id, Default: x")), "AWS::EC2::Image::Id"),
    "parameter without a value": ((("Type: String, "
        "Default: arm64, "), "Type: String, "), "Parameters.Architecture"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_it_refuses_an_unknown(name, tmp_path):
    change, words = REFUSED[name]
    with pytest.raises(TemplateError, match=words):
        read(tmp_path, change)


def test_it_refuses_an_authorizer_that_is_no_jwt(tmp_path):
    text = TEMPLATE.read_text(encoding="utf-8")
    start, end = text.index("            IdentitySource"), text.index("  Echo:")
    lambda_authorizer = (
        "            FunctionArn: !GetAtt Answer.Arn\n            "
        "AuthorizerPayloadFormatVersion: '2.0'\n"
    )
    with pytest.raises(TemplateError, match="only JWT authorizers"):
        read(tmp_path, (text[start:end], f"{lambda_authorizer}\n"))


def test_it_refuses_to_set_a_parameter_that_the_template_does_not_have(tmp_path):
    with pytest.raises(TemplateError, match=r"Parameters\.Nothing"):
        read(tmp_path, parameters={"Nothing": "x"})


def test_the_translators_own_complaints_are_passed_on(tmp_path):
    with pytest.raises(TemplateError, match="Worker"):
        read(tmp_path, ("Handler: tests.unit.local.fixtures.handlers.work", "Handlers: x"))


def test_the_projects_own_template_is_understood():
    blueprint = load(
        ROOT / "template.yaml",
        endpoint=ENDPOINT,
        parameters=local_parameters("http://u", "http://i", "arn:key"),
    )
    assert {route.authorizer for route in blueprint.routes} == {"Jwt", None}
    assert blueprint.event_sources
    assert blueprint.schedules
    assert all(function.environment for function in blueprint.functions.values())
