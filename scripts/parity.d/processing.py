"""Processed weights beside TransformerLens' load_and_process_state_dict."""
import numpy as np
from safetensors.numpy import load_file

import references
from table import Row, Section, difference

STANDARD = ["fold_ln", "center_writing_weights", "center_unembed", "fold_value_biases"]
REFACTOR = "refactor_factored_attn_matrices"
WEIGHTS, ACTIVATIONS = 1e-5, 1e-4  # tolerances


def heads_first(matrix, n_head):
    """[d_model, n_head * d_head] as [head, d_model, d_head]."""
    return matrix.reshape(matrix.shape[0], n_head, -1).transpose(1, 0, 2)


def ours(folder, n_layer, n_head):
    """{TransformerLens' name: one array, or one a layer} of a folder that tl wrote."""
    tensors = {name.removeprefix("transformer."): value for name, value in load_file(folder / "model.safetensors").items()}
    found = {"W_E": [tensors["wte.weight"]], "W_pos": [tensors["wpe.weight"]],
             "W_U": [tensors["lm_head.weight"].T], "b_U": [tensors["lm_head.bias"]]}
    for layer in range(n_layer):
        part = lambda name: tensors[f"h.{layer}.{name}"]
        weights, biases = (np.split(part(f"attn.c_attn.{kind}"), 3, axis=-1) for kind in ("weight", "bias"))
        arrays = {f"W_{x}": heads_first(w, n_head) for x, w in zip("QKV", weights)}
        arrays |= {f"b_{x}": b.reshape(n_head, -1) for x, b in zip("QKV", biases)}
        w_o = part("attn.c_proj.weight")
        arrays |= {"W_O": w_o.reshape(n_head, -1, w_o.shape[1]), "b_O": part("attn.c_proj.bias"),
                   "W_in": part("mlp.c_fc.weight"), "b_in": part("mlp.c_fc.bias"),
                   "W_out": part("mlp.c_proj.weight"), "b_out": part("mlp.c_proj.bias")}
        for name, array in arrays.items():
            found.setdefault(name, []).append(array)
    return found


def theirs(model):
    found = {name: [getattr(model, name).numpy()] for name in ("W_E", "W_pos", "W_U", "b_U")}
    of_layers = [f"{kind}_{x}" for kind in "Wb" for x in ("Q", "K", "V", "O", "in", "out")]
    return found | {name: list(getattr(model, name).numpy()) for name in of_layers}


def row(quantity, pairs, limit):
    """The worst of pairs (ours, theirs)."""
    worst = [difference(*pair) for pair in pairs]
    return Row(quantity, "TransformerLens", max(a for a, _ in worst), max(b for _, b in worst), limit, "relative", len(worst))


def extended(weights, x):
    """[W_x; b_x]: [head, d_model + 1, d_head]."""
    return [np.concatenate([w, b[:, None]], axis=1) for w, b in zip(weights[f"W_{x}"], weights[f"b_{x}"])]


def refactored_rows(name, a, b):
    """What does not depend on the signs of singular vectors."""
    qk = lambda weights: [q @ k.transpose(0, 2, 1) for q, k in zip(extended(weights, "Q"), extended(weights, "K"))]
    ov = lambda weights: [v @ o for v, o in zip(weights["W_V"], weights["W_O"])]
    lengths = lambda weights, x: [np.linalg.norm(w, axis=1) for w in weights[f"W_{x}"]]
    return [row(f"{name}: refactored, W_Q W_K^T with biases", zip(qk(a), qk(b)), WEIGHTS),
            row(f"{name}: refactored, W_V W_O", zip(ov(a), ov(b)), WEIGHTS),
            row(f"{name}: refactored, lengths of W_V's columns", zip(lengths(a, "V"), lengths(b, "V")), WEIGHTS),
            row(f"{name}: refactored, b_O", zip(a["b_O"], b["b_O"]), WEIGHTS)]


def rows(tl, scratch, name, folder, ids):
    def processed(steps):
        saved = scratch / f"processed-{folder.name}-{len(steps)}"
        tl.save(folder, saved, "F32", *steps)
        model = references.hooked_transformer(folder, steps)
        return model, ours(saved, model.cfg.n_layers, model.cfg.n_heads), theirs(model)

    def activations(steps, model):
        words = "--processing", ",".join(steps)
        which = "standard" if steps == STANDARD else "refactored"
        logits, cache = model.run_with_cache(references.torch.tensor([ids]))
        found = [row(f"{name}: {which}, logits",
                     [(tl.logits(folder, ids, words=words), logits[0].numpy())], ACTIVATIONS)]
        arrays = tl.activations(folder, ids, words=words, only=["blocks.*.attn.hook_pattern", "blocks.*.hook_resid_post"])
        for point in "attn.hook_pattern", "hook_resid_post":
            pairs = [(array, cache[key][0].numpy()) for key, array in arrays.items() if key.endswith(point)]
            found.append(row(f"{name}: {which}, {point}", pairs, ACTIVATIONS))
        return found

    model, a, b = processed(STANDARD)
    if a.keys() != b.keys():
        raise SystemExit(f"tensors of one side only: {a.keys() ^ b.keys()}")
    found = [row(f"{name}: standard, {tensor}", zip(a[tensor], b[tensor], strict=True), WEIGHTS) for tensor in sorted(b)]
    found += activations(STANDARD, model)
    model, a, b = processed([*STANDARD, REFACTOR])
    return found + refactored_rows(name, a, b) + activations([*STANDARD, REFACTOR], model)


def section(tl, scratch, models):
    """models: (name, folder, ids)."""
    found = []
    for name, folder, ids in models:
        found += rows(tl, scratch, name, folder, ids)
    name, folder, ids = models[0]
    for step in [*STANDARD, REFACTOR]:
        logits = references.hooked_transformer(folder, [step])(references.torch.tensor([ids]))[0].numpy()
        found.append(row(f"{name}: {step} alone, logits",
                         [(tl.logits(folder, ids, words=("--processing", step)), logits)], ACTIVATIONS))
    text = """
Weights after fold_ln, center_writing_weights, center_unembed and fold_value_biases, every tensor of every layer, and what
the processed models compute. After refactor_factored_attn_matrices the columns of W_Q, W_K, W_V and W_O are known up to
their signs: products and lengths are compared. TransformerLens processes in float32, tl in double."""
    return Section("Processed weights", text, found)
