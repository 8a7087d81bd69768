# The generators that docs/openapi.json is tried with, in an environment of their own. They need Node 20 and Java 11 or newer. The jar of
# openapi-generator comes with its PyPI package; the npm package of that name would download it from a place that CI may not reach.
GENERATORS := .build/generators

$(GENERATORS)/.ready: generators.mk tests/generators/requirements.txt tests/generators/package.json
	@command -v node >/dev/null || { echo "openapi-check needs Node 20 or newer"; exit 1; }
	@command -v java >/dev/null || { echo "openapi-check needs Java 11 or newer, for openapi-generator"; exit 1; }
	@mkdir -p $(GENERATORS)
	$(PYTHON) -m venv --clear $(GENERATORS)/venv
	$(GENERATORS)/venv/bin/python -m pip install --quiet --disable-pip-version-check -r tests/generators/requirements.txt
	cp tests/generators/package.json $(GENERATORS)/
	cd $(GENERATORS) && npm install --silent --no-audit --no-fund --no-package-lock
	@touch $@

openapi-check: $(GENERATORS)/.ready $(READY) ## Clients made of docs/openapi.json by five generators, compiled; two of them play a run
	$(BIN)/python -m tools.openapi --check
	STUDIO_GENERATORS=1 $(BIN)/python -m pytest -v -m generators --timeout 0 tests/generators
