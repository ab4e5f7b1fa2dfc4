"""Config files that tests read and edit."""

WHOLE = """# mine
default = "acme"   # the big one

[settings]
theme = "light"
plain = true
mouse = false
refresh = "manual"
slow_link = "on"
retention = "7d"

[keys]
"sending.enable" = "E" # as in the old tool

# production
[profiles.acme]
provider = "reseller-v2"
base_url = "https://Example.com/apiv2/"
format = "xml"
api_user = "bob"
protected = true
read_only = true
colour = "red"
store = "none"
credential_command = ["pass", "show", "acme"]
proxy = "http://proxy:3128"
ca_file = "/etc/ca.pem"

# europe
[profiles."eu.1"]
api_user = "eva"
"""
P = '[profiles.acme]\napi_user = "bob"\n'
