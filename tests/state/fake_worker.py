"""A computing process that computes nothing: what a step says is what it does."""

import json
import sys
import threading
import time

cancelled = set()


def answer(**message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def run(identity, step):
    if step == "die":
        sys.exit(3)
    if step == "fail":
        return answer(id=identity, error="It cannot be done. Take less.")
    answer(id=identity, share=0.5, note="half way")
    if step == "long":
        time.sleep(60)  # as a step in C, which hears nothing
    while step == "polite" and identity not in cancelled:
        time.sleep(0.01)
    if step == "polite":
        return answer(id=identity, cancelled="Stopped at half.")
    return answer(id=identity, result=["results/rdm/1"])


def main():
    waiting = []
    ready = threading.Condition()

    def listen():
        for line in sys.stdin:
            message = json.loads(line)
            with ready:
                if "cancel" in message:
                    cancelled.add(message["cancel"])
                else:
                    waiting.append(message)
                ready.notify()

    threading.Thread(target=listen, daemon=True).start()
    while True:
        with ready:
            ready.wait_for(lambda: waiting)
            message = waiting.pop(0)
        run(message["id"], message["steps"][0])


main()
