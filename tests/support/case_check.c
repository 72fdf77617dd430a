/*
 * case_check: see case_check.h.
 */
#include "support/case_check.h"

#include <stdio.h>
#include <stdlib.h>

#include "support/case_describe.h"
#include "yaml/decode.h"

/* ---- the outcome ---- */

/* "host|subset|port" against a destination; a host without a dot is a service in "default". */
static bool
is_destination(sluice_str text, const sluice_destination *destination, uint32_t port)
{
    sluice_str subset, wanted_port;
    sluice_str host = case_cut(text, '|', &subset);
    subset = case_cut(subset, '|', &wanted_port);
    if (!destination || !str_equal(subset, destination->subset)) return false;
    if (wanted_port.len && case_number(wanted_port) != port) return false;
    if (str_find(host, '.') != SIZE_MAX) return str_equal(host, destination->host);
    return str_starts_with(destination->host, host) &&
           str_equal(str_skip(destination->host, host.len), STR(".default.svc.cluster.local"));
}

/* The entries after "split", as far as tokens look like WEIGHT:HOST; *used counts them. */
static bool
is_split(const struct case_tokens *tokens, const sluice_decision *decision, size_t *used)
{
    *used = 1;
    if (decision->outcome != SLUICE_FORWARD && decision->outcome != SLUICE_UNAVAILABLE)
        return false;
    for (size_t i = 1; i < tokens->count && ascii_is_digit(tokens->items[i].ptr[0]); i++) {
        sluice_str text, weight = case_cut(tokens->items[i], ':', &text);
        bool invalid = str_ends_with(text, STR("!"));
        if (i > decision->split_count) return false;
        const sluice_split_share *share = &decision->split[i - 1];
        if (invalid) text.len--;
        if (share->weight != case_number(weight) || share->invalid != invalid) return false;
        if (!is_destination(text, share->destination, share->destination->port)) return false;
        *used = i + 1;
    }
    return *used == decision->split_count + 1;
}

static bool
is_redirect(const struct case_tokens *tokens, const sluice_decision *decision, size_t *used)
{
    *used = 3;
    return tokens->count >= 3 && decision->outcome == SLUICE_REDIRECT &&
           decision->status == case_number(tokens->items[1]) &&
           str_equal(decision->redirect.location, tokens->items[2]);
}

static bool
is_status(uint32_t status, const sluice_decision *decision)
{
    bool local = decision->outcome == SLUICE_NOT_FOUND || decision->outcome == SLUICE_UNAVAILABLE ||
                 decision->outcome == SLUICE_MISDIRECTED;
    return local && decision->status == status;
}

static bool
is_outcome(const struct case_tokens *tokens, const sluice_decision *decision, size_t *used)
{
    *used = 1;
    if (tokens->count == 0) return false;
    sluice_str first = tokens->items[0];
    if (str_equal(first, STR("passthrough"))) return decision->outcome == SLUICE_PASSTHROUGH;
    if (str_equal(first, STR("redirect"))) return is_redirect(tokens, decision, used);
    if (str_equal(first, STR("split"))) return is_split(tokens, decision, used);
    if (str_equal(first, STR("respond"))) {
        *used = 2;
        return tokens->count >= 2 && decision->outcome == SLUICE_RESPOND &&
               decision->status == case_number(tokens->items[1]);
    }
    if (case_number(first) != UINT32_MAX) return is_status(case_number(first), decision);
    return decision->outcome == SLUICE_FORWARD &&
           is_destination(first, decision->destination, decision->port);
}

/* ---- single values ---- */

static bool
is_duration(sluice_str text, int64_t ns)
{
    int64_t wanted;
    if (str_equal(text, STR("none"))) return ns == SLUICE_NO_DURATION;
    return duration_parse(text, &wanted) && wanted == ns;
}

static bool
is_fraction(sluice_str text, sluice_fraction fraction)
{
    sluice_str denominator, numerator = case_cut(text, '/', &denominator);
    return case_number(numerator) == fraction.numerator &&
           case_number(denominator) == fraction.denominator;
}

static bool
check_retry(const sluice_retry_policy *retry, sluice_str token, bool *known)
{
    sluice_str v;
    *known = true;
    if (case_value(token, "retry=", &v)) {
        if (str_equal(v, STR("none"))) return retry == NULL;
        return retry && retry->attempts == case_number(v);
    }
    if (case_value(token, "retry-on=", &v)) return retry && str_equal(retry->retry_on, v);
    if (case_value(token, "per-try=", &v))
        return retry && is_duration(v, retry->per_try_timeout_ns);
    if (case_value(token, "avoid-hosts=", &v)) {
        return retry && retry->ignore_previous_hosts == str_equal(v, STR("yes"));
    }
    if (case_value(token, "codes=", &v)) {
        size_t count = 0;
        for (; v.len; count++) {
            sluice_str code = case_cut(v, ',', &v);
            if (!retry || count >= retry->code_count) return false;
            if (retry->codes[count] != case_number(code)) return false;
        }
        return retry && count == retry->code_count;
    }
    *known = false;
    return false;
}

