"""Outgoing HTTP: which addresses may be dialled, the guarded fetch, webhooks."""
