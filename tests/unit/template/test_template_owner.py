"""What whoever owns the account looks at before anything is deployed: how people sign in, where a
browser may go, what is encrypted on the way, what is logged, and what raises a false alarm.
"""

import re
import tomllib
from typing import Any

import pytest

from local.template.translation import parameter_values, read, translate
from tests.unit.template.declared import DOCUMENT, RESOURCES, ROOT, as_list, named, of_type

PARAMETERS = DOCUMENT["Parameters"]
BUCKETS = of_type("AWS::S3::Bucket")
LOGS = {"AccessLogs", "ConsoleLogs"}
DISTRIBUTION = RESOURCES["ConsoleDistribution"]["Properties"]["DistributionConfig"]


def test_people_sign_in_with_a_one_time_code_unless_a_parameter_says_otherwise() -> None:
    """Enrolling is the hosted page's, and it lets nobody enrol while the code is optional."""
    assert PARAMETERS["MfaRequired"]["Default"] == "true"
    pool = of_type("AWS::Cognito::UserPool")["UserPool"]
    assert pool["MfaConfiguration"] == {"Fn::If": ["HasMfa", "ON", "OFF"]}
    assert pool["EnabledMfas"] == {
        "Fn::If": ["HasMfa", ["SOFTWARE_TOKEN_MFA"], {"Ref": "AWS::NoValue"}]
    }, "Cognito refuses a factor while MFA is off"
    client = of_type("AWS::Cognito::UserPoolClient")["UserPoolClient"]
    assert client["AllowedOAuthFlows"] == ["code"]
    assert client["SupportedIdentityProviders"] == ["COGNITO"]


def test_every_parameter_is_described_in_the_guide_and_every_described_one_is_there() -> None:
    guide = (ROOT / "docs" / "deploying.md").read_text("utf-8")
    table = guide.partition("## Parameters")[2].partition("Times are not parameters")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| ")]
    described = [name.strip() for row in rows[1:] for name in row.split(",")]
    assert sorted(described) == sorted(PARAMETERS)


@pytest.mark.parametrize(
    ("parameter", "taken", "refused"),
    [
        ("SignInDomainPrefix", ["", "runs", "runs-2"], ["Runs", "-runs", "runs-", "a.b", "a b"]),
        ("ConsoleDomain", ["", "runs.example.org"], ["Runs.example.org", "https://example.org"]),
        ("ConsoleApiHost", ["", "a1.execute-api.eu-central-1.amazonaws.com"], ["https://a1", "*"]),
    ],
)
def test_a_host_is_a_host_in_lower_case(
    parameter: str, taken: list[str], refused: list[str]
) -> None:
    pattern = PARAMETERS[parameter]["AllowedPattern"]
    assert [one for one in taken if not re.fullmatch(pattern, one)] == []
    assert [one for one in refused if re.fullmatch(pattern, one)] == []


def test_the_sign_in_page_s_own_domain_says_nothing_of_the_stack_s_name() -> None:
    """A domain takes lower case only, and a stack may be called as one likes."""
    domain = RESOURCES["UserPoolDomain"]["Properties"]["Domain"]["Fn::If"]
    assert domain[0] == "MakeSignInDomain"
    text, values = domain[1]["Fn::Sub"]
    assert text == "runs-${Id}"
    assert values == {
        "Id": {"Fn::Select": [2, {"Fn::Split": ["/", {"Ref": "AWS::StackId"}]}]},
    }


def test_the_console_may_talk_to_hosts_that_are_named_and_no_others() -> None:
    headers = RESOURCES["ConsoleHeaders"]["Properties"]["ResponseHeadersPolicyConfig"]
    policy, values = headers["SecurityHeadersConfig"]["ContentSecurityPolicy"][
        "ContentSecurityPolicy"
    ]["Fn::Sub"]
    sources = policy.split()
    assert "*" not in policy
    assert not {"https:", "http:", "'unsafe-inline'", "'unsafe-eval'"} & set(sources)
    assert values["ApiOrigin"] == {
        "Fn::If": ["KnowsApiHost", {"Fn::Sub": "https://${ConsoleApiHost}"}, ""]
    }
    assert [word for word in sources if word.startswith("https://")] == [
        "https://${Bucket}.s3.${AWS::Region}.${AWS::URLSuffix}",
        "https://${Bucket}.s3.${AWS::URLSuffix}",
    ]


def test_production_knows_nothing_of_this_machine_and_asks_for_the_one_time_code() -> None:
    configured = tomllib.loads((ROOT / "samconfig.toml").read_text("utf-8"))
    overrides = configured["prod"]["deploy"]["parameters"]["parameter_overrides"]
    assert not re.search(r"localhost|127\.0\.0\.1|MfaRequired|DeletionProtection", overrides)


def test_a_console_of_one_s_own_domain_takes_tls_1_2_and_nothing_is_served_without_tls() -> None:
    condition, own, _ = DISTRIBUTION["ViewerCertificate"]["Fn::If"]
    assert (condition, own["MinimumProtocolVersion"]) == ("HasConsoleDomain", "TLSv1.2_2021")
    assert DISTRIBUTION["DefaultCacheBehavior"]["ViewerProtocolPolicy"] == "redirect-to-https"


@pytest.mark.parametrize("name", BUCKETS)
def test_a_bucket_refuses_whoever_comes_without_tls(name: str) -> None:
    statements: list[dict[str, Any]] = [
        statement
        for policy in of_type("AWS::S3::BucketPolicy").values()
        if policy["Bucket"] == {"Ref": name}
        for statement in policy["PolicyDocument"]["Statement"]
    ]
    (denied,) = [one for one in statements if one["Effect"] == "Deny"]
    assert (denied["Principal"], denied["Action"]) == ("*", "s3:*")
    assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert {named(one) for one in as_list(denied["Resource"])} == {name, f"{name}/*"}


def test_every_use_of_buckets_and_console_is_logged_in_a_bucket_for_logs() -> None:
    logged = {
        name: bucket["LoggingConfiguration"]["DestinationBucketName"]["Ref"]
        for name, bucket in BUCKETS.items()
        if name not in LOGS
    }
    assert set(logged) == set(BUCKETS) - LOGS
    assert set(logged.values()) <= LOGS
    assert named(DISTRIBUTION["Logging"]["Bucket"]) in LOGS


def test_the_guide_closes_every_event_source_by_its_name() -> None:
    document = read(ROOT / "template.yaml")
    made = translate(document, parameter_values(document, {}))["Resources"]
    sources = {
        name for name, one in made.items() if one["Type"] == "AWS::Lambda::EventSourceMapping"
    }
    guide = (ROOT / "docs" / "deploying.md").read_text("utf-8")
    closed = re.search(r"for SOURCE in ([\w ]+); do", guide)
    assert closed
    assert set(closed[1].split()) == sources


def test_no_alarm_is_silenced_while_diagnoses_are_switched_off() -> None:
    """Nobody rings for what is switched off, so no message waits for it; orchestrations and
    analyses are executed by the same worker, from the same queue.
    """
    alarms = of_type("AWS::CloudWatch::Alarm")
    assert [name for name, one in alarms.items() if "ActionsEnabled" in one] == []
