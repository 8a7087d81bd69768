"""shared.intake.changes: what another version of a record would change, by type."""

from shared.intake.changes import changes, digests

ASTHMA = {"resourceType": "Condition", "id": "a", "code": {"text": "Asthma"}}
GOUT = {"resourceType": "Condition", "id": "g", "code": {"text": "Gout"}}
PULSE = {"resourceType": "Observation", "valueInteger": 60}


def test_nothing_changes_when_only_the_order_does() -> None:
    assert changes(digests([ASTHMA, GOUT, PULSE]), digests([PULSE, GOUT, ASTHMA])) == {
        "added": {},
        "removed": {},
        "changed": {},
    }


def test_what_came_what_went_and_what_is_another_under_the_same_id() -> None:
    before = digests([ASTHMA, GOUT, PULSE])
    after = digests([ASTHMA | {"code": {"text": "COPD"}}, PULSE, PULSE | {"valueInteger": 61}])
    assert changes(before, after) == {
        "added": {"Observation": 1},
        "removed": {"Condition": 1},
        "changed": {"Condition": 1},
    }


def test_two_versions_under_one_id_are_one_resource() -> None:
    both = digests([GOUT, GOUT | {"code": {"text": "Gout, old"}}])
    assert len(both) == 1
    assert changes(both, digests([GOUT]))["changed"] == {"Condition": 1}
