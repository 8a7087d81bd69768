"""`make template-check`: checkov and cdk-nag's HIPAA pack over what template.yaml becomes."""
