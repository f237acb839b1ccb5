"""SAEs beside SAELens.

    saes.py FOLDER      writes the references of the tests: a small random SAE of each kind in FOLDER/NAME, as SAELens saves
                        it, and reference.npz: rows `x` and what SAELens has of them at its hook points.
"""
import contextlib
import io
import json
import pathlib
import sys
import warnings

import numpy as np
import torch
from sae_lens.saes.sae import SAE
from sae_lens.registry import get_sae_class

from table import Row, Section, difference

D_IN, D_SAE, ROWS = 8, 24, 5
KINDS = {
    "standard": {},
    "standard_expected_average": {"normalize_activations": "expected_average_only_in"},
    "standard_constant_norm": {"normalize_activations": "constant_norm_rescale"},
    "standard_layer_norm": {"normalize_activations": "layer_norm"},
    "standard_b_dec_not_in_input": {"apply_b_dec_to_input": False},
    "standard_hook_z": {"reshape_activations": "hook_z"},
    "gated": {},
    "gated_layer_norm": {"normalize_activations": "layer_norm"},
    "jumprelu": {},
    "jumprelu_constant_norm": {"normalize_activations": "constant_norm_rescale"},
    "topk": {"k": 4},
    "topk_layer_norm": {"k": 4, "normalize_activations": "layer_norm"},
    "topk_rescaled": {"k": 4, "rescale_acts_by_decoder_norm": True},
    "transcoder": {"d_out": 6, "apply_b_dec_to_input": False},
    "transcoder_layer_norm": {"d_out": 6, "apply_b_dec_to_input": False, "normalize_activations": "layer_norm"},
    "skip_transcoder": {"d_out": 6, "apply_b_dec_to_input": False},
}
POINTS = "input", "acts_pre", "acts_post", "recons", "error", "output"


def made(name, seed):
    """A random SAE of a kind."""
    architecture = name if name == "skip_transcoder" else name.split("_")[0]
    sae_class, config_class = get_sae_class(architecture)
    options = {"d_in": D_IN, "d_sae": D_SAE, **KINDS[name]}
    config = config_class(**options)
    config.metadata.model_name = "tinystories-6l"
    config.metadata.hook_name = "blocks.1.attn.hook_z" if name.endswith("hook_z") else "blocks.1.hook_resid_pre"
    config.metadata.prepend_bos = True
    config.metadata.context_size = 128
    sae = sae_class(config)
    numbers = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter_name, parameter in sae.named_parameters():
            scale = 0.3 if parameter.ndim == 2 else 0.2
            parameter.copy_(torch.randn(parameter.shape, generator=numbers) * scale)
            if parameter_name == "threshold":
                parameter.abs_()
    return sae


def at_points(sae, x):
    """What SAELens has at each of its points: with the error term, but where it has none."""
    values = {"x": x}

    def keep(tensor, hook):
        values.setdefault(hook.name.removeprefix("hook_sae_"), tensor.detach())

    transcodes = "transcoder" in sae.cfg.architecture()
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        hooks = [(f"hook_sae_{point}", keep) for point in POINTS]
        values["output"] = sae.run_with_hooks(x, fwd_hooks=hooks)
        if not transcodes:
            values["error"] = x - values["output"]
    # SAELens' hook is before the decoder's norms are multiplied in, and so is ours.
    return {name: value.reshape(len(x), -1).numpy().astype(np.float32) for name, value in values.items()}


