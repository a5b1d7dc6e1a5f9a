# `make` alone lists the targets.
.DEFAULT_GOAL := help
SHELL := /bin/bash

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT := $(or $(MARKETPLACE_PORT),8000)
export UV_PYTHON_DOWNLOADS := never
# each start of the program would compile it again, for two seconds
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

.PHONY: install
install: $(VENV)/.installed frontend/node_modules/.installed frontend/dist/.built ## Install the backend into .venv and build the front end

$(VENV)/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is required. Set PYTHON=/path/to/python3.11"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m uv --version >/dev/null 2>&1 || $(BIN)/python -m pip install --quiet "uv>=0.9"
	VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/python -m uv pip sync --quiet --require-hashes requirements.lock
	VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/python -m uv pip install --quiet --no-deps -e .
	@touch $@

frontend/node_modules/.installed: frontend/package-lock.json
	@node -e 'const [major, minor] = process.versions.node.split("."); process.exit(major > 20 || (major == 20 && minor >= 19) ? 0 : 1)' || \
		{ echo "Node 20.19 or newer is required."; exit 1; }
	cd frontend && npm ci --silent
	@touch $@

FRONTEND := $(shell find frontend/src frontend/public frontend/scripts -type f 2>/dev/null) \
	$(wildcard frontend/*.json frontend/*.ts frontend/*.html)

frontend/dist/.built: frontend/node_modules/.installed $(FRONTEND)
	cd frontend && npm run --silent build
	@touch $@

.PHONY: run
run: install ## Run the marketplace with demo data on http://localhost:8000 (MARKETPLACE_PORT)
	MARKETPLACE_PORT=$(PORT) MARKETPLACE_INBOX=$(if $(MARKETPLACE_SMTP_URL),off,on) \
		MARKETPLACE_PAYMENTS=$(or $(MARKETPLACE_PAYMENTS),simulator) $(BIN)/marketplace serve --demo

# each file stays with one worker, which keeps its server and database; tests/conftest.py says which files start first
PYTEST_PARALLEL := $(BIN)/pytest -q --dist loadfile --no-loadscope-reorder -n
# the tests of `make test` wait a third of the time, for servers to start and for timeouts
WORKERS = $(shell echo $$(( ($$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN) * 3 + 1) / 2 )))

.PHONY: check
check: install ## Format, lint, types, import contracts, documents, the size of the front end, fast tests (minutes)
	@$(MAKE) --no-print-directory -j2 check-tests check-sources

# folders that are named, the process that distributes the tests loads too: three seconds in which no worker runs
SLOW_FOLDERS := tests/browser tests/contracts tests/deployment tests/postgres
# files that are thorough as a whole, which then need not be read
THOROUGH = $(shell grep -rlE --include='test_*.py' '^pytestmark = pytest.mark.thorough' tests)

.PHONY: check-tests
check-tests:
	$(PYTEST_PARALLEL) auto -m "not thorough" $(patsubst %,--ignore=%,tests/benchmarks $(SLOW_FOLDERS) $(THOROUGH))

.PHONY: check-sources
check-sources: frontend/openapi-lint/node_modules/.linted frontend/node_modules/.checked
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/lint-imports --no-cache > .import-contracts.log || { cat .import-contracts.log; exit 1; }
	$(BIN)/mypy

# only when the front end or the document changed, since it takes half as long as the tests; a folder changes when a file goes
frontend/node_modules/.checked: openapi.json frontend/node_modules/.installed $(FRONTEND) \
		$(shell find frontend/src frontend/scripts -type d 2>/dev/null)
	@cd frontend && node_modules/.bin/openapi-typescript ../openapi.json 2>/dev/null | diff -q src/lib/api/schema.d.ts - >/dev/null || \
		{ echo "frontend/src/lib/api/schema.d.ts is out of date. Run make types"; exit 1; }
	cd frontend && npm run --silent check
	@touch $@

frontend/openapi-lint/node_modules/.installed: frontend/openapi-lint/package-lock.json
	cd frontend/openapi-lint && npm ci --silent
	@touch $@

# only when the document or the rules changed, since it takes ten seconds
frontend/openapi-lint/node_modules/.linted: openapi.json $(wildcard frontend/openapi-lint/*.yaml) \
		frontend/openapi-lint/node_modules/.installed
	@cd frontend/openapi-lint && export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true && \
		{ log=$$(npm run --silent lint 2>&1) || { echo "$$log"; exit 1; }; }
	@touch $@

.PHONY: openapi
openapi: install ## Regenerate openapi.json
	$(BIN)/marketplace openapi > openapi.json

.PHONY: types
types: openapi ## Regenerate the front end's API client from openapi.json
	cd frontend && npm run --silent types

.PHONY: fixtures
fixtures: install ## Write the answers of the API that the front end's tests read
	MARKETPLACE_WRITE_FIXTURES=1 $(BIN)/pytest -q -n0 tests/http/test_fixtures.py

.PHONY: format
format: install ## Format the code and fix lint findings
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	cd frontend && npm run --silent format

.PHONY: chromium
chromium:
	@command -v "$${MARKETPLACE_TEST_CHROMIUM:-chromium-headless-shell}" >/dev/null || \
		command -v chromium chromium-browser google-chrome >/dev/null || \
		{ test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get update -qq && \
		  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium-headless-shell >/dev/null; } || \
		{ echo "The tests need Chromium. Install the package chromium-headless-shell, or set MARKETPLACE_TEST_CHROMIUM to its path."; exit 1; }

.PHONY: nginx
nginx:
	@PATH=$$PATH:/usr/sbin; cd /usr/lib/nginx/modules 2>/dev/null && test -e ngx_http_brotli_static_module.so && \
		test -e ngx_http_headers_more_filter_module.so && command -v nginx openssl >/dev/null || \
		{ test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get update -qq && \
		  printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d && chmod +x /usr/sbin/policy-rc.d && \
		  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
		      nginx-light libnginx-mod-http-brotli-static libnginx-mod-http-headers-more-filter openssl >/dev/null; \
		  rm -f /usr/sbin/policy-rc.d; \
		  test -e /usr/lib/nginx/modules/ngx_http_headers_more_filter_module.so; } || \
		{ echo "The tests need nginx. Install the packages nginx-light, libnginx-mod-http-brotli-static, libnginx-mod-http-headers-more-filter and openssl."; exit 1; }

.PHONY: postfix
postfix:
	@PATH=$$PATH:/usr/sbin; command -v postfix >/dev/null || \
		{ test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get update -qq && \
		  printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d && chmod +x /usr/sbin/policy-rc.d && \
		  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postfix >/dev/null; \
		  rm -f /usr/sbin/policy-rc.d; command -v postfix >/dev/null; } || \
		{ echo "This test needs root and a mail server. Install the package postfix."; exit 1; }

# `make test CHECKED=1`, right after `make check` of the same files, leaves out what that ran
UNCHECKED = $(SLOW_FOLDERS) $$(grep -rl --include='test_*.py' thorough tests)

.PHONY: test
test: install chromium nginx .s3/.installed tests/deployment/maildev/node_modules/.installed tests/deployment/oidc/node_modules/.installed ## Every test, on a real PostgreSQL, in a real browser, behind a real nginx (half an hour)
	$(PYTEST_PARALLEL) $(WORKERS) -m "not runs_alone and not long" $(if $(CHECKED),$(UNCHECKED))
	$(BIN)/pytest -q -m runs_alone $$(grep -rl --include='test_*.py' runs_alone tests)

LONG := MARKETPLACE_TEST_LONG=1 $(PYTEST_PARALLEL) auto

.PHONY: test-long
test-long: test-long-api test-long-pages test-long-lifecycle test-long-schedules test-long-rights test-long-mail test-long-payments test-long-live test-long-waitlists test-long-faults test-long-image test-long-clients ## Ten times as many examples as `make test`, new ones each time (an hour, in the parts below)

.PHONY: test-long-api
test-long-api: install ## The part of test-long that sends generated requests by openapi.json
	$(LONG) tests/postgres/test_schemathesis.py

.PHONY: test-long-pages
test-long-pages: install chromium ## The part of test-long that checks every page and dialog in both modes, and acts on 2,000 rows
	$(LONG) $$(grep -rlE 'findings_(at_size|by_mode)|IS_LONG' --include='test_*.py' tests/browser)

.PHONY: test-long-lifecycle
test-long-lifecycle: install ## The part of test-long that takes bookings and availability through generated steps
	$(LONG) tests/contracts/test_lifecycle_stateful.py tests/contracts/test_availability_properties.py

.PHONY: test-long-schedules
test-long-schedules: install ## The part of test-long that searches schedules around clock changes
	$(LONG) tests/core/test_schedules_properties.py tests/http/test_same_instant.py

.PHONY: test-long-rights
test-long-rights: install ## The part of test-long that takes rights away while other processes remember them, 200 times for each route
	$(LONG) tests/postgres/test_staff_races.py

.PHONY: test-long-mail
test-long-mail: install postfix ## The part of test-long that mails through postfix, kills mail workers, and interleaves bookings, clock and mail 10,000 times
	$(BIN)/pytest -q -m long tests/deployment/test_mta.py
	$(LONG) tests/contracts/test_mail_interleavings.py tests/postgres/test_mail_crashes.py

.PHONY: test-long-payments
test-long-payments: install ## The part of test-long that interleaves payments with everything that goes wrong in 200,000 steps, and kills what asks the provider
	$(LONG) tests/contracts/test_payments_stateful.py tests/postgres/test_payment_crashes.py

.PHONY: test-long-waitlists
test-long-waitlists: install ## The part of test-long that races 200 people in three processes for the seats of 1,000 full starts
	$(LONG) tests/postgres/test_waitlist_races.py

.PHONY: test-long-faults
test-long-faults: install ## The part of test-long that breaks every statement of bookings, payments, logins and mail in nine ways, and fills a disk
	$(LONG) tests/postgres/test_statement_faults.py
	@test "$$(id -u)" = 0 || { echo "A disk that is full needs the right to mount one: run this as root."; exit 1; }
	$(BIN)/pytest -q -m long tests/postgres/test_database_faults.py

.PHONY: test-long-live
test-long-live: install nginx ## The part of test-long that holds 5,000 streams open
	$(BIN)/python -c 'import resource, sys; sys.exit(resource.getrlimit(resource.RLIMIT_NOFILE)[1] < 12000)' || \
		{ echo "5,000 streams need 12,000 open files. Raise the limit: ulimit -Hn."; exit 1; }
	MARKETPLACE_TEST_LONG=1 $(BIN)/pytest -q -n0 tests/deployment/test_live_seats.py

.PHONY: test-long-image
test-long-image: install ## The part of test-long that builds the front end from the files of the image alone
	MARKETPLACE_TEST_LONG=1 $(BIN)/pytest -q -n0 tests/deployment/test_image.py

.clients/.installed: requirements-clients.lock
	$(BIN)/python -m uv venv --quiet --clear .clients
	$(BIN)/python -m uv pip sync --quiet --python .clients/bin/python --require-hashes requirements-clients.lock
	@touch $@

.PHONY: test-long-clients
test-long-clients: install .clients/.installed ## The part of test-long that walks the journey with a generated Go client
	$(BIN)/pytest -q -m long tests/postgres/test_generated_clients.py

.s3/.installed: requirements-s3.lock
	$(BIN)/python -m uv venv --quiet --clear .s3
	$(BIN)/python -m uv pip sync --quiet --python .s3/bin/python --require-hashes requirements-s3.lock
	@touch $@

tests/deployment/maildev/node_modules/.installed: tests/deployment/maildev/package-lock.json
	cd tests/deployment/maildev && npm ci --silent
	@touch $@

tests/deployment/oidc/node_modules/.installed: tests/deployment/oidc/package-lock.json
	cd tests/deployment/oidc && npm ci --silent
	@touch $@

.bench/.installed: requirements-bench.lock
	$(BIN)/python -m uv venv --quiet --clear .bench
	$(BIN)/python -m uv pip sync --quiet --python .bench/bin/python --require-hashes requirements-bench.lock
	@touch $@

.audit/.installed: requirements-audit.lock
	$(BIN)/python -m uv venv --quiet --clear .audit
	$(BIN)/python -m uv pip sync --quiet --python .audit/bin/python --require-hashes requirements-audit.lock
	@touch $@

.PHONY: audit
audit: install .audit/.installed ## Write bills of materials to dist/sbom, and ask the registries for known vulnerabilities
	.audit/bin/python deploy/audit.py

.PHONY: bench
bench: install .bench/.installed ## Measure requests next to bare handlers and Django, and write docs/performance.md (ten minutes; needs wrk; BENCH="detail page" runs parts)
	PYTHONPATH=tests $(BIN)/python tests/benchmarks/bench.py $(BENCH)

.PHONY: bench-flames
bench-flames: install .bench/.installed ## Profile a worker on the hot routes, and write the widest frames to docs/performance.md (minutes; needs wrk)
	PYTHONPATH=tests $(BIN)/python tests/benchmarks/flames.py $(BENCH)

.PHONY: bench-admin
bench-admin: install ## Measure admin lists and exports with a million rows (minutes; BENCH="--data FOLDER" keeps the rows)
	PYTHONPATH=tests $(BIN)/python tests/benchmarks/admin.py $(BENCH)

.PHONY: bench-jobs
bench-jobs: install ## Measure the cost of the job queue to a booking and a worker (minutes; BENCH="reads idle" runs parts)
	PYTHONPATH=tests $(BIN)/python tests/benchmarks/job_queue.py $(BENCH)

.PHONY: bench-ledger
bench-ledger: install ## Measure balances in a ledger of ten million entries (minutes; BENCH="--data FOLDER --entries 1000000")
	PYTHONPATH=tests $(BIN)/python tests/benchmarks/ledger.py $(BENCH)

.PHONY: bench-scaling
bench-scaling: install ## Measure the figures in docs/scaling.md: bytes, seats, lists and connections (minutes; needs wrk)
	PYTHONPATH=tests $(BIN)/python tests/benchmarks/scaling.py

.PHONY: bench-scale
bench-scale: install ## Measure whether routes take longer among a million sessions and ten million bookings (a quarter of an hour, 20 GB; BENCH="--data FOLDER --sizes 1000 100000")
	PYTHONPATH=tests $(BIN)/python tests/benchmarks/scale.py $(BENCH)

.PHONY: bench-plans
bench-plans: install ## Print what searches read among a million sessions, and how long they take (minutes; BENCH="--data FOLDER --sessions 200000 --plan")
	PYTHONPATH=tests $(BIN)/python tests/benchmarks/plans.py $(BENCH)

.PHONY: bench-suggest
bench-suggest: install ## Measure suggestions while 200 people type at once (a minute, and three to fill; BENCH="--data FOLDER")
	PYTHONPATH=tests $(BIN)/python tests/benchmarks/typists.py $(BENCH)

.PHONY: bench-mail
bench-mail: install ## Measure what mail costs a booking, and how long a due message takes (two minutes; BENCH="latency" runs a part)
	PYTHONPATH=tests $(BIN)/python tests/benchmarks/mail.py $(BENCH)

.PHONY: bench-payments
bench-payments: install ## Measure notices of the payment provider, and what a payment adds to a booking (minutes; BENCH="notices" runs a part)
	PYTHONPATH=tests $(BIN)/python tests/benchmarks/payments.py $(BENCH)

.PHONY: bench-live
bench-live: install ## Measure how soon a change reaches open pages, and what open streams cost bookings (minutes; BENCH="latency --streams 2000")
	PYTHONPATH=tests $(BIN)/python tests/benchmarks/live.py $(BENCH)

.PHONY: soak
soak: install ## Run a server at half of its top rate, and say whether its memory, connections, files and tasks grow (half an hour; SOAK="--minutes 3")
	PYTHONPATH=tests $(BIN)/python tests/benchmarks/soak.py $(SOAK)

.PHONY: bench-uploads
bench-uploads: install ## Measure the upload of a photo of 8 MB, and what it costs others (a minute)
	PYTHONPATH=tests $(BIN)/python tests/benchmarks/uploads.py

.PHONY: bench-heavy
bench-heavy: install ## Measure what heavy requests of one visitor cost the others (ten minutes; BENCH="feed slots --seconds 2")
	PYTHONPATH=tests $(BIN)/python tests/benchmarks/heavy.py $(BENCH)

.PHONY: relevance
relevance: install ## Judge the search by 187 queries with the sessions that people expect, and print the mean reciprocal rank (seconds)
	PYTHONPATH=tests $(BIN)/python tests/benchmarks/relevance.py

.PHONY: findings
findings: ## Run the scripts of findings/, which fail when a library changes its behaviour (minutes; needs a network)
	@changed=0; for script in findings/*.sh; do \
		if output=$$(bash $$script 2>&1); then echo "ok       $$script"; \
		else changed=1; echo "changed  $$script: $${output##*$$'\n'}"; fi; \
	done; exit $$changed

frontend/lighthouse/node_modules/.installed: frontend/lighthouse/package-lock.json
	cd frontend/lighthouse && npm ci --silent
	@touch $@

.PHONY: lighthouse
lighthouse: install frontend/lighthouse/node_modules/.installed ## Run Lighthouse on the catalog and a session page (needs Chromium: CHROME_PATH)
	CHROME_PATH=$(or $(CHROME_PATH),$(shell command -v chromium || command -v google-chrome || command -v chromium-headless-shell)) \
		node frontend/lighthouse/run.mjs $(BIN)/marketplace

.PHONY: lock
lock: install ## Upgrade all dependencies and write the seven lock files
	$(BIN)/python -m uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
		--python-version 3.11 --extra embedded --extra oidc --extra s3 --extra simulator --extra stripe --extra traces --group dev --upgrade pyproject.toml -o requirements.lock
	$(BIN)/python -m uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --no-annotate \
		--python-version 3.11 --extra oidc --extra s3 --extra stripe --extra traces --constraint requirements.lock pyproject.toml -o requirements-runtime.lock
	$(BIN)/python -m uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --no-annotate \
		--python-version 3.11 --group pyproject.toml:clients --upgrade -o requirements-clients.lock
	$(BIN)/python -m uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --no-annotate \
		--python-version 3.11 --group pyproject.toml:bench --upgrade -o requirements-bench.lock
	$(BIN)/python -m uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --no-annotate \
		--python-version 3.11 --group pyproject.toml:s3 --upgrade -o requirements-s3.lock
	$(BIN)/python -m uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --no-annotate \
		--python-version 3.11 --group pyproject.toml:audit --upgrade -o requirements-audit.lock
	@echo hatchling | $(BIN)/python -m uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
		--no-annotate --python-version 3.11 --upgrade - -o requirements-build.lock

.PHONY: clean
clean: ## Remove everything that was built; keep the data in .marketplace
	rm -rf $(VENV) .audit .clients .bench .s3 dist frontend/node_modules frontend/*/node_modules tests/deployment/*/node_modules frontend/dist .mypy_cache .ruff_cache .pytest_cache
