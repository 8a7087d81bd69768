"""A receiver of webhooks to look at: it keeps what it is sent and answers as it is told to."""

import threading
from collections import deque
from typing import Any

from local.serving.messages import Request, Response

RECEIVER = "/dev/webhooks/receiver"
_KEPT = 10_000
_ELSEWHERE = [("Location", "https://127.0.0.1/elsewhere")]


class Receiver:
    """Answers what it was told to, in order, then 204."""

    def __init__(self) -> None:
        self._changes = threading.Lock()
        self._received: deque[dict[str, Any]] = deque(maxlen=_KEPT)
        self._answers: list[int] = []

    def take(self, request: Request) -> Response:
        with self._changes:
            body = request.body.decode("utf-8", "replace")
            self._received.append({"headers": request.joined_headers(), "body": body})
            status = self._answers.pop(0) if self._answers else 204
        return Response(status, _ELSEWHERE if 300 <= status < 400 else [])

    def received(self) -> list[dict[str, Any]]:
        """Oldest first; bodies as they came, since a signature is of their very bytes."""
        with self._changes:
            return list(self._received)

    def script(self, answers: object) -> None:
        """Raises ValueError for what is no list of statuses."""
        if not isinstance(answers, list) or not all(
            type(one) is int and 200 <= one <= 599 for one in answers
        ):
            raise ValueError("answers must be a list of statuses from 200 to 599")
        with self._changes:
            self._answers = list(answers)