static bool
is_abort(sluice_str text, const sluice_fault *fault)
{
    sluice_str code;
    if (!fault || !fault->abort_present) return false;
    if (!case_value(text, "grpc:", &code)) return fault->abort_status == case_number(text);
    return fault->abort_status == 0 && fault->abort_grpc_status == (int32_t)case_number(code);
}

static bool
check_fault(const sluice_fault *fault, sluice_str token, bool *known)
{
    sluice_str v;
    *known = true;
    if (str_equal(token, STR("fault=none"))) return fault == NULL;
    if (case_value(token, "delay=", &v)) {
        return fault && fault->delay_present && is_duration(v, fault->delay_ns);
    }
    if (case_value(token, "delay-share=", &v))
        return fault && is_fraction(v, fault->delay_fraction);
    if (case_value(token, "abort=", &v)) return is_abort(v, fault);
    if (case_value(token, "abort-share=", &v))
        return fault && is_fraction(v, fault->abort_fraction);
    *known = false;
    return false;
}

static bool
is_matched(sluice_str text, const sluice_matched *matched)
{
    if (str_equal(text, STR("none"))) return !matched || matched->kind.len == 0;
    sluice_str rest, space = case_cut(text, '/', &rest), name = case_cut(rest, '/', &rest);
    sluice_str rule = case_cut(rest, '/', &rest);
    int32_t match = str_equal(rest, STR("-")) ? -1 : (int32_t)case_number(rest);
    return matched && str_equal(matched->space, space) && str_equal(matched->name, name) &&
           matched->rule == case_number(rule) && matched->match == match;
}

static bool
is_word(const char *const *words, size_t index, sluice_str text)
{
    return str_equal(sluice_str_of(words[index]), text);
}

static bool
check_origin(const sluice_decision *decision, sluice_str token, bool *known)
{
    static const char *const sticky[] = {"none", "key", "cookie", "header", "query", "source-ip"};
    static const char *const picks[] = {"only", "random", "sticky", "even"};
    static const char *const balancers[] = {"UNSPECIFIED", "LEAST_REQUEST", "RANDOM", "ROUND_ROBIN",
                                            "PASSTHROUGH"};
    sluice_str v;
    *known = true;
    if (case_value(token, "by=", &v)) return is_matched(v, decision->matched);
    if (case_value(token, "route=", &v)) {
        return decision->matched && str_equal(decision->matched->route_name, v);
    }
    if (case_value(token, "sticky-by=", &v)) return is_word(sticky, decision->sticky.by, v);
    if (case_value(token, "pick=", &v)) return is_word(picks, decision->pick, v);
    if (case_value(token, "balancer=", &v)) {
        const sluice_destination *to = decision->destination;
        return to && to->policy && is_word(balancers, to->policy->load_balancer.simple, v);
    }
    *known = false;
    return false;
}

static bool
has_label(const sluice_destination *destination, sluice_field label)
{
    for (size_t i = 0; destination && i < destination->label_count; i++) {
        if (str_equal(destination->labels[i].name, label.name) &&
            str_equal(destination->labels[i].value, label.value)) {
            return true;
        }
    }
    return false;
}

/* Lines of CORS, then those of an answer. NULL behind the last one. */
static const sluice_field *
field_at(const sluice_decision *decision, size_t index)
{
    if (index < decision->cors_header_count) return &decision->cors_headers[index];
    index -= decision->cors_header_count;
    return index < decision->response_field_count ? &decision->response_fields[index] : NULL;
}

static bool
has_field_names(const sluice_decision *decision, sluice_str names)
{
    const sluice_field *field;
    for (size_t i = 0; (field = field_at(decision, i)); i++) {
        if (!str_equal(case_cut(names, ',', &names), field->name)) return false;
    }
    return names.len == 0;
}

static bool
has_field(const sluice_decision *decision, sluice_field wanted)
{
    const sluice_field *field;
    for (size_t i = 0; (field = field_at(decision, i)); i++) {
        if (str_equal_ignore_case(field->name, wanted.name) &&
            str_equal(field->value, wanted.value)) {
            return true;
        }
    }
    return false;
}

