/* mirror: the copies that the request's random number samples. */
#include "router/act.h"

bool
act_hits(sluice_fraction fraction, uint64_t draw)
{
    return draw % fraction.denominator < fraction.numerator;
}

bool
act_is_partial(sluice_fraction fraction)
{
    return fraction.numerator != 0 && fraction.numerator < fraction.denominator;
}

static bool
sample(struct view *view, sluice_fraction fraction, struct draw *draw)
{
    if (!act_is_partial(fraction)) return fraction.numerator != 0;
    return act_hits(fraction, act_draw(view, draw));
}

void
act_mirrors(struct view *view, const struct action_extra *extra, struct draw *draw,
            sluice_decision *decision)
{
    if (extra->mirror_count == 0 || str_equal(view_method(view), STR("CONNECT"))) return;
    for (size_t i = 0; i < extra->mirror_count; i++) {
        const struct mirror *mirror = &extra->mirrors[i];
        uint32_t port = mirror->destination->port;
        view->context->mirrors[decision->mirror_count++] = (sluice_mirror){
            .destination = mirror->destination,
            .port = port ? port : view->port,
            .fraction = mirror->fraction,
            .chosen = sample(view, mirror->fraction, draw),
        };
    }
    decision->mirrors = view->context->mirrors;
}
