#!/usr/bin/env bash
# A PyMC model compiled for JAX is compiled in C first, in part.
#
# Seen with pymc 5.25.1, pytensor 2.31.7 and jax 0.7.1 on Linux (x86-64, Python 3.11, g++ 12), with an empty
# compile folder: `model.logp_dlogp_function(mode="JAX")` leaves 25 modules compiled by g++ there, and takes
# 13 s for a regression with two parameters. With PYTENSOR_FLAGS=cxx= (no C compiler) it leaves none, takes
# 1 s, and gives the same value. Whoever samples with NumPyro gains that by one flag, and needs no compiler
# at all. Without the flag the cache hides it from the second run on, until a fresh container.
# (The course's `utils.engines.pymc` sets the flag.)
#
# Exits with 0 while this is so, with 1 when it has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    pymc==5.25.1 pytensor==2.31.7 jax==0.7.1 numpy==1.26.4
cd "$folder"
cat > compile.py <<'PYTHON'
import time
import warnings

warnings.simplefilter("ignore")
import jax          # noqa: F401    its own start is not what is timed
import numpy as np
import pymc
import pytensor
from pathlib import Path

compiled = Path(pytensor.config.compiledir)
before = len(list(compiled.glob("tmp*/*.so")))
started = time.perf_counter()
with pymc.Model() as model:
    level, effect = pymc.Normal("level", -2, 1), pymc.Normal("effect", 0, 1)
    pymc.Binomial("k", [20, 30], logit_p=level + effect * np.array([-0.5, 0.5]), observed=[1, 5])
function = model.logp_dlogp_function(ravel_inputs=True, mode="JAX")
function.set_extra_values({})
value, _ = function(np.zeros(2))
modules = len(list(compiled.glob("tmp*/*.so"))) - before
print(f"{modules} {time.perf_counter() - started:.1f} {float(value):.6f}")
PYTHON
with_c=$(PYTENSOR_FLAGS="base_compiledir=$folder/one" "$folder/venv/bin/python" compile.py 2>/dev/null)
without=$(PYTENSOR_FLAGS="base_compiledir=$folder/two,cxx=" "$folder/venv/bin/python" compile.py 2>/dev/null)
echo "mode JAX as it comes: modules compiled in C, seconds, log density: $with_c"
echo "mode JAX with cxx=  : modules compiled in C, seconds, log density: $without"
read -r modules seconds value <<< "$with_c"
read -r modules_without seconds_without value_without <<< "$without"
if [ "$modules" -ge 5 ] && [ "$modules_without" -eq 0 ] && [ "$value" = "$value_without" ]; then
    echo "as found"
else
    echo "this has changed"
    exit 1
fi
