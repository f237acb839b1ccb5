"""What the workers of bench/peers share. A worker is one engine at one precision in a process of its own:

    WORKER.py convert FOLDER OUT PRECISION    writes a Hugging Face folder as the engine wants it
    WORKER.py serve MODEL PRECISION THREADS   loads it, says so in one line of JSON, then answers one line with one line

Asked {"task": "forward", "seconds": 0.5, "warm": true, ...} it calls engine.forward(...the other members) once to warm up,
then until 0.5 s are spent. Such a call returns its own seconds and the token that the last logits favour, upon which all engines
should agree. Answers go to what
was standard output; whatever else is printed there goes to standard error."""
import json
import os
import resource
import sys
import time

clock = time.perf_counter


def peak_resident_bytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def repeat(call, budget, warm):
    if warm:
        call(warming=True)
    seconds = []
    while not seconds or sum(seconds) < budget:
        taken, argmax = call(warming=False)
        seconds.append(taken)
    return {"seconds": seconds, "argmax": argmax, "peak_rss": peak_resident_bytes()}


def answer(engine, task, seconds, warm=True, roofline=False, **parameters):
    if not hasattr(engine, task):
        raise ValueError(f"this engine has no task {task}")
    return repeat(lambda warming: getattr(engine, task)(warming=warming, **parameters), seconds, warm)


def serve(load, versions, model, precision, threads):
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def put(line):
        print(json.dumps(line), file=answers, flush=True)

    start = clock()
    engine = load(model, precision, int(threads))
    put({"load_seconds": clock() - start, "versions": versions})
    for line in sys.stdin:
        try:
            put(answer(engine, **json.loads(line)))
        except Exception as error:  # noqa: BLE001 - the engine's own words; the harness goes on with the others
            put({"error": f"{type(error).__name__}: {error}"})


def main(load, convert, versions):
    """convert(folder, out, precision) may be None: the engine reads Hugging Face folders."""
    command, *arguments = sys.argv[1:]
    if command == "serve":
        serve(load, versions, *arguments)
    else:
        convert(*arguments)
