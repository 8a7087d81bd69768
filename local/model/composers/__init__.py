"""What the offline model answers to each workflow's prompts."""
