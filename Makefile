# Everything a person types. `make` alone lists it.
ENVIRONMENT ?= development
PORT ?= 8000
export ENVIRONMENT PORT
# The virtual environment is made and kept current by the targets that need it.
BIN := .venv/bin
PREPARE_DEMO := @sh scripts/prepare.sh requirements-demo.txt
PREPARE_DEV := @sh scripts/prepare.sh requirements-dev.txt

.DEFAULT_GOAL := help
.PHONY: help demo test bench lint format run worker beat shell lock

help: ## list the targets
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

demo: ## run the whole platform with a sample store and live traffic (PORT=8000)
	$(PREPARE_DEMO)
	@exec $(BIN)/python -m smplat.demo --port $(PORT)

test: ## check style, types and migrations, then run every test (ARGS= goes to pytest)
	$(PREPARE_DEV)
	@exec $(BIN)/python scripts/check.py $(ARGS)

bench: ## measure ratios against the limits of this machine; asserts no time
	$(PREPARE_DEV)
	@exec $(BIN)/python -m tests.benchmarks $(ARGS)

lint: ## check style, templates and the direction of imports
	$(PREPARE_DEV)
	@exec $(BIN)/python scripts/check.py --only lint

format: ## let ruff and djlint rewrite what they can
	$(PREPARE_DEV)
	@$(BIN)/ruff check --fix-only --quiet . ; $(BIN)/ruff format . && $(BIN)/djlint templates --reformat --quiet

run: ## serve the web process alone, reloading on change (PORT=8000)
	$(PREPARE_DEMO)
	@$(BIN)/python manage.py migrate --verbosity 0
	@exec $(BIN)/python manage.py runserver 127.0.0.1:$(PORT) --insecure

worker: ## run a Celery worker alone
	$(PREPARE_DEMO)
	@exec $(BIN)/python -m celery -A smplat worker --loglevel INFO

beat: ## run Celery's scheduler alone
	$(PREPARE_DEMO)
	@exec $(BIN)/python -m celery -A smplat beat --loglevel INFO --pidfile=

shell: ## open a Python shell with Django loaded
	$(PREPARE_DEMO)
	@exec $(BIN)/python manage.py shell

lock: ## resolve pyproject.toml into the four hashed requirements files
	$(PREPARE_DEV)
	@exec sh scripts/lock.sh
