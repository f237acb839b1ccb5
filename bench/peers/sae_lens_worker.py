"""SAELens, as bench/peers asks it: encoding, decoding, and a step of training, by its training classes, autograd and
torch's Adam."""
import importlib.metadata
import math

import torch
from sae_lens import (StandardSAE, StandardSAEConfig, StandardTrainingSAE, StandardTrainingSAEConfig, TopKSAE, TopKSAEConfig,
                      TopKTrainingSAE, TopKTrainingSAEConfig)
from sae_lens.saes.sae import TrainStepInput

import protocol

inference_kinds = {"topk": (TopKSAE, TopKSAEConfig), "standard": (StandardSAE, StandardSAEConfig)}
kinds = {"topk": (TopKTrainingSAE, TopKTrainingSAEConfig), "standard": (StandardTrainingSAE, StandardTrainingSAEConfig)}


class Engine:
    def __init__(self, folder, precision, threads):
        torch.set_num_threads(threads)
        self.dtype = {"fp32": "float32", "bf16": "bfloat16"}[precision]
        self.trained, self.saes = {}, {}

    def sae_encode(self, **command):
        sae, x = self.sae(**command)
        return self.timed(lambda: sae.encode(x))

    def sae_decode(self, **command):
        sae, x = self.sae(**command)
        with torch.no_grad():
            features = sae.encode(x)
        return self.timed(lambda: sae.decode(features))

    def timed(self, work):
        with torch.no_grad():
            start = protocol.clock()
            work()
            return protocol.clock() - start, 0

    def sae(self, tokens, kind, d_in, d_sae, rows, k, warming):
        """Weights and rows as tl_worker.cpp has them, from other random numbers."""
        if kind not in self.saes:
            torch.manual_seed(0)
            sae_class, config_class = inference_kinds[kind]
            more = {"k": k} if kind == "topk" else {}
            sae = sae_class(config_class(d_in=d_in, d_sae=d_sae, dtype=self.dtype, device="cpu", **more))
            with torch.no_grad():
                for weights in sae.W_enc, sae.W_dec:
                    weights.normal_(std=1 / math.sqrt(d_in))
                if kind == "standard":
                    sae.b_enc.fill_(-3)
            self.saes[kind] = sae, torch.randn(rows, d_in, dtype=sae.W_enc.dtype)
        return self.saes[kind]

    def sae_train(self, tokens, kind, d_in, d_sae, rows, k, warming):
        """tokens: none. The weights are as the classes begin, the rows standard normal."""
        if kind not in self.trained:
            torch.manual_seed(0)
            sae_class, config_class = kinds[kind]
            more = {"k": k} if kind == "topk" else {}
            sae = sae_class(config_class(d_in=d_in, d_sae=d_sae, dtype="float32", device="cpu", **more))
            self.trained[kind] = sae, torch.optim.Adam(sae.parameters(), lr=0.0), torch.randn(rows, d_in)
        sae, optimizer, x = self.trained[kind]
        start = protocol.clock()
        out = sae.training_forward_pass(TrainStepInput(
            sae_in=x, coefficients={name: 0.1 for name in sae.get_coefficients()}, dead_neuron_mask=torch.zeros(d_sae, dtype=torch.bool),
            n_training_steps=1, is_logging_step=False))
        optimizer.zero_grad()
        out.loss.backward()
        optimizer.step()
        return protocol.clock() - start, 0


if __name__ == "__main__":
    protocol.main(Engine, None, {"sae-lens": importlib.metadata.version("sae-lens"), "torch": torch.__version__})
