"""The shapes of everything that the service answers, as pydantic models that only the document is
made from.
"""
