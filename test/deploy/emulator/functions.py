"""Which functions are at work: a line in DEPLOY_RUNS whenever one is started, and whenever one has ended. No schedule
starts any: whoever moves the clock runs what it has passed."""

import os
import threading

from ministack.core import lambda_runtime
from ministack.services import eventbridge, lambda_svc


def _record(what):
    with open(os.environ["DEPLOY_RUNS"], "a", encoding="utf-8") as file:
        file.write(f"{what}\n")


def _runs_in_workers():
    invoke = lambda_runtime.Worker.invoke

    def recorded(worker, *args, **kwargs):
        _record("began")
        try:
            return invoke(worker, *args, **kwargs)
        finally:
            _record("ended")

    lambda_runtime.Worker.invoke = recorded


_ASYNC_INVOCATION = f"{lambda_svc.invoke_async_with_retry.__qualname__}.<locals>._run"


def _ended_after(run):
    def counted():
        try:
            return run()
        finally:
            _record("ended")

    return counted


def _runs_that_events_start():
    """They count from the event on, and those that a function invokes asynchronously from the call on: until the thread
    for them is at work, nobody could see that there is one to come."""
    execute, start = lambda_svc._execute_function_with_config_scope, threading.Thread.start

    def executed(func, event):
        try:
            return execute(func, event)
        finally:
            if getattr(threading.current_thread(), "_target", None) is executed:
                _record("ended")

    def started(thread):
        run, *more = getattr(thread, "_args", ()) or (None,)
        if getattr(thread, "_target", None) is executed:
            _record("began")
        elif getattr(run, "__qualname__", None) == _ASYNC_INVOCATION:
            _record("began")
            thread._args = (_ended_after(run), *more)
        start(thread)

    lambda_svc._execute_function_with_config_scope = executed
    threading.Thread.start = started


def install():
    eventbridge.start_scheduler = lambda: None
    _runs_in_workers()
    _runs_that_events_start()
