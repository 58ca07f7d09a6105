"""`python -m backcloth` is the `backcloth` command."""

from backcloth.cli.main import app

app(prog_name="backcloth")
