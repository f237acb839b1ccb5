#!/usr/bin/env python3
"""Times tl's tokenizer beside Hugging Face's tokenizers and tiktoken: one thread, the same text, the same files, the
same ids. Opt-in; needs `pip install tokenizers tiktoken` and the benchmark `meson compile -C build bench_text`.

  scripts/bench_tokenizer.py build/bench/bench_text --text FILE [--tokenizer FOLDER]
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import time

root = pathlib.Path(__file__).resolve().parent.parent
arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
arguments.add_argument("bench", help="the program bench_text")
arguments.add_argument("--text", type=pathlib.Path, required=True, help="a UTF-8 text, best of a few megabytes")
arguments.add_argument("--tokenizer", type=pathlib.Path, default=root / "tests/data/tokenizer/gpt2",
                       help="a folder with vocab.json and merges.txt")
arguments.add_argument("--repeats", type=int, default=5)
options = arguments.parse_args()

os.environ["RAYON_NUM_THREADS"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"
try:
    import tiktoken
    import tokenizers
except ImportError as missing:
    sys.exit(f"{missing}: pip install tokenizers tiktoken")

end_of_text = "<|endoftext|>"
# tiktoken's own form of GPT-2's pattern, its fastest.
pattern = r"""'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"""
text = options.text.read_bytes().decode()
size = len(text.encode())
lines = text.split("\n")
lines = [line + "\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def byte_alphabet():
    """The byte of each character in which vocab.json spells tokens."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    return {**{chr(byte): byte for byte in printable}, **{chr(256 + i): byte for i, byte in enumerate(others)}}


def tiktoken_encoding():
    """tiktoken merges by the ids of the results, which in these files are in the order of the merges."""
    alphabet = byte_alphabet()
    vocabulary = json.loads((options.tokenizer / "vocab.json").read_text(encoding="utf-8"))
    special = {end_of_text: vocabulary.pop(end_of_text)} if end_of_text in vocabulary else {}
    ranks = {bytes(alphabet[c] for c in token): token_id for token, token_id in vocabulary.items()}
    return tiktoken.Encoding("local", pat_str=pattern, mergeable_ranks=ranks, special_tokens=special)


def best_rate(encode):
    """MB/s of processor time, which other programs on the machine disturb least; as Google Benchmark's rates."""
    best = float("inf")
    for _ in range(options.repeats):
        start = time.process_time()
        encode()
        best = min(best, time.process_time() - start)
    return size / 1e6 / best


def tl_rates():
    environment = {**os.environ, "TL_BENCH_TEXT": str(options.text), "TL_BENCH_TOKENIZER": str(options.tokenizer)}
    command = [options.bench, "--benchmark_filter=encode_(whole|lines)", "--benchmark_format=json",
               f"--benchmark_repetitions={options.repeats}"]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    runs = [run for run in json.loads(done.stdout)["benchmarks"] if run["run_type"] == "iteration"]
    rates = {name: max(run["MB/s"] for run in runs if run["name"].startswith(name)) for name in ("encode_whole", "encode_lines")}
    return rates, int(runs[0]["tokens"])


hugging_face = tokenizers.ByteLevelBPETokenizer(str(options.tokenizer / "vocab.json"), str(options.tokenizer / "merges.txt"))
tiktoken_local = tiktoken_encoding()
rates, count = tl_rates()
ids = tiktoken_local.encode_ordinary(text)
if hugging_face.encode(text).ids != ids or len(ids) != count:
    sys.exit(f"the ids differ: tl {count}, tiktoken {len(ids)}, tokenizers {len(hugging_face.encode(text).ids)} of them")

rows = [
    ("tl", rates["encode_whole"], rates["encode_lines"]),
    (f"tiktoken {tiktoken.__version__}", best_rate(lambda: tiktoken_local.encode_ordinary(text)),
     best_rate(lambda: [tiktoken_local.encode_ordinary(line) for line in lines])),
    (f"tokenizers {tokenizers.__version__}", best_rate(lambda: hugging_face.encode(text)),
     best_rate(lambda: [hugging_face.encode(line) for line in lines])),
]
print(f"{options.text.name}: {size} bytes, {len(lines)} lines, {count} tokens; one thread, MB/s of processor time, "
      f"best of {options.repeats}")
print(f"{'':22}{'whole text':>12}{'by lines':>12}")
for name, whole, by_lines in rows:
    print(f"{name:22}{whole:12.1f}{by_lines:12.1f}")
