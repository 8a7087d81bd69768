"""The offline model: the Messages API without a model behind it."""
