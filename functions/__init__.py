"""One folder an endpoint, the worker, the sweeper and the listener: what Lambda calls."""

import gc

gc.set_threshold(100_000)
"""A cold start makes many objects and hardly any garbage: collecting at every 700th of them costs
it an eighth.
"""
