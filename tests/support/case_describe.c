/*
 * case_describe: see case_describe.h.
 */
#include "support/case_describe.h"

static void
append(struct arena *arena, sluice_str *text, sluice_str more)
{
    *text = arena_concat(arena, (sluice_str[]){*text, more}, 2);
}

static void
describe_ops(struct arena *arena, sluice_str *text, const char *side, const sluice_header_op *ops,
             size_t count)
{
    static const char *const actions[] = {"set", "add", "remove"};
    for (size_t i = 0; i < count; i++) {
        append(arena, text,
               arena_printf(arena, " %s%s:%.*s=%.*s", side, actions[ops[i].action],
                            STR_ARG(ops[i].name), STR_ARG(ops[i].value)));
    }
}

static void
describe_fault(struct arena *arena, sluice_str *text, const sluice_fault *fault)
{
    if (!fault) return;
    append(arena, text,
           arena_printf(arena, " delay=%lldns delay-share=%u/%u abort=%u grpc:%d abort-share=%u/%u",
                        (long long)fault->delay_ns, fault->delay_fraction.numerator,
                        fault->delay_fraction.denominator, fault->abort_status,
                        (int)fault->abort_grpc_status, fault->abort_fraction.numerator,
                        fault->abort_fraction.denominator));
}

static void
describe_retry(struct arena *arena, sluice_str *text, const sluice_retry_policy *retry)
{
    if (!retry) return;
    append(arena, text,
           arena_printf(arena, " retry=%u retry-on=%.*s codes:%zu per-try=%lldns", retry->attempts,
                        STR_ARG(retry->retry_on), retry->code_count,
                        (long long)retry->per_try_timeout_ns));
}

static void
describe_lists(struct arena *arena, sluice_str *text, const sluice_decision *d)
{
    for (size_t i = 0; i < d->split_count; i++) {
        append(arena, text,
               arena_printf(arena, " %u:%.*s|%.*s%s", d->split[i].weight,
                            STR_ARG(d->split[i].destination->host),
                            STR_ARG(d->split[i].destination->subset),
                            d->split[i].invalid ? "!" : ""));
    }
    for (size_t i = 0; i < d->mirror_count; i++) {
        append(arena, text,
               arena_printf(arena, " mirror:%.*s|%.*s=%u/%u",
                            STR_ARG(d->mirrors[i].destination->host),
                            STR_ARG(d->mirrors[i].destination->subset),
                            d->mirrors[i].fraction.numerator, d->mirrors[i].fraction.denominator));
    }
    for (size_t i = 0; i < d->cors_header_count; i++) {
        append(arena, text,
               arena_printf(arena, " field:%.*s=%.*s", STR_ARG(d->cors_headers[i].name),
                            STR_ARG(d->cors_headers[i].value)));
    }
    for (size_t i = 0; i < d->response_field_count; i++) {
        append(arena, text,
               arena_printf(arena, " field:%.*s=%.*s", STR_ARG(d->response_fields[i].name),
                            STR_ARG(d->response_fields[i].value)));
    }
}

static void
describe_matched(struct arena *arena, sluice_str *text, const sluice_matched *matched)
{
    if (!matched) return;
    append(arena, text,
           arena_printf(arena, " by=%.*s/%.*s/%u/%d route=%.*s", STR_ARG(matched->space),
                        STR_ARG(matched->name), matched->rule, (int)matched->match,
                        STR_ARG(matched->route_name)));
}

const char *
case_describe(struct arena *arena, const sluice_decision *d)
{
    sluice_str text = arena_printf(arena, "%s %u", sluice_outcome_name(d->outcome), d->status);
    if (d->destination) {
        append(arena, &text,
               arena_printf(arena, " %.*s|%.*s|%u", STR_ARG(d->destination->host),
                            STR_ARG(d->destination->subset), d->port));
    }
    append(arena, &text,
           arena_printf(arena, " path=%.*s authority=%.*s location=%.*s timeout=%lldns body=%.*s",
                        STR_ARG(d->path), STR_ARG(d->authority), STR_ARG(d->redirect.location),
                        (long long)d->timeout_ns, STR_ARG(d->body)));
    describe_matched(arena, &text, d->matched);
    describe_ops(arena, &text, "", d->request_headers, d->request_header_count);
    describe_ops(arena, &text, "response-", d->response_headers, d->response_header_count);
    describe_retry(arena, &text, d->retry);
    describe_fault(arena, &text, d->fault);
    describe_lists(arena, &text, d);
    append(arena, &text, (sluice_str){"", 1});
    return text.ptr ? text.ptr : "";
}
