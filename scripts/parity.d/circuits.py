"""Circuits of heads, singular directions and neurons beside TransformerLens, of the default model."""
import os
import shlex
import subprocess

import numpy as np
import torch
from transformer_lens import SVDInterpreter

import checkpoints
import references
from table import Row, Section, difference

STANDARD = ["fold_ln", "center_writing_weights", "center_unembed", "fold_value_biases"]
TOLERANCE = 1e-4


def ours(scratch, folder):
    program, out = scratch / "circuits", scratch / "circuits.npz"
    compiler = shlex.split(os.environ.get("CXX", "c++"))
    source = checkpoints.ROOT / "scripts/parity.d/circuits.cpp"
    subprocess.run([*compiler, "-std=c++20", "-O1", "-DTL_HEADER_ONLY", f"-I{checkpoints.ROOT / 'include'}", source,
                    "-llapack", "-o", program], check=True)
    subprocess.run([program, folder, out], check=True)
    with np.load(out) as arrays:
        return {name: arrays[name] for name in arrays.files}


def copying(model):
    """Eigenvalues of the OV circuit in the space of tokens, as its demos compute them: W_E OV W_U as a factored matrix."""
    scores = np.zeros((model.cfg.n_layers, model.cfg.n_heads), np.float32)
    for layer in range(model.cfg.n_layers):
        for head in range(model.cfg.n_heads):
            values = (model.W_E @ model.OV[layer, head] @ model.W_U).eigenvalues
            scores[layer, head] = (values.sum().real / values.abs().sum()).item()
    return scores


def mean_rank(model, layer, head):
    logits = (model.W_E @ model.W_V[layer, head]) @ (model.W_O[layer, head] @ model.W_U)
    return (logits > logits.diagonal()[:, None]).sum(1).double().mean().item()


def section(scratch, folder):
    found, model = ours(scratch, folder), references.hooked_transformer(folder, STANDARD)
    last = model.cfg.n_layers - 1
    rows = []

    def add(quantity, array, theirs, limit=TOLERANCE):
        theirs = np.asarray(theirs, np.float32)
        rows.append(Row(quantity, "TransformerLens", *difference(array, theirs), limit, "relative"))

    for kind in "QKV":
        add(f"{kind}-composition of every pair of heads", found[kind], model.all_composition_scores(kind).numpy())
    add("|W_QK| of the last layer's heads", found["qk_norms"], model.QK[last].norm().numpy())
    add("copying scores of every head", found["copying"], copying(model))
    ranks = [mean_rank(model, last, head) for head in range(model.cfg.n_heads)]
    add("mean ranks of tokens, the last layer's heads", found["mean_ranks"], ranks)

    svd = SVDInterpreter(model)
    weights = {"OV": model.OV[last, 0].S, "w_in": torch.linalg.svd(model.W_in[last].T)[1],
               "w_out": torch.linalg.svd(model.W_out[last])[1]}
    for kind, values in weights.items():
        count = len(found[f"{kind}_values"])
        add(f"{kind}: singular values", found[f"{kind}_values"], values[:count].numpy())
        head = {"head_index": 0} if kind == "OV" else {}
        logits = svd.get_singular_vectors(kind, layer_index=last, num_vectors=count, **head)[:, 0].detach()
        ends = torch.stack([logits.max(0).values.abs(), logits.min(0).values.abs()], 1).sort(1, descending=True).values
        add(f"{kind}: both ends of the singular directions' logits", found[f"{kind}_ends"], ends.numpy())
    top = (model.W_out[last] @ model.W_U).topk(3, dim=1)
    add("logits of neurons' three best tokens", found["neuron_logits"], top.values.numpy())
    wrong = int((found["neuron_tokens"] != top.indices.numpy()).sum())
    rows.append(Row("neurons' three best tokens", "TransformerLens", wrong, wrong, 0, "exact", len(top.indices)))
    text = """
Of the default model with fold_ln, center_writing_weights, center_unembed and fold_value_biases: FactoredMatrix,
all_composition_scores and SVDInterpreter. Signs of singular vectors are arbitrary, so magnitudes of both ends are compared."""
    return Section("Circuits", text, rows)
