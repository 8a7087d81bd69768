"""The orchestration workflow: six phases, each an agent's files out of an intake, a profile and
what the phases before made.
"""
