"""The time of the emulated account: real time, and what the clock's file says it is ahead.

Each line of the file is a number of milliseconds by which somebody moved the clock; they add up. Whoever moves it
appends a line, so that two who move it at the same time cannot undo each other. clock.cjs reads the same file.
"""

import datetime
import logging
import os
import time

_FILE = os.environ["DEPLOY_CLOCK"]
_time, _gmtime, _localtime, _strftime = time.time, time.gmtime, time.localtime, time.strftime
_read = {"size": -1, "seconds": 0.0}


def _ahead():
    size = os.stat(_FILE).st_size
    if size != _read["size"]:
        with open(_FILE, encoding="ascii") as file:
            _read["seconds"] = sum(float(line) for line in file.read().split()) / 1000
        _read["size"] = size
    return _read["seconds"]


def _now():
    return _time() + _ahead()


class _DateTime(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(_now(), tz)

    @classmethod
    def utcnow(cls):
        return cls.fromtimestamp(_now(), datetime.timezone.utc).replace(tzinfo=None)


def install():
    """Has to happen before anything is imported that asks for the time."""
    time.time = _now
    time.gmtime = lambda seconds=None: _gmtime(_now() if seconds is None else seconds)
    time.localtime = lambda seconds=None: _localtime(_now() if seconds is None else seconds)
    time.strftime = lambda form, moment=None: _strftime(form, _localtime(_now()) if moment is None else moment)
    datetime.datetime = _DateTime
    logging.Formatter.converter = staticmethod(time.gmtime)
