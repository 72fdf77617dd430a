"""Waiting for something to come true, with a limit in time."""
import time


def holds_within(holds, seconds):
    """Poll until holds() is true, and give what it gave; its last value after the time."""
    end = time.monotonic() + seconds
    while True:
        value = holds()
        if value or time.monotonic() > end:
            return value
        time.sleep(0.02)


def wait_until(holds, seconds=10.0, what="a condition"):
    """The same, but an AssertionError after the time."""
    value = holds_within(holds, seconds)
    if not value:
        raise AssertionError("%s did not come true in %g s" % (what, seconds))
    return value
