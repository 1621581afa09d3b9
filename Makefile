# `make help` lists what there is. Everything else is done by credit_platform/embedded/.

# The newest Python that runs here and is new enough; PYTHON=/path/to/python3 names another.
PYTHON ?= $(shell for name in python3.13 python3.12 python3.11 python3; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)

RUN = @test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: install it, or name it with PYTHON=/path/to/python3."; exit 1; }; \
	exec "$(PYTHON)" credit_platform/embedded/bootstrap.py

.PHONY: help up reset test bench check format messages lock
.DEFAULT_GOAL := help

help: ## List the targets
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 18

up: ## Start the platform and say where it is (PORT=8001 for another port)
	$(RUN) up

reset: ## Delete all data and start the platform afresh
	$(RUN) reset

test: ## Run every test (ARGS="tests/repair -k appeal" for some of them)
	$(RUN) test

bench: ## Measure how fast it is, beside what it is compared with (ONLY=intake SIZE=city for some of it, in a large city)
	$(RUN) bench

check: ## Look at format, lint, types, contracts, migrations, translations and settings
	$(RUN) check

format: ## Put the code into the one format, and mend what can be mended by itself
	$(RUN)
	@.venv/bin/python -m ruff check --fix --exit-zero .
	@.venv/bin/python -m ruff format .

messages: ## Bring the translation catalogue up to date with the code
	$(RUN)
	@.venv/bin/python manage.py messages

lock: ## Lock the packages again after a change (ARGS=--upgrade for the newest versions)
	$(RUN) lock
