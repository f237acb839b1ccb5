"""compare.py TL OUT: runs the comparison that scripts/parity describes and writes the page OUT."""
import collections
import dataclasses
import importlib.metadata
import json
import math
import os
import pathlib
import platform
import shlex
import subprocess
import sys
import tempfile

import numpy as np
import torch
from transformers import GPT2LMHeadModel, GPT2TokenizerFast

import analysis
import checkpoints
import circuits
import patching
import processing
import references
import saes
from table import Row, Section, difference, page, terminal

ROOT = checkpoints.ROOT
DEFAULT_MODEL = ROOT / "models/tinystories-6l"
TOLERANCE = 1e-4
BLOCK_POINTS, GLOBAL_POINTS = 25, 7

VARIANTS = {
    "untied unembedding, exact GELU": dict(d_model=64, n_head=4, tie_word_embeddings=False, activation_function="gelu"),
    "ReLU, epsilon 1e-3": dict(d_model=64, n_head=4, activation_function="relu", layer_norm_epsilon=1e-3),
    "d_model 60, 3 heads of 20, n_inner 77": dict(d_model=60, n_head=3, n_inner=77),
    "d_model 37, 1 head, n_inner 5": dict(d_model=37, n_head=1, n_inner=5),
    "d_model 35, 7 heads of 5, untied": dict(d_model=35, n_head=7, tie_word_embeddings=False),
}
REDUCED = {
    "attention only": dict(mlp=False, norm=True),
    "no LayerNorm": dict(mlp=True, norm=False),
    "attention only, no LayerNorm": dict(mlp=False, norm=False),
}
STORAGES = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}


class Tl:
    """The command line."""

    def __init__(self, program, scratch):
        self.program, self.scratch = program, scratch
        self.saver = None

    def run(self, *words, arch=None):
        environment = {**os.environ, **({"TL_ARCH": arch} if arch else {})}
        return subprocess.run([str(word) for word in (self.program, *words)], check=True, text=True, env=environment,
                              stdout=subprocess.PIPE).stdout

    def info(self, folder, *words, arch=None):
        return json.loads(self.run("info", "--model", folder, "--json", *words, arch=arch))

    def logits(self, folder, ids, arch=None, words=()):
        out = self.scratch / "logits.npy"
        self.run("logits", "--model", folder, "--tokens", ",".join(map(str, ids)), "--out", out, *words, arch=arch)
        return np.load(out)

    def activations(self, folder, ids, arch=None, words=(), only=None):
        """Every hook point that the model has, or only some."""
        names = ",".join(only or self.info(folder, "--hooks")["hooks"])
        out = self.scratch / "cache.npz"
        self.run("cache", "--model", folder, "--tokens", ",".join(map(str, ids)), "--names", names, "--out", out, *words,
                 arch=arch)
        with np.load(out) as arrays:
            return {name: arrays[name] for name in arrays.files if name != "provenance"}

    def save(self, folder, saved, dtype, *steps):
        """Reads a folder and writes it again, processed by the steps."""
        if self.saver is None:
            self.saver = self.scratch / "save_checkpoint"
            compiler = shlex.split(os.environ.get("CXX", "c++"))
            subprocess.run([*compiler, "-std=c++20", "-O1", "-DTL_HEADER_ONLY", f"-I{ROOT / 'include'}",
                            ROOT / "scripts/parity.d/save_checkpoint.cpp", "-llapack", "-o", self.saver], check=True)
        subprocess.run([self.saver, folder, saved, dtype, *steps], check=True)


def tokens(count, d_vocab, seed=0):
    """Random ids with the first and the last of the vocabulary among them."""
    ids = np.random.default_rng(seed).integers(0, d_vocab, count).tolist()
    return ([d_vocab - 1, 0] + ids)[:count]


def point_of(name):
    """blocks.3.attn.hook_z as attn.hook_z."""
    return name.split(".", 2)[2] if name.startswith("blocks.") else name


def logits_row(quantity, ours, theirs, reference="transformers"):
    return Row(quantity, reference, *difference(ours, theirs), TOLERANCE, "absolute")


