"""What runs do.

`definitions` is data that every function may read; each workflow's steps live in a package of its
own.
"""
