"""PATCH /organisation: pause workflows, or say for how long runs are kept."""

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from shared.access.policy import Action
from shared.http.call import Call
from shared.http.doors.organisation import (
    PatchOrganisation,
    organisation_view,
    patch_organisation,
)
from shared.http.endpoint import Endpoint
from shared.http.responses import ok

endpoint = Endpoint(Action.WRITE_ORGANISATION)


@endpoint.patch("/organisation")
def patch(call: Call, body: Annotated[PatchOrganisation | None, Body()] = None) -> Response[str]:
    """A paused workflow's runs are accepted and wait; what runs, runs to its end."""
    changed = patch_organisation(call, body or PatchOrganisation())
    return ok(call, {"organisation": organisation_view(call, changed)})


handler = endpoint.handler
