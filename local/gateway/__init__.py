"""The local API Gateway: the HTTP API, its authorizer, the issuer of its tokens, and the console's
files.
"""
