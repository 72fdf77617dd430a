/*
 * lua_plan: what the action has to do besides choosing a backend, as a Lua table.
 *
 *   delay      milliseconds to wait first
 *   reply      {status =, headers = {NAME = {VALUE, ...}}, body =}: answer with it, as TXN.done()
 * takes it uri        path and query to send upstream, where they change authority  to send
 * upstream, where it changes request    steps on the request's headers: {ACTION, NAME, VALUE,
 * ACTION, NAME, VALUE, ...} with the actions "=" (set), "+" (add), "-" (remove) response   steps on
 * the response's headers as lines "ACTIONNAME:VALUE", for a variable to carry timeout milliseconds;
 * hash: text
 */
#ifndef HAPROXY_LUA_PLAN_H
#define HAPROXY_LUA_PLAN_H

#include <lua.h>
#include <sluice/sluice.h>

/* Push the plan, or nil when there is nothing to do. May raise a Lua error: out of memory. */
void lua_plan_push(lua_State *lua, const sluice_request *request, const sluice_decision *decision);

#endif
