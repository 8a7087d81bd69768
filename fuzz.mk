# Fuzzing; included by the Makefile.
.PHONY: fuzz
fuzz: $(READY) ## Strange requests for every route and handler: REQUESTS=n (100,000), EVENTS=n a handler (500), SEED=n
	EVENTS=$(or $(EVENTS),500) $(BIN)/python -m pytest -q -p no:cacheprovider --timeout 0 tests/fuzz/test_raw_events.py
	$(BIN)/python -m tests.fuzz --requests $(or $(REQUESTS),100000) --seed $(or $(SEED),1)
