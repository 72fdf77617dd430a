#include "router/builder.h"

static void
fix_hash_policy(struct builder *builder, sluice_hash_policy *policy)
{
    policy->name = build_text(builder, policy->name);
    policy->path = build_text(builder, policy->path);
    policy->attributes = build_fields(builder, policy->attributes, policy->attribute_count);
}

static const sluice_locality_share *
copy_shares(struct builder *builder, const sluice_locality_share *items, size_t count)
{
    if (count == 0) return NULL;
    sluice_locality_share *copies = build_array(builder, count, sizeof(*copies));
    for (size_t i = 0; copies && i < count; i++) {
        copies[i].from = build_text(builder, items[i].from);
        copies[i].to = build_text(builder, items[i].to);
        copies[i].weight = items[i].weight;
    }
    return copies;
}

static const uint32_t *
copy_numbers(struct builder *builder, const uint32_t *items, size_t count)
{
    if (count == 0) return NULL;
    uint32_t *copies = build_array(builder, count, sizeof(*copies));
    if (copies) memcpy(copies, items, count * sizeof(*copies));
    return copies;
}

static void
fix_load_balancer(struct builder *builder, sluice_load_balancer *lb)
{
    fix_hash_policy(builder, &lb->hash_policy);
    lb->distribute = copy_shares(builder, lb->distribute, lb->distribute_count);
    lb->failover = copy_shares(builder, lb->failover, lb->failover_count);
    lb->failover_priority =
        build_text_list(builder, lb->failover_priority, lb->failover_priority_count);
}

static void
fix_tls(struct builder *builder, sluice_tls_settings *tls)
{
    tls->client_certificate = build_text(builder, tls->client_certificate);
    tls->private_key = build_text(builder, tls->private_key);
    tls->ca_certificates = build_text(builder, tls->ca_certificates);
    tls->credential_name = build_text(builder, tls->credential_name);
    tls->sni = build_text(builder, tls->sni);
    tls->subject_alt_names =
        build_text_list(builder, tls->subject_alt_names, tls->subject_alt_name_count);
}

const sluice_traffic_policy *
build_policy(struct builder *builder, const sluice_traffic_policy *policy)
{
    bool made;
    sluice_traffic_policy *copy = build_copy_once(builder, policy, sizeof(*policy), &made);
    if (!made) return copy;
    fix_load_balancer(builder, &copy->load_balancer);
    fix_tls(builder, &copy->tls);
    sluice_outlier_detection *outlier = &copy->outlier_detection;
    outlier->http_error_codes =
        copy_numbers(builder, outlier->http_error_codes, outlier->http_error_code_count);
    copy->proxy_protocol = build_text(builder, copy->proxy_protocol);
    copy->tunnel_protocol = build_text(builder, copy->tunnel_protocol);
    copy->tunnel_target_host = build_text(builder, copy->tunnel_target_host);
    return copy;
}

const sluice_hash_policy *
build_hash_policies(struct builder *builder, const sluice_hash_policy *items, size_t count)
{
    bool made;
    if (count == 0) return NULL;
    sluice_hash_policy *copies = build_copy_once(builder, items, count * sizeof(*items), &made);
    for (size_t i = 0; made && i < count; i++) {
        fix_hash_policy(builder, &copies[i]);
    }
    return copies;
}

const sluice_retry_policy *
build_retry(struct builder *builder, const sluice_retry_policy *retry)
{
    bool made;
    sluice_retry_policy *copy = build_copy_once(builder, retry, sizeof(*retry), &made);
    if (!made) return copy;
    copy->retry_on = build_text(builder, copy->retry_on);
    copy->codes = copy_numbers(builder, copy->codes, copy->code_count);
    return copy;
}
