# `make run` serves the local page, `make test` runs every check; both set up what they need first.

PYTHON ?= python3
BIN = .venv/bin
READY = .venv/.ready

.PHONY: run test anonymity soak browser pictures authors format clean

run: $(READY)
	@CLAUSEBOT_ENV=local $(BIN)/clausebot run

test: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/clausebot check
	$(BIN)/pytest -n auto --dist loadscope --no-loadscope-reorder --cov --cov-report=term:skip-covered --durations=30

# That nobody can tell who wrote a report: a job of its own in CI.
anonymity: $(READY)
	$(BIN)/pytest -n auto --dist loadscope --no-loadscope-reorder -m anonymity

# The full counts, each with a dated line: ten thousand broken payloads to each endpoint, ten thousand people asked and told, two
# hundred deaths on each database while people sign and while they report, ten thousand signatures by four processes; a thousand
# reports from each entry point all the way, a hundred of them into faults. Two to three hours.
soak: $(READY)
	@CLAUSEBOT_FUZZED=10000 CLAUSEBOT_TOLD=10000 CLAUSEBOT_KILLS=200 CLAUSEBOT_SIGNED=10000 \
		$(BIN)/pytest -q -s tests/test_fuzz.py tests/test_told.py tests/test_kill_signing.py tests/test_kill_filing.py \
		tests/test_replicas.py
	@CLAUSEBOT_REPORT_FLOWS=1000 $(BIN)/pytest -q -s tests/test_canary.py

# Packages of tests/browser, which check and draw what Slack and Teams are sent; Node.js 20 and Chromium must be there.
BROWSER = tests/browser/node_modules/.ready
browser: $(BROWSER)

# The screenshots of the documents.
pictures: $(READY) $(BROWSER)
	@CLAUSEBOT_ENV=local $(BIN)/python -m tests.pictures

# Each author's lines as questions to a knowledge base that has not seen them: minutes for each.
AUTHORS ?= author1 author2 author3 author4 author5 author6 author7 author8 author10 author12 author16 author18
authors: $(READY)
	@for author in $(AUTHORS); do echo "$$author"; $(BIN)/clausebot eval --leave-out $$author --on-author | head -5; done

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf .venv tests/browser/node_modules build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(READY): pyproject.toml constraints.txt
	@echo "Setting up in .venv (a minute, once) ..."
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11, 3.12 or 3.13 is needed; name one: make PYTHON=python3.12 run" if not (3, 11) <= sys.version_info[:2] <= (3, 13) else 0)'
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $(READY)

$(BROWSER): tests/browser/package-lock.json
	@npm ci --prefix tests/browser --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $(BROWSER)
