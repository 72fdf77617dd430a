"""Traffic splitting by Istio and Gateway API rules, inside your own process.

>>> router = Router.compile('''
... {apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: reviews}, spec: {
...  hosts: [reviews], http: [{route: [{destination: {host: reviews, subset: v2}}]}]}}''')
>>> router.route("reviews:9080", "/reviews/0").destination.subset
'v2'
"""

from ._compile import CompileOptions, Limits, OutboundPolicy, Registry, Source
from ._library import version
from .decision import (
    Decision,
    Destination,
    Endpoint,
    Endpoints,
    ExplainStep,
    Explanation,
    Fault,
    Fraction,
    HeaderAction,
    HeaderOp,
    ListenerTls,
    Matched,
    Mirror,
    Outcome,
    Pick,
    Protocol,
    Redirect,
    Resolution,
    SplitShare,
    Sticky,
    StickyBy,
    apply_header_ops,
)
from .errors import CompileError, Diagnostic, Severity, SluiceError
from .router import Live, Router
from .split import Rng, Split

__all__ = [
    "CompileError",
    "CompileOptions",
    "Decision",
    "Destination",
    "Diagnostic",
    "Endpoint",
    "Endpoints",
    "ExplainStep",
    "Explanation",
    "Fault",
    "Fraction",
    "HeaderAction",
    "HeaderOp",
    "Limits",
    "ListenerTls",
    "Live",
    "Matched",
    "Mirror",
    "Outcome",
    "OutboundPolicy",
    "Pick",
    "Protocol",
    "Redirect",
    "Registry",
    "Resolution",
    "Rng",
    "Router",
    "Severity",
    "SluiceError",
    "Source",
    "Split",
    "SplitShare",
    "Sticky",
    "StickyBy",
    "apply_header_ops",
    "version",
]
