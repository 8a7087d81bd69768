"""The environment as settings: one name a variable, its default in one place, a number that is none
refused by name.
"""

from dataclasses import fields

import pytest

from shared.settings import LOCAL_ONLY, VARIABLES, Settings, load


def test_an_empty_environment_and_empty_variables_are_the_defaults() -> None:
    assert load({}) == Settings() == load(dict.fromkeys(VARIABLES, ""))


def test_every_field_is_read_from_a_variable_of_its_own() -> None:
    switches = ("DIAGNOSIS_WORKER_ENABLED", "DOCS_ENABLED", "MODEL_SPANS")
    changed = {name: load({name: "true" if name in switches else "7"}) for name in VARIABLES}
    fields_read = [
        [one.name for one in fields(Settings) if getattr(settings, one.name) != one.default]
        for settings in changed.values()
    ]
    assert sorted(fields_read) == sorted([one.name] for one in fields(Settings))
    assert load({"LEASE_SECONDS": "7"}).lease_seconds == 7


def test_the_flag_has_a_name_that_a_deployment_knows() -> None:
    assert load({"DIAGNOSIS_WORKER_ENABLED": " On "}).worker_enabled is True
    assert load({"DIAGNOSIS_WORKER_ENABLED": "no"}).worker_enabled is False
    assert {"MODEL_API_KEY", "MODEL_BASE_URL", "WEBHOOK_RECEIVER"} == LOCAL_ONLY


def test_a_number_that_is_none_is_refused_by_its_name() -> None:
    with pytest.raises(ValueError, match="LEASE_SECONDS is not a whole number: '5 min'"):
        load({"LEASE_SECONDS": "5 min"})
