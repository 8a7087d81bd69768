"""The service's routes as methods, a class a family. Each takes plain values and answers models of
`studio_runs_client.models`.
"""
