"""What transformers and TransformerLens compute: arrays of float32 under hook names, without the batch axis."""
import json
import logging
import types
import warnings

import torch
import transformers
from safetensors.torch import load_file
from transformers import GPT2LMHeadModel
from transformer_lens import HookedTransformer, HookedTransformerConfig
from transformer_lens.model_bridge import TransformerBridge
from transformer_lens.pretrained.weight_conversions import convert_gpt2_weights

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)
transformers.utils.logging.disable_progress_bar()
torch.set_grad_enabled(False)

# The runs of TransformerLens: each computes some points that the others do not.
RUNS = {
    "plain": {},
    "result": {"use_attn_result": True, "use_hook_mlp_in": True},
    "split": {"use_split_qkv_input": True},
    "attn-in": {"use_attn_in": True},
}


def transformers_model(folder):
    return GPT2LMHeadModel.from_pretrained(folder, dtype=torch.float32).eval()


def logits(model, ids):
    return model(torch.tensor([ids]), use_cache=False).logits[0].numpy()


PROCESSING = ("fold_ln", "center_writing_weights", "center_unembed", "fold_value_biases", "refactor_factored_attn_matrices")


def hooked_transformer(folder, steps=()):
    """TransformerLens' own model, with the weights as they are in the folder, or with these steps of processing."""
    config = json.loads((folder / "config.json").read_text())
    d_model, n_head = config["n_embd"], config["n_head"]
    attn_only, norm = config.get("n_inner") == 0, config.get("tl_norm", "layer_norm") == "layer_norm"
    hooked = HookedTransformerConfig(
        n_layers=config["n_layer"], d_model=d_model, n_heads=n_head, d_head=d_model // n_head,
        d_mlp=None if attn_only else config.get("n_inner") or 4 * d_model, attn_only=attn_only,
        n_ctx=config["n_positions"], d_vocab=config["vocab_size"], eps=config.get("layer_norm_epsilon", 1e-5),
        act_fn=config.get("activation_function", "gelu_new"), normalization_type="LN" if norm else None, device="cpu")
    whole = norm and not attn_only
    weights = convert_gpt2_weights(transformers_model(folder) if whole else parts(folder, config), hooked)
    weights = {name: value for name, value in weights.items() if value is not None}
    model = HookedTransformer(hooked)
    model.load_and_process_state_dict(weights, **{step: step in steps for step in PROCESSING})
    return model


def parts(folder, config):
    """A folder's tensors as attributes, as convert_gpt2_weights reads a GPT2LMHeadModel; None where there is none."""
    tensors = load_file(folder / "model.safetensors")

    def part(name):
        fields = {field: tensors.get(f"transformer.{name}.{field}") for field in ("weight", "bias")}
        return types.SimpleNamespace(**fields)

    def block(layer):
        h = f"h.{layer}"
        return types.SimpleNamespace(
            ln_1=part(f"{h}.ln_1"), ln_2=part(f"{h}.ln_2"),
            attn=types.SimpleNamespace(c_attn=part(f"{h}.attn.c_attn"), c_proj=part(f"{h}.attn.c_proj")),
            mlp=types.SimpleNamespace(c_fc=part(f"{h}.mlp.c_fc"), c_proj=part(f"{h}.mlp.c_proj")))

    transformer = types.SimpleNamespace(wte=part("wte"), wpe=part("wpe"), ln_f=part("ln_f"),
                                        h=[block(layer) for layer in range(config["n_layer"])])
    return types.SimpleNamespace(transformer=transformer, lm_head=part("wte"))


def hooked_activations(model, ids):
    """(run, name, array) of every point of every run; a point that a run repeats comes again."""
    for run, flags in RUNS.items():
        if model.cfg.attn_only:
            flags = {flag: on for flag, on in flags.items() if flag != "use_hook_mlp_in"}
        for flag in flags:
            getattr(model, f"set_{flag}")(True)
        _, cache = model.run_with_cache(torch.tensor([ids]))
        for flag in flags:
            getattr(model, f"set_{flag}")(False)
        for name, value in cache.items():
            yield run, name, value[0].numpy()


def bridge_activations(folder, ids):
    """(name, array) of the points that only TransformerLens' bridge has: LayerNorms after their weights."""
    bridge = TransformerBridge.boot_transformers(str(folder), hf_model=transformers_model(folder))
    _, cache = bridge.run_with_cache(torch.tensor([ids]))
    for name, value in cache.items():
        if name.split(".")[-2:] in (["ln1", "hook_out"], ["ln2", "hook_out"], ["ln_final", "hook_out"]):
            yield name, value[0].numpy()
