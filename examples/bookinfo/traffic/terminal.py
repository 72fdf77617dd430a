"""Colours, bars and lines for people, plain text for everything else: the look of examples/common/terminal.c."""
import os
import sys

CODES = {"bold": "\x1b[1m", "dim": "\x1b[2m", "red": "\x1b[31m", "green": "\x1b[32m",
         "yellow": "\x1b[33m", "blue": "\x1b[34m"}
EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]


def _is_unicode():
    for name in ("LC_ALL", "LC_CTYPE", "LANG"):
        value = os.environ.get(name)
        if value:
            return value.partition(".")[2].lower() in ("utf-8", "utf8")
    return False


COLOUR = sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb" and not os.environ.get("NO_COLOR")
UNICODE = _is_unicode()


def styled(style, text):
    return CODES[style] + text + "\x1b[0m" if COLOUR and style in CODES else text


def line(length):
    return styled("dim", ("─" if UNICODE else "-") * length)


def bar(style, share, width):
    parts = 8 if UNICODE else 1
    whole, rest = divmod(int(share * width * parts + 0.5), parts)
    return styled(style, ("█" if UNICODE else "#") * whole + EIGHTHS[rest])
