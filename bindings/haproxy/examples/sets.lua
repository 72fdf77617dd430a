local sluice = require("sluice")
sluice.register({name = "edge", files = {"/etc/haproxy/rules.yaml"}, options = "port=80"})
sluice.register({name = "inner", files = {"/etc/haproxy/rules.yaml"}, options = "port=9080 namespace=shop"})
