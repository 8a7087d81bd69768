"""The analysis workflow: a project's input is checked, evidence is collected with its sources, and
a model ranks what to do next.
"""
