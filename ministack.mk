# MiniStack, for `make races`, `make deploy-check` and `make http-on-ministack`, in an environment of its own: it pins botocore. It runs Lambda functions in its own
# interpreter, so it gets one of their version where there is one. Included by the Makefile.
MINISTACK := .build/ministack

$(MINISTACK)/.ready: ministack.mk
	@mkdir -p .build
	"$$($(PYTHON) -c 'import sys; from tools.sam_artifact import find_python; print(find_python() or sys.executable)')" -m venv --clear $(MINISTACK)
	$(MINISTACK)/bin/python -m pip install --quiet --disable-pip-version-check ministack==1.5.33 aws-sam-translator cryptography boto3
	@touch $@

.PHONY: deploy-check http-on-ministack functions-python
deploy-check: functions-python $(READY) sam-build ## The template deployed by `sam deploy` to an emulator, a diagnosis played through it, four faults of it looked for
	STUDIO_DEPLOYMENT=1 $(BIN)/python -m pytest -v -m deployment --timeout 0 tests/deployment

http-on-ministack: functions-python $(READY) sam-build ## The HTTP suite asked of the template deployed to an emulator; docs/fidelity.md
	STUDIO_WITNESS=ministack $(BIN)/python -m pytest -q --timeout 0 tests/http

functions-python: $(MINISTACK)/.ready
	@$(MINISTACK)/bin/python -c 'from tools.sam_artifact import PYTHON; from sys import exit, version_info as v; \
	  exit(None if f"{v[0]}.{v[1]}" == PYTHON else f"the functions need Python {PYTHON}, and there was none (on PATH, of pyenv or uv) \
	when MiniStack was installed. Install one, remove $(MINISTACK) and try again.")'
