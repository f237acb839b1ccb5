"""What is measured: the tasks, who takes part in each, and the goals."""
import dataclasses

d_vocab = {"gpt2_small": 50257, "tinystories-6l": 4096}

# TransformerLens caches these when it is not told which: 4 once a model and 17 once a block, 208 of twelve.
default_points = ["hook_embed", "hook_pos_embed", "ln_final.hook_scale", "ln_final.hook_normalized"] + [
    "blocks.*." + point for point in (
        "hook_resid_pre", "ln1.hook_scale", "ln1.hook_normalized", "attn.hook_q", "attn.hook_k", "attn.hook_v", "attn.hook_attn_scores",
        "attn.hook_pattern", "attn.hook_z", "hook_attn_out", "hook_resid_mid", "ln2.hook_scale", "ln2.hook_normalized", "mlp.hook_pre",
        "mlp.hook_post", "hook_mlp_out", "hook_resid_post")]


@dataclasses.dataclass(frozen=True)
class Contender:
    engine: str  # "tl" or a name of peers.py
    precision: str
    label: str = ""  # the column, where it is not the engine's
    changes: dict = dataclasses.field(default_factory=dict)  # of the task's command
    packed: bool = False  # tl with a packed file

    @property
    def column(self):
        return self.label or self.engine


@dataclasses.dataclass(frozen=True)
class Goal:
    """tl at least so many times as fast as the best of these columns (none named: of all but tl's own)."""
    at_least: float
    against: tuple = ()


@dataclasses.dataclass(frozen=True)
class Task:
    section: str
    name: str
    unit: str  # "ms", "tokens/s"; "s" and "MB" for fresh processes: to the first token, and the peak resident memory
    precision: str
    command: dict
    others: tuple
    goals: tuple = ()
    model: str = "gpt2_small"
    roofline: str = ""  # "flops" or "bytes": the ceiling that the task is held against
    share: float = 0  # of it, the goal
    share_amx: float = 0  # where the kernels use AMX
    bound: float = 0  # the goal of a memory task: so many times the weights, and the cache and 64 MB
    at_most: float = 0  # the goal in the task's unit
    packed: bool = False  # tl with a packed file

    @property
    def tl(self):
        return Contender("tl", self.precision, packed=self.packed)

    @property
    def fresh(self):
        return self.unit in ("s", "MB")

    @property
    def contenders(self):
        return (self.tl, *self.others)

    @property
    def key(self):
        return f"{self.section}: {self.name}, {self.precision}"


def prompt(length, model="gpt2_small"):
    return [i * 7919 % d_vocab[model] for i in range(length)]


def forward(length, logits, model="gpt2_small", **more):
    return {"task": "forward", "tokens": prompt(length, model), "logits": logits, **more}


def decode(new=64, model="gpt2_small", **more):
    return {"task": "decode", "tokens": prompt(32, model), "new": new, **more}


