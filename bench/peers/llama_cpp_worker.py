"""llama.cpp by llama-cpp-python's bindings of its C functions, as bench/peers asks it."""
import ctypes
import json
import os

import llama_cpp
import numpy

import protocol

file_types = {"f32": 0, "f16": llama_cpp.LLAMA_FTYPE_MOSTLY_F16, "q8_0": llama_cpp.LLAMA_FTYPE_MOSTLY_Q8_0}


class Engine:
    def __init__(self, path, precision, threads):
        # A context of 0 tokens is that of the model; no batch is larger. Its flash attention is 1.1 times as fast on 512 tokens
        # (one thread of a Zen 4), decodes as fast or faster, and is nearer to fp32 with the same half-precision cache.
        self.llama = llama_cpp.Llama(path, n_ctx=0, n_batch=4096, n_ubatch=4096, n_threads=threads, n_threads_batch=threads,
                                     flash_attn=True, verbose=False)
        self.context = self.llama.ctx
        self.d_vocab = self.llama.n_vocab()

    def run(self, tokens):
        """The token that the logits after the last of these favour."""
        array = (llama_cpp.llama_token * len(tokens))(*tokens)  # which the batch only points to
        status = llama_cpp.llama_decode(self.context, llama_cpp.llama_batch_get_one(array, len(tokens)))
        if status != 0:
            raise RuntimeError(f"llama_decode gave {status}")
        logits = llama_cpp.llama_get_logits_ith(self.context, -1)
        return int(numpy.ctypeslib.as_array(logits, (self.d_vocab,)).argmax())

    def forget(self):
        llama_cpp.llama_memory_clear(llama_cpp.llama_get_memory(self.context), False)

    def forward(self, tokens, logits, warming):
        if logits != "last":
            raise ValueError("llama.cpp is asked for the last logits only")
        self.forget()
        start = protocol.clock()
        last = self.run(tokens)
        return protocol.clock() - start, last

    def decode(self, tokens, new, warming):
        self.forget()
        last = self.run(tokens)
        start = protocol.clock()
        for _ in range(2 if warming else new):
            last = self.run([last])
        return protocol.clock() - start, last


def write_gguf(folder, out):
    """The checkpoint in float32, matrices [outputs, inputs]; the unembedding is the embedding."""
    import gguf
    from safetensors import safe_open

    def read(name):
        with open(os.path.join(folder, name), encoding="utf8") as file:
            return file.read()

    config = json.loads(read("config.json"))
    vocabulary = json.loads(read("vocab.json"))
    tokens = sorted(vocabulary, key=vocabulary.get)
    writer = gguf.GGUFWriter(out, "gpt2")
    writer.add_block_count(config["n_layer"])
    writer.add_context_length(config["n_positions"])
    writer.add_embedding_length(config["n_embd"])
    writer.add_feed_forward_length(config.get("n_inner") or 4 * config["n_embd"])
    writer.add_head_count(config["n_head"])
    writer.add_layer_norm_eps(config["layer_norm_epsilon"])
    writer.add_file_type(file_types["f32"])
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types([gguf.TokenType.NORMAL] * len(tokens))
    writer.add_token_merges([line for line in read("merges.txt").splitlines() if line and not line.startswith("#version")])
    writer.add_bos_token_id(config["bos_token_id"])
    writer.add_eos_token_id(config["eos_token_id"])

    names = {"wte": "token_embd", "wpe": "position_embd", "ln_f": "output_norm", "ln_1": "attn_norm", "attn.c_attn": "attn_qkv",
             "attn.c_proj": "attn_output", "ln_2": "ffn_norm", "mlp.c_fc": "ffn_up", "mlp.c_proj": "ffn_down"}
    with safe_open(os.path.join(folder, "model.safetensors"), "numpy") as weights:
        for key in weights.keys():  # noqa: SIM118 - not a dictionary
            path, part = key.removeprefix("transformer.").rsplit(".", 1)
            block = ""
            if path.startswith("h."):
                _, layer, path = path.split(".", 2)
                block = f"blk.{layer}."
            if path not in names:
                continue  # attention masks
            value = weights.get_tensor(key).astype(numpy.float32)
            if ".c_" in path and part == "weight":
                value = value.T
            writer.add_tensor(block + names[path] + "." + part, numpy.ascontiguousarray(value))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def convert(folder, out, precision):
    if precision == "f32":
        return write_gguf(folder, out)
    write_gguf(folder, out + ".f32")
    parameters = llama_cpp.llama_model_quantize_default_params()
    parameters.ftype = file_types[precision]
    status = llama_cpp.llama_model_quantize((out + ".f32").encode(), out.encode(), ctypes.byref(parameters))
    os.remove(out + ".f32")
    if status != 0:
        raise RuntimeError(f"llama_model_quantize gave {status}")


if __name__ == "__main__":
    protocol.main(Engine, convert, {"llama-cpp-python": llama_cpp.__version__})
