"""What can go wrong in the local stack itself. Never raised by the product."""


class LocalStackError(Exception):
    """The stack cannot start, or cannot do what it was asked."""


class TemplateError(LocalStackError):
    """template.yaml says something that the stack does not understand, or that does not hold
    together.
    """

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(f"template.yaml: {where}: {problem}")


class FunctionFailed(LocalStackError):
    """An invocation ended with an error, as Lambda reports it: a type and a message."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind = kind
        self.message = message


class FunctionTimedOut(LocalStackError):
    """An invocation ran longer than its function's Timeout."""
