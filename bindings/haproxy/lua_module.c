/*
 * lua_module: the C half of sluice.lua, loaded into each of HAProxy's Lua states.
 *
 *     core.load({FILE, ...}, OPTIONS) -> rules, messages     raises an error where they are refused
 *     rules.decide(METHOD, AUTHORITY, PATH, HEADERS, SOURCE-IP, PORT, TLS) -> fields, backend, plan
 *     rules.field(REQUEST-TEXT, NAME) -> text, or nothing
 *     rules.needs_headers, rules.port                        what decide() has to be given
 *     core.find(FIELDS, NAME) -> text, or nothing            one field of what decide() gave
 *
 * HAProxy runs one piece of Lua at a time in a state, so each state has one context. A decision
 * lives until the next one of its context; what a caller may need later is copied into Lua first.
 */
#include "fields.h"
#include "lua_plan.h"
#include "request_text.h"
#include "rules.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#define FIELD_SIZE 2048
#define FIELDS_SIZE 8192

/* What one Lua state knows about one set of rules. */
struct lua_rules {
    struct rules *rules;
    sluice_context *context; /* made by the first decision: then the worker has been forked */
    struct headers headers;
    char *messages; /* of loading; here, so that a Lua error on the way to them leaks nothing */
};

static int
collect(lua_State *lua)
{
    struct lua_rules *own = lua_touserdata(lua, 1);
    sluice_context_free(own->context);
    headers_free(&own->headers);
    rules_release(own->rules);
    free(own->messages);
    return 0;
}

/* ---- arguments ---- */

static sluice_str
str_at(lua_State *lua, int index)
{
    size_t len;
    const char *text = lua_tolstring(lua, index, &len);
    return text ? (sluice_str){text, len} : (sluice_str){NULL, 0};
}

/* HAProxy 2.6 gives Lua a boolean sample as 0 or 1, and 0 is true in Lua. */
static bool
is_true(lua_State *lua, int index)
{
    return lua_isnumber(lua, index) ? lua_tointeger(lua, index) != 0 : lua_toboolean(lua, index);
}

/* The name of a field; a wrong one is a mistake of the configuration, which the log shows. */
static sluice_str
known_name(lua_State *lua, int index)
{
    sluice_str name = str_at(lua, index);
    if (!field_known(name))
        luaL_error(lua, "sluice: no field \"%s\"", luaL_tolstring(lua, index, NULL));
    return name;
}

static struct lua_rules *
own_rules(lua_State *lua)
{
    struct lua_rules *own = lua_touserdata(lua, lua_upvalueindex(1));
    if (!own->context) own->context = rules_context(own->rules);
    if (!own->context) luaL_error(lua, "sluice: out of memory");
    return own;
}

static sluice_request
request_of(const struct lua_rules *own)
{
    const struct settings *settings = rules_settings(own->rules);
    return (sluice_request){
        .protocol = settings->protocol,
        .port = settings->port,
        .gateway = settings->gateway,
    };
}

/* ---- deciding ---- */

static void
push_fields(lua_State *lua, const sluice_decision *decision)
{
    char text[FIELDS_SIZE];
    struct line line = {text, 0, sizeof text, true};
    fields_write(decision, &line);
    lua_pushlstring(lua, text, line.len);
}

static int
push_field(lua_State *lua, const sluice_decision *decision, sluice_str name)
{
    char text[FIELD_SIZE];
    struct line line = {text, 0, sizeof text, true};
    if (!field_write(decision, name, &line)) return 0;
    lua_pushlstring(lua, text, line.len);
    return 1;
}

static int
decide(lua_State *lua)
{
    struct lua_rules *own = own_rules(lua);
    sluice_request request = request_of(own);
    sluice_decision decision;
    headers_clear(&own->headers);
    if (!headers_read(&own->headers, str_at(lua, 4))) luaL_error(lua, "sluice: out of memory");
    request.method = str_at(lua, 1);
    request.authority = str_at(lua, 2);
    if (!request.authority.ptr) request.authority = headers_get(&own->headers, "host");
    request.path = str_at(lua, 3);
    request.headers = own->headers.items;
    request.header_count = own->headers.count;
    request.source_ip = str_at(lua, 5);
    if (!request.port) request.port = (uint32_t)lua_tointeger(lua, 6);
    if (is_true(lua, 7)) request.scheme = sluice_str_of("https");
    sluice_route(own->context, &request, &decision);
    push_fields(lua, &decision);
    if (!push_field(lua, &decision, sluice_str_of("backend"))) lua_pushnil(lua);
    lua_plan_push(lua, &request, &decision);
    return 3;
}

