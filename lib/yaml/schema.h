/*
 * schema: the macros that write a row of a decode table.
 */
#ifndef SLUICE_YAML_SCHEMA_H
#define SLUICE_YAML_SCHEMA_H

#include <stddef.h>

#include "yaml/decode.h"

/* A row of a table: struct, member, name, type. _WITH takes further members of the row. */
#define ROW_WITH(type_, member_, name_, field_, ...)                                               \
    {                                                                                              \
        .name = (name_), .name_len = sizeof(name_) - 1, .type = (field_),                          \
        .offset = offsetof(type_, member_), __VA_ARGS__                                            \
    }
#define ROW(type_, member_, name_, field_) ROW_WITH(type_, member_, name_, field_, .oneof = NULL)

#define MESSAGE(type_, member_, name_, message_)                                                   \
    ROW_WITH(type_, member_, name_, FIELD_MESSAGE, .message = (message_))
#define MESSAGE_WITH(type_, member_, name_, message_, ...)                                         \
    ROW_WITH(type_, member_, name_, FIELD_MESSAGE, .message = (message_), __VA_ARGS__)
#define MESSAGES(type_, member_, name_, message_)                                                  \
    ROW_WITH(type_, member_, name_, FIELD_MESSAGE_LIST, .message = (message_))
#define MESSAGES_WITH(type_, member_, name_, message_, ...)                                        \
    ROW_WITH(type_, member_, name_, FIELD_MESSAGE_LIST, .message = (message_), __VA_ARGS__)
#define ENUM(type_, member_, name_, values_)                                                       \
    ROW_WITH(type_, member_, name_, FIELD_ENUM, .values = (values_))
#define ENUM_WITH(type_, member_, name_, values_, ...)                                             \
    ROW_WITH(type_, member_, name_, FIELD_ENUM, .values = (values_), __VA_ARGS__)

/* Rows of fields that few messages have: they stand in what the member `more` leads to. */
#define MORE_ROW(type_, member_, name_, field_)                                                    \
    ROW_WITH(type_, member_, name_, field_, .in_more = true)
#define MORE_MESSAGE(type_, member_, name_, message_)                                              \
    MESSAGE_WITH(type_, member_, name_, message_, .in_more = true)

/* A message type over the table `rows_`. */
#define MESSAGE_TYPE(name_, type_, rows_)                                                          \
    {                                                                                              \
        .name = (name_), .size = sizeof(type_), .fields = (rows_),                                 \
        .field_count = sizeof(rows_) / sizeof((rows_)[0])                                          \
    }
#define MESSAGE_TYPE_WITH(name_, type_, rows_, ...)                                                \
    {                                                                                              \
        .name = (name_), .size = sizeof(type_), .fields = (rows_),                                 \
        .field_count = sizeof(rows_) / sizeof((rows_)[0]), __VA_ARGS__                             \
    }
/* Further members of the type: where the member `more` leads to when there is nothing in it. */
#define WITH_MORE(type_, none_)                                                                    \
    .more = offsetof(type_, more), .more_size = sizeof(none_), .no_more = &(none_)

#endif
