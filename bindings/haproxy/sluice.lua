-- sluice for HAProxy: routes HTTP requests by Istio and Gateway API rules. See docs/haproxy.md.
--
--     global
--         setenv SLUICE_RULES "/etc/haproxy/rules.yaml"
--         lua-load-per-thread /usr/share/sluice/haproxy/sluice.lua
--
-- registers the actions lua.sluice and lua.sluice_response, the converter lua.sluice and the fetch
-- lua.sluice. SLUICE_RULES holds one or more file names between blanks, SLUICE_OPTIONS what
-- bindings/haproxy/settings.h lists. A Lua file of your own that needs more than one set of rules, or
-- file names with blanks, loads this one with require() and calls register() for each set.

-- The C half, sluice.so, stands beside this file or somewhere in package.cpath.
local function open_core()
    local folder = debug.getinfo(1, "S").source:match("^@(.*/)") or "./"
    local path = assert(package.searchpath("sluice", folder .. "?.so;" .. package.cpath))
    return assert(package.loadlib(path, "luaopen_sluice"))()
end

local sluice_core = open_core()

-- Decide from what HAProxy knows about the request of a transaction.
local function decider(rules)
    local decide, needs_headers, fixed_port = rules.decide, rules.needs_headers, rules.port > 0
    return function(txn)
        local f = txn.f
        local host, headers, port
        if needs_headers then headers = f:req_hdrs() else host = f:req_fhdr("host") end
        if not fixed_port then port = f:dst_port() end
        return decide(f:method(), host, f:pathq() or f:url(), headers, f:src(), port, f:ssl_fc())
    end
end

local function change_request(http, steps)
    for i = 1, #steps, 3 do
        local action, name, value = steps[i], steps[i + 1], steps[i + 2]
        if action == "=" then http:req_set_header(name, value)
        elseif action == "+" then http:req_add_header(name, value)
        else http:req_del_header(name) end
    end
end

local function change_response(http, steps)
    for action, name, value in steps:gmatch("([=+-])([^:\n]*):([^\n]*)\n") do
        if action == "=" then http:res_set_header(name, value)
        elseif action == "+" then http:res_add_header(name, value)
        else http:res_del_header(name) end
    end
end

local function carry_out(txn, plan, variable)
    if plan.delay then core.msleep(plan.delay) end
    if plan.reply then txn:done(plan.reply) end -- does not return
    local http = txn.http
    if plan.uri then http:req_set_uri(plan.uri) end
    if plan.authority then http:req_set_header("host", plan.authority) end
    if plan.request then change_request(http, plan.request) end
    if plan.response then txn:set_var(variable.response, plan.response) end
    if plan.timeout then txn:set_var(variable.timeout, plan.timeout) end
    if plan.hash then txn:set_var(variable.hash, plan.hash) end
end

local function register_action(name, set, variable)
    core.register_action(name, {"http-req"}, function(txn)
        local fields, backend, plan = set.decide(txn)
        txn:set_var(variable.fields, fields)
        if backend then txn:set_var(variable.backend, backend)
        else txn:unset_var(variable.backend) end
        if plan then carry_out(txn, plan, variable) end
    end)
    core.register_action(name .. "_response", {"http-res"}, function(txn)
        local steps = txn:get_var(variable.response)
        if steps then change_response(txn.http, steps) end
    end)
end

-- The first fetch of a transaction decides, unless the action has; later ones read that decision.
local function register_fetch(name, set, variable)
    core.register_fetches(name, function(txn, field)
        local fields = txn:get_var(variable.fields)
        if not fields then
            fields = set.decide(txn)
            txn:set_var(variable.fields, fields)
        end
        return sluice_core.find(fields, field or "backend")
    end)
end

local function register_converter(name, set)
    core.register_converters(name, function(text, field)
        return set.field(text, field or "backend")
    end)
end

local sluice = {}

-- Register the actions, the fetch and the converter under a name: {name =, files = {...}, options =}.
-- An error ends HAProxy's start or reload with every finding, as file:line:column.
function sluice.register(set)
    local name = set.name or "sluice"
    local variable = {}
    for _, part in ipairs({"backend", "fields", "hash", "response", "timeout"}) do
        variable[part] = "txn." .. name .. "." .. part
    end
    -- Registered before the rules are read: where these are refused, HAProxy then has only that to say.
    local ready = {}
    register_action(name, ready, variable)
    register_fetch(name, ready, variable)
    register_converter(name, ready)
    local done, rules, messages = pcall(sluice_core.load, set.files, set.options)
    if not done then error("sluice:\n" .. rules, 0) end
    ready.decide, ready.field = decider(rules), rules.field
    for line in messages:gmatch("[^\n]+") do core.log(core.warning, "sluice: " .. line) end
end

-- Loaded by HAProxy itself, not by require(): the environment says what to register.
if not ... then
    local files = {}
    for file in (os.getenv("SLUICE_RULES") or ""):gmatch("%S+") do files[#files + 1] = file end
    if #files == 0 then error("sluice: setenv SLUICE_RULES names no file", 0) end
    sluice.register({files = files, options = os.getenv("SLUICE_OPTIONS")})
end

return sluice
