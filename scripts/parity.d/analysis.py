"""Decompositions of the residual stream, attribution, head detectors and the logit lens beside TransformerLens."""
import os
import shlex
import subprocess

import numpy as np
import torch
from transformer_lens import head_detector

import references
from checkpoints import ROOT
from table import Row, Section, difference

LIMIT = 1e-4
DETECTORS = "previous_token_head", "duplicate_token_head", "induction_head"


def compiled(scratch):
    program = scratch / "analyse"
    compiler = shlex.split(os.environ.get("CXX", "c++"))
    subprocess.run([*compiler, "-std=c++20", "-O2", "-DTL_HEADER_ONLY", f"-I{ROOT / 'include'}",
                    ROOT / "scripts/parity.d/analyse.cpp", "-o", program], check=True)
    return program


def ours(program, scratch, folder, answer, foil, ids):
    """{name: array} and {name: labels}."""
    out = scratch / f"analysis-{folder.name}.npz"
    subprocess.run([str(word) for word in (program, folder, out, answer, foil, *ids)], check=True)
    with np.load(out) as file:
        arrays = {name: file[name] for name in file.files}
    labels = {name.removesuffix(".labels"): str(arrays.pop(name)).split() for name in list(arrays) if name.endswith(".labels")}
    return arrays, labels


def stacks(model, cache):
    """{name: (array, labels)} of TransformerLens; last: its numbers at the last position only."""
    layers, middle = model.cfg.n_layers, model.cfg.n_layers // 2
    last = dict(pos_slice=slice(-1, None))
    yield "accumulated", cache.accumulated_resid(incl_mid=True, return_labels=True)
    yield "accumulated_mlp_input", cache.accumulated_resid(middle, mlp_input=True, return_labels=True)
    yield "decomposed", cache.decompose_resid(return_labels=True)
    yield "decomposed_mlp_input", cache.decompose_resid(middle, mlp_input=True, mode="attn", return_labels=True)
    yield "heads", cache.stack_head_results(layers, incl_remainder=True, return_labels=True)
    yield "neurons", cache.stack_neuron_results(middle, incl_remainder=True, return_labels=True, **last)
    yield "full", cache.get_full_resid_decomposition(expand_neurons=True, return_labels=True, **last)
    yield "full_mlps", cache.get_full_resid_decomposition(middle, expand_neurons=False, return_labels=True)


def normalized(model, cache):
    """The two ways through a LayerNorm. TransformerLens leaves out its weights, which are folded in what it is made for."""
    middle = model.cfg.n_layers // 2
    stack = cache.accumulated_resid(incl_mid=True)
    yield "lens_ln", cache.apply_ln_to_stack(stack, recompute_ln=True, has_batch_dim=False)
    stack = cache.apply_ln_to_stack(cache.decompose_resid(), has_batch_dim=False)
    yield "linear_ln", stack * model.ln_final.w
    stack = cache.decompose_resid(middle, mlp_input=True, mode="attn")
    stack = cache.apply_ln_to_stack(stack, middle, mlp_input=True, has_batch_dim=False)
    yield "linear_ln2", stack * model.blocks[middle].ln2.w


def attributions(folder, ids, answer, foil):
    """logit_attrs of the folded model: its residual stream is the raw one, and ln_final.b has become part of b_U."""
    model = references.hooked_transformer(folder, ["fold_ln"])
    _, cache = model.run_with_cache(torch.tensor([ids]))
    cache = cache.remove_batch_dim()
    every = {"attribution": cache.decompose_resid(),
             "attribution_heads": cache.get_full_resid_decomposition(expand_neurons=False)}
    for name, stack in every.items():
        for suffix, tokens in ("", (answer, None)), ("_difference", (answer, foil)):
            attrs = cache.logit_attrs(stack, *tokens, has_batch_dim=False)
            bias = model.b_U[answer] - (0 if tokens[1] is None else model.b_U[foil])
            yield name + suffix, attrs, bias
    # [component, pos, d_model] of all neurons is too much: folded into the projection.
    for suffix, u in ("", model.W_U[:, answer]), ("_difference", model.W_U[:, answer] - model.W_U[:, foil]):
        attrs = cache.get_full_resid_decomposition(apply_ln=True, project_output_onto=u)
        bias = model.b_U[answer] - (model.b_U[foil] if suffix else 0)
        yield "attribution_neurons" + suffix, attrs, bias


