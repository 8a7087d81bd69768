# The template as scanners read it; included by the Makefile. checkov and cdk-nag live in an environment of their own; cdk-nag needs Node 20.
SCANNERS := .build/scanners

.PHONY: template-check
template-check: $(READY) $(SCANNERS)/.ready ## checkov and cdk-nag's HIPAA pack over the template; what stays is in tests/template_check/accepted.py
	$(BIN)/python -m tests.template_check --checkov $(abspath $(SCANNERS)/venv/bin/checkov) --modules $(abspath $(SCANNERS)/node_modules)

$(SCANNERS)/.ready: template.mk tests/template_check/package.json
	@node -e 'process.exit(process.versions.node.split(".")[0] < 20 ? 1 : 0)' || { echo "template-check needs Node 20 or newer; npm's package node brings one"; exit 1; }
	@mkdir -p $(SCANNERS)
	$(PYTHON) -m venv --clear $(SCANNERS)/venv
	$(SCANNERS)/venv/bin/python -m pip install --quiet --disable-pip-version-check checkov==3.3.30
	cp tests/template_check/package.json $(SCANNERS)/
	cd $(SCANNERS) && npm install --silent --no-audit --no-fund --no-package-lock
	@touch $@

RECORDED := .build/recorded-calls

.PHONY: recorded-calls
recorded-calls: $(READY) ## The AWS calls of each function while the HTTP suite runs, against what the template grants it
	rm -rf $(RECORDED) && mkdir -p $(RECORDED)
	-STUDIO_RECORDED_CALLS=$(abspath $(RECORDED)) $(BIN)/python -m pytest -q tests/http
	$(BIN)/python -m tests.support.recorded_calls $(RECORDED)
