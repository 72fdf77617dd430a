/* names: the version, status names, and text from C strings. */
#include "base/str.h"

const char *
sluice_version(void)
{
    return SLUICE_VERSION_STRING;
}

const char *
sluice_status_name(sluice_status status)
{
    switch (status) {
    case SLUICE_OK:
        return "ok";
    case SLUICE_ERR_ARGUMENT:
        return "bad argument";
    case SLUICE_ERR_SYNTAX:
        return "syntax error";
    case SLUICE_ERR_INVALID:
        return "invalid rules";
    case SLUICE_ERR_LIMIT:
        return "limit exceeded";
    case SLUICE_ERR_NOMEM:
        return "out of memory";
    }
    return "unknown status";
}

sluice_str
sluice_str_of(const char *text)
{
    return (sluice_str){text, text ? strlen(text) : 0};
}
