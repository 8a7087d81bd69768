"""SQS in: a batch of doorbell messages, run concurrently, with a partial batch response."""
