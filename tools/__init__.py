"""What is run at a desk or by a build: no part of the deployed service, nor of the local stack."""
