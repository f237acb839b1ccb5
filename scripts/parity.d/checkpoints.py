"""Random checkpoints in the Hugging Face layout."""
import json
import pathlib
import shutil

import torch
from safetensors.torch import save_file
from transformers import GPT2Config, GPT2LMHeadModel

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def randomise(model):
    """Biases and LayerNorms are 0 and 1 in a fresh model, and a fault there would not show."""
    generator = torch.Generator().manual_seed(1)
    for name, parameter in model.named_parameters():
        if name.endswith(".bias"):
            parameter.data.normal_(0, 0.2, generator=generator)
        elif ".ln_" in name:
            parameter.data.normal_(1, 0.2, generator=generator)


def gpt2(folder, *, d_vocab, n_ctx, d_model, n_layer, n_head, **config):
    """Saved by transformers. Weights are larger than its own 0.02: patterns are far from even, logits about 1 to 2."""
    torch.manual_seed(0)
    config["initializer_range"] = 1.4 / d_model ** 0.5
    last = d_vocab - 1
    model = GPT2LMHeadModel(GPT2Config(vocab_size=d_vocab, n_positions=n_ctx, n_embd=d_model, n_layer=n_layer,
                                       n_head=n_head, bos_token_id=last, eos_token_id=last, **config))
    randomise(model)
    model.save_pretrained(folder)
    return folder


def gpt2_small(folder):
    """The shape of GPT-2 small, with GPT-2's tokenizer."""
    gpt2(folder, d_vocab=50257, n_ctx=1024, d_model=768, n_layer=12, n_head=12)
    for name in "vocab.json", "merges.txt":
        shutil.copyfile(ROOT / "tests/data/tokenizer/gpt2" / name, folder / name)
    return folder


def reduced(folder, *, mlp, norm, d_vocab=97, n_ctx=40, d_model=48, n_layer=3, n_head=4):
    """What transformers' GPT-2 cannot be: without MLPs, without LayerNorms. Saved under tl's keys of config.json."""
    folder.mkdir(parents=True)
    generator = torch.Generator().manual_seed(2)
    tensors = {}

    def add(name, *shape, mean=0.0, deviation=0.1):
        tensors[name] = torch.empty(shape).normal_(mean, deviation, generator=generator)

    def linear(name, inner, outer):
        add(f"{name}.weight", inner, outer, deviation=1 / inner ** 0.5)
        add(f"{name}.bias", outer)

    def layer_norm(name):
        if norm:
            add(f"{name}.weight", d_model, mean=1.0)
            add(f"{name}.bias", d_model)

    add("wte.weight", d_vocab, d_model, deviation=0.3)
    add("wpe.weight", n_ctx, d_model)
    for layer in range(n_layer):
        layer_norm(f"h.{layer}.ln_1")
        linear(f"h.{layer}.attn.c_attn", d_model, 3 * d_model)
        linear(f"h.{layer}.attn.c_proj", d_model, d_model)
        if mlp:
            layer_norm(f"h.{layer}.ln_2")
            linear(f"h.{layer}.mlp.c_fc", d_model, 4 * d_model)
            linear(f"h.{layer}.mlp.c_proj", 4 * d_model, d_model)
    layer_norm("ln_f")
    save_file({f"transformer.{name}": tensor for name, tensor in tensors.items()}, folder / "model.safetensors")
    config = {"model_type": "gpt2", "vocab_size": d_vocab, "n_positions": n_ctx, "n_embd": d_model, "n_layer": n_layer,
              "n_head": n_head, "tl_norm": "layer_norm" if norm else "none", **({} if mlp else {"n_inner": 0})}
    (folder / "config.json").write_text(json.dumps(config))
    return folder
