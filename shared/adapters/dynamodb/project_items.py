"""How projects and their inputs lie in the table and the bucket."""

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.items import Item, plain, wire
from shared.records.project import Project, ProjectInput

PROJECT, INPUT = "project", "input"
FINAL = "final"


def thing_key(identifier: str) -> Item:
    return wire({"pk": keys.thing_pk(identifier), "sk": keys.THING_SK})


def input_key(project_id: str, version: int) -> Item:
    return wire({"pk": keys.thing_pk(project_id), "sk": keys.input_sk(version)})


def project_item(project: Project) -> Item:
    values = {
        "k": PROJECT,
        "og": project.org_id,
        "g": keys.projects_of_org(project.org_id),
        "c": keys.projects_of_person(project.org_id, project.created_by),
        "o": keys.order(project.created_at, project.id),
        "nm": project.name,
        "cb": project.created_by,
        "fp": project.fingerprint,
        "n": 0,
        "rc": 0,
    }
    return thing_key(project.id) | wire(values)


def project_from(values: Item) -> Project:
    created_at, project_id = keys.from_order(values["o"])
    return Project(project_id, values["og"], values["nm"], values["cb"], created_at, values["fp"])


_ATTRIBUTE = {
    "id": "i", "org_id": "og", "version": "v", "status": "st", "title": "ti", "created_by": "cb",
    "created_at": "ca", "sha256": "h",
    "size_bytes": "z",
}  # fmt: skip


def input_item(one: ProjectInput, final: int) -> Item:
    """`final`: the latest version before it that is final, 0 for none."""
    own = {attribute: getattr(one, name) for name, attribute in _ATTRIBUTE.items()}
    return input_key(one.project_id, one.version) | wire(own | {"fv": final})


def latest_final(item: Item) -> int:
    """The latest version up to an input's that is final; 0 for none."""
    v = plain(item)
    return int(v["v"] if v["st"] == FINAL else v.get("fv", 0))


def input_from(item: Item) -> ProjectInput:
    v = plain(item)
    project_id = keys.id_of(v["pk"])
    return ProjectInput(
        project_id=project_id, **{name: v[attribute] for name, attribute in _ATTRIBUTE.items()}
    )


def document_object(one: ProjectInput) -> str:
    return f"{keys.pack(one.org_id)}/projects/{one.project_id}/{one.sha256}"
