"""The AWS CLI, kept warm: to start one takes a second of Python's, and the pages have hundreds of commands.

    python aws.py serve SOCKET      imports the installed AWS CLI once, and forks a process for each command
    python aws.py call SOCKET ...   runs one command there, with this process's streams, folder and environment

The pages are written for version 2. pip has version 1 only, and what differs is said here: `--cli-binary-format
raw-in-base64-out` is what version 1 does anyway, `sqs` of version 1 reads no AWS_ENDPOINT_URL, and `logs tail` is made
of the call that version 2 makes for it.
"""

import array
import json
import os
import signal
import socket
import sys
import time


WARM = "cloudformation cloudtrail cloudwatch events iam kms lambda logs s3 secretsmanager sns sqs ssm sts".split()


def call(path, args):
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(path)
    request = json.dumps({"args": args, "cwd": os.getcwd(), "env": dict(os.environ)}).encode() + b"\n"
    streams = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0, 1, 2]))]
    sent = connection.sendmsg([request], streams)
    connection.sendall(request[sent:])
    answer = connection.recv(16)
    sys.exit(int(answer) if answer else 255)


def serve(path):
    from awscli.clidriver import create_clidriver

    driver = create_clidriver()
    loader = driver.session.get_component("data_loader")
    for service in WARM:
        for kind in ("service-2", "endpoint-rule-set-1"):
            loader.load_service_model(service, kind)
    for data in ("endpoints", "partitions", "sdk-default-configuration", "_retry"):
        loader.load_data(data)
    server = socket.socket(socket.AF_UNIX)
    server.bind(path)
    server.listen(16)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    print("ready", flush=True)
    while True:
        connection, _ = server.accept()
        if os.fork() == 0:
            server.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            work(connection, driver)
        connection.close()


def work(connection, driver):
    code = 255
    try:
        data, streams = b"", []
        while not data.endswith(b"\n"):
            more, ancillary, _, _ = connection.recvmsg(65536, socket.CMSG_SPACE(3 * 4))
            for _, _, received in ancillary:
                numbers = array.array("i")
                numbers.frombytes(received)
                streams.extend(numbers)
            data += more
        request = json.loads(data)
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
            os.close(stream)
        os.environ.clear()
        os.environ.update(request["env"])
        os.chdir(request["cwd"])
        code = driver.main(of_version_1(request["args"]))
        sys.stdout.flush()
        sys.stderr.flush()
    except SystemExit as end:
        code = end.code or 0
    finally:
        connection.sendall(str(code).encode())
        os._exit(0)


def of_version_1(args):
    if "--cli-binary-format" in args:
        at = args.index("--cli-binary-format")
        assert args[at + 1] == "raw-in-base64-out", "version 1 has no other format"
        args = args[:at] + args[at + 2 :]
    if args[:1] == ["sqs"]:
        return args + ["--endpoint-url", os.environ["AWS_ENDPOINT_URL"]]
    return tail(args[2:]) if args[:2] == ["logs", "tail"] else args


def tail(args):
    group, options = args[0], dict(zip(args[1::2], args[2::2]))
    assert set(options) <= {"--since", "--filter-pattern", "--format"}, options
    since = options.get("--since", "10m")
    seconds = int(since[:-1]) * {"m": 60, "h": 3600, "d": 86400}[since[-1]]
    of_group = ["--log-group-name", group, "--start-time", str(int(time.time() - seconds) * 1000)]
    pattern = ["--filter-pattern", options["--filter-pattern"]] if "--filter-pattern" in options else []
    shown = ["--query", "events[].message", "--output", "text"]
    return ["logs", "filter-log-events", *of_group, *pattern, *shown]


if __name__ == "__main__":
    {"call": lambda path, *args: call(path, list(args)), "serve": serve}[sys.argv[1]](*sys.argv[2:])
