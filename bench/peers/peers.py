"""The engines: what each needs installed, how its worker is started and what it reads."""
import dataclasses
import os
import pathlib
import shutil
import subprocess

folder = pathlib.Path(__file__).resolve().parent


@dataclasses.dataclass(frozen=True)
class Peer:
    worker: str
    packages: tuple
    converts: bool = False  # into a file or folder of its own, one a precision
    install_environment: dict = dataclasses.field(default_factory=dict)
    aside: tuple = ()  # installed in a folder of its own, which comes first on the path


peers = {
    "torch": Peer("torch_worker.py", ("torch", "transformers")),
    "CTranslate2": Peer("ctranslate2_worker.py", ("ctranslate2", "torch", "transformers"), converts=True),
    "ONNX Runtime": Peer("onnxruntime_worker.py", ("onnxruntime", "onnx", "onnxscript", "torch", "transformers"), converts=True),
    "llama.cpp": Peer("llama_cpp_worker.py", ("llama-cpp-python", "gguf", "safetensors"), converts=True,
                      install_environment={"CMAKE_ARGS": "-DGGML_NATIVE=ON"}),
    "TransformerLens": Peer("transformer_lens_worker.py", ("transformer-lens", "torch", "transformers")),
    # HookedTransformer, which version 4 no longer has.
    "TransformerLens 3": Peer("transformer_lens_worker.py", ("transformer-lens", "torch", "transformers"),
                              aside=("transformer-lens==3.9.0", "better-abc")),
    # It needs HookedTransformer.
    "SAELens": Peer("sae_lens_worker.py", ("transformer-lens", "torch", "transformers"),
                    aside=("sae-lens==6.54.0", "transformer-lens==3.9.0", "better-abc", "docstring-parser", "simple-parsing", "scipy")),
}

installed = "import importlib.metadata, sys; [importlib.metadata.version(name) for name in sys.argv[1:]]"


class Unavailable(Exception):
    """A peer that cannot be installed, or cannot read the model."""


def complaint(text):
    """pip's first error, or the last line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return next((line for line in lines if line.startswith("ERROR: ")), lines[-1] if lines else "no output")


def must(command, what, log, **environment):
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**os.environ, **environment})
    text = done.stdout.decode(errors="replace")
    with open(log, "a", encoding="utf8") as output:
        output.write(text)
    if done.returncode != 0:
        raise Unavailable(f"{what}: {complaint(text)} ({log})")


class Installation:
    """A virtual environment with the peers, and the model in each one's format."""

    def __init__(self, venv, cache):
        self.venv, self.cache = venv, cache
        self.python = venv / "bin" / "python"
        self.log = cache / "install.log"

    def install(self, name):
        """Installs what is missing. Throws Unavailable."""
        peer = peers[name]
        if not self.python.exists():
            must(["python3", "-m", "venv", self.venv], "python3 -m venv", self.log)
        if subprocess.run([self.python, "-c", installed, *peer.packages], check=False, stderr=subprocess.DEVNULL).returncode != 0:
            must([self.python, "-m", "pip", "install", "--constraint", folder / "requirements.txt", *peer.packages], "pip", self.log,
                 **{key: os.environ.get(key, value) for key, value in peer.install_environment.items()})
        if peer.aside and not self.aside(name).exists():
            unfinished = self.aside(name).with_suffix(".unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            must([self.python, "-m", "pip", "install", "--no-deps", "--target", unfinished, *peer.aside], "pip", self.log)
            os.rename(unfinished, self.aside(name))

    def aside(self, name):
        return self.cache / name.lower().replace(" ", "_")

    def model(self, name, checkpoint, precision):
        """The checkpoint as the peer reads it, converted where it is not yet. Throws Unavailable."""
        if not peers[name].converts:
            return checkpoint
        return self.converted(checkpoint, name, precision, [self.python, folder / peers[name].worker])

    def converted(self, checkpoint, name, precision, worker):
        out = self.cache / f"{checkpoint.name}.{name.lower().replace(' ', '_')}.{precision}"
        if not out.exists():
            unfinished = out.with_name(out.name + ".unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.unlink(missing_ok=True)
            must([*worker, "convert", checkpoint, unfinished, precision], "converting", self.log)
            os.rename(unfinished, out)
        return out

    def command(self, name, model, precision, threads):
        return [self.python, folder / peers[name].worker, "serve", model, precision, str(threads)]

    def environment(self, name):
        return {"PYTHONPATH": str(self.aside(name))} if peers[name].aside else {}
