"""Rule sets, and what nginx and HAProxy are told to route by them in each of several ways.

Rules of one kind do not overlap, and every way answers a request with the same ten bytes: the name of the
rule that holds, or NOTHING. So every answer can be checked, and replies differ in nothing else.
"""
import json
import os
import random

KINDS = ("exact", "prefix", "regex")
NOTHING = "r99999.com"
WORDS = ("api", "v1", "users", "orders", "cart", "search", "static", "img", "admin", "reports")
TAIL_OF_RULE = {"exact": "", "prefix": "/", "regex": "/[0-9]+/items/[a-z]+"}
TAIL_OF_REQUEST = {"exact": "", "prefix": "/1234/details", "regex": "/1234/items/abc"}
REQUEST = ("GET %s HTTP/1.1\r\nhost: a.com\r\nuser-agent: bench\r\naccept: */*\r\naccept-language: en\r\n"
           "x-request-id: 42\r\n\r\n")


def name_of(rule):
    return "r%05d.com" % rule


def path_of(rule):
    """Two to four segments as people name them, and one that no other rule has."""
    words = random.Random(rule).choices(WORDS, k=2 + rule % 3)
    return "/%s/r%d" % ("/".join(words), rule)


def rules(kind, count):
    """Pairs of what a path is compared with and the name to answer."""
    return [(path_of(rule) + TAIL_OF_RULE[kind], name_of(rule)) for rule in range(count)]


def requests(kind, count, number=2048):
    """Pairs of a request's bytes and the name it is answered with; one in twenty meets no rule."""
    drawn = random.Random(42)
    pairs = []
    for i in range(number):
        rule = drawn.randrange(count)
        missed = "" if i % 20 else "-"
        path = path_of(rule) + missed + TAIL_OF_REQUEST[kind]
        pairs.append(((REQUEST % path).encode(), (NOTHING if missed else name_of(rule)).encode()))
    return pairs


def write(folder, name, text):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def virtual_service(folder, kind, pairs):
    """The rules as Istio writes them; the last one catches everything else."""
    routes = [{"match": [{"uri": {kind: text}}], "route": [{"destination": {"host": name}}]}
              for text, name in pairs]
    routes.append({"route": [{"destination": {"host": NOTHING}}]})
    document = {"apiVersion": "networking.istio.io/v1", "kind": "VirtualService",
                "metadata": {"name": "a"}, "spec": {"hosts": ["a.com"], "http": routes}}
    return write(folder, "rules.json", json.dumps(document))


# ---- nginx ----

NGINX = """\
%(load)s
daemon off;
master_process off;
pcre_jit on;
pid %(folder)s/nginx.pid;
error_log %(folder)s/error.log warn;
events { worker_connections 64; }
http {
    access_log off;
    default_type text/plain;
    keepalive_requests 100000000;
    keepalive_timeout 600s;
    client_body_temp_path %(folder)s/body;
    proxy_temp_path %(folder)s/proxy;
    fastcgi_temp_path %(folder)s/fastcgi;
    uwsgi_temp_path %(folder)s/uwsgi;
    scgi_temp_path %(folder)s/scgi;
%(http)s
    server {
        listen 127.0.0.1:%(port)d;
%(locations)s
    }
}
"""


def nginx_config(folder, port, locations, http="", load=""):
    """The arguments of an nginx with these parts in its configuration."""
    text = NGINX % {"folder": folder, "port": port, "load": load, "http": http, "locations": locations}
    return ["nginx", "-p", folder, "-c", write(folder, "nginx.conf", text)]


def nginx_bare(folder, port, _build, _kind, _pairs):
    return nginx_config(folder, port, 'location / { return 200 "%s"; }' % NOTHING)


def nginx_map(folder, port, _build, kind, pairs):
    form = '"~^%s$" %s;\n' if kind == "regex" else "%s %s;\n"
    http = ("map_hash_max_size 131072; map_hash_bucket_size 256;\nmap $uri $rule {\ndefault %s;\n%s}\n"
            % (NOTHING, "".join(form % pair for pair in pairs)))
    return nginx_config(folder, port, 'location / { return 200 "$rule"; }', http)


def nginx_location(folder, port, _build, kind, pairs):
    form = 'location %s%%s { return 200 "%%s"; }\n' % ("= " if kind == "exact" else "")
    others = 'location / { return 200 "%s"; }\n' % NOTHING
    return nginx_config(folder, port, "".join(form % pair for pair in pairs) + others)


