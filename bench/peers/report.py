"""From turns to figures, and from figures to tables."""
import statistics

columns = {  # of each section, after tl's
    "Forward, all logits": ("torch", "CTranslate2", "ONNX Runtime"),
    "Forward, last logits": ("llama.cpp", "torch"),
    "Greedy decoding after 32 tokens": ("llama.cpp", "torch", "CTranslate2", "tl, 1 row"),
    "Hooks": ("TransformerLens", "TransformerLens 3", "tl unhooked"),
    "Activation patching, 15 tokens": ("TransformerLens 3",),
    "SAEs, 1,024 rows, 24,576 features": ("SAELens", "SAELens, bf16"),
    "Training SAEs, a step of 4,096 rows, 6,144 features": ("SAELens",),
    "The default model": ("torch", "llama.cpp"),
    "In a fresh process": ("torch", "llama.cpp"),
}


def value(task, turn):
    """The figure of one turn, in the task's unit: of its repetitions the least disturbed one."""
    seconds = min(turn["seconds"])
    if task.unit == "ms":
        return 1e3 * seconds
    if task.unit == "tokens/s":
        return turn.get("work", task.command.get("new")) / seconds  # tl tells of all rows
    if task.unit == "s":
        return turn["load_seconds"] + seconds
    return turn["peak_rss"] / 1e6


def ratio(task, ours, other):
    """How many times better tl is, round by round."""
    rates = task.unit == "tokens/s"
    return statistics.median(mine / its if rates else its / mine for mine, its in zip(ours, other))


class Figures:
    """A task's results: values by column, and what follows from them."""

    def __init__(self, task, results):
        self.task, self.results = task, results
        self.values = {column: [value(task, turn) for turn in result["turns"]] for column, result in results.items()}
        self.ours = self.values["tl"]

    def best(self, among):
        """The column with the best median, or None."""
        there = [column for column in among if self.values.get(column)]
        pick = max if self.task.unit == "tokens/s" else min
        return pick(there, key=lambda column: statistics.median(self.values[column])) if there and self.ours else None

    def against(self, among):
        best = self.best(among)
        return best, ratio(self.task, self.ours, self.values[best]) if best else None

    def rivals(self):
        return [other.column for other in self.task.others if other.engine != "tl"]

    def own(self):
        return [other.column for other in self.task.others if other.engine == "tl"]

    def share(self):
        """Of the roofline, round by round; None where there is none."""
        kind, turns = self.task.roofline, self.results["tl"]["turns"]
        if not kind or not turns or "peak_" + kind not in turns[0]:
            return None
        return statistics.median(turn[kind] / min(turn["seconds"]) / turn["peak_" + kind] for turn in turns)

    def share_wanted(self):
        amx = self.results["tl"]["turns"][0]["instruction_set"] == "amx"
        return self.task.share_amx if amx and self.task.share_amx else self.task.share

    def bound(self):
        """Most memory that the goal allows, MB."""
        turns = self.results["tl"]["turns"]
        if not self.task.bound or not turns:
            return None
        return (self.task.bound * turns[0]["weight_bytes"] + turns[0]["cache_bytes"]) / 1e6 + 64

    def disagreements(self):
        """Columns whose last logits favour another token than tl's, where all compute in fp32."""
        mine = {turn["argmax"] for turn in self.results["tl"]["turns"]}
        same = {other.column for other in self.task.others if other.engine != "tl" and other.precision in ("fp32", "f32")}
        return [column for column in same if mine and any({turn["argmax"]} != mine for turn in self.results[column]["turns"])]


def digits(number):
    return f"{number:,.0f}" if number >= 100 else f"{number:.1f}" if number >= 10 else f"{number:.2f}"


