"""The doors: one family of routes each, in its own words.

A door never asks another who may see or change a thing.
"""
