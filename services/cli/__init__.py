"""The commands of `anchorwatch`: one module each, with `main(arguments) -> exit code`.

`services/__main__.py` loads a module only when its command is asked for, turns every error of
`shared.errors` into one sentence on stderr, and knows the exit codes (docs/cli.md).
"""
