"""What makes a packed artifact start quicker, and nothing else: the same code answers the same
without any of it (`PLAIN=1 make sam-build` packs it so).

Each trick is of a pinned version, and refuses to be applied to what it does not recognise.
"""
