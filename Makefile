# The commands of the house. `make run` opens the product, `make test` proves it.

PY := .venv/bin/python
PYTEST := $(PY) -m pytest -n 2 --dist loadfile --no-loadscope-reorder -q

.PHONY: run test prove lint demo-reset bench base dev requirements

run: base
	@$(PY) manage.py up

test: lint
	@$(PY) -m digiforma.sandbox.chromium
	@$(PYTEST)

# The same tests at their full counts, with the figures they measure.
prove: lint
	@$(PY) -m digiforma.sandbox.chromium
	@PROVE=1 $(PYTEST)

lint: dev
	@.ci/lint

demo-reset: base
	@$(PY) -m digiforma.sandbox.reset
	@$(PY) manage.py seed_demo

bench: dev
	@$(PY) -m bench

base dev:
	@requirements/install $@

# Compile the hashed requirements again after a change of an .in file; uv must be on the path.
requirements:
	@for name in base dev; do \
	    uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
	        requirements/$$name.in -o requirements/$$name.txt || exit 1; done