static int
field(lua_State *lua)
{
    struct lua_rules *own = own_rules(lua);
    sluice_str name = known_name(lua, 2);
    sluice_request request = request_of(own);
    sluice_decision decision;
    if (!request_text_read(str_at(lua, 1), &request, &own->headers)) {
        luaL_error(lua, "sluice: out of memory");
    }
    sluice_route(own->context, &request, &decision);
    return push_field(lua, &decision, name);
}

static int
find(lua_State *lua)
{
    sluice_str value = fields_find(str_at(lua, 1), known_name(lua, 2));
    if (!value.ptr) return 0;
    lua_pushlstring(lua, value.ptr, value.len);
    return 1;
}

/* ---- loading ---- */

/* An array of the file names in the table at index 1, kept alive by the stack. */
static const char **
file_names(lua_State *lua, size_t *count)
{
    luaL_checktype(lua, 1, LUA_TTABLE);
    *count = lua_rawlen(lua, 1);
    const char **names = lua_newuserdata(lua, (*count + 1) * sizeof *names);
    luaL_checkstack(lua, (int)*count + 1, "too many files");
    for (size_t i = 0; i < *count; i++) {
        lua_rawgeti(lua, 1, (lua_Integer)i + 1);
        names[i] = luaL_checkstring(lua, -1);
    }
    return names;
}

/* Push a zeroed struct lua_rules that Lua will collect. */
static struct lua_rules *
new_lua_rules(lua_State *lua)
{
    struct lua_rules *own = lua_newuserdata(lua, sizeof *own);
    memset(own, 0, sizeof *own);
    lua_createtable(lua, 0, 1);
    lua_pushcfunction(lua, collect);
    lua_setfield(lua, -2, "__gc");
    lua_setmetatable(lua, -2);
    return own;
}

/* Load, and push the messages. */
static void
load_rules(lua_State *lua, struct lua_rules *own, const char *const *names, size_t count,
           const char *options)
{
    size_t len = 0;
    FILE *messages = open_memstream(&own->messages, &len);
    if (messages) own->rules = rules_load(names, count, options, messages);
    if (!messages || fclose(messages) != 0) luaL_error(lua, "out of memory");
    lua_pushlstring(lua, own->messages, len);
}

static void
set_method(lua_State *lua, int own, const char *name, lua_CFunction function)
{
    lua_pushvalue(lua, own);
    lua_pushcclosure(lua, function, 1);
    lua_setfield(lua, -2, name);
}

static int
load(lua_State *lua)
{
    const char *options = luaL_optstring(lua, 2, "");
    lua_settop(lua, 2);
    struct lua_rules *own = new_lua_rules(lua); /* at 3 */
    size_t count;
    const char **names = file_names(lua, &count);
    load_rules(lua, own, names, count, options);
    if (!own->rules) return lua_error(lua);
    lua_createtable(lua, 0, 4);
    set_method(lua, 3, "decide", decide);
    set_method(lua, 3, "field", field);
    lua_pushboolean(lua, rules_need_headers(own->rules));
    lua_setfield(lua, -2, "needs_headers");
    lua_pushinteger(lua, rules_settings(own->rules)->port);
    lua_setfield(lua, -2, "port");
    lua_insert(lua, -2);
    return 2;
}

__attribute__((visibility("default"))) int luaopen_sluice(lua_State *lua);

int
luaopen_sluice(lua_State *lua)
{
    static const luaL_Reg functions[] = {
        {"find", find},
        {"load", load},
        {NULL,   NULL},
    };
    luaL_newlib(lua, functions);
    return 1;
}