def detectors(model, cache, ids):
    """The scores of head_detector, which is told patterns, not texts; "abs" there is rounded to three digits."""
    tokens = torch.tensor([ids])
    for name in DETECTORS:
        pattern = getattr(head_detector, f"get_{name}_detection_pattern")(tokens)
        for measure in "mul", "abs":
            for exclude in False, True:
                scores = [[head_detector.compute_head_attention_similarity_score(
                    cache["pattern", layer][head], pattern, exclude_bos=exclude, exclude_current_token=exclude,
                    error_measure=measure) for head in range(model.cfg.n_heads)] for layer in range(model.cfg.n_layers)]
                yield f"{name}{'.excluding' if exclude else ''}.{measure}", np.array(scores, np.float32), measure


def lens(model, cache, ids):
    logits = model.unembed(cache.apply_ln_to_stack(cache.accumulated_resid(), recompute_ln=True, has_batch_dim=False))
    log_probs = logits.double().log_softmax(-1)
    final = log_probs[-1]
    yield "lens_top_prob", log_probs.max(-1).values.exp()
    yield "lens_kl", (final.exp() * (final - log_probs)).sum(-1)
    yield "lens_cross_entropy", -log_probs[:, torch.arange(len(ids) - 1), torch.tensor(ids[1:])]


def rows(program, scratch, name, folder, ids, answer, foil):
    mine, my_labels = ours(program, scratch, folder, answer, foil, ids)
    model = references.hooked_transformer(folder)
    _, cache = model.run_with_cache(torch.tensor([ids]))
    cache = cache.remove_batch_dim()
    found = []

    def add(quantity, pairs, limit=LIMIT, of="relative", reference="TransformerLens"):
        worst = [difference(a, np.asarray(b, np.float32)) for a, b in pairs]
        found.append(Row(f"{name}: {quantity}", reference, max(a for a, _ in worst), max(b for _, b in worst), limit, of,
                         len(worst)))

    wrong = compared = 0
    for key, (stack, labels) in stacks(model, cache):
        wrong += sum(a != b for a, b in zip(my_labels[key], labels)) + abs(len(my_labels[key]) - len(labels))
        compared += len(labels)
        add(f"{key}, {len(labels):,} rows", [(mine[key], stack)])
    found.append(Row(f"{name}: labels of rows, in order", "TransformerLens", wrong, wrong, 0, "exact", compared))
    for key, stack in normalized(model, cache):
        add(key, [(mine[key], stack)])
    for key, attrs, bias in attributions(folder, ids, answer, foil):
        add(f"{key}, {len(attrs):,} rows", [(mine[key][:-2], attrs), (mine[key][-2:].sum(0), bias.expand(len(ids)))])
    mul = [(mine[key], scores) for key, scores, measure in detectors(model, cache, ids) if measure == "mul"]
    rounded = [(mine[key], scores) for key, scores, measure in detectors(model, cache, ids) if measure == "abs"]
    add("head detectors, mul", mul, of="absolute")
    add("head detectors, abs (theirs rounded to 0.001)", rounded, limit=5.01e-4, of="absolute")
    for key, values in lens(model, cache, ids):
        add(key, [(mine[key][:, :values.shape[1]], values)], reference="TransformerLens, float64 after its logits")
    return found


def section(scratch, models):
    """models: (name, folder, ids)."""
    program = compiled(scratch)
    found = []
    for name, folder, ids in models:
        found += rows(program, scratch, name, folder, ids, answer=ids[1], foil=ids[2])
    text = """
Stacks of ActivationCache, their labels, apply_ln_to_stack, logit_attrs (of the model with fold_ln, whose b_U then is
ln_final.b and b_U together), the scores of head_detector, and the logit lens, row by row and head by head."""
    return Section("Activation analysis", text, found)
