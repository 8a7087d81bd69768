"""The AWS calls that the functions were seen to ask for against what the template grants them:
`make recorded-calls` notes them while the HTTP suite runs, and prints what is missing and what
nobody asked for.
"""

import json
import sys
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from local.template.intrinsics import STACK
from tests.support.granted import Grant, grants_for
from tests.unit.template.declared import (
    RESOURCES,
    Function,
    as_list,
    functions,
    get_att,
    role_statements,
)

DELETES = "dynamodb:DeleteItem"
LAMBDA_S_OWN = "DeleteMessageBatch"
"""The local stack takes messages off a queue as Lambda does, in a thread of the function's name."""
PLATFORM = (
    *("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"),
    *("sqs:ChangeMessageVisibility", "dynamodb:GetRecords", "dynamodb:GetShardIterator"),
    *("dynamodb:DescribeStream", "dynamodb:ListStreams", "kms:", "s3:ListBucket"),
)
"""What AWS does in the function's name: Lambda reads the queue and the stream, the stores use the
key, and S3 looks whether an object is not there or not to be seen.
"""


def seen(folder: Path) -> dict[str, set[tuple[str, ...]]]:
    """(action, resource) of every call by function, from what the local stack noted in a folder;
    of a deletion the beginning of the item's key as well.
    """
    names = {f"{STACK}-{one.logical_id}": one.name for one in functions().values()}
    found: dict[str, set[tuple[str, ...]]] = {name: set() for name in names.values()}
    for file in folder.glob("*.jsonl"):
        for line in file.read_text("utf-8").splitlines():
            owner, service, operation, facts = json.loads(line)
            if owner not in names or operation == LAMBDA_S_OWN:
                continue
            for action, resource in grants_for(service, operation, facts):
                kind = (facts["kind"],) if action == DELETES else ()
                found[names[owner]].add((action, resource, *kind))
    return found


def missing(function: Function, calls: set[tuple[str, ...]]) -> set[tuple[str, ...]]:
    """What it asked for and is not granted, deletions under keys of another kind among it."""
    patterns, grants = list(leading_keys(function)), function.grants()
    return {
        call
        for call in calls
        if not any(covers(grant, call) for grant in grants)
        or (call[2:] and not any(fnmatchcase(call[2], pattern) for pattern in patterns))
    }


def covers(grant: Grant, call: tuple[str, ...]) -> bool:
    """Whether a call may be made by a grant: what is granted over `Bucket/*` is so over
    `Bucket/uploads/*`, too.
    """
    return grant[0] == call[0] and fnmatchcase(call[1], grant[1])


def unused(function: Function, calls: set[tuple[str, ...]]) -> set[Grant]:
    """What it is granted, beside what the platform does, and never asked for."""
    asked = {call[:2] for call in calls}
    return {
        grant
        for grant in function.grants()
        if grant not in asked and not grant[0].startswith(PLATFORM)
    }


def leading_keys(function: Function) -> Iterator[str]:
    """Patterns of the keys under which it may delete; * where nothing bounds them."""
    statements = [
        statement
        for name in function.policies()
        for statement in RESOURCES[name]["Properties"]["PolicyDocument"]["Statement"]
    ]
    if "Role" in function.properties:
        statements += role_statements(get_att(function.properties["Role"])[0])
    for statement in statements:
        if DELETES in as_list(statement["Action"]):
            condition = statement.get("Condition", {}).get("ForAllValues:StringLike", {})
            yield from condition.get("dynamodb:LeadingKeys", ["*"])


def main(folder: Path) -> int:
    """Prints a line for each function; 1 when one asked for what it is not granted."""
    calls, functions_by_name = seen(folder), functions()
    lacking = 0
    for name, function in sorted(functions_by_name.items()):
        lack, idle = missing(function, calls[name]), unused(function, calls[name])
        lacking += len(lack)
        if not calls[name] and idle:
            print(f"{name}: never seen")
        elif lack or idle:
            print(f"{name}: missing {sorted(lack)}, unused {sorted(idle)}")
    print(f"{len(functions_by_name)} functions, {lacking} calls that are not granted.")
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