def nginx_sluice(folder, port, build, kind, pairs):
    return nginx_config(folder, port, 'location / { return 200 "$sluice_destination"; }',
                        "sluice_rules %s;" % virtual_service(folder, kind, pairs),
                        "load_module %s/lib/ngx_http_sluice_module.so;" % build)


# ---- HAProxy ----

HAPROXY = """\
global
    nbthread 1
%(load)s
defaults
    mode http
    timeout connect 2s
    timeout client 600s
    timeout server 600s
frontend main
    bind 127.0.0.1:%(port)d
%(rules)s
    default_backend %(nothing)s
%(backends)s
"""
BACKEND = "backend %s\n    http-request return status 200 content-type text/plain string %s\n"


def haproxy_config(folder, port, names, rules_text, load=""):
    """The arguments of a HAProxy with a backend for each name."""
    text = HAPROXY % {"port": port, "load": load, "rules": rules_text, "nothing": NOTHING,
                      "backends": "".join(BACKEND % (name, name) for name in [NOTHING, *names])}
    return ["haproxy", "-db", "-f", write(folder, "haproxy.cfg", text)]


def names_in(pairs):
    return [name for _, name in pairs]


def haproxy_bare(folder, port, _build, _kind, _pairs):
    return haproxy_config(folder, port, [], "")


def haproxy_rules(folder, port, _build, kind, pairs):
    fetch = {"exact": "path", "prefix": "path_beg"}[kind]
    lines = ("    use_backend %s if { %s %s }\n" % (name, fetch, text) for text, name in pairs)
    return haproxy_config(folder, port, names_in(pairs), "".join(lines))


def haproxy_map(folder, port, _build, kind, pairs, load=""):
    match = {"exact": "map_str", "prefix": "map_beg", "regex": "map_reg"}[kind]
    form = "^%s$ %s\n" if kind == "regex" else "%s %s\n"
    file = write(folder, "rules.map", "".join(form % pair for pair in pairs))
    ask = "    use_backend %%[path,%s(%s,%s)]\n" % (match, file, NOTHING)
    return haproxy_config(folder, port, names_in(pairs), ask, load)


def haproxy_map_without_cache(*arguments):
    """HAProxy remembers the results of its latest look-ups by regular expression, which these requests repeat."""
    return haproxy_map(*arguments, load="    tune.pattern.cache-size 0")


def haproxy_sluice(folder, port, build, kind, pairs):
    load = ("    setenv SLUICE_RULES %s\n    setenv SLUICE_OPTIONS port=80\n    lua-load-per-thread %s/haproxy/sluice.lua\n"
            % (virtual_service(folder, kind, pairs), build))
    ask = ('    http-request set-var-fmt(txn.request) "%[method] %[req.hdr(host)] %[pathq]"\n'
           "    use_backend %[var(txn.request),lua.sluice]\n")
    return haproxy_config(folder, port, names_in(pairs), ask, load)


class Way:
    """How a server is told to route rules of a kind; `needs` is a file of the build."""

    def __init__(self, server, name, kind, arguments, needs=""):
        self.server, self.name, self.kind, self.arguments, self.needs = server, name, kind, arguments, needs


def ways():
    """The bare reply of each server comes first: it is what the others are compared with."""
    module, lua = "lib/ngx_http_sluice_module.so", "haproxy/sluice.so"
    found = [Way("nginx", "bare reply", "exact", nginx_bare)]
    found += [Way("nginx", "location", kind, nginx_location) for kind in ("exact", "prefix")]
    found += [Way("nginx", "map", kind, nginx_map) for kind in ("exact", "regex")]
    found += [Way("nginx", "sluice, $sluice_destination", kind, nginx_sluice, module) for kind in KINDS]
    found += [Way("haproxy", "bare reply", "exact", haproxy_bare)]
    found += [Way("haproxy", "ordered use_backend rules", kind, haproxy_rules) for kind in ("exact", "prefix")]
    found += [Way("haproxy", "map", kind, haproxy_map) for kind in KINDS]
    found += [Way("haproxy", "map, tune.pattern.cache-size 0", "regex", haproxy_map_without_cache)]
    found += [Way("haproxy", "sluice, Lua converter", kind, haproxy_sluice, lua) for kind in KINDS]
    return found
