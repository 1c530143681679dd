#!/usr/bin/env bash
# Theano and PyTensor (PyMC's engine, its descendant) cannot both have a C compiler in one process.
#
# Seen with theano 1.0.5 and pytensor 2.31.7 (pymc 5.25.1) on Linux (x86-64, Python 3.11): both compile a
# helper at their first import and put it into sys.modules as `cutils_ext`. Whichever comes second finds the
# other's there and stops, with an AssertionError that has no words, in either order. With
# PYTENSOR_FLAGS=cxx= PyTensor compiles nothing, and both work, in either order.
# (The course's `utils.engines` sets the flag; lessons 13 and 22 share a kernel if they must.)
#
# Exits with 0 while this is so, with 1 when it has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    theano==1.0.5 pytensor==2.31.7 numpy==1.26.4 "setuptools<81"
cd "$folder"
export THEANO_FLAGS="base_compiledir=$folder/theano,blas.ldflags="
cat > both.py <<'PYTHON'
import sys
import warnings

warnings.simplefilter("ignore")
import numpy as np

np.bool, np.complex = bool, complex         # NumPy 1.24 dropped these names, Theano 1.0.5 asks for them
try:
    for name in sys.argv[1:]:
        engine = __import__(name)
        tensor = __import__(f"{name}.tensor", fromlist=["vector"])
        x = tensor.vector("x")
        assert float(engine.function([x], (x ** 2).sum())(np.array([1, 2, 3], x.dtype))) == 14, "wrong"
    print("both work")
except AssertionError as error:
    print(f"AssertionError({str(error)!r}) from {name}")
PYTHON
run() { PYTENSOR_FLAGS="base_compiledir=$folder/pytensor$1" "$folder/venv/bin/python" both.py "$2" "$3" 2>/dev/null; }
kept=yes
for order in "theano pytensor" "pytensor theano"; do
    read -r first second <<< "$order"
    as_it_comes=$(run "" "$first" "$second")
    without_c=$(run ",cxx=" "$first" "$second")
    echo "$first, then $second: $as_it_comes; with PYTENSOR_FLAGS=cxx=: $without_c"
    [ "$as_it_comes" = "AssertionError('') from $second" ] && [ "$without_c" = "both work" ] || kept=no
done
[ "$kept" = yes ] && echo "as found" || { echo "this has changed"; exit 1; }
