"""The pipeline's version.

Part of every analysis run's natural key, so a new one makes new runs and leaves the old as they
are.
"""

PIPELINE_VERSION = "2026-11-21.v1"
"""Raise it with any change of a step, a prompt or a schema that could change what an analysis says;
a test holds them together.
"""