class Table:
    def __init__(self):
        self.notes = []

    def cell(self, figures, column):
        result, values = figures.results.get(column), figures.values.get(column)
        if result is None:
            return ""
        if not values:
            return f"failed {self.note(result['error'])}" if "error" in result else ""
        text = digits(statistics.median(values))
        if "error" in result:
            text += f" until it failed {self.note(result['error'])}"
        if len(values) > 1:
            text += f" ({digits(min(values))}–{digits(max(values))})"
        contender = next(each for each in figures.task.contenders if each.column == column)
        if contender.precision in ("f16", "q8_0"):
            text += " " + contender.precision
        if imports := [turn["imports_seconds"] for turn in result["turns"] if figures.task.unit == "s" and contender.engine != "tl"]:
            text += f" + {digits(statistics.median(imports))} of imports"
        if column in figures.disagreements():
            text += f" {self.note(f'{column} computes something else: its last logits favour another token than those of tl')}"
        return text

    def note(self, text):
        if text not in self.notes:
            self.notes.append(text)
        return f"[{self.notes.index(text) + 1}]"

    def verdicts(self, figures):
        """Three cells: how many times faster tl is, the goals, and the share of the roofline."""
        task, ratios, goals = figures.task, {}, []
        for goal in task.goals:
            best, times = figures.against(goal.against or figures.rivals())
            if best:
                ratios[best] = times
                goals.append((f"≥ {goal.at_least:g}", times >= goal.at_least))
        for best, times in (figures.against(figures.rivals()), figures.against(figures.own()) if not figures.rivals() else (None, 0)):
            if best:
                ratios.setdefault(best, times)
        if bound := figures.bound():
            goals.append((f"≤ {bound:,.0f}", statistics.median(figures.ours) <= bound))
        if task.at_most and figures.ours:
            goals.append((f"≤ {task.at_most:g}", statistics.median(figures.ours) <= task.at_most))
        share = figures.share()
        if share and (wanted := figures.share_wanted()):
            goals.append((f"≥ {100 * wanted:.0f} %", share >= wanted))
        return ["; ".join(f"{times:.2f} {column}" for column, times in ratios.items()),
                "; ".join(f"{text} {'met' if met else '**missed**'}" for text, met in goals),
                f"{100 * share:.0f} %" if share else ""]

    def section(self, name, all_figures):
        present = [column for column in columns[name] if any(figures.values.get(column) or "error" in figures.results.get(column, {})
                                                             for figures in all_figures)]
        units = {figures.task.unit for figures in all_figures}
        heading = ["" if len(units) > 1 else units.copy().pop(), "", "tl", *present, "tl is faster, times", "goal", "roofline"]
        rows = []
        for figures in all_figures:
            task = figures.task
            unit = f", {task.unit}" if len(units) > 1 and not task.fresh else ""
            rows.append([task.name + unit, task.precision, *(self.cell(figures, column) for column in ("tl", *present)),
                         *self.verdicts(figures)])
        align = ["---", "---", *["--:"] * (1 + len(present)), "---", "---", "--:"]
        keep = [i for i in range(len(heading)) if i < 3 or any(row[i] for row in rows)]
        return "\n".join("| " + " | ".join(line[i] for i in keep) + " |" for line in [heading, align, *rows])


def markdown(tasks, results, facts):
    table = Table()
    text = [facts, ""]
    for name in columns:
        of_section = [Figures(task, results[task.key]) for task in tasks if task.section == name]
        of_section = [figures for figures in of_section if any(result["turns"] or "error" in result for result in figures.results.values())]
        if of_section:
            text += [f"### {name}", "", table.section(name, of_section), ""]
    text += [f"[{number}] {note}\n" for number, note in enumerate(table.notes, 1)]
    return "\n".join(text).rstrip() + "\n"


def rewrite(page, text):
    """Puts the text between the page's two marks."""
    begin, end = "<!-- peers:begin -->\n", "<!-- peers:end -->"
    old = page.read_text(encoding="utf8")
    head, mark, rest = old.partition(begin)
    _, last, tail = rest.partition(end)
    if not mark or not last:
        raise ValueError(f"{page} lacks the marks {begin.strip()} and {end}")
    page.write_text(head + begin + text + end + tail, encoding="utf8")
