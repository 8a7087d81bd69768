"""The OpenAPI document: request shapes from the handlers, answers from `answers/`, who answers what
from `routes/`.

`python -m tools.openapi` writes docs/openapi.json, which the running service serves as a file.
Nothing here is imported by
a running function: import-linter holds that.
"""
