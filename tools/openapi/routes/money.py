"""Money, pauses, numbers."""

from tools.openapi.answers.money import Budget, OpenRuns, OrganisationSettings, StatsDay
from tools.openapi.operation import NO_CONTENT, Operation, Routes, data, page

TAG = "Money and numbers"
_ORGANISATION = data("Organisation", organisation=OrganisationSettings)

ROUTES: Routes = {
    "GET /budgets": Operation(TAG, {200: page("Budgets", budgets=list[Budget])}),
    "PUT /budgets/{scope}": Operation(
        TAG,
        {200: data("Budget", budget=Budget)},
        errors=(409,),
        example={"limit_usd": 250, "period": "month"},
    ),
    "DELETE /budgets/{scope}": Operation(TAG, {204: NO_CONTENT}, errors=(422,)),
    "GET /organisation": Operation(TAG, {200: _ORGANISATION}),
    "PATCH /organisation": Operation(
        TAG,
        {200: _ORGANISATION},
        errors=(409,),
        example={"paused_workflows": ["diagnosis"], "pause_reason": "A new prompt is checked."},
    ),
    "GET /stats": Operation(TAG, {200: data("Stats", days=list[StatsDay], open=OpenRuns)}),
}
