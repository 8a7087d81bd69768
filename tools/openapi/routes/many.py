"""Many at once, and being told."""

from tools.openapi.answers.hooks import Bulk, Delivery, NewWebhook, Webhook
from tools.openapi.operation import NO_CONTENT, Operation, Routes, data, page

TAG = "Bulk and webhooks"
_BULK = data("Bulk", bulk=Bulk)
_WEBHOOK = data("Webhook", webhook=Webhook)
_WITH_SECRET = data("NewWebhook", webhook=NewWebhook)
_DELIVERY = data("Delivery", delivery=Delivery)

ROUTES: Routes = {
    "POST /bulk": Operation(
        TAG,
        {202: _BULK, 200: _BULK},
        errors=(429,),
        keyed=True,
        example={"action": "retry", "filter": {"status": "failed", "code": "LLM_ERROR"}},
    ),
    "GET /bulk/{bulkId}": Operation(TAG, {200: _BULK}),
    "POST /bulk/{bulkId}/cancel": Operation(TAG, {200: _BULK}, errors=(409,)),
    "POST /webhooks": Operation(
        TAG,
        {201: _WITH_SECRET, 200: _WITH_SECRET},
        errors=(429,),
        keyed=True,
        example={"url": "https://hooks.example.org/studio", "events": ["run.failed"]},
    ),
    "GET /webhooks": Operation(TAG, {200: page("Webhooks", webhooks=list[Webhook])}),
    "GET /webhooks/{webhookId}": Operation(TAG, {200: _WEBHOOK}),
    "PATCH /webhooks/{webhookId}": Operation(
        TAG, {200: _WEBHOOK}, errors=(409,), example={"status": "disabled"}
    ),
    "DELETE /webhooks/{webhookId}": Operation(TAG, {204: NO_CONTENT}),
    "POST /webhooks/{webhookId}/rotate": Operation(TAG, {200: _WITH_SECRET}, errors=(409,)),
    "POST /webhooks/{webhookId}/test": Operation(
        TAG, {202: _DELIVERY, 200: _DELIVERY}, errors=(409, 429), keyed=True
    ),
    "GET /webhooks/{webhookId}/deliveries": Operation(
        TAG, {200: page("Deliveries", deliveries=list[Delivery])}
    ),
    "POST /webhooks/{webhookId}/deliveries/{deliveryId}/replay": Operation(
        TAG, {202: _DELIVERY}, errors=(409, 429)
    ),
}
