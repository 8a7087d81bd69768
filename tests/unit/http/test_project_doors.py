"""Projects and inputs at their doors: who may, what comes back, and what a repeated
request gets.
"""

import pytest

from shared import bootstrap
from shared.errors import RateLimited
from tests.unit.http.project_doors import (
    ADMIN,
    CLINICIAN,
    INPUT,
    MEMBER,
    OTHER,
    OUTSIDER,
    PATIENT,
    SYSTEM,
    Doors,
    User,
)

NOWHERE = "99999999-9999-4999-8999-999999999999"


@pytest.fixture
def project(doors: Doors) -> str:
    return doors.project()


# --- projects -------------------------------------------------------------------------------------


@pytest.mark.parametrize("user", [MEMBER, CLINICIAN, ADMIN])
def test_members_clinicians_and_admins_create_projects(doors: Doors, user: User) -> None:
    answer = doors.create("  Pumps ", user)
    project = answer.data["project"]
    assert answer.status == 201
    assert (project["name"], project["org_id"], project["created_by"]) == (
        "Pumps",
        "demo",
        user.sub,
    )
    assert set(project) == {"id", "org_id", "name", "created_by", "created_at"}


@pytest.mark.parametrize("user", [PATIENT, SYSTEM])
def test_others_have_no_projects(doors: Doors, user: User) -> None:
    assert (doors.create(user=user).status, doors.projects(user).status) == (403, 403)


@pytest.mark.parametrize("name", ["", "   ", "x" * 256, "x" + " " * 255, None, 5])
def test_a_project_needs_a_name(doors: Doors, name: object) -> None:
    answer = doors.create(name)
    assert (answer.status, answer.error["errors"][0]["field"]) == (422, "body.name")


def test_a_repeated_request_gets_the_project_that_it_made(doors: Doors) -> None:
    first, again = (doors.create(idempotency_key="k") for _ in range(2))
    assert (first.status, again.status) == (201, 200)
    assert again.data == first.data
    assert (first.headers.get("idempotency-replayed"), again.headers["idempotency-replayed"]) == (
        None,
        "true",
    )
    assert doors.create("Other", idempotency_key="k").error["code"] == "IDEMPOTENCY_KEY_REUSED"
    assert doors.create(user=OTHER, idempotency_key="k").status == 201


def test_a_key_is_one_whatever_it_made(doors: Doors, project: str) -> None:
    doors.add(project, idempotency_key="input")
    doors.create(idempotency_key="project")
    assert doors.create(idempotency_key="input").error["code"] == "IDEMPOTENCY_KEY_REUSED"
    assert doors.add(project, idempotency_key="project").error["code"] == "IDEMPOTENCY_KEY_REUSED"
    assert [row["version"] for row in doors.inputs(project).data["inputs"]] == [1]


def test_one_sees_one_s_own_projects_and_an_admin_the_organisation_s(doors: Doors) -> None:
    mine, theirs = doors.project("Mine"), doors.project("Theirs", OTHER)
    doors.project("Foreign", OUTSIDER)

    def seen(user: User) -> list[str]:
        return [row["id"] for row in doors.projects(user).data["projects"]]

    assert (seen(MEMBER), seen(OTHER), seen(ADMIN)) == ([mine], [theirs], [theirs, mine])


def test_the_list_goes_on_behind_its_cursor(doors: Doors) -> None:
    made = [doors.project(str(number)) for number in range(5)]
    first = doors.projects(limit="2").data
    second = doors.projects(limit="2", cursor=first["next_cursor"]).data
    third = doors.projects(limit="2", cursor=second["next_cursor"]).data
    found = [row["id"] for page in (first, second, third) for row in page["projects"]]
    assert (found, third["next_cursor"]) == (made[::-1], None)
    assert doors.projects(cursor="forged").status == 400
    assert doors.projects(limit="0").error["errors"][0]["field"] == "query.limit"


# --- who may use a project ------------------------------------------------------------------------

EVERY_DOOR = ["add", "inputs", "generate", "runs", "latest"]


@pytest.mark.parametrize("door", EVERY_DOOR)
def test_a_project_is_its_creator_s_and_the_admins(doors: Doors, project: str, door: str) -> None:
    doors.add(project)
    use = getattr(doors, door)
    assert use(project, user=OTHER).status == 403
    assert use(project, user=CLINICIAN).status == 403
    assert use(project, user=ADMIN).status in (200, 201, 202)
    assert use(project, user=MEMBER).status in (200, 201, 202)


@pytest.mark.parametrize("door", EVERY_DOOR)
def test_another_organisation_s_project_is_as_good_as_missing(
    doors: Doors, project: str, door: str
) -> None:
    use = getattr(doors, door)
    foreign, missing = use(project, user=OUTSIDER), use(NOWHERE, user=ADMIN)
    assert (foreign.status, missing.status) == (404, 404)
    assert foreign.body == missing.body


