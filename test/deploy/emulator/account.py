"""MiniStack, an AWS account that nobody of this project wrote, on a clock that can be moved.

Environment: what MiniStack reads (BIND_HOST, GATEWAY_PORT), and
DEPLOY_CLOCK    file that says how far the clock is ahead, see clock.py
DEPLOY_REFUSED  file; CloudFormation refuses each resource whose type, or the start of whose logical ID, is a line of it
DEPLOY_DENIED   file that gets a line for each call that a policy denied
DEPLOY_RUNS     file that gets a line when a function is started, and when it has ended
Functions run on the first `node` of PATH. When standard input ends, so do this process and all that it has started.
"""

import clock

clock.install()

import os  # noqa: E402
import signal  # noqa: E402
import sys  # noqa: E402
import threading  # noqa: E402

import ministack.app  # noqa: E402

import aws_events  # noqa: E402
import functions  # noqa: E402
import permissions  # noqa: E402
import resources  # noqa: E402
import stacks  # noqa: E402
import urls  # noqa: E402


def _end_with_whoever_started_this():
    sys.stdin.buffer.read()
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    threading.Thread(target=_end_with_whoever_started_this, daemon=True).start()
    resources.install()
    stacks.install()
    permissions.install()
    functions.install()
    urls.install()
    aws_events.install()
    sys.argv = ["ministack"]
    ministack.app.main()
