"""Keras calling Theano, for real: Keras 2.3.1 (2019) in a second, small environment and kernel.

    make keras-theano           # or: python -m utils.keras_theano

Keras 2.3 was the last that could call Theano, and it cannot share an environment with today's
Keras. So it gets one of its own, `.venv/keras-theano` (310 MB), which shares the course's helpers:
there ``from utils.engines import keras`` brings up Keras 2.3.1 on Theano. Jupyter lists it as the
kernel "Keras 2.3 on Theano". Lesson 14 runs its own cells there, see `run`.
"""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from utils.cells import definitions

ROOT = Path(__file__).resolve().parents[1]
HOME = Path(sys.prefix) / "keras-theano"
PYTHON = HOME / "bin" / "python"
LOCK = Path(__file__).with_suffix(".lock")
READY = HOME / "set-up"
KERNEL = Path(sys.prefix) / "share" / "jupyter" / "kernels" / "keras-theano" / "kernel.json"


def problem():
    """What keeps Keras from calling Theano here and the command that helps, or ""."""
    return "" if READY.exists() else "Keras 2.3 on Theano is not set up: run `make keras-theano` (310 MB)"


def run(lesson, function, arrays):
    """Execute a lesson's cells tagged ``long-run`` in the second environment and call one of their functions.

    Parameters
    ----------
    lesson : str
        The lesson's number, "14".
    function : str
        Name of a function that those cells define; it takes a list of arrays.
    arrays : list of numpy.ndarray
        Its argument.

    Returns what the function returned, which must be JSON. Raises RuntimeError with the other
    process's last words when it fails.
    """
    import numpy as np
    with tempfile.TemporaryDirectory() as folder:
        np.savez(f"{folder}/arrays.npz", *arrays)
        answer = subprocess.run([PYTHON, "-c", "from utils.keras_theano import serve; serve()",
                                 lesson, function, folder], capture_output=True, text=True)
        if answer.returncode != 0:
            raise RuntimeError(f"Keras on Theano failed:\n{answer.stderr[-2000:]}")
        return json.loads(Path(folder, "answer.json").read_text())


def serve():
    """The other end of `run`, in the second environment: arguments are lesson, function and folder."""
    import numpy as np
    lesson, function, folder = sys.argv[1:]
    with np.load(f"{folder}/arrays.npz") as file:
        arrays = [file[name] for name in file.files]
    Path(folder, "answer.json").write_text(json.dumps(definitions(lesson, "long-run")[function](arrays)))


def main():
    """Make the environment and the kernel, then let lesson 14's network train once, which compiles it."""
    uv = Path(sys.prefix) / "bin" / "uv"
    print("[1/3] Environment in .venv/keras-theano: about 70 MB to download, 310 MB on disk", flush=True)
    subprocess.run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, HOME], check=True)
    # pip where uv cannot reach the registry: behind a proxy or mirror that only pip is told of
    if subprocess.run([uv, "pip", "install", "--quiet", "--python", PYTHON, "--require-hashes", "-r", LOCK]).returncode:
        subprocess.run([sys.executable, "-m", "pip", "--python", PYTHON, "install", "--quiet",
                        "--require-hashes", "-r", LOCK], check=True)
    packages = next((HOME / "lib").glob("python*/site-packages"))
    (packages / "course.pth").write_text(f"{ROOT}\n")
    print("[2/3] Kernel: Keras 2.3 on Theano", flush=True)
    KERNEL.parent.mkdir(parents=True, exist_ok=True)
    KERNEL.write_text(json.dumps({
        "argv": [str(PYTHON), "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "Keras 2.3 on Theano", "language": "python"}, indent=1) + "\n")
    print("[3/3] Theano compiles the network of lesson 14 (one or two minutes, the first time)", flush=True)
    from utils.engines import theano        # noqa: F401    says what is missing, if so
    import numpy as np
    shapes = [(3, 3, 1, 32), (32,), (3, 3, 32, 32), (32,), (4608, 128), (128,), (128, 10), (10,)]
    answer = run("14", "try_out", [np.zeros(shape, "float32") for shape in shapes])
    READY.touch()
    print(f"{answer['name']} works.")


if __name__ == "__main__":
    try:
        main()
    except (subprocess.CalledProcessError, RuntimeError, ImportError, OSError) as error:
        sys.exit(f"Not set up: {error}\nLesson 14 skips one section; everything else works.")