@pytest.mark.parametrize("door", EVERY_DOOR)
def test_the_role_is_asked_before_the_project_and_its_id_before_both(
    doors: Doors, door: str
) -> None:
    use = getattr(doors, door)
    assert use(NOWHERE, user=PATIENT).status == 403
    assert use("not-a-uuid", user=PATIENT).status == 400


def test_what_is_no_project_is_not_found_under_its_id(doors: Doors, project: str) -> None:
    one = doors.add(project).data["input"]["id"]
    assert doors.inputs(one).status == 404


# --- inputs ---------------------------------------------------------------------------------------


def test_inputs_get_the_next_version_and_come_back_as_they_were_sent(
    doors: Doors, project: str
) -> None:
    drafted = doors.add(project, {"b": [1, None], "a": {"c": 1.5}}, status="draft")
    final = doors.add(project)
    assert (drafted.status, final.status) == (201, 201)
    assert (drafted.data["input"]["version"], drafted.data["input"]["status"]) == (1, "draft")
    assert (final.data["input"]["version"], final.data["input"]["status"]) == (2, "final")
    assert drafted.data["input"]["input"] == {"b": [1, None], "a": {"c": 1.5}}
    assert final.data["input"]["input"] == INPUT


def test_the_list_has_the_newest_first_and_leaves_the_documents_out(
    doors: Doors, project: str
) -> None:
    doors.add(project, {"hypothesis": f"\n{'long ' * 50}\nsecond line"}, status="draft")
    doors.add(project, {"hypothesis": 5})
    doors.add(project)
    rows = doors.inputs(project).data["inputs"]
    assert [(row["version"], row["status"]) for row in rows] == [
        (3, "final"),
        (2, "final"),
        (1, "draft"),
    ]
    assert [len(row["title"]) for row in rows] == [41, 0, 120]
    assert set(rows[0]) == {
        "id",
        "project_id",
        "version",
        "status",
        "title",
        "created_by",
        "created_at",
        "sha256",
        "size_bytes",
    }


def test_the_list_of_inputs_goes_on_behind_its_cursor(doors: Doors, project: str) -> None:
    for _ in range(5):
        doors.add(project)
    first = doors.inputs(project, limit="2").data
    doors.add(project)
    second = doors.inputs(project, limit="2", cursor=first["next_cursor"]).data
    third = doors.inputs(project, limit="2", cursor=second["next_cursor"]).data
    assert [row["version"] for page in (first, second, third) for row in page["inputs"]] == [
        5,
        4,
        3,
        2,
        1,
    ]
    assert third["next_cursor"] is None
    assert doors.inputs(doors.project("Other"), cursor=first["next_cursor"]).status == 400


def test_a_repeated_input_keeps_its_version(doors: Doors, project: str) -> None:
    first = doors.add(project, idempotency_key="k")
    doors.add(project)
    again = doors.add(project, idempotency_key="k")
    assert (again.status, again.headers["idempotency-replayed"], again.data) == (
        200,
        "true",
        first.data,
    )
    assert (
        doors.add(project, {"hypothesis": "other"}, idempotency_key="k").error["code"]
        == "IDEMPOTENCY_KEY_REUSED"
    )
    assert (
        doors.add(doors.project("Other"), idempotency_key="k").error["code"]
        == "IDEMPOTENCY_KEY_REUSED"
    )
    assert [row["version"] for row in doors.inputs(project).data["inputs"]] == [2, 1]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (None, "body"),
        ({}, "body.input"),
        ({"input": "text"}, "body.input"),
        ({"input": {}, "status": "done"}, "body.status"),
        ({"input": {}, "version": 3}, "body.version"),
    ],
)
def test_an_input_is_an_object_with_a_known_status(
    doors: Doors, project: str, body: object, field: str
) -> None:
    answer = doors.call("create_input", "POST", f"/api/projects/{project}/inputs", MEMBER, body)
    assert (answer.status, answer.error["errors"][0]["field"]) == (422, field)


# --- quota ----------------------------------------------------------------------------------------


def test_a_quota_counts_what_is_made_and_no_repetition(
    doors: Doors, project: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUOTA_PER_MINUTE", "2")
    bootstrap.reset()
    assert doors.create(idempotency_key="p").status == 201
    assert doors.add(project, idempotency_key="i").status == 201
    refused = doors.create()
    assert (refused.status, refused.error["code"]) == (429, RateLimited.code)
    assert int(refused.headers["retry-after"]) > 0
    assert doors.create(idempotency_key="p").status == 200
    assert doors.add(project, idempotency_key="i").status == 200
    assert doors.add(project, {"other": 1}, idempotency_key="i").status == 422
    assert doors.generate(project).status == 429
    monkeypatch.undo()
    bootstrap.reset()
