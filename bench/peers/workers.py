"""Workers as the harness sees them: processes that are started, asked, waited for and stopped. protocol.py is the other side."""
import json
import os
import select
import signal
import subprocess
import time


class Failed(Exception):
    """A worker that does not start, dies, answers with an error or not at all."""


class Worker:
    def __init__(self, command, environment, log, timeout=900):
        self.buffer = b""
        self.log = log
        start = time.monotonic()
        with open(log, "wb") as errors:
            self.process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, bufsize=0, env={**os.environ, **environment},
                start_new_session=True)  # Ctrl-C is the harness's alone
        try:
            self.ready = self.answer(timeout)
            # What the interpreter and its imports took; next to nothing for a compiled program.
            self.ready["imports_seconds"] = time.monotonic() - start - self.ready["load_seconds"]
        except BaseException:
            self.stop()
            raise

    def ask(self, command, timeout=900):
        try:
            self.process.stdin.write((json.dumps(command) + "\n").encode())
        except BrokenPipeError:
            raise Failed(self.last_words()) from None
        answer = self.answer(timeout)
        if "error" in answer:
            raise Failed(answer["error"])
        return answer

    def answer(self, timeout):
        deadline = time.monotonic() + timeout
        while b"\n" not in self.buffer:
            if not select.select([self.process.stdout], [], [], max(0, deadline - time.monotonic()))[0]:
                self.stop()
                raise Failed(f"no answer within {timeout} s")
            chunk = self.process.stdout.read(1 << 16)
            if not chunk:
                raise Failed(self.last_words())
            self.buffer += chunk
        line, self.buffer = self.buffer.split(b"\n", 1)
        return json.loads(line)

    def last_words(self):
        status = self.process.wait()
        with open(self.log, encoding="utf8", errors="replace") as log:
            lines = log.read().split("\n")
        last = next((line.strip() for line in reversed(lines) if line.strip()), "")
        return last or (signal.Signals(-status).name if status < 0 else f"exit status {status}")

    def alive(self):
        return self.process.poll() is None

    def processor_ticks(self):
        try:
            with open(f"/proc/{self.process.pid}/stat", encoding="ascii", errors="replace") as file:
                fields = file.read().rpartition(")")[2].split()
            return int(fields[11]) + int(fields[12])
        except OSError:
            return 0  # no Linux, or no process any more

    def stop(self):
        if self.alive():
            self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


def settle(workers, limit=3.0):
    """Waits until idle workers are idle: thread pools go on spinning for a while. Those that never do are returned."""
    deadline = time.monotonic() + limit
    busy = list(workers)
    while busy and time.monotonic() < deadline:
        before = [worker.processor_ticks() for worker in busy]
        time.sleep(0.05)
        busy = [worker for worker, ticks in zip(busy, before) if worker.processor_ticks() != ticks]
    return busy
