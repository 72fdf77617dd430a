/*
 * syntax: small grammars of names that several formats share.
 */
#ifndef SLUICE_BASE_SYNTAX_H
#define SLUICE_BASE_SYNTAX_H

#include "base/str.h"

/* RFC 9110's token, which names headers and cookies: letters, digits and !#$%&'*+-.^_`|~ , at least
 * one. */
bool syntax_is_token(sluice_str text);

/* Kubernetes' qualified name, the part of a label key behind "/": 1 to 63 letters, digits, "-", "_"
 * and ".", beginning and ending with a letter or digit. */
bool syntax_is_qualified_name(sluice_str text);

/* Why text is no value of a Kubernetes label (static, completes `"TEXT" ...`); NULL when it is. */
const char *syntax_check_label_value(sluice_str text);

#endif
