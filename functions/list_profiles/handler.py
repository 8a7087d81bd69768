"""GET /profiles: the kinds of orchestration that POST /runs takes."""

from aws_lambda_powertools.event_handler import Response

from shared.http.call import Call
from shared.http.doors.profiles import profile_view
from shared.http.endpoint import Endpoint
from shared.http.responses import ok
from shared.workflows.orchestration.profiles import known_profiles, profile

endpoint = Endpoint()


@endpoint.get("/profiles")
def profiles(call: Call) -> Response[str]:
    """Each with its phases: who works in them, which files they make, which checks they must pass.

    Any valid token will do.
    """
    return ok(call, {"profiles": [profile_view(profile(name)) for name in known_profiles()]})


handler = endpoint.handler