def all_tasks():
    torch, torch_bf16 = Contender("torch", "fp32"), Contender("torch", "bf16")
    ct2, ct2_int8 = Contender("CTranslate2", "fp32"), Contender("CTranslate2", "int8")
    ort = Contender("ONNX Runtime", "fp32")
    f32, f16, q8 = (Contender("llama.cpp", precision) for precision in ("f32", "f16", "q8_0"))
    lenses = Contender("TransformerLens", "fp32"), Contender("TransformerLens 3", "fp32")
    lengths = 64, 512, 1024

    section = "Forward, all logits"
    for n in lengths:
        yield Task(section, f"{n} tokens", "ms", "fp32", forward(n, "all"), (torch, ct2, ort), (Goal(1.2),), roofline="flops",
                   share=.8 if n == 512 else 0)
    for n in lengths:
        yield Task(section, f"{n} tokens", "ms", "bf16", forward(n, "all"), (torch_bf16,), (Goal(1.4),) if n == 512 else (),
                   roofline="flops", share=.8 if n == 512 else 0, share_amx=.4 if n == 512 else 0)
    for n in lengths:
        yield Task(section, f"{n} tokens", "ms", "int8", forward(n, "all"), (ct2_int8,), (Goal(1.5),) if n != 1024 else (),
                   roofline="flops")

    section = "Forward, last logits"
    for precision, goal, other, more in (("fp32", 1.5, f32, (torch,)), ("bf16", 0, f16, (torch_bf16,)), ("int8", 1.5, q8, ())):
        for n in lengths:
            goals = (Goal(goal, ("llama.cpp",)),) if goal and (precision == "fp32" or n != 1024) else ()
            yield Task(section, f"{n} tokens", "ms", precision, forward(n, "last"), (other, *more), goals, roofline="flops")

    section = "Greedy decoding after 32 tokens"
    for precision, goal, others in (("fp32", 1.0, (f32, torch, ct2)), ("bf16", 1.0, (f16, torch_bf16)), ("int8", 1.3, (q8, ct2_int8))):
        yield Task(section, "1 row", "tokens/s", precision, decode(), others, (Goal(goal, ("llama.cpp",)),), roofline="bytes", share=.9)
    for precision in ("fp32", "bf16", "int8"):
        one = Contender("tl", precision, "tl, 1 row", {"rows": 1})
        yield Task(section, "16 rows at once", "tokens/s", precision, decode(rows=16), (one,),
                   (Goal(6, (one.column,)),) if precision == "fp32" else ())

    section = "Hooks"
    unhooked = Contender("tl", "fp32", "tl unhooked", {"steer": False})
    yield Task(section, "decoding, steered", "tokens/s", "fp32", decode(32, steer=True, alpha=4.), (*lenses, unhooked),
               (*(Goal(12, (lens.column,)) for lens in lenses), Goal(.98, ("tl unhooked",))))
    for n, goal in ((64, 3), (512, 1.8)):
        unhooked = Contender("tl", "fp32", "tl unhooked", forward(n, "all"))
        yield Task(section, f"208 points of {n} tokens kept", "ms", "fp32",
                   {"task": "capture", "tokens": prompt(n), "names": default_points}, (*lenses, unhooked),
                   (*(Goal(goal, (lens.column,)) for lens in lenses), Goal(.8, ("tl unhooked",))))

    section = "Activation patching, 15 tokens"
    clean, corrupted = prompt(15), [i * 7907 % d_vocab["gpt2_small"] for i in range(15)]
    for grid, name, goal in (("resid_pre", "resid_pre, 12 x 15 cells", 60), ("attn_head_out_all_pos", "heads' output, 144 cells", 35),
                             ("attn_head_all_pos_every", "heads, 5 x 144 cells", 35)):
        yield Task(section, name, "ms", "fp32", {"task": "patch", "tokens": corrupted, "clean": clean, "grid": grid, "answer": 100, "foil": 200},
                   (lenses[1],), (Goal(goal, (lenses[1].column,)),), roofline="flops", share=.75)

    section = "SAEs, 1,024 rows, 24,576 features"
    sae_lens, sae_lens_bf16 = Contender("SAELens", "fp32"), Contender("SAELens", "bf16", "SAELens, bf16")
    sae = {"tokens": [], "d_in": 768, "d_sae": 24576, "rows": 1024, "k": 32}
    for kind, precision, goal in (("standard", "fp32", 1.8), ("topk", "fp32", 1.8), ("standard", "bf16", 3.3), ("topk", "bf16", 3.3)):
        yield Task(section, f"encode, {kind}", "ms", precision, {"task": "sae_encode", "kind": kind, **sae},
                   (sae_lens, sae_lens_bf16) if precision == "bf16" else (sae_lens,), (Goal(goal, ("SAELens",)),), "tinystories-6l", "flops")
    yield Task(section, "decode, 32 features a row", "ms", "fp32", {"task": "sae_decode", "kind": "topk", **sae}, (sae_lens,),
               (Goal(50, ("SAELens",)),), "tinystories-6l")

    section = "Training SAEs, a step of 4,096 rows, 6,144 features"
    for kind, goal in (("topk", 4), ("standard", 1.5)):
        step = {"task": "sae_train", "tokens": [], "kind": kind, "d_in": 768, "d_sae": 6144, "rows": 4096, "k": 32}
        yield Task(section, kind, "ms", "fp32", step, (sae_lens,), (Goal(goal, ("SAELens",)),), "tinystories-6l")

    section = "The default model"
    model = "tinystories-6l"
    yield Task(section, "64 tokens, all logits", "ms", "fp32", forward(64, "all", model), (torch,), (Goal(20, ("torch",)),), model)
    yield Task(section, "64 tokens, last logits", "ms", "fp32", forward(64, "last", model), (torch, f32), (Goal(2, ("llama.cpp",)),), model)
    yield Task(section, "decoding, 1 row", "tokens/s", "fp32", decode(64, model), (torch, f32),
               (Goal(20, ("torch",)), Goal(2, ("llama.cpp",))), model)

    section = "In a fresh process"
    first = {**forward(32, "last"), "warm": False, "seconds": 0}
    for packed, name in ((False, "load to first token, s"), (True, "the same from a packed file, s")):
        at_most = .1 if packed else 0
        goals = () if packed else (Goal(5, ("torch",)),)
        yield Task(section, name, "s", "fp32", first, (torch, f32), goals, at_most=at_most, packed=packed)
        yield Task(section, name, "s", "bf16", first, (torch_bf16, f16), at_most=at_most, packed=packed)
        yield Task(section, name, "s", "int8", first, (q8,), at_most=at_most, packed=packed)
    peak = {**forward(512, "last"), "warm": False, "seconds": 0}
    yield Task(section, "peak memory, 512 tokens, MB", "MB", "fp32", peak, (torch, f32), bound=1.15)
    yield Task(section, "peak memory, 512 tokens, MB", "MB", "bf16", peak, (torch_bf16, f16))
    yield Task(section, "peak memory, 512 tokens, MB", "MB", "int8", peak, (q8,))


def among(task, peers):
    """The task with these peers only."""
    return dataclasses.replace(task, others=tuple(other for other in task.others if other.engine in ("tl", *peers)))


def smallest(task):
    """The task with as little of it as shows that it runs, or None."""
    if len(task.command["tokens"]) > 64 and not task.fresh:
        return None
    command = {**task.command, "seconds": 0, "tokens": task.command["tokens"][:64]}
    if "clean" in command:
        command["clean"] = command["clean"][:2]
        command["tokens"] = command["tokens"][:2]
    if command["task"].startswith("sae_"):
        command["rows"], command["d_sae"] = 64, 128
    if "new" in command:
        command["new"] = 2
    return dataclasses.replace(task, command=command)
