# Packaging and AWS SAM; included by the Makefile. SAM lives in an environment of its own: it drags boto3 backwards.
SAM_VERSION := 1.170.0
SAM := .sam-venv/bin/sam
SAM_REGION := $(or $(AWS_REGION),$(AWS_DEFAULT_REGION),eu-central-1)
RUN_SAM := SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=$(SAM_REGION) $(SAM)
PACKING_PYTHON := $(firstword $(wildcard .sam-venv/bin/python .venv/bin/python) python3)

.PHONY: startup-check sam-validate sam-build sam-check

# `sam build` calls this once per function with its own ARTIFACTS_DIR; every function gets the same artifact.
build-%:
	@$(PACKING_PYTHON) -m tools.sam_artifact "$(ARTIFACTS_DIR)"

sam-validate: $(SAM)  ## template.yaml against SAM's and CloudFormation's rules
	$(RUN_SAM) validate --lint

startup-check: $(READY)  ## every function answers alike with and without tools/startup's tricks
	$(BIN)/python -m bench.coldstart --rounds 1 --alike

sam-build: $(SAM)  ## every function's artifact in .aws-sam/build
	$(RUN_SAM) build

sam-check: sam-validate sam-build  ## and each handler imported from its artifact alone
	.sam-venv/bin/python -m tools.sam_check

$(SAM): build.mk
	$(or $(PYTHON),python3) -m venv .sam-venv
	.sam-venv/bin/python -m pip install --quiet --disable-pip-version-check aws-sam-cli==$(SAM_VERSION)
	@touch $(SAM)

SAM_IMAGE := public.ecr.aws/lambda/python:3.13-$(if $(filter x86_64,$(shell uname -m)),x86_64,arm64)

.PHONY: sam-local docker
sam-local: docker $(READY) sam-build ## Every event of events/ by `sam local` in Docker, answered as the local stack answers it
	STUDIO_SAM_LOCAL=1 $(BIN)/python -m pytest -q -m sam_local --timeout 0 tests/sam_local

docker:
	@docker info >/dev/null 2>&1 || { echo "sam-local: no Docker daemon answers here (docker info)."; exit 1; }
	@docker image inspect $(SAM_IMAGE) >/dev/null 2>&1 || docker pull --quiet $(SAM_IMAGE) >/dev/null 2>&1 || \
	  { echo "sam-local: $(SAM_IMAGE) is not here and cannot be pulled; tools/sam_image.sh makes one."; exit 1; }

.PHONY: rollback-check
rollback-check: $(READY) ## A deployment and its rollback with runs in flight, against another version: FROM=commit
	STUDIO_ROLLBACK_FROM="$(FROM)" $(BIN)/python -m pytest -v -m deployment --timeout 0 tests/rollback
