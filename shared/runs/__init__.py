"""What a run is and how it may change: pure data and pure decisions.

Knows no AWS, clock, random source or environment.
"""