static bool
check_text(const sluice_decision *decision, sluice_str token, bool *known)
{
    sluice_str v;
    sluice_field field;
    *known = true;
    if (case_value(token, "path=", &v)) return str_equal(decision->path, v);
    if (case_value(token, "authority=", &v)) return str_equal(decision->authority, v);
    if (case_value(token, "body=", &v)) return str_equal(decision->body, v);
    if (case_value(token, "grpc-status=", &v)) {
        return decision->grpc_status == (int32_t)case_number(v);
    }
    if (case_value(token, "timeout=", &v)) return is_duration(v, decision->timeout_ns);
    if (case_field(token, "labels:", &field)) return has_label(decision->destination, field);
    if (case_field(token, "field:", &field)) return has_field(decision, field);
    if (case_value(token, "hashed=", &v)) {
        return str_equal(v, STR("yes")) == decision->hash_present;
    }
    if (case_value(token, "field-names=", &v)) return has_field_names(decision, v);
    if (str_equal(token, STR("fields=none"))) {
        return decision->cors_header_count + decision->response_field_count == 0;
    }
    *known = false;
    return false;
}

/* ---- lists: the tokens of one kind, all of them, in order ---- */

struct lists {
    size_t request, response, mirrors, hashes;
    bool request_given, response_given, mirrors_given, hashes_given;
};

static bool
is_op(sluice_str text, const sluice_header_op *op)
{
    static const char *const actions[] = {"set:", "add:", "remove:"};
    sluice_field field;
    return case_field(text, actions[op->action], &field) && str_equal(field.name, op->name) &&
           str_equal(field.value, op->value);
}

static bool
is_operation(sluice_str text)
{
    return str_starts_with(text, STR("set:")) || str_starts_with(text, STR("add:")) ||
           str_starts_with(text, STR("remove:"));
}

static bool
check_operation(struct lists *lists, const sluice_decision *decision, sluice_str token, bool *known)
{
    sluice_str v;
    *known = true;
    if (str_equal(token, STR("headers=none"))) return lists->request_given = true;
    if (str_equal(token, STR("response-headers=none"))) return lists->response_given = true;
    if (is_operation(token)) {
        lists->request_given = true;
        return lists->request < decision->request_header_count &&
               is_op(token, &decision->request_headers[lists->request++]);
    }
    if (case_value(token, "response-", &v) && is_operation(v)) {
        lists->response_given = true;
        return lists->response < decision->response_header_count &&
               is_op(v, &decision->response_headers[lists->response++]);
    }
    *known = false;
    return false;
}

static bool
is_hash(sluice_field wanted, const sluice_hash_policy *policy)
{
    static const char *const kinds[] = {"header", "cookie", "ip", "query"};
    return is_word(kinds, policy->key, wanted.name) && str_equal(wanted.value, policy->name);
}

static bool
check_list(struct lists *lists, const sluice_decision *decision, sluice_str token, bool *known)
{
    sluice_field field;
    *known = true;
    if (str_equal(token, STR("mirrors=none"))) return lists->mirrors_given = true;
    if (str_equal(token, STR("hashes=none"))) return lists->hashes_given = true;
    if (case_field(token, "mirror:", &field)) {
        lists->mirrors_given = true;
        if (lists->mirrors >= decision->mirror_count) return false;
        const sluice_mirror *mirror = &decision->mirrors[lists->mirrors++];
        return is_destination(field.name, mirror->destination, mirror->port) &&
               is_fraction(field.value, mirror->fraction);
    }
    if (case_field(token, "hash:", &field)) {
        lists->hashes_given = true;
        return lists->hashes < decision->hash_policy_count &&
               is_hash(field, &decision->hash_policy[lists->hashes++]);
    }
    return check_operation(lists, decision, token, known);
}

static bool
lists_complete(const struct lists *lists, const sluice_decision *decision)
{
    return (!lists->request_given || lists->request == decision->request_header_count) &&
           (!lists->response_given || lists->response == decision->response_header_count) &&
           (!lists->mirrors_given || lists->mirrors == decision->mirror_count) &&
           (!lists->hashes_given || lists->hashes == decision->hash_policy_count);
}

/* ---- one line ---- */

static bool
check_token(struct lists *lists, const sluice_decision *decision, sluice_str token, bool *known)
{
    bool holds = check_text(decision, token, known);
    if (!*known) holds = check_origin(decision, token, known);
    if (!*known) holds = check_retry(decision->retry, token, known);
    if (!*known) holds = check_fault(decision->fault, token, known);
    if (!*known) holds = check_list(lists, decision, token, known);
    return holds;
}

const char *
case_check(struct arena *arena, const struct case_tokens *tokens, const sluice_decision *decision)
{
    struct lists lists = {0};
    size_t used;
    if (!is_outcome(tokens, decision, &used)) {
        return arena_printf(arena, "the decision is %s", case_describe(arena, decision)).ptr;
    }
    for (size_t i = used; i < tokens->count; i++) {
        bool known;
        if (check_token(&lists, decision, tokens->items[i], &known)) continue;
        return arena_printf(arena,
                            known ? "\"%.*s\" does not hold: %s" : "\"%.*s\" is no check: %s",
                            STR_ARG(tokens->items[i]), case_describe(arena, decision))
            .ptr;
    }
    if (lists_complete(&lists, decision)) return NULL;
    return arena_printf(arena, "there are more: %s", case_describe(arena, decision)).ptr;
}
