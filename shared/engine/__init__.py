"""The kernel: creates, executes, ends and lists runs of any workflow.

Knows ports only, and no workflow's rules.
"""
