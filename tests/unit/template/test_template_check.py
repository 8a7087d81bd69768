"""How `make template-check` judges what the scanners find."""

from tests.template_check.accepted import ACCEPTED
from tests.template_check.findings import Accepted, Verdict, judge

KINDS = {"A": "AWS::S3::Bucket", "B": "AWS::S3::Bucket", "F": "AWS::Lambda::Function"}
BUCKETS = Accepted(("ONE",), "because", kind="AWS::S3::Bucket")
NAMED = Accepted(("ONE", "TWO"), "because", named=("A",))


def test_a_finding_that_nobody_accepted_is_open() -> None:
    assert judge([("ONE", "F"), ("ONE", "A")], [BUCKETS], KINDS) == Verdict((("ONE", "F"),), ())
    assert judge([("TWO", "A"), ("TWO", "B"), ("ONE", "A")], [NAMED], KINDS).open == (("TWO", "B"),)


def test_a_reason_that_nothing_needs_is_stale() -> None:
    assert judge([], [BUCKETS], KINDS).stale == ("ONE at AWS::S3::Bucket",)
    assert judge([("ONE", "A")], [NAMED], KINDS).stale == ("TWO at A",)


def test_whatever_is_accepted_has_its_reason_and_its_place() -> None:
    for entry in ACCEPTED:
        assert entry.reason.endswith(".")
        assert bool(entry.kind) != bool(entry.named)
