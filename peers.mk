# Ours beside procrastinate and DBOS, which have an environment of their own; included by the Makefile, after races.mk.
PEERS := .build/peers

.PHONY: bench-peers
bench-peers: $(READY) $(PEERS)/.ready $(if $(HAS_JAVA),$(DYNAMODB_LOCAL)/.ready) ## The same three steps on procrastinate and DBOS over PostgreSQL, and on ours: RUNS=200, ROUNDS=5
	@set -o pipefail; $(BIN)/python -m bench.peers $(if $(RUNS),--runs $(RUNS)) $(if $(filter command line,$(origin ROUNDS)),--rounds $(ROUNDS)) | grep -v '^{'

$(PEERS)/.ready: peers.mk $(READY)
	$(BIN)/python -m uv venv --quiet --clear --python $(BIN)/python $(PEERS)
	$(BIN)/python -m uv pip install --quiet --python $(PEERS)/bin/python procrastinate==3.10.0 dbos==3.4.0 'psycopg[binary,pool]==3.3.9'
	@touch $@
