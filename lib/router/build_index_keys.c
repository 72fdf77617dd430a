/* build_index_keys: what a predicate says about the texts that it holds for. */
#include "router/build_index.h"

static void
set_key(struct index_literals *out, const struct predicate *predicate, enum key_kind kind,
        sluice_str text, bool lasting)
{
    enum { LONGEST = 1 << 24 };
    if (text.len == 0 || text.len >= LONGEST) return;
    bool fold = predicate->flags & PREDICATE_IGNORE_CASE;
    out->has_key = true;
    out->key = (struct index_key){
        .kind = (uint8_t)kind,
        .dimension = index_dimension_id(predicate->subject, fold),
        .name = predicate->name,
        .text = text,
        .lasting = lasting,
    };
}

static void
set_run(struct index_literals *out, sluice_str run)
{
    if (run.len < GRAM_MIN) return;
    out->own_run = run;
    out->runs = &out->own_run;
    out->run_count = 1;
}

static void
text_literals(const struct index_builder *ib, const struct predicate *predicate,
              struct index_literals *out)
{
    switch ((enum match_op)predicate->op) {
    case OP_EXACT:
        set_key(out, predicate, KEY_EXACT, predicate->text, true);
        break;
    case OP_PREFIX:
    case OP_SEGMENT_PREFIX:
        set_key(out, predicate, KEY_PREFIX, predicate->text, true);
        break;
    case OP_SUFFIX:
        set_run(out, predicate->text);
        break;
    case OP_AFFIX:
        set_key(out, predicate, KEY_PREFIX, predicate->affix->prefix, true);
        set_run(out, predicate->affix->suffix);
        break;
    case OP_CIDR: {
        sluice_str bytes = {(const char *)predicate->cidr->address, predicate->cidr->bits / 8};
        set_key(out, predicate, KEY_PREFIX, bytes, true);
        break;
    }
    case OP_REGEX: {
        const struct pattern *pattern = &predicate->pattern;
        const struct regex_literal *literal = &ib->builder->literals[pattern->regex];
        bool cut = pattern->len > 0;
        set_key(out, predicate, KEY_PREFIX,
                cut ? str_make(pattern->prefix, pattern->len) : literal->prefix, cut);
        out->runs = literal->runs;
        out->run_count = literal->run_count;
        break;
    }
    case OP_PRESENT:
        break;
    }
}

/* An absent value that counts as empty is no exception: no literal here is empty. */
void
index_literals_of(const struct index_builder *ib, const struct predicate *predicate,
                  struct index_literals *out)
{
    memset(out, 0, sizeof(*out));
    if (predicate->flags & PREDICATE_NEGATE) return;
    if (predicate->subject == SUBJECT_PORT || predicate->subject == SUBJECT_PROTOCOL) {
        sluice_str bytes = {(const char *)&predicate->number, sizeof(predicate->number)};
        set_key(out, predicate, KEY_EXACT, bytes, true);
        return;
    }
    text_literals(ib, predicate, out);
}

/* As index_text_hash() finds it, which has to keep the hashes of shorter prefixes too. */
uint64_t
index_key_hash(const struct index_builder *ib, const struct index_key *key)
{
    const struct hash_keys *keys = &ib->router->hash_keys;
    uint64_t state = index_text_begin(keys, key->dimension, key->name);
    sluice_str text = key->text;
    bool fold = key->dimension & 1;
    if (key->kind == KEY_GRAM) {
        return index_text_gram(keys, state, word_first(text.ptr, text.len), text.len);
    }
    state = text_hash_blocks(keys, state, text, fold);
    return index_text_finish(keys, state, text_hash_rest(text, fold), text.len,
                             (enum key_kind)key->kind);
}
