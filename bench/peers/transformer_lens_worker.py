"""TransformerLens, as bench/peers asks it: HookedTransformer of version 3, TransformerBridge of version 4."""
import importlib.metadata

import torch
import transformer_lens
import transformer_lens.patching
import transformers

import protocol

version = importlib.metadata.version("transformer-lens")


def hooked_transformer(folder):
    from transformer_lens import HookedTransformer, HookedTransformerConfig
    from transformer_lens.pretrained.weight_conversions import convert_gpt2_weights

    checkpoint = transformers.GPT2LMHeadModel.from_pretrained(folder, dtype=torch.float32)
    c = checkpoint.config
    config = HookedTransformerConfig(
        n_layers=c.n_layer, d_model=c.n_embd, n_ctx=c.n_positions, d_head=c.n_embd // c.n_head, n_heads=c.n_head,
        d_mlp=c.n_inner or 4 * c.n_embd, d_vocab=c.vocab_size, eps=c.layer_norm_epsilon, act_fn="gelu_new", normalization_type="LN",
        device="cpu")
    model = HookedTransformer(config, transformers.AutoTokenizer.from_pretrained(folder))  # without one, 3.9's cached positions are wrong
    weights = convert_gpt2_weights(checkpoint, config)
    model.load_and_process_state_dict(weights, fold_ln=True, center_writing_weights=True, center_unembed=True)
    return model


def bridge(folder):
    model = transformer_lens.TransformerBridge.boot_transformers(folder, device="cpu", dtype=torch.float32)
    model.enable_compatibility_mode()
    return model


class Engine:
    def __init__(self, folder, precision, threads):
        torch.set_num_threads(threads)
        torch.set_grad_enabled(False)
        self.model = hooked_transformer(folder) if version.startswith("3.") else bridge(folder)

    def forward(self, tokens, logits, warming):
        start = protocol.clock()
        out = self.model(torch.tensor([tokens]))
        return protocol.clock() - start, int(out[0, -1].argmax())

    def capture(self, tokens, names, warming):
        layers = range(self.model.cfg.n_layers)
        wanted = {name.replace("*", str(layer)) for name in names for layer in layers}
        start = protocol.clock()
        out, cache = self.model.run_with_cache(torch.tensor([tokens]), names_filter=wanted.__contains__)
        seconds = protocol.clock() - start
        if missing := wanted - cache.keys():
            raise RuntimeError(f"{min(missing)} was not cached")
        return seconds, int(out[0, -1].argmax())

    def patch(self, tokens, clean, grid, answer, foil, warming):
        """A function of its patching.py. Once: it takes up to minutes."""
        if warming:
            return 0, 0
        corrupted = torch.tensor([tokens])
        start = protocol.clock()
        _, cache = self.model.run_with_cache(torch.tensor([clean]))
        values = getattr(transformer_lens.patching, "get_act_patch_" + grid)(
            self.model, corrupted, cache, lambda logits: logits[0, -1, answer] - logits[0, -1, foil])
        return protocol.clock() - start, int(values.flatten().argmax())

    def decode(self, tokens, new, warming, steer=False, alpha=0.0):
        """Its generate(), with its cache; less what the prompt and the first token take."""
        def add(value, hook):
            value[..., 7] += alpha
            return value

        def generate(count):
            start = protocol.clock()
            out = self.model.generate(torch.tensor([tokens]), max_new_tokens=count, do_sample=False, stop_at_eos=False, verbose=False,
                                      return_type="tokens")
            return protocol.clock() - start, int(out[0, -1])

        with self.model.hooks(fwd_hooks=[("blocks.3.hook_resid_post", add)] if steer else []):
            first, _ = generate(1)
            if warming:
                return first, 0
            whole, last = generate(new + 1)
        return whole - first, last


if __name__ == "__main__":
    protocol.main(Engine, None, {"transformer-lens": version, "torch": torch.__version__})
