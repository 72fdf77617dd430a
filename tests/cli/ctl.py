"""What the tests of sluicectl share: running it, and rules to run it on.

Each test file is a program: `test_NAME.py PATH_OF_SLUICECTL [unittest arguments]`.
"""
import json
import os
import subprocess
import sys
import tempfile
import unittest

SPLIT = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: reviewvs
spec:
  hosts:
  - reviews
  http:
  - name: testers
    match:
    - headers:
        end-user:
          exact: jason
    route:
    - destination:
        host: reviews
        subset: v3
  - route:
    - destination:
        host: reviews
        subset: v2
      weight: 90
    - destination:
        host: reviews
        subset: v3
      weight: 10
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata:
  name: reviewsdr
spec:
  host: reviews
  subsets:
  - name: v2
    labels:
      version: v2
  - name: v3
    labels:
      version: v3
"""

HOST = "reviews.default.svc.cluster.local"


def program():
    """The path of sluicectl: the first argument of the test program."""
    return PROGRAM


def service(http, name="svc", host="svc", extra=""):
    """A VirtualService with the http rules given as JSON-like data."""
    return json.dumps({
        "apiVersion": "networking.istio.io/v1", "kind": "VirtualService",
        "metadata": {"name": name}, "spec": {"hosts": [host], "http": http}})


class Case(unittest.TestCase):
    """A test with a folder of its own that runs sluicectl in it."""

    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = holder.name
        self.write("split.yaml", SPLIT)

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())
        return path

    def run_ctl(self, *arguments, stdin="", status=0, env=None):
        """Run it, expect the exit status, and give (stdout, stderr)."""
        data = stdin if isinstance(stdin, bytes) else stdin.encode()
        done = subprocess.run([program(), *arguments], input=data, capture_output=True, timeout=120,
                              cwd=self.folder, env={**os.environ, **(env or {})}, check=False)
        out, err = done.stdout.decode(), done.stderr.decode()
        self.assertEqual(done.returncode, status, "%s\n%s\n%s" % (arguments, out, err))
        return out, err

    def route(self, *arguments, rules="split.yaml"):
        """The JSON decision of one request given by flags."""
        out, _ = self.run_ctl("route", "-f", rules, "--json", *arguments)
        self.assertEqual(out.count("\n"), 1)
        return json.loads(out)

    def lines(self, requests, *arguments, rules="split.yaml"):
        """The answers to requests, which are texts or JSON data; one for each."""
        texts = [r if isinstance(r, str) else json.dumps(r) for r in requests]
        out, _ = self.run_ctl("route", "-f", rules, "--requests", "-", *arguments,
                              stdin="".join(t + "\n" for t in texts))
        answers = [json.loads(line) for line in out.splitlines()]
        self.assertEqual(len(answers), len(texts))
        return answers

    def refused(self, *arguments, words=()):
        """Usage or an unreadable file: status 2, nothing on stdout, a message that has the words."""
        out, err = self.run_ctl(*arguments, status=2)
        self.assertEqual(out, "")
        for word in words:
            self.assertIn(word, err)
        self.assertEqual(err.count("\n"), 1, err)


def main():
    if len(sys.argv) < 2:
        sys.exit("usage: %s PATH_OF_SLUICECTL" % sys.argv[0])
    sys.argv[1:] = sys.argv[2:]
    unittest.main(module="__main__")


PROGRAM = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else ""
