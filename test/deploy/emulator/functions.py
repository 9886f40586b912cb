"""Which functions are at work: a line in DEPLOY_RUNS whenever one begins, and whenever one has ended."""

import os

from ministack.core import lambda_runtime


def install():
    invoke = lambda_runtime.Worker.invoke

    def recorded(worker, *args, **kwargs):
        _record("began", worker.func_name)
        try:
            return invoke(worker, *args, **kwargs)
        finally:
            _record("ended", worker.func_name)

    lambda_runtime.Worker.invoke = recorded


def _record(what, name):
    with open(os.environ["DEPLOY_RUNS"], "a", encoding="utf-8") as file:
        file.write(f"{what} {name}\n")
