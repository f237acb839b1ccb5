"""The checkpoint that is measured: GPT-2 small's shape with random weights, which runs as the real one does, and a vocabulary of
its size, which converters want to see."""
import json
import os
import shutil
import subprocess

d_vocab = 50257


def byte_letters():
    """GPT-2's letter for each byte: printable ones stand for themselves, others for the letters from 256 on."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    return [chr(byte) for byte in printable] + [chr(256 + i) for i in range(len(others))]


def write_vocabulary(folder):
    """The bytes, pairs of bytes, and the end of the text."""
    letters = byte_letters()
    pairs = [(a, b) for a in letters for b in letters][: d_vocab - len(letters) - 1]
    words = letters + [a + b for a, b in pairs] + ["<|endoftext|>"]
    with open(folder / "vocab.json", "w", encoding="utf8") as file:
        json.dump({word: token for token, word in enumerate(words)}, file, ensure_ascii=False)
    with open(folder / "merges.txt", "w", encoding="utf8") as file:
        file.write("#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in pairs))


def make(folder, program):
    """Writes the folder where it is not there, by random_checkpoint."""
    if folder.exists():
        return
    unfinished = folder.with_name(folder.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    subprocess.run([program, unfinished], check=True)
    write_vocabulary(unfinished)
    os.rename(unfinished, folder)
