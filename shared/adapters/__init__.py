"""The ports over AWS and Claude.

Each adapter takes its client as an argument and translates foreign errors once.
"""
