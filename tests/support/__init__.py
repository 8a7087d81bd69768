"""What several suites stand on: the table of template.yaml, an in-process AWS, DynamoDB's size
rules, sample runs and workflows.
"""
