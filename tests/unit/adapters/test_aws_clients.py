"""The clients as the functions get them: what they log, where a download leads, and what they take
for a passing fault.
"""

import logging

import pytest
from botocore.exceptions import ClientError
from botocore.retries.standard import ThrottledRetryableChecker, TransientRetryableChecker

from shared.adapters.aws_clients import aws_client
from shared.adapters.aws_errors import translated
from shared.adapters.s3 import Bucket
from shared.errors import StoreUnavailable
from tests.contract.worlds import RealAdapters
from tests.support.aws import in_process_aws
from tests.unit.template.declared import RESOURCES

REGIONS = ["eu-central-1", "us-east-1"]
PASSING = sorted(
    {
        *ThrottledRetryableChecker._THROTTLED_ERROR_CODES,
        *TransientRetryableChecker._TRANSIENT_ERROR_CODES,
    }
)


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGIONS[0],
    }.items():
        monkeypatch.setenv(name, value)


def test_nothing_of_a_request_is_logged_even_at_debug(caplog: pytest.LogCaptureFixture) -> None:
    """Lambda puts the root logger at the level that the function is configured with."""
    with in_process_aws() as clients, caplog.at_level(logging.DEBUG):
        real = RealAdapters(clients)
        aws_client("dynamodb").put_item(
            TableName=real.name, Item={"pk": {"S": "Sesame"}, "sk": {"S": "R"}}
        )
        aws_client("s3").put_object(Bucket=real.name, Key="Sesame", Body=b"Sesame")
    assert "Sesame" not in caplog.text


@pytest.mark.parametrize("region", REGIONS)
def test_a_download_leads_to_where_the_console_may_go(
    region: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", region)
    url = Bucket(aws_client("s3"), "the-bucket").presign(
        "org/run/artifact", "report.md", "text/markdown"
    )
    headers = RESOURCES["ConsoleHeaders"]["Properties"]["ResponseHeadersPolicyConfig"][
        "SecurityHeadersConfig"
    ]
    policy = headers["ContentSecurityPolicy"]["ContentSecurityPolicy"]["Fn::Sub"][0]
    for name, value in {
        "Bucket": "the-bucket",
        "AWS::Region": region,
        "AWS::URLSuffix": "amazonaws.com",
    }.items():
        policy = policy.replace(f"${{{name}}}", value)
    assert url.partition("/org/")[0] in policy.partition("connect-src")[2].split()


@pytest.mark.parametrize("code", PASSING)
def test_what_the_sdk_itself_would_try_again_is_unavailable(code: str) -> None:
    with pytest.raises(StoreUnavailable), translated():
        raise ClientError({"Error": {"Code": code, "Message": ""}}, "PutItem")
