"""Activation patching beside TransformerLens' patching.py, function by function."""
import contextlib
import io
import os
import shlex
import subprocess

import numpy as np
import torch
from transformer_lens import patching

import references
from checkpoints import ROOT
from table import Row, Section, difference

STACKS = "attn_head_all_pos_every", "attn_head_by_pos_every", "block_every"
GRIDS = ("resid_pre", "resid_mid", "attn_out", "mlp_out", "attn_head_out_by_pos", "attn_head_q_by_pos", "attn_head_k_by_pos",
         "attn_head_v_by_pos", "attn_head_pattern_by_pos", "attn_head_pattern_dest_src_pos", "attn_head_out_all_pos",
         "attn_head_q_all_pos", "attn_head_k_all_pos", "attn_head_v_all_pos", "attn_head_pattern_all_pos")


@torch.no_grad()
def section(scratch, folder, clean, corrupted, answer, foil):
    program, out = scratch / "patch", scratch / "patched.npz"
    compiler = shlex.split(os.environ.get("CXX", "c++"))
    subprocess.run([*compiler, "-std=c++20", "-O2", "-DTL_HEADER_ONLY", f"-I{ROOT / 'include'}", ROOT / "scripts/parity.d/patch.cpp",
                    "-o", program], check=True)
    subprocess.run([str(word) for word in (program, folder, out, answer, foil, len(clean), *clean, *corrupted)], check=True)
    with np.load(out) as file:
        ours = {name: file[name] for name in file.files}
    model = references.hooked_transformer(folder)
    _, cache = model.run_with_cache(torch.tensor([clean]))
    found = []
    for name in (*GRIDS, *STACKS):
        with contextlib.redirect_stderr(io.StringIO()):  # its progress bars
            theirs = getattr(patching, "get_act_patch_" + name)(
                model, torch.tensor([corrupted]), cache, lambda logits: logits[0, -1, answer] - logits[0, -1, foil])
        theirs = theirs.detach().numpy().astype(np.float32)
        # Entries above the diagonal are patches of what nobody attends to: theirs are runs all the same.
        mine = np.stack([ours[f"{name}.{i}"] for i in range(len(theirs))]) if name in STACKS else ours[name]
        worst, relative = difference(mine, theirs)
        found.append(Row(f"get_act_patch_{name}, {theirs.size:,} cells", "TransformerLens", worst, relative, 1e-4, "relative"))
    text = f"""
The default model, two prompts of {len(clean)} tokens, logit difference at the last position: every cell of every grid of
`transformer_lens.patching`."""
    return Section("Activation patching", text, found)
