"""What each route answers, a module a door. A route is named by its method and path, as in the
contract.
"""

from tools.openapi.operation import Operation, Routes
from tools.openapi.routes import assessment, care, many, money, projects, runs, service, studio

DOORS = (studio, assessment, runs, projects, care, many, money, service)
ROUTES: Routes = {name: one for door in DOORS for name, one in door.ROUTES.items()}
"""All of them. A route of the contract that has no function yet is described here and not in the
document.
"""


class UndescribedRoute(LookupError):
    """A route that a function serves and no table describes."""


def operation(name: str) -> Operation:
    """What `METHOD /path` answers. Raises UndescribedRoute, which says what to do."""
    if name not in ROUTES:
        raise UndescribedRoute(
            f"{name} is served by a function, but nothing says what it answers. Add it to a table "
            "in tools/openapi/routes/ (its shapes are in tools/openapi/answers/) and run "
            "`make openapi`."
        )
    return ROUTES[name]
