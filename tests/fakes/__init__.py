"""One in-memory implementation per port, kept honest by tests/contract, which runs against these
and the real adapters alike.
"""