class Worst:
    """The worst difference of many arrays."""

    def __init__(self):
        self.worst = self.relative = 0.0
        self.references, self.arrays = [], 0

    def add(self, ours, theirs, reference):
        if theirs.ndim == ours.ndim + 1:  # a head's LayerNorm: all heads are the one we have
            ours = np.broadcast_to(ours[:, None], theirs.shape) if ours.shape[0] == theirs.shape[0] else ours
        worst, relative = difference(ours, theirs)
        self.worst, self.relative = max(self.worst, worst), max(self.relative, relative)
        self.arrays += 1
        if reference not in self.references:
            self.references.append(reference)

    def row(self, quantity, reference=None):
        if reference is None:
            reference = "every run" if self.references == list(references.RUNS) else ", ".join(self.references)
        return Row(quantity, reference, self.worst, self.relative, TOLERANCE, "relative", self.arrays)


def hook_points(tl, folder, ids, arch=None):
    """{point: Worst over layers and runs}. Every array of ours has to have been compared."""
    ours = tl.activations(folder, ids, arch)
    points, compared = collections.defaultdict(Worst), set()

    def compare(name, theirs, reference):
        if name not in ours:
            raise SystemExit(f"tl has no {name}, which {reference} has")
        points[point_of(name)].add(ours[name], theirs, reference)
        compared.add(name)

    model = references.hooked_transformer(folder)
    for run, name, theirs in references.hooked_activations(model, ids):
        compare(name, theirs, run)
        if model.cfg.attn_only and point_of(name) == "hook_resid_post":  # TransformerLens has no name for it there
            compare(name.replace("resid_post", "resid_mid"), theirs, run)
    if model.cfg.normalization_type == "LN" and not model.cfg.attn_only:
        for name, theirs in references.bridge_activations(folder, ids):
            compare(name, theirs, "bridge")
    elif model.cfg.normalization_type == "LN":
        for name, weights in layer_norms(model).items():
            theirs = ours[f"{name}.hook_normalized"] * weights.w.numpy() + weights.b.numpy()
            compare(f"{name}.hook_out", theirs, "normalized * w + b")
    if missed := sorted(ours.keys() - compared):
        raise SystemExit(f"no reference has {', '.join(missed)}")
    return {point: points[point] for point in dict.fromkeys(map(point_of, ours))}


def layer_norms(model):
    blocks = {f"blocks.{layer}.ln1": block.ln1 for layer, block in enumerate(model.blocks)}
    return {**blocks, "ln_final": model.ln_final}


def all_points(points, quantity="every hook point"):
    total = Worst()
    for each in points.values():
        total.worst, total.relative = max(total.worst, each.worst), max(total.relative, each.relative)
        total.arrays += each.arrays
    return total.row(quantity, "TransformerLens")


def small_section(tl, scratch):
    folder = checkpoints.gpt2_small(scratch / "gpt2-small")
    model = references.transformers_model(folder)
    few, full = tokens(48, 50257), tokens(1024, 50257, seed=1)
    rows = [logits_row("logits, 1 token", tl.logits(folder, few[:1]), references.logits(model, few[:1])),
            logits_row("logits, 48 tokens", tl.logits(folder, few), references.logits(model, few)),
            logits_row("logits, 1,024 tokens", tl.logits(folder, full), references.logits(model, full))]
    points = hook_points(tl, folder, few)
    if len(points) != BLOCK_POINTS + GLOBAL_POINTS:
        raise SystemExit(f"{len(points)} hook points were compared, and there are {BLOCK_POINTS + GLOBAL_POINTS}")
    rows += [worst.row(point) for point, worst in points.items()]
    text = """
The shape of GPT-2 small (12 layers, d_model 768, 12 heads, vocabulary 50,257), random weights, LayerNorms and biases
included; hook points at 48 tokens. A row of a hook point is the worst of all layers and of all runs of TransformerLens
that have it: HookedTransformer `plain`, with `result` (use_attn_result, use_hook_mlp_in), `split`
(use_split_qkv_input) and `attn-in` (use_attn_in); in the last two it runs ln1 once a head, and each head is compared.
`every run` is these four. `bridge` is its TransformerBridge, which alone names LayerNorms after their weights
(`hook_out`)."""
    return Section("Random GPT-2 small", text, rows), tokenizer_row(tl, folder)


