"""ONNX Runtime, as bench/peers asks it: the model exported by torch without a cache, so that it only runs whole prompts."""
import os

import numpy
import onnxruntime

import protocol


class Engine:
    def __init__(self, folder, precision, threads):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(os.path.join(folder, "model.onnx"), options, providers=["CPUExecutionProvider"])

    def forward(self, tokens, logits, warming):
        if logits != "all":
            raise ValueError("the exported graph gives all logits")
        start = protocol.clock()
        binding = self.session.io_binding()  # the logits stay where the last layer wrote them
        binding.bind_cpu_input("input_ids", numpy.array([tokens], numpy.int64))
        binding.bind_output("logits")
        self.session.run_with_iobinding(binding)
        out = binding.get_outputs()[0]
        return protocol.clock() - start, int(out.numpy()[0, -1].argmax())


def convert(folder, out, precision):
    import torch
    import transformers

    class Logits(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = transformers.GPT2LMHeadModel.from_pretrained(folder, dtype=torch.float32).eval()

        def forward(self, input_ids):
            return self.model(input_ids, use_cache=False).logits

    os.makedirs(out)
    torch.onnx.export(Logits(), (torch.arange(7)[None],), os.path.join(out, "model.onnx"), dynamo=True, input_names=["input_ids"],
                      output_names=["logits"], dynamic_shapes={"input_ids": {1: torch.export.Dim("pos", min=2, max=512)}})


if __name__ == "__main__":
    protocol.main(Engine, convert, {"onnxruntime": onnxruntime.__version__})
