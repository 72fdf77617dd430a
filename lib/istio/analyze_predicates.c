#include "istio/analyze_predicates.h"

/* ---- comparisons ---- */

static bool
has_letter(sluice_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (ascii_is_alpha(text.ptr[i])) return true;
    }
    return false;
}

/* Whether texts that pass `given` are known only up to case, while `asked` minds it. */
static bool
loses_case(const struct model_matcher *given, const struct model_matcher *asked)
{
    return given->ignore_case && !asked->ignore_case && has_letter(asked->value);
}

static bool
starts_with(const struct model_matcher *given, const struct model_matcher *asked)
{
    if (loses_case(given, asked)) return false;
    return asked->ignore_case || given->ignore_case
               ? str_starts_with_ignore_case(given->value, asked->value)
               : str_starts_with(given->value, asked->value);
}

static bool
equals(const struct model_matcher *given, const struct model_matcher *asked)
{
    return given->value.len == asked->value.len && given->number == asked->number &&
           starts_with(given, asked);
}

static bool
same(const struct model_matcher *given, const struct model_matcher *asked)
{
    return given->op == asked->op && given->ignore_case == asked->ignore_case &&
           given->number == asked->number && str_equal(given->value, asked->value);
}

/* Of two tests that hold only for a value that is there. */
static bool
matcher_implies(const struct model_matcher *given, const struct model_matcher *asked)
{
    if (same(given, asked) || asked->op == MODEL_PRESENT) return true;
    if (asked->op == MODEL_EXACT) return given->op == MODEL_EXACT && equals(given, asked);
    if (asked->op == MODEL_PREFIX) {
        return (given->op == MODEL_EXACT || given->op == MODEL_PREFIX) && starts_with(given, asked);
    }
    return false;
}

/* ---- predicates ---- */

static bool
same_subject(const struct model_predicate *a, const struct model_predicate *b)
{
    return a->subject == b->subject && str_equal(a->name, b->name);
}

/* Negated tests hold for "" where the subject is absent; presence alone asks for absence. */
static bool
negation_implies(const struct model_predicate *given, const struct model_predicate *asked)
{
    if (same(&given->matcher, &asked->matcher)) return true;
    /* Absent, so empty: not equal to a text, nor beginning with one. */
    bool text = asked->matcher.op == MODEL_EXACT || asked->matcher.op == MODEL_PREFIX;
    return given->matcher.op == MODEL_PRESENT && text && asked->matcher.value.len > 0;
}

bool
predicate_implies(const struct model_predicate *given, const struct model_predicate *asked)
{
    if (!same_subject(given, asked) || given->negate != asked->negate) return false;
    return given->negate ? negation_implies(given, asked)
                         : matcher_implies(&given->matcher, &asked->matcher);
}

bool
predicates_imply(const struct predicate_list *given, const struct predicate_list *asked)
{
    for (size_t i = 0; i < asked->count; i++) {
        bool implied = false;
        for (size_t k = 0; k < given->count && !implied; k++) {
            implied = predicate_implies(&given->items[k], &asked->items[i]);
        }
        if (!implied) return false;
    }
    return true;
}

/* ---- contradictions ---- */

/* The path that is compared ends before the first "?" or "#". */
static bool
is_impossible_path(const struct model_predicate *predicate)
{
    const struct model_matcher *matcher = &predicate->matcher;
    if (predicate->subject != MODEL_PATH || predicate->negate) return false;
    if (matcher->op != MODEL_EXACT && matcher->op != MODEL_PREFIX) return false;
    return str_find(matcher->value, '?') != SIZE_MAX || str_find(matcher->value, '#') != SIZE_MAX;
}

/* A header that does not match anything: an absent one is "", and none has a line break. */
static bool
is_impossible_negation(const struct model_predicate *predicate)
{
    return predicate->negate && predicate->absent_is_empty && predicate->subject == MODEL_HEADER &&
           predicate->matcher.op == MODEL_REGEX && str_equal(predicate->matcher.value, STR(".*"));
}

static bool
contradicts(const struct model_predicate *given, const struct model_predicate *negated)
{
    if (given->negate || !negated->negate || !same_subject(given, negated)) return false;
    return matcher_implies(&given->matcher, &negated->matcher);
}

const struct model_predicate *
predicates_contradiction(const struct predicate_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct model_predicate *at = &list->items[i];
        if (is_impossible_path(at) || is_impossible_negation(at)) return at;
        for (size_t k = 0; at->negate && k < list->count; k++) {
            if (contradicts(&list->items[k], at)) return at;
        }
    }
    return NULL;
}
