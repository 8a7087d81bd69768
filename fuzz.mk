# Fuzzing; included by the Makefile. Schemathesis lives in an environment of its own.
FUZZ := .build/fuzz-venv

.PHONY: fuzz
fuzz: $(READY) $(FUZZ)/.ready ## Strange requests for every route and handler: REQUESTS=n (100,000), EVENTS=n a handler (500), SEED=n
	EVENTS=$(or $(EVENTS),500) $(BIN)/python -m pytest -q -p no:cacheprovider tests/fuzz
	$(BIN)/python -m tests.fuzz --schemathesis $(abspath $(FUZZ)/bin/schemathesis) --requests $(or $(REQUESTS),100000) --seed $(or $(SEED),1)

$(FUZZ)/.ready: fuzz.mk
	@mkdir -p .build
	$(PYTHON) -m venv --clear $(FUZZ)
	$(FUZZ)/bin/python -m pip install --quiet --disable-pip-version-check schemathesis==4.32.5
	@touch $@
