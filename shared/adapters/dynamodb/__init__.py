"""One DynamoDB table: `keys` holds every key string, `items` every translation, the stores every
condition.
"""
