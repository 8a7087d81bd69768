# The fault search (docs/proof.md); included by the Makefile.
.PHONY: prove

prove: $(READY) ## Search all single faults and pairs, and 24,000 drawn histories: DRAWN=n, SEED=n
	@$(BIN)/python -m tests.faults.prove $(if $(DRAWN),--drawn $(DRAWN)) $(if $(SEED),--seed $(SEED))
