"""What finds a person in text: names, numbers, dates, places, shapes and ages, each in a module of
its own.

Every finder is given terms and a text and yields spans; `scrub` puts them together. None knows
FHIR.
"""
