"""A program in the foreground, and what the system says of it."""
import os
import shutil
import signal
import subprocess

from .ports import is_open
from .waiting import holds_within, wait_until


class Process:
    """A program in the foreground, its output in a file; stop() ends it by its process id."""

    def __init__(self, arguments, log, cwd=None, env=None):
        self.log_path = log
        if shutil.which("setpriv"):  # it ends when we do, even where we are killed
            arguments = ["setpriv", "--pdeathsig", "TERM", "--", *arguments]
        with open(log, "ab") as output:
            self.popen = subprocess.Popen(arguments, stdout=output, stderr=output, cwd=cwd,
                                          stdin=subprocess.DEVNULL,
                                          env={**os.environ, **(env or {})})

    @property
    def pid(self):
        return self.popen.pid

    def log(self, since=0):
        """What it has said, from a byte on."""
        with open(self.log_path, "rb") as file:
            file.seek(since)
            return file.read().decode("utf-8", "replace")

    def running(self):
        return self.popen.poll() is None

    def wait_for_port(self, port, seconds=20):
        def ready():
            if not self.running():
                raise AssertionError("it ended with status %s:\n%s"
                                     % (self.popen.returncode, self.log()))
            return is_open(port)
        wait_until(ready, seconds, "port %d" % port)

    def send_signal(self, number):
        self.popen.send_signal(number)

    def send_signal_until(self, number, sign):
        """Send a signal until the log tells that it was taken; the log's length in bytes before.

        A program may miss one while it starts: HAProxy's master does so when it has just loaded, since it
        then executes itself anew.
        """
        said = os.path.getsize(self.log_path)
        for _ in range(10):
            self.send_signal(number)
            if holds_within(lambda: sign in self.log(said), 1):
                return said
        raise AssertionError("signal %d is not taken:\n%s" % (number, self.log()))

    def stop(self, number=signal.SIGTERM, seconds=10):
        """End it, by force after the time. Its exit status."""
        if self.running():
            self.send_signal(number)
        try:
            return self.popen.wait(seconds)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            return self.popen.wait()


def children(pid):
    """Process ids of the children of a process."""
    found = []
    for task in os.listdir("/proc/%d/task" % pid):
        try:
            with open("/proc/%d/task/%s/children" % (pid, task), encoding="ascii") as file:
                found += [int(word) for word in file.read().split()]
        except OSError:
            pass  # that thread ended
    return found


def descriptors(pid):
    """How many file descriptors a process has open; 0 when it has ended."""
    try:
        return len(os.listdir("/proc/%d/fd" % pid))
    except OSError:
        return 0


def resident_kib(pid):
    """Memory of a process that is in RAM, in KiB; 0 when it has ended."""
    try:
        with open("/proc/%d/status" % pid, encoding="ascii", errors="replace") as file:
            for line in file:
                if line.startswith("VmRSS:"):
                    return int(line.split()[1])
    except OSError:
        pass
    return 0
