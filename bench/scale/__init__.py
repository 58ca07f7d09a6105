"""How far the service goes: several processes on a real PostgreSQL, under load. `python -m bench.scale`."""
