"""CTranslate2, as bench/peers asks it."""
import json
import os

import ctranslate2
import numpy

import protocol

quantizations = {"fp32": "float32", "int8": "int8"}


class Engine:
    def __init__(self, folder, precision, threads):
        self.generator = ctranslate2.Generator(folder, compute_type=quantizations[precision], inter_threads=1, intra_threads=threads)
        with open(os.path.join(folder, "vocabulary.json"), encoding="utf8") as file:
            self.words = json.load(file)

    def forward(self, tokens, logits, warming):
        if logits != "all":
            raise ValueError("CTranslate2 gives all logits or none")
        start = protocol.clock()
        out = numpy.asarray(self.generator.forward_batch([tokens]))
        return protocol.clock() - start, int(out[0, -1].argmax())

    def decode(self, tokens, new, warming):
        """Timed from the first new token, which belongs to the prompt, to the last."""
        steps = []
        generated = self.generator.generate_batch(
            [[self.words[token] for token in tokens]], sampling_topk=1, beam_size=1, include_prompt_in_result=False,
            max_length=3 if warming else new + 1, min_length=3 if warming else new + 1,
            callback=lambda step: steps.append((protocol.clock(), step.token_id)) and False)
        if len(steps) != len(generated[0].sequences_ids[0]):
            raise RuntimeError(f"{len(steps)} steps gave {len(generated[0].sequences_ids[0])} tokens")
        return steps[-1][0] - steps[0][0], steps[-1][1]


def convert(folder, out, precision):
    ctranslate2.converters.TransformersConverter(folder).convert(out, quantization=quantizations[precision], force=True)


if __name__ == "__main__":
    protocol.main(Engine, convert, {"ctranslate2": ctranslate2.__version__})
