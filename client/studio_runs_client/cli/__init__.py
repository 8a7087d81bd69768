"""The command line, on the client. Knows no route: what it does, it does through the client's
methods.
"""