def tokenizer_row(tl, folder):
    """Texts of this repository, through the tokenizer of a checkpoint folder."""
    theirs = GPT2TokenizerFast(vocab=str(folder / "vocab.json"), merges=str(folder / "merges.txt"))
    wrong = 0
    texts = [(ROOT / name).read_text() for name in ("README.md", "docs/00_map.md", "include/tl/model/gpt2.hpp")]
    texts += ["na\u00efve caf\u00e9 \u2014 \u4f60\u597d \U0001F600  a   b\n\n\tc 1,234.5 I'll we've",
              "<|endoftext|>a<|endoftext|>"]
    for text in texts:
        ours = json.loads(tl.run("tokenize", "--model", folder, "--text", text, "--json"))
        wrong += ours["ids"] != theirs.encode(text)
    return Row("tokens of texts, GPT-2's tokenizer", "transformers", wrong, wrong, 0, "exact", len(texts))


def default_section(tl):
    """The default model under every instruction set that the machine has."""
    ids = json.loads((ROOT / "tests/data/goldens/hooks.json").read_text())["hooks_raw_and_processed"]["ids"]
    theirs = references.logits(references.transformers_model(DEFAULT_MODEL), ids)
    rows = []
    for arch in instruction_sets(tl):
        rows.append(logits_row(f"logits, {arch}", tl.logits(DEFAULT_MODEL, ids, arch), theirs))
        rows.append(all_points(hook_points(tl, DEFAULT_MODEL, ids, arch), f"every hook point, {arch}"))
    text = "models/tinystories-6l at 24 tokens of text, under each instruction set of this machine."
    return Section("The default model", text, rows)


def instruction_sets(tl):
    """Those that run here: TL_ARCH naming another is refused."""
    found = []
    for arch in "generic", "avx2", "avx512":
        try:
            found.append(tl.info(DEFAULT_MODEL, arch=arch)["instruction_set"])
        except subprocess.CalledProcessError:
            print(f"{arch} does not run here", file=sys.stderr)
    return found


def variants_section(tl, scratch):
    rows = []
    for number, (name, config) in enumerate(VARIANTS.items()):
        folder = checkpoints.gpt2(scratch / f"variant-{number}", d_vocab=101, n_ctx=40, n_layer=3, **config)
        ids = tokens(40, 101)
        theirs = references.logits(references.transformers_model(folder), ids)
        rows.append(logits_row(f"{name}: logits", tl.logits(folder, ids), theirs))
        rows.append(all_points(hook_points(tl, folder, ids), f"{name}: every hook point"))
    for number, (name, choice) in enumerate(REDUCED.items()):
        folder = checkpoints.reduced(scratch / f"reduced-{number}", **choice)
        ids = tokens(40, 97)
        theirs = references.hooked_transformer(folder)(torch.tensor([ids]))[0].numpy()
        rows.append(logits_row(f"{name}: logits", tl.logits(folder, ids), theirs, "TransformerLens"))
        rows.append(all_points(hook_points(tl, folder, ids), f"{name}: every hook point"))
    text = """
Small models of random weights, 3 layers, the whole context of 40 tokens. transformers' GPT-2 always has MLPs and
LayerNorms: where one is missing TransformerLens alone is the reference. Its bridge needs transformers, so `hook_out` of
the attention-only model is compared with normalized * w + b; and it has no `hook_resid_mid` there, which is
`hook_resid_post`."""
    return Section("Variants", text, rows)


def saved_section(tl, scratch, tokenizer):
    """What tl writes, opened by transformers."""
    rows = [tokenizer]
    for name, folder in [("the default model", DEFAULT_MODEL), *zip(VARIANTS, sorted(scratch.glob("variant-?")))]:
        before = references.transformers_model(folder)
        wrong = arrays = 0
        for storage, dtype in STORAGES.items():
            saved = scratch / f"saved-{folder.name}-{storage}"
            tl.save(folder, saved, storage)
            after, report = GPT2LMHeadModel.from_pretrained(saved, dtype=torch.float32, output_loading_info=True)
            expected, found = before.state_dict(), after.state_dict()
            wrong += sum(len(problems) for problems in report.values() if problems)
            wrong += len(expected.keys() ^ found.keys())
            wrong += sum(not torch.equal(expected[key].to(dtype).float(), found[key])
                         for key in expected.keys() & found.keys())
            arrays += len(found)
        rows.append(Row(f"{name}: saved as {', '.join(STORAGES)}", "transformers", wrong, wrong, 0, "exact", arrays))
        saved, ids = scratch / f"saved-{folder.name}-F32", tokens(40, before.config.vocab_size)
        theirs = references.logits(references.transformers_model(saved), ids)
        rows.append(logits_row(f"{name}: logits of the F32 folder", tl.logits(saved, ids), theirs))
    text = """
Folders that tl wrote, opened by transformers: tensors missing, unexpected or other than the original ones rounded once;
and ids of texts, special tokens parsed. The difference is the number of those that are wrong."""
    return Section("Files and tokens", text, rows)


