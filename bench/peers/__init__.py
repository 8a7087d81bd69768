"""The same three-step workflow on procrastinate and on DBOS over PostgreSQL, and on ours over
DynamoDB Local: `python -m bench.peers`, `make bench-peers`.

Each player is a process of its own, and the two peers' have an environment of their own, so the
modules that they share (`work`, `playing`, `statements`) import nothing of this project's.
"""
