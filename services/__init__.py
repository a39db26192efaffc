"""The five services and what starts them.

Who talks to whom: `profile` says which links to track; `crawler` looks at their pages and says what
it saw; `profile` and `toxicity` conclude from that; `outreach` holds what was agreed and hears what
became of it; `gateway` is the one that people and programs talk to. They never import each other:
facts travel as events over the bus (`shared/bus`), questions travel from the gateway over HTTP.

`services/__main__.py` is the `anchorwatch` command, `services/cli` holds one module per command,
`services/embedded.py` runs everything in one process, `services/demo` is a synthetic web.
"""