def control_section(tl, scratch):
    """A comparison that cannot fail shows nothing: here each has to."""
    folder = scratch / "variant-0"
    ids = tokens(40, 101)
    model = references.transformers_model(folder)
    ours = tl.logits(folder, ids)
    rows = []
    for name in "h.1.attn.c_proj.bias", "h.2.ln_2.weight", "h.0.mlp.c_fc.weight":
        parameter = model.transformer.get_parameter(name)
        kept = parameter.flatten()[3].item()
        parameter.view(-1)[3] += 0.01
        row = logits_row(f"{name}[3] + 0.01", ours, references.logits(model, ids))
        parameter.view(-1)[3] = kept
        rows.append(Control(*dataclasses.astuple(row)))
    text = "One weight of the first variant is changed for transformers alone: the comparison has to fail, and does."
    return Section("Control", text, rows)


class Control(Row):
    """A row whose comparison has to fail."""

    @property
    def passed(self):
        return math.isfinite(self.worst) and not super().passed

    def cells(self):
        verdict = "differs, as it has to" if self.passed else "**NOT SEEN**"
        return [*super().cells()[:-1], f"{verdict} ({self.limit:.0e} {self.of})"]


def cpu():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def introduction(tl):
    packages = "torch", "transformers", "transformer-lens", "sae-lens", "numpy"
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in packages)
    info = tl.info(DEFAULT_MODEL)
    return f"""
# Parity with independent implementations

`scripts/parity` wrote this page. It runs the same weights and tokens through the command line `tl` and through
`transformers` and TransformerLens (weights as they are, where no processing is named) in float32, and compares every logit and every
hook point. Masked scores must be -inf in the same places. A difference is the largest of an array; the relative one is
divided by the array's largest value, and the two columns may come from different arrays.

| | |
|---|---|
| tl | {info["tl"]}, {info["instruction_set"]} where no other instruction set is named, {info["threads"]} threads |
| references | {versions}, Python {platform.python_version()} |
| CPU | {cpu()} |
"""


def main():
    program, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    with tempfile.TemporaryDirectory(prefix="tl-parity-") as folder:
        scratch = pathlib.Path(folder)
        tl = Tl(program, scratch)
        sections = []

        def done(section):
            sections.append(section)
            print(terminal(section), flush=True)

        small, tokenizer = small_section(tl, scratch)
        done(small)
        done(default_section(tl))
        done(variants_section(tl, scratch))
        done(saved_section(tl, scratch, tokenizer))
        done(processing.section(tl, scratch, [("the default model", DEFAULT_MODEL, tokens(48, 4096)),
                                              ("random GPT-2 small", scratch / "gpt2-small", tokens(48, 50257))]))
        done(circuits.section(scratch, DEFAULT_MODEL))
        repeated = [0, *tokens(12, 4096)[2:], *tokens(12, 4096)[2:]]
        done(analysis.section(scratch, [("the default model", DEFAULT_MODEL, repeated),
                                        ("random GPT-2 small", scratch / "gpt2-small", repeated)]))
        clean = tokens(6, 4096)
        done(patching.section(scratch, DEFAULT_MODEL, clean, [*clean[:2], *tokens(12, 4096)[6:10]], answer=clean[3], foil=clean[4]))
        done(saes.section(tl, scratch))
        done(control_section(tl, scratch))
        out.write_text(page(introduction(tl), sections))
    failed = sum(not row.passed for section in sections for row in section.rows)
    total = sum(len(section.rows) for section in sections)
    print(f"\n{total} rows, {failed} failed; written to {out}")
    sys.exit(failed != 0)


main()
