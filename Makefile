# make run and make test are all that one needs; each does its own set-up.
SHELL := /bin/bash
.DEFAULT_GOAL := run
.PHONY: run test test-full lint bench lighthouse statement words pictures setup clean

# A catalogue is compiled from the words beside it.
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard portal/translations/*/LC_MESSAGES/*.po))

run: .venv/ready $(CATALOGUES)  ## the portal and its worker, with demo data, until Ctrl-C
	@exec scripts/run.sh

test: .venv/ready-for-tests $(CATALOGUES)  ## every check and test
	@scripts/system-parts.sh
	@scripts/test.sh

test-full: .venv/ready-for-tests $(CATALOGUES)  ## the same, with nothing sampled
	@scripts/system-parts.sh
	@PRACOWNIA_TEST_FULL=1 scripts/test.sh

lint: .venv/ready-for-tests  ## style only
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .

bench: .venv/ready-for-tests $(CATALOGUES)  ## what things cost; PART=pages, phone, push, planning or sending is a part of it
	@.venv/bin/python -m tests.benchmarks $(PART)

lighthouse: .venv/ready-for-tests $(CATALOGUES)  ## what Lighthouse says of five pages, into docs/lighthouse.md; on a quiet machine
	@scripts/system-parts.sh
	@scripts/lighthouse.sh

words: .venv/ready  ## bring the translations in step with the templates; says what is missing
	@.venv/bin/python scripts/words.py

statement: .venv/ready-for-tests $(CATALOGUES)  ## look at every page, and write down what the accessibility statement says of them
	@scripts/system-parts.sh
	@mkdir -p test-results
	@.venv/bin/python -m pytest e2e/matrix/test_matrix.py --junitxml=test-results/matrix.xml || true
	@.venv/bin/python -m scripts.statement test-results/matrix.xml

pictures: .venv/ready-for-tests $(CATALOGUES)  ## the README's pictures, taken from the running demo
	@.venv/bin/python -m scripts.pictures

setup: .venv/ready-for-tests $(CATALOGUES)  ## everything that the others set up, and nothing else

clean:  ## what was made here and can be made again; var/ holds data and stays
	rm -rf .venv .ruff_cache *.egg-info build test-results $(CATALOGUES)
	find portal services tests e2e -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/ready .venv/ready-for-tests: pyproject.toml scripts/setup.sh
	@scripts/setup.sh $@

%.mo: %.po | .venv/ready
	@.venv/bin/pybabel --quiet compile --input-file $< --output-file $@
