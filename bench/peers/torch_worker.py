"""transformers on torch, as bench/peers asks it."""
import torch
import transformers

import protocol

dtypes = {"fp32": torch.float32, "bf16": torch.bfloat16}


class Engine:
    def __init__(self, folder, precision, threads):
        torch.set_num_threads(threads)
        self.model = transformers.GPT2LMHeadModel.from_pretrained(folder, dtype=dtypes[precision]).eval()

    @torch.inference_mode()
    def forward(self, tokens, logits, warming):
        start = protocol.clock()
        x = torch.tensor([tokens])
        out = self.model(x, use_cache=False, logits_to_keep=0 if logits == "all" else 1).logits
        return protocol.clock() - start, int(out[0, -1].argmax())

    @torch.inference_mode()
    def decode(self, tokens, new, warming, rows=1):
        """The model called in a loop, which is faster than its generate()."""
        out = self.model(torch.tensor([tokens] * rows), use_cache=True, logits_to_keep=1)
        last = out.logits[:, -1:].argmax(-1)
        start = protocol.clock()
        for _ in range(2 if warming else new):
            out = self.model(last, past_key_values=out.past_key_values, use_cache=True)
            last = out.logits[:, -1:].argmax(-1)
        return protocol.clock() - start, int(last[0])


if __name__ == "__main__":
    protocol.main(Engine, None, {"torch": torch.__version__, "transformers": transformers.__version__})
