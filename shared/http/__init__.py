"""HTTP in and out: reading requests in the contract's order of precedence, the envelope, and each
door's words.
"""
