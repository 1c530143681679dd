# Every command of the course. `make lab` and `make test` set everything up first, once.
#
#   make lab      open the course in JupyterLab          make claims   run lessons, record their figures
#   make test     run every test, the notebooks too        make sync     rewrite what is generated
#   make doctor   check this machine                       make student  notebooks without solutions
#   make setup    only set up                              make book     the lessons as web pages
#   make keras-theano   Keras calling Theano, for lesson 14 (make test does it, too)
#   make clean    remove what these commands built         make lock     resolve the packages anew
#
# Settings: PYTHON=/path/to/python3.11   EXTRAS=gpu or torch   LESSONS="05 14"
#           LAB_FLAGS=--no-browser       TEST_FLAGS="-k engines"

PYTHON ?= python3.11
EXTRAS ?=
BIN    := .venv/bin
UV     := $(BIN)/uv
STAMP  := .venv/set-up$(addprefix -,$(EXTRAS))
export UV_PYTHON_DOWNLOADS := never

.PHONY: lab test setup doctor claims sync student book lock clean keras-theano

lab: setup
	@$(BIN)/python -m utils.course lab $(LAB_FLAGS)

test: setup .venv/chromium
	@$(MAKE) -s keras-theano || true
	@$(BIN)/python -m pytest -n auto --dist loadgroup --no-loadscope-reorder $(TEST_FLAGS)

# A second environment and kernel, in which Keras calls Theano, for one section of lesson 14.
keras-theano: .venv/keras-theano/set-up

.venv/keras-theano/set-up: utils/keras_theano.lock utils/keras_theano.py | setup
	@$(BIN)/python -m utils.keras_theano

# For the browser tests: tried once. Where it cannot be had they skip and say how to get it.
.venv/chromium:
	@[ -n "$$(which chromium chromium-browser google-chrome 2>/dev/null)" ] || { [ "$$(id -u)" = 0 ] \
	  && command -v apt-get >/dev/null && echo "Chromium, for the browser tests: about 100 MB to download" \
	  && apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium >/dev/null 2>&1; } \
	  || echo "No Chromium: the browser tests will skip. To run them: sudo apt-get install chromium"
	@touch $@

setup: $(STAMP)

doctor claims sync student book: setup
	@$(BIN)/python -m utils.course $(subst claims,execute $(LESSONS),$@)

# The stamp is older than the lock only when the lock has changed: then, and only then, set up.
$(STAMP): requirements.lock pyproject.toml utils/caffe_build.py
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 was not found. Install it \
	(Debian 12: sudo apt-get install python3 python3-venv python3-dev), or say where it is: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || { echo "The course needs \
	Python 3.11 (Theano's last). This is $$($(PYTHON) --version). Say where 3.11 is: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11"; exit 1; }
	@echo "[1/4] Python environment in .venv"
	@test -x $(BIN)/pip || $(PYTHON) -m venv .venv || { rm -rf .venv; echo "Python's venv module is \
	incomplete. On Debian: sudo apt-get install python3-venv"; exit 1; }
	@echo "[2/4] Packages: about 0.9 GB to download, 2.7 GB on disk"
	@grep -A 99 '^uv==' requirements.lock | awk 'NR > 1 && /^[a-z]/ {exit} {print}' > .venv/uv.txt
	@test -x $(UV) || $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r .venv/uv.txt
	@# pip where uv cannot reach the registry: behind a proxy or mirror that only pip is told of
	@$(UV) pip install --python $(BIN)/python --compile-bytecode --require-hashes -r requirements.lock \
	  || $(BIN)/pip install --require-hashes -r requirements.lock
	@$(UV) pip install --python $(BIN)/python --quiet --no-deps --no-build-isolation --editable .
ifneq ($(EXTRAS),)
	@echo "[2/4] Extras: $(EXTRAS)"
	@$(if $(findstring gpu,$(EXTRAS)),$(UV) pip uninstall --python $(BIN)/python tensorflow-cpu)
	@$(BIN)/pip install --constraint requirements.lock --editable '.[$(EXTRAS)]'
endif
	@echo "[3/4] Caffe, compiled for this Python (about a minute, the first time)"
	@$(BIN)/python -m utils.caffe_build
	@echo "[4/4] JupyterLab's settings"
	@$(BIN)/jupyter labextension disable --level=sys_prefix @jupyterlab/apputils-extension:announcements >/dev/null 2>&1
	@touch $@
	@echo "Ready. From here on nothing needs the network."

COMPILE := $(UV) pip compile --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --no-annotate --quiet

lock:
	$(COMPILE) pyproject.toml --extra cpu --output-file requirements.lock
	$(COMPILE) --group keras-theano --output-file utils/keras_theano.lock

clean:
	rm -rf .venv build/student build/book build/colab fundamentals_of_deep_learning.egg-info .pytest_cache
	find utils tests -name __pycache__ -prune -exec rm -rf {} +
	@rmdir build 2>/dev/null || true
