"""Runs tasks: every contender in turn, round after round, so that what disturbs one disturbs all."""
import dataclasses
import pathlib
import sys
import time

from peers import Unavailable
from workers import Failed, Worker, settle

turn_seconds = 0.5  # a turn is repeated until so many are spent
tl_dtypes = {"fp32": "float32", "bf16": "bfloat16", "int8": "int8"}


@dataclasses.dataclass
class Settings:
    threads: int
    rounds: int
    programs: pathlib.Path  # where tl_worker is
    logs: pathlib.Path
    checkpoints: dict  # of a model's name, its Hugging Face folder
    installation: object


class Harness:
    def __init__(self, settings, tasks):
        self.settings, self.tasks = settings, tasks
        self.workers = {}  # by engine, precision and model; None where one could not be started
        self.refused = {}  # of a peer, what kept it from being installed, or None
        self.versions = {}
        self.restless = set()  # workers that did not become idle
        self.results = {task.key: {contender.column: {"turns": []} for contender in task.contenders} for task in tasks}
        self.done, self.started = 0, time.monotonic()

    def run(self):
        try:
            for number, task in enumerate(self.tasks):
                for _ in range(self.settings.rounds):
                    for contender in task.contenders:
                        self.turn(task, contender)
                self.dismiss(self.tasks[number + 1:])
        finally:
            self.dismiss([])
            self.clear_progress()

    def turn(self, task, contender):
        self.progress(task, contender)
        self.done += 1
        result = self.results[task.key][contender.column]
        if "error" in result:
            return
        command = {"seconds": turn_seconds, **task.command, **contender.changes}
        if contender.engine == "tl" and task.roofline:
            command["roofline"] = True
        try:
            result["turns"].append(self.fresh(task, contender, command) if task.fresh else self.ask(task, contender, command))
        except (Failed, Unavailable) as error:
            result["error"] = str(error)

    def ask(self, task, contender, command):
        worker = self.worker(task, contender)
        for busy in settle([other for other in self.workers.values() if isinstance(other, Worker) and other.alive()]):
            self.restless.add(pathlib.Path(busy.log).stem)
        return worker.ask(command)

    def fresh(self, task, contender, command):
        worker = self.start(task, contender)
        try:
            return {**worker.ready, **worker.ask(command)}
        finally:
            worker.stop()

    def worker(self, task, contender):
        """The worker of a contender, started where it is not there yet; what kept it from starting is remembered."""
        key = contender.engine, contender.precision, task.model
        if key not in self.workers:
            try:
                self.workers[key] = self.start(task, contender)
            except (Failed, Unavailable) as error:
                self.workers[key] = error
        if not isinstance(self.workers[key], Worker):
            raise self.workers[key]
        return self.workers[key]

    def start(self, task, contender):
        settings, engine = self.settings, contender.engine
        checkpoint, environment = settings.checkpoints[task.model], {}
        if engine == "tl":
            program, dtype = settings.programs / "tl_worker", tl_dtypes[contender.precision]
            model = settings.installation.converted(checkpoint, "tl", dtype, [program]) if contender.packed else checkpoint
            command = [program, "serve", model, dtype, str(settings.threads)]
        else:
            self.prepare(engine)
            model = settings.installation.model(engine, checkpoint, contender.precision)
            command = settings.installation.command(engine, model, contender.precision, settings.threads)
            environment = settings.installation.environment(engine)
        threads = {name: str(settings.threads) for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
        quiet = {"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false", "TQDM_DISABLE": "1"}
        log = settings.logs / f"{engine}.{contender.precision}.{task.model}.log".replace(" ", "_")
        worker = Worker(list(map(str, command)), {**threads, **quiet, **environment}, log)
        self.versions.setdefault(engine, worker.ready["versions"])
        return worker

    def prepare(self, engine):
        """Installs a peer the first time it is wanted. Throws Unavailable, then and later."""
        if engine not in self.refused:
            self.refused[engine] = None
            try:
                self.settings.installation.install(engine)
            except Unavailable as error:
                self.refused[engine] = str(error)
        if self.refused[engine]:
            raise Unavailable(self.refused[engine])

    def dismiss(self, tasks):
        """Stops the workers that none of the tasks needs: they would only hold memory."""
        needed = {(contender.engine, contender.precision, task.model) for task in tasks if not task.fresh for contender in task.contenders}
        for key in self.workers.keys() - needed:
            worker = self.workers.pop(key)
            if isinstance(worker, Worker):
                worker.stop()

    def progress(self, task, contender):
        total = self.settings.rounds * sum(len(each.contenders) for each in self.tasks)
        elapsed = time.monotonic() - self.started
        left = f", {elapsed / self.done * (total - self.done) / 60:.0f} min left" if self.done > total / 20 else ""
        text = f"{self.done}/{total}{left}: {task.key}: {contender.column}"
        if sys.stderr.isatty():
            print(f"\r\033[K{text[:110]}", end="", file=sys.stderr, flush=True)
        elif self.done % 20 == 0:
            print(text, file=sys.stderr, flush=True)

    def clear_progress(self):
        if sys.stderr.isatty():
            print("\r\033[K", end="", file=sys.stderr, flush=True)
