/* lua_plan: everything is copied into Lua, since the next decision of the thread overwrites it. */
#include "lua_plan.h"

#include <inttypes.h>
#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

static void
push_str(lua_State *lua, sluice_str text)
{
    lua_pushlstring(lua, text.len ? text.ptr : "", text.len);
}

static void
set_str(lua_State *lua, const char *name, sluice_str text)
{
    push_str(lua, text);
    lua_setfield(lua, -2, name);
}

static lua_Integer
milliseconds(int64_t ns)
{
    return (lua_Integer)((ns + 999999) / 1000000);
}

static bool
same(sluice_str a, sluice_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* ---- the reply ---- */

/* On a table of headers: one more value of a name, or the first. */
static void
reply_add(lua_State *lua, sluice_str name, sluice_str value)
{
    push_str(lua, name);
    lua_pushvalue(lua, -1);
    if (lua_rawget(lua, -3) != LUA_TTABLE) {
        lua_pop(lua, 1);
        lua_newtable(lua);
        lua_pushvalue(lua, -2);
        lua_pushvalue(lua, -2);
        lua_rawset(lua, -5);
    }
    push_str(lua, value);
    lua_rawseti(lua, -2, (lua_Integer)lua_rawlen(lua, -2) + 1);
    lua_pop(lua, 2);
}

static void
reply_remove(lua_State *lua, sluice_str name)
{
    push_str(lua, name);
    lua_pushnil(lua);
    lua_rawset(lua, -3);
}

static void
reply_step(lua_State *lua, const sluice_header_op *op)
{
    if (op->action != SLUICE_HEADER_ADD) reply_remove(lua, op->name);
    if (op->action != SLUICE_HEADER_REMOVE) reply_add(lua, op->name, op->value);
}

/* gRPC tells its status in a header of an answer without a body. */
static void
reply_grpc(lua_State *lua, const sluice_decision *decision)
{
    char digits[24];
    size_t len = (size_t)snprintf(digits, sizeof digits, "%d", (int)decision->grpc_status);
    reply_remove(lua, sluice_str_of("content-type"));
    reply_add(lua, sluice_str_of("content-type"), sluice_str_of("application/grpc"));
    reply_add(lua, sluice_str_of("grpc-status"), (sluice_str){digits, len});
    if (decision->body.len) reply_add(lua, sluice_str_of("grpc-message"), decision->body);
}

static void
push_reply(lua_State *lua, const sluice_decision *decision)
{
    bool grpc = decision->grpc_status >= 0;
    lua_createtable(lua, 0, 3);
    lua_pushinteger(lua, grpc ? 200 : (lua_Integer)decision->status);
    lua_setfield(lua, -2, "status");
    if (!grpc && decision->body.len) set_str(lua, "body", decision->body);
    lua_newtable(lua);
    if (decision->outcome == SLUICE_REDIRECT) {
        reply_add(lua, sluice_str_of("location"), decision->redirect.location);
    }
    for (size_t i = 0; i < decision->response_field_count; i++) {
        reply_add(lua, decision->response_fields[i].name, decision->response_fields[i].value);
    }
    for (size_t i = 0; i < decision->response_header_count; i++) {
        reply_step(lua, &decision->response_headers[i]);
    }
    if (grpc) reply_grpc(lua, decision);
    lua_setfield(lua, -2, "headers");
}

/* ---- what changes on the way to the backend and back ---- */

static const char *
sign_of(sluice_header_action action)
{
    static const char *const signs[] = {"=", "+", "-"};
    return signs[action];
}

static void
push_request_steps(lua_State *lua, const sluice_decision *decision)
{
    lua_Integer at = 0;
    lua_createtable(lua, (int)decision->request_header_count * 3, 0);
    for (size_t i = 0; i < decision->request_header_count; i++) {
        const sluice_header_op *op = &decision->request_headers[i];
        lua_pushstring(lua, sign_of(op->action));
        lua_rawseti(lua, -2, ++at);
        push_str(lua, op->name);
        lua_rawseti(lua, -2, ++at);
        push_str(lua, op->value);
        lua_rawseti(lua, -2, ++at);
    }
}

/* A line end cannot stand in a header, nor would the line be read back as one. */
static void
add_response_step(luaL_Buffer *buffer, const char *sign, sluice_str name, sluice_str value)
{
    if (value.len && memchr(value.ptr, '\n', value.len)) return;
    luaL_addstring(buffer, sign);
    luaL_addlstring(buffer, name.ptr, name.len);
    luaL_addstring(buffer, ":");
    if (value.len) luaL_addlstring(buffer, value.ptr, value.len);
    luaL_addstring(buffer, "\n");
}

static void
push_response_steps(lua_State *lua, const sluice_decision *decision)
{
    luaL_Buffer buffer;
    luaL_buffinit(lua, &buffer);
    for (size_t i = 0; i < decision->response_header_count; i++) {
        const sluice_header_op *op = &decision->response_headers[i];
        add_response_step(&buffer, sign_of(op->action), op->name, op->value);
    }
    for (size_t i = 0; i < decision->cors_header_count; i++) {
        const sluice_field *field = &decision->cors_headers[i];
        add_response_step(&buffer, "+", field->name, field->value);
    }
    for (size_t i = 0; i < decision->response_field_count; i++) {
        const sluice_field *field = &decision->response_fields[i];
        add_response_step(&buffer, "+", field->name, field->value);
    }
    if (decision->sticky.set_cookie.len) {
        add_response_step(&buffer, "+", sluice_str_of("set-cookie"), decision->sticky.set_cookie);
    }
    luaL_pushresult(&buffer);
}

static bool
changes_response(const sluice_decision *decision)
{
    return decision->response_header_count || decision->cors_header_count ||
           decision->response_field_count || decision->sticky.set_cookie.len;
}

static void
plan_forward(lua_State *lua, const sluice_request *request, const sluice_decision *decision)
{
    bool moved = !same(decision->authority, request->authority);
    /* A target in absolute form names the authority too, so it goes with either. */
    if (moved || !same(decision->path, request->path)) set_str(lua, "uri", decision->path);
    if (moved) set_str(lua, "authority", decision->authority);
    if (decision->request_header_count) {
        push_request_steps(lua, decision);
        lua_setfield(lua, -2, "request");
    }
    if (changes_response(decision)) {
        push_response_steps(lua, decision);
        lua_setfield(lua, -2, "response");
    }
    if (decision->timeout_ns > 0) {
        lua_pushinteger(lua, milliseconds(decision->timeout_ns));
        lua_setfield(lua, -2, "timeout");
    }
    if (decision->hash_present) {
        /* More than Lua's integers hold, so as digits. */
        char digits[24];
        size_t len = (size_t)snprintf(digits, sizeof digits, "%" PRIu64, decision->hash);
        set_str(lua, "hash", (sluice_str){digits, len});
    }
}

static bool
forwards(const sluice_decision *decision)
{
    return decision->outcome == SLUICE_FORWARD || decision->outcome == SLUICE_PASSTHROUGH;
}

static bool
delays(const sluice_decision *decision)
{
    return decision->fault && decision->fault->delay_chosen;
}

/* Whether plan_forward() would leave the table empty. */
static bool
forwards_plainly(const sluice_request *request, const sluice_decision *decision)
{
    return forwards(decision) && !delays(decision) && same(decision->path, request->path) &&
           same(decision->authority, request->authority) && !decision->request_header_count &&
           !changes_response(decision) && decision->timeout_ns <= 0 && !decision->hash_present;
}

void
lua_plan_push(lua_State *lua, const sluice_request *request, const sluice_decision *decision)
{
    if (forwards_plainly(request, decision)) {
        lua_pushnil(lua);
        return;
    }
    luaL_checkstack(lua, 10, NULL);
    lua_createtable(lua, 0, 4);
    if (delays(decision)) {
        lua_pushinteger(lua, milliseconds(decision->fault->delay_ns));
        lua_setfield(lua, -2, "delay");
    }
    if (forwards(decision)) {
        plan_forward(lua, request, decision);
    } else {
        push_reply(lua, decision);
        lua_setfield(lua, -2, "reply");
    }
}
