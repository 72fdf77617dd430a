/* The C half of sluice.lua in a plain Lua, so that sanitizers see it; and under failing
 * allocations. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int luaopen_sluice(lua_State *lua);

static const char rules[] =
    "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: a}\nspec:\n"
    "  hosts: [a.com]\n  http:\n"
    "  - {match: [{uri: {exact: /r}}], redirect: {uri: /to}}\n"
    "  - {match: [{uri: {exact: /d}}], directResponse: {status: 418, body: {string: tea}},"
    " headers: {response: {add: {x-a: '1', x-b: '2'}, set: {content-type: text/tea}, remove: "
    "[x-c]}}}\n"
    "  - {match: [{uri: {exact: /w}}], rewrite: {uri: /v, authority: in.com}, timeout: 2s,"
    " fault: {delay: {fixedDelay: 5ms, percentage: {value: 100}}},"
    " headers: {request: {set: {x-a: '1'}, add: {x-b: '2'}, remove: [x-c]}, response: {set: {x-d: "
    "'3'}}},"
    " corsPolicy: {allowOrigins: [{exact: 'http://o'}]}, route: [{destination: {host: b, subset: "
    "v1}}]}\n"
    "  - {match: [{headers: {who: {exact: me}}}], route: [{destination: {host: mine}}]}\n"
    "  - {match: [{uri: {exact: /}}], route: [{destination: {host: b}}]}\n";

static const char script[] =
    "local core, file = ...\n"
    "local rules, messages = core.load({file}, 'port=80')\n"
    "assert(messages == '' and rules.needs_headers and rules.port == 80)\n"
    "local fields, backend, plan = rules.decide('GET', 'a.com', '/', nil, '10.0.0.1', nil, 0)\n"
    "assert(backend == 'b.default.svc.cluster.local' and plan == nil)\n"
    "assert(core.find(fields, 'outcome') == 'forward' and core.find(fields, 'subset') == nil)\n"
    "fields, backend = rules.decide('GET', nil, '/', 'host: a.com\\r\\nwho: me\\r\\n\\r\\n')\n"
    "assert(backend == 'mine.default.svc.cluster.local')\n"
    "fields, backend, plan = rules.decide('GET', 'a.com', '/r', nil, nil, nil, 1)\n"
    "assert(not backend and plan.reply.status == 301)\n"
    "assert(plan.reply.headers.location[1] == 'https://a.com/to')\n"
    "fields, backend, plan = rules.decide('GET', 'a.com', '/d')\n"
    "assert(plan.reply.status == 418 and plan.reply.body == 'tea' and plan.reply.headers['x-b'][1] "
    "== '2')\n"
    "assert(#plan.reply.headers['content-type'] == 1 and plan.reply.headers['content-type'][1] == "
    "'text/tea')\n"
    "fields, backend, plan = rules.decide('GET', 'a.com', '/w?q', 'origin: http://o\\n')\n"
    "assert(plan.delay == 5 and plan.uri == '/v?q' and plan.authority == 'in.com' and plan.timeout "
    "== 2000)\n"
    "assert(table.concat(plan.request, ' ') == '- x-c  = x-a 1 + x-b 2', "
    "table.concat(plan.request, ' '))\n"
    "assert(plan.response:find('=x-d:3\\n', 1, true) == 1)\n"
    "assert(plan.response:find('+access-control-allow-origin:http://o\\n', 1, true))\n"
    "assert(rules.field('GET a.com /w', 'subset') == 'v1' and rules.field('', 'host') == nil)\n"
    "assert(not pcall(rules.field, 'GET a.com /', 'colour') and not pcall(core.find, '', {}))\n"
    "assert(not pcall(core.load, {file}, 'colour') and not pcall(core.load, {{}}) and not "
    "pcall(core.load))\n";

static char file_name[] = "/tmp/sluice-lua-XXXXXX";

static void
write_rules(void)
{
    int file = mkstemp(file_name);
    cr_assert(file >= 0);
    cr_assert(write(file, rules, sizeof rules - 1) == (ssize_t)sizeof rules - 1);
    close(file);
}

static void
remove_rules(void)
{
    unlink(file_name);
}

TestSuite(haproxy_lua_module, .init = write_rules, .fini = remove_rules);

/* Lua's allocator, which refuses the one request for more memory that brings `left` to 0. */
static void *
allocate(void *user, void *at, size_t old, size_t size)
{
    long *left = user;
    if (size == 0) {
        free(at);
        return NULL;
    }
    if ((!at || size > old) && --*left == 0) return NULL;
    return realloc(at, size);
}

static int
run_script(lua_State *lua)
{
    luaL_openlibs(lua);
    if (luaL_loadbuffer(lua, script, sizeof script - 1, "=script") != LUA_OK) return lua_error(lua);
    lua_pushcfunction(lua, luaopen_sluice);
    lua_call(lua, 0, 1);
    lua_pushstring(lua, file_name);
    lua_call(lua, 2, 0);
    return 0;
}

Test(haproxy_lua_module, decides_and_plans)
{
    long never = -1;
    lua_State *lua = lua_newstate(allocate, &never);
    lua_pushcfunction(lua, run_script);
    int status = lua_pcall(lua, 0, 0, 0);
    cr_expect(eq(int, status, LUA_OK), "%s", status ? lua_tostring(lua, -1) : "");
    lua_close(lua);
}

Test(haproxy_lua_module, survives_every_failed_allocation_of_lua)
{
    size_t refused = 0;
    bool passed = false;
    for (long k = 1; !passed && k < 5000; k++) {
        long left = k;
        lua_State *lua = lua_newstate(allocate, &left);
        if (!lua) continue;
        lua_pushcfunction(lua, run_script);
        passed = lua_pcall(lua, 0, 0, 0) == LUA_OK && left > 0;
        refused += !passed;
        lua_close(lua);
    }
    cr_expect(passed);
    cr_expect(refused > 300);
}