def rows(name):
    x = torch.randn(ROWS, D_IN, generator=torch.Generator().manual_seed(sum(map(ord, name)))) + 0.5
    return x.reshape(ROWS, 2, D_IN // 2) if name.endswith("hook_z") else x


def flatten(path):
    """The cfg.json of SAELens 6 as versions before it wrote it: flat, topk an activation function."""
    config = json.loads(path.read_text())
    metadata = config.pop("metadata")
    old = {"architecture": "standard", "activation_fn_str": "relu", "activation_fn_kwargs": {}, "hook_layer": 1, "hook_head_index": None,
           "finetuning_scaling_factor": False, "sae_lens_training_version": None,
           **{key: metadata[key] for key in ("model_name", "hook_name", "prepend_bos", "context_size")},
           **{key: config[key] for key in ("d_in", "d_sae", "dtype", "device", "apply_b_dec_to_input", "normalize_activations")}}
    if config["architecture"] == "topk":
        old |= {"activation_fn_str": "topk", "activation_fn_kwargs": {"k": config["k"]}}
    path.write_text(json.dumps(old))


def section(tl, scratch):
    """Every kind: SAELens' folder applied by tl, and written by tl for SAELens."""
    found = []
    for name, seed in zip(KINDS, range(len(KINDS))):
        sae, x = made(name, seed), rows(name)
        theirs = at_points(sae, x)
        folder, saved, out = scratch / name, scratch / (name + "-saved"), scratch / "y.npz"
        sae.save_model(folder)
        np.save(scratch / "x.npy", x.numpy())
        tl.run("sae", "apply", "--sae", folder, "--in", scratch / "x.npy", "--out", out)
        with np.load(out) as ours:
            for array, point in (("features", "acts_post"), ("reconstruction", "output")):
                found.append(Row(f"{name}: {array}", "SAELens", *difference(ours[array], theirs[point]), 1e-5, "relative"))
        tl.run("sae", "convert", "--sae", folder, "--out", saved)
        with contextlib.redirect_stderr(io.StringIO()):
            again = at_points(SAE.load_from_disk(saved), x)
        found.append(Row(f"{name}: written by tl, read by SAELens", "itself", *difference(again["output"], theirs["output"]), 0, "exact"))
    for name in "standard", "topk":
        sae, x = made(name, list(KINDS).index(name)), rows(name)
        theirs, folder, saved, out = at_points(sae, x), scratch / (name + "-flat"), scratch / (name + "-flat-saved"), scratch / "y.npz"
        sae.save_model(folder)
        flatten(folder / "cfg.json")
        np.save(scratch / "x.npy", x.numpy())
        tl.run("sae", "apply", "--sae", folder, "--in", scratch / "x.npy", "--out", out)
        with np.load(out) as ours:
            found.append(Row(f"{name}, flat cfg.json: reconstruction", "SAELens", *difference(ours["reconstruction"], theirs["output"]), 1e-5, "relative"))
        tl.run("sae", "convert", "--sae", folder, "--out", saved)
        with contextlib.redirect_stderr(io.StringIO()):
            again = at_points(SAE.load_from_disk(saved), x)
        found.append(Row(f"{name}, flat cfg.json: written by tl, read by SAELens", "itself", *difference(again["output"], theirs["output"]), 0, "exact"))
    text = f"""
Small random SAEs ({D_IN} inputs, {D_SAE} features) of every architecture and normalisation, {ROWS} rows."""
    return Section("Sparse autoencoders", text, found)


def write(folder):
    for seed, name in enumerate(KINDS):
        sae = made(name, seed)
        sae.save_model(folder / name)
        np.savez(folder / name / "reference.npz", **at_points(sae, rows(name)))


def write_example(folder):
    """A random SAE that fits the default model, for the examples: they show how, not what."""
    sae_class, config_class = get_sae_class("topk")
    config = config_class(d_in=256, d_sae=64, k=8)
    config.metadata.model_name, config.metadata.hook_name = "tinystories-6l", "blocks.3.hook_resid_post"
    config.metadata.prepend_bos = True
    sae = sae_class(config)
    with torch.no_grad():
        W_dec = torch.randn(64, 256, generator=torch.Generator().manual_seed(1))
        W_dec /= W_dec.norm(dim=-1, keepdim=True)
        sae.W_dec.copy_(W_dec)
        sae.W_enc.copy_(W_dec.T)
    sae.to(torch.float16).save_model(folder)


if __name__ == "__main__":
    write(pathlib.Path(sys.argv[1]))
    write_example(pathlib.Path(sys.argv[1]) / "example")
