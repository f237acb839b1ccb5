"""SAELens, as bench/peers asks it: a step of training, by its training classes, autograd and torch's Adam."""
import importlib.metadata

import torch
from sae_lens import StandardTrainingSAE, StandardTrainingSAEConfig, TopKTrainingSAE, TopKTrainingSAEConfig
from sae_lens.saes.sae import TrainStepInput

import protocol

kinds = {"topk": (TopKTrainingSAE, TopKTrainingSAEConfig), "standard": (StandardTrainingSAE, StandardTrainingSAEConfig)}


class Engine:
    def __init__(self, folder, precision, threads):
        torch.set_num_threads(threads)
        self.trained = {}

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
