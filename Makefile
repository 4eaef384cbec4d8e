# make                          list these targets
# make experiment               list the experiments
# make experiment NAME=drift    run one on the data of its settings, into results/NAME
#   FROM=a.h5 TO=b.h5           compare a pair of your own (files or Hugging Face directories)
#   OUT=dir                     put the results there
#   FIGURES=two                 figures as wide as two columns of a paper; none
#   SET="key=value ..."         override settings; one with spaces in quotes: SET="a=1 'b=[x, y]'"
# make install PREFIX=~/.local  put the program into PREFIX/bin, with completions for bash, zsh and fish; make uninstall
# make python                   .venv with the packages that tools/ and the tests use
# make test                     build and run the tests
# make verify                   rerun the default experiments and compare with the committed results
# make bench                    measure speed and memory beside h5py, torch and h5diff (BYTES=1e9 a file), and the
#                               spectra beside NumPy, SciPy and torch, and the probe beside transformers;
#                               PART=drift, PART=spectra or PART=probe for one of them
# make bench-laws RUNS=f.csv     fits beside SciPy on the Chinchilla points in f.csv; coverage of intervals over
#                               REPETITIONS=1600 tables instead of 400
# make fuzz MINUTES=5           feed the program with damaged input of every kind; SEED=1; what fails is kept
# make look-tools               install Chromium and TeX, for the tests that look at pages and LaTeX (0.7 GB); CI does
# make docs                     make the tables of settings and columns in docs/ anew, from the program
# make build | format | lint | clean

EXPERIMENTS := $(basename $(notdir $(wildcard experiments/*.yaml)))
DYNAMICS := .build/release/dynamics
LIBRARIES := libhdf5-dev libxxhash-dev libdeflate-dev liblzf-dev zlib1g-dev libopenblas-dev libnlopt-dev
FIGURE_TOOLS := gnuplot-nox
# h5diff, for tests and bench, and what .venv is made with.
TEST_TOOLS := hdf5-tools python3-venv
PYTHON := .venv/.made

PREFIX ?= $(HOME)/.local

.DEFAULT_GOAL := help
.PHONY: help experiment build install uninstall python own-build test verify fuzz bench bench-laws docs format lint clean libraries figure-tools test-tools look-tools

help:
	@sed -n 's/^# \{0,1\}//p; /^$$/q' Makefile

experiment: build figure-tools
ifdef NAME
	@set -f; eval "set -- $$SET"; for setting; do set -- "$$@" --set "$$setting"; shift; done; \
	$(DYNAMICS) run $(NAME) $${FROM:+--from "$$FROM"} $${TO:+--to "$$TO"} $${OUT:+--out "$$OUT"} $${FIGURES:+--figures "$$FIGURES"} "$$@"
else
	@$(DYNAMICS) list
endif

build: own-build libraries
	@swift build -c release --product dynamics --static-swift-stdlib --quiet >&2 \
	    || { tools/need-packages --explain $(LIBRARIES); exit 1; }

# The program needs the libraries of the build where it runs, and nothing of this folder. Completions go where the shells look.
install: build
	@to="$(DESTDIR)$(PREFIX)"; share="$$to/share"; set -e; \
	mkdir -p "$$to/bin" "$$share/bash-completion/completions" "$$share/zsh/site-functions" "$$share/fish/vendor_completions.d"; \
	install -m 755 $(DYNAMICS) "$$to/bin/dynamics"; \
	$(DYNAMICS) --generate-completion-script bash >"$$share/bash-completion/completions/dynamics"; \
	$(DYNAMICS) --generate-completion-script zsh >"$$share/zsh/site-functions/_dynamics"; \
	$(DYNAMICS) --generate-completion-script fish >"$$share/fish/vendor_completions.d/dynamics.fish"; \
	echo "$$to/bin/dynamics"

uninstall:
	@to="$(DESTDIR)$(PREFIX)"; rm -f "$$to/bin/dynamics" "$$to/share/bash-completion/completions/dynamics" \
	    "$$to/share/zsh/site-functions/_dynamics" "$$to/share/fish/vendor_completions.d/dynamics.fish"

test: own-build libraries figure-tools test-tools $(PYTHON)
	swift test

python: test-tools $(PYTHON)

# Tables must come out the same byte for byte, but for columns that state a tolerance: what passes through BLAS.
verify: build
	@rm -rf .build/verify && mkdir -p .build/verify
	@for name in $(EXPERIMENTS); do \
	    $(DYNAMICS) run $$name --out .build/verify/$$name --journal .build/verify/journal --quiet >/dev/null && \
	    $(DYNAMICS) compare results/$$name .build/verify/$$name && echo "$$name: same as committed" || exit 1; \
	done

fuzz: build
	@python3 tools/fuzz/fuzz.py $(DYNAMICS) --minutes $(or $(MINUTES),5) --seed $(or $(SEED),1)

bench: build test-tools $(PYTHON)
	@swift build -c release --product bench-spectra --static-swift-stdlib --quiet >&2
	@bench/run $(or $(BYTES),1e9) $(PART)

bench-laws: libraries $(PYTHON)
	@swift build -c release --product bench-laws --quiet >&2
	@.build/release/bench-laws speed "$(RUNS)" .build/laws-starts.json
	@.venv/bin/pip install --quiet scipy==1.17.1
	@.venv/bin/python bench/laws_scipy.py .build/laws-starts.json
	@.build/release/bench-laws coverage $(REPETITIONS)

# What the program states of settings and columns, between the markers of both documents; a test holds them against it.
docs: build
	@$(DYNAMICS) docs docs/experiments.md docs/metrics.md

format:
	swift format --in-place --recursive Package.swift Sources Tests

lint:
	swift format lint --strict --recursive Package.swift Sources Tests

clean:
	rm -rf .build .venv

# A build folder that was copied here fails with messages that do not say so.
own-build:
	@tools/check-build-folder

# What the build needs from the system. Quiet when it is there; installed where there is apt and the right to use it.
libraries:
	@tools/need-packages $(LIBRARIES)

# Figures are drawn by gnuplot, whichever package it comes from; without it everything else is there.
figure-tools:
	@command -v gnuplot >/dev/null || tools/need-packages $(FIGURE_TOOLS) || echo "figures will not be drawn" >&2

# Too large to install unasked; without them the tests that need them are skipped, and say so.
look-tools:
	@tools/need-packages --lean chromium fonts-liberation texlive-latex-recommended texlive-science cm-super-minimal

test-tools:
	@tools/need-packages $(TEST_TOOLS) || echo "the tests that need them will be skipped" >&2

# Other programs to compare with. Without them the tests that need them are skipped, and say so.
$(PYTHON): Tests/requirements.txt
	@echo "making .venv with the packages of $<" >&2
	@python3 -m venv .venv && .venv/bin/pip install --quiet --requirement $< && touch $@ \
	    || { rm -rf .venv; echo "no .venv: the tests that compare with h5py and safetensors will be skipped" >&2; }
