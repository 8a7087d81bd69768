"""The diagnosis workflow: a context pack of coded facts, one model call, a checked answer, one
artifact.
"""
