"""What template.yaml says, as plain data."""
