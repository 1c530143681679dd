#!/usr/bin/env bash
# TensorFlow on a CPU keeps the memory of deleted tensors for itself.
#
# Seen with tensorflow-cpu 2.21.0 on Linux (x86-64, Python 3.11): a tensor of 411 MB is made and deleted, and
# the process holds as much as while it lived; NumPy gives the same array back at once. A second tensor of
# that size then costs nothing: freed memory is reused, by TensorFlow alone. The same with a closed and
# deleted tf.compat.v1.Session and its variables, after gc.collect() and with TF_CPU_ALLOCATOR_USE_BFC=false.
# So the largest net that a notebook has ever held counts against its memory limit until the kernel ends;
# closing sessions and deleting models does not help. What needs much memory once belongs into a process of
# its own (lessons 10 and 11, `utils.architecture.timed_step`).
#
# Exits with 0 while this is so, with 1 when it has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3.11 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check tensorflow-cpu==2.21.0 numpy==1.26.4
cd "$folder"
TF_CPP_MIN_LOG_LEVEL=3 "$folder/venv/bin/python" - 2>/dev/null <<'PYTHON'
import gc
import sys

import numpy as np
import tensorflow as tf


def held():
    """Anonymous memory of this process, in MB."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("RssAnon")) / 1000


def growth(make):
    """How much more is held while an array lives, and after it is gone."""
    before = held()
    array = make()
    during = held() - before
    del array
    gc.collect()
    return during, held() - before


shape = 25088, 4096
tf.zeros(1)
numpy_lives, numpy_gone = growth(lambda: np.ones(shape, "float32"))
first_lives, first_gone = growth(lambda: tf.ones(shape))
second_lives, _ = growth(lambda: tf.ones(shape))
print(f"tensorflow {tf.__version__}; an array of {4 * shape[0] * shape[1] / 1e6:.0f} MB")
print(f"NumPy:              +{numpy_lives:.0f} MB while it lives, {numpy_gone:+.0f} MB when deleted")
print(f"TensorFlow:         +{first_lives:.0f} MB while it lives, {first_gone:+.0f} MB when deleted")
print(f"TensorFlow, again:  +{second_lives:.0f} MB while it lives")
kept = numpy_gone < 20 and first_gone > 350 and second_lives < 50
print("as found" if kept else "this has changed")
sys.exit(not kept)
PYTHON
