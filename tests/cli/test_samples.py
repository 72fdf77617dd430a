"""Rule files as people write them: what Istio accepts compiles. Skipped where the files are not there."""
import os
import subprocess
import sys

SKIP = 77
SAMPLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "shared", "samples")

# Refused, and why that is right.
REFUSED = {
    "destinationrule-invalid.yaml": "invalid on purpose",
    "serviceentry-invalid.yaml": "invalid on purpose",
    "workloadentry-invalid.yaml": "invalid on purpose",
    "missing-gateway.yaml": "has none of http, tls and tcp",
    "istio-mtls-vs.yaml": "a template: {{.Namespace}} is no host",
    "rule-websocket-route.yaml": "a field that the API no longer has",
    # The one where Istio disagrees: [1.2.3.4, 001:db8::] ends in a key without a value to both of our
    # YAML engines. In quotes it is read.
    "serviceentry-valid.yaml": "a flow list with an item that ends in a colon",
}


def files():
    for folder, _, names in os.walk(SAMPLES):
        yield from (os.path.join(folder, n) for n in sorted(names) if n.endswith((".yaml", ".yml")))


def main():
    ctl = sys.argv[1]
    if not os.path.isdir(SAMPLES):
        print("skipped: there is no folder", os.path.normpath(SAMPLES))
        return SKIP
    wrong, count = [], 0
    for path in files():
        count += 1
        run = subprocess.run([ctl, "check", "-f", path], capture_output=True, text=True, timeout=60)
        want = 1 if os.path.basename(path) in REFUSED else 0
        if run.returncode != want:
            wrong.append("%s: exit %d, not %d\n%s" % (path, run.returncode, want, run.stdout[:500]))
    print("\n".join(wrong))
    print("%d files, %d wrong" % (count, len(wrong)))
    return 1 if wrong or count < 100 else 0


sys.exit(main())
