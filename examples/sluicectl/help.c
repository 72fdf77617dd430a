/*
 * help: what `--help` prints.
 */
#include "sluicectl/commands.h"

static const char rules_help[] =
    "Rules:\n"
    "  -f FILE...               YAML or JSON; a folder means the *.yaml, *.yml and *.json in it,\n"
    "                           - standard input; may be repeated\n"
    "  --lenient                what admission refuses although it would run, and unknown fields,\n"
    "                           are warnings\n"
    "  --keep-going             set a bad resource aside and compile the rest\n"
    "  --registry auto|on|off   whether hosts must be registered by a Service or ServiceEntry;\n"
    "                           auto: when there is any [auto]\n"
    "  --outbound-policy allow-any|registry-only\n"
    "                           what a mesh client's request to an unknown host gets [allow-any]\n"
    "  --default-export-to '*'|'.'\n"
    "                           of resources that name no exportTo ['*']\n"
    "  --cluster-domain NAME    [cluster.local]\n"
    "  --namespace NAME         of documents that name none [default]\n"
    "  --source-namespace NAME  that the calling workload lives in [default]\n";

static const char request_help[] =
    "Request:\n"
    "  --host NAME[:PORT]       authority\n"
    "  --path PATH              with query [/]\n"
    "  --method NAME            [GET; POST for grpc]\n"
    "  --scheme http|https      [http]\n"
    "  -H 'NAME: VALUE'         a header; may be repeated\n"
    "  --port NUMBER            that the client connected to [80; 443 for https and tls]\n"
    "  --gateway NAMESPACE/NAME that it came in through [mesh]\n"
    "  --protocol http|grpc|tls|tcp|udp\n"
    "                           [http]\n"
    "  --sni NAME               TLS server name\n"
    "  --source-label KEY=VALUE of the calling workload; may be repeated\n"
    "  --source-ip ADDRESS      of the client\n"
    "  --destination-ip ADDRESS that the client connected to\n"
    "  --sticky-key TEXT        wins over the rule's own key and makes any split sticky\n"
    "  --seed NUMBER            equal seeds give equal decisions [0]\n";

static const char program_help[] =
    "Usage: sluicectl COMMAND -f FILE... [flags]\n"
    "\n"
    "Decides HTTP, gRPC, TLS and TCP traffic by Istio rules, without a cluster or a proxy.\n"
    "\n"
    "Commands:\n"
    "  check      print every finding about the rules\n"
    "  route      decide one request, or one for each line of a JSON Lines file\n"
    "  explain    decide one request and show which rules were tried and why they failed\n"
    "  simulate   decide one request many times and compare with the rules' weights\n"
    "\n"
    "`sluicectl COMMAND --help` lists the flags. `sluicectl --version` prints the version.\n"
    "Exit status: 0 done, 1 the rules do not compile, 2 usage or an unreadable file.\n";

static const char check_help[] =
    "Usage: sluicectl check -f FILE... [flags]\n"
    "\n"
    "Compiles the rules and prints every finding: file:line:column: severity: message [CODE].\n"
    "Exit status: 0 no error, 1 at least one error, 2 usage or an unreadable file.\n"
    "\n"
    "  --strict                 a warning counts as an error\n"
    "  --json                   one JSON object for each finding\n"
    "\n";

static const char route_help[] =
    "Usage: sluicectl route -f FILE... [request flags] [--json]\n"
    "       sluicectl route -f FILE... --requests FILE.jsonl\n"
    "\n"
    "Decides one request given by flags; or, for each line of JSON, one request, and prints one\n"
    "JSON decision a line. Flags then are defaults for what a line leaves out.\n"
    "Exit status: 0 decided, 1 the rules do not compile, 2 usage or an unreadable file.\n"
    "\n"
    "  --json                   the decision as JSON\n"
    "  --requests FILE          requests, one JSON object a line; - is standard input\n"
    "  --count NUMBER           route it so often, and add what was observed [1]\n"
    "\n";

static const char explain_help[] =
    "Usage: sluicectl explain -f FILE... [request flags]\n"
    "\n"
    "Decides one request and prints the virtual host, the rules tried in order with the first\n"
    "predicate that failed in each, and the exact split.\n"
    "Exit status: 0 decided, 1 the rules do not compile, 2 usage or an unreadable file.\n"
    "\n"
    "  --json                   as one JSON object\n"
    "\n";

static const char simulate_help[] =
    "Usage: sluicectl simulate -f FILE... [request flags] [--count N]\n"
    "\n"
    "Decides one request many times and prints, for each destination, the share that the rules\n"
    "give it, the share observed, and how likely a difference that large is by chance (p).\n"
    "Exit status: 0 decided, 1 the rules do not compile, 2 usage or an unreadable file.\n"
    "\n"
    "  --count NUMBER           requests [10000, or as many as there are sticky keys]\n"
    "  --sticky-keys NUMBER     give them so many different sticky keys\n"
    "  --json                   as one JSON object\n"
    "\n";

void
help_print(FILE *out)
{
    fputs(program_help, out);
}

void
help_print_command(FILE *out, enum command command)
{
    const char *own = command == COMMAND_CHECK     ? check_help
                      : command == COMMAND_ROUTE   ? route_help
                      : command == COMMAND_EXPLAIN ? explain_help
                                                   : simulate_help;
    fputs(own, out);
    fputs(rules_help, out);
    if (command == COMMAND_CHECK) return;
    fputc('\n', out);
    fputs(request_help, out);
}
