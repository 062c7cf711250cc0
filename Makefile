# Everything is made from what lies here: `make help` lists it, `make demo` and `make test` need
# nothing but Python 3.11 or newer, make and (for a clone) git.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CLIENT_VENV := .venv-client
SECURITY_VENV := .venv-security

# Ports, modes and the like go through to the command: `make run ARGS="--port 9000"`.
ARGS ?=

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo audit-demo run test check lint format bench mutate security fuzz openapi client lock clean

help:  ## Show what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

demo: $(VENV)/.runtime  ## Lead one project through its whole life, in a throw-away instance
	$(BIN)/govit demo $(ARGS)

audit-demo: $(VENV)/.runtime  ## Forge the record as a superuser, five ways; each is found out
	$(BIN)/python -m deploy.audit_demo $(ARGS)

run: $(VENV)/.runtime  ## Run all five services on one port, with an embedded PostgreSQL
	$(BIN)/govit run $(ARGS)

test: $(VENV)/.dev  ## Run the tests
	$(BIN)/pytest -n auto --dist loadfile $(ARGS)

check: lint test  ## Everything that has to pass before a change is merged

lint: $(VENV)/.dev  ## Style, types and import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.dev  ## Put the code into its format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.dev  ## Measure appends and requests on this machine
	$(BIN)/python -m tests.bench $(ARGS)

mutate: $(VENV)/.dev  ## Change the code that decides, bit by bit: do the tests notice?
	$(BIN)/python -m tests.mutation $(ARGS)

security: $(VENV)/.dev  ## The security suite, and what it covers of the OWASP API Top 10
	$(BIN)/python -m tests.security $(ARGS)

fuzz: $(VENV)/.dev  ## Fuzz the services for longer: ARGS="--seconds 600 --service budget"
	$(BIN)/python -m tests.security.campaign $(ARGS)

openapi: $(VENV)/.runtime  ## Write the published contracts to openapi/
	$(BIN)/govit openapi openapi

client: $(VENV)/.runtime $(CLIENT_VENV)/.made  ## Generate the Python client into build/client/
	$(BIN)/python -m deploy.client build/client

# Not part of the build: moves the pinned versions. Needs uv.
LOCK = uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" --quiet
lock:  ## Pin the newest allowed versions in requirements*.txt (needs uv)
	echo setuptools | $(LOCK) pyproject.toml - --extra embedded --upgrade -o requirements.txt
	echo setuptools | $(LOCK) pyproject.toml - --extra embedded --extra dev --upgrade \
		-c requirements.txt -o requirements-dev.txt
	$(LOCK) deploy/client/requirements.in --upgrade -o deploy/client/requirements.txt
	$(LOCK) deploy/security/requirements.in --upgrade -o deploy/security/requirements.txt

clean:  ## Remove what was made, except instance data (.govit)
	rm -rf $(VENV) $(CLIENT_VENV) $(SECURITY_VENV) build *.egg-info .mypy_cache .ruff_cache .hypothesis \
		.import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# -- environments ------------------------------------------------------------------------------

# Hashes are required of everything that is fetched; the project itself is then put in place
# without fetching anything.
INSTALL := -m pip install --quiet --disable-pip-version-check --no-input
FETCH := $(INSTALL) --require-hashes

# A Python without ensurepip (as some distributions ship it) lends its own pip.
define create
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Python 3.11 or newer is needed; $(PYTHON) is: $$($(PYTHON) --version 2>&1)." >&2; \
		echo "Name another one: make PYTHON=python3.12 …" >&2; exit 1; }
	@test -x $(1)/bin/python && $(1)/bin/python -m pip --version >/dev/null 2>&1 \
		|| $(PYTHON) -m venv --clear $(1) >/dev/null \
		|| { $(PYTHON) -m venv --clear --without-pip $(1) \
			&& $(PYTHON) -m pip --python $(1)/bin/python install --quiet pip; }
endef

$(VENV)/.runtime: requirements.txt pyproject.toml
	$(call create,$(VENV))
	$(BIN)/python $(FETCH) -r requirements.txt
	$(BIN)/python $(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.runtime
	$(BIN)/python $(FETCH) -r requirements-dev.txt
	@touch $@

$(CLIENT_VENV)/.made: deploy/client/requirements.txt
	$(call create,$(CLIENT_VENV))
	$(CLIENT_VENV)/bin/python $(FETCH) -r deploy/client/requirements.txt
	@touch $@

$(SECURITY_VENV)/.made: deploy/security/requirements.txt
	$(call create,$(SECURITY_VENV))
	$(SECURITY_VENV)/bin/python $(FETCH) -r deploy/security/requirements.txt
	@touch $@
