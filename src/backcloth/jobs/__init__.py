"""Durable jobs: accepted in one transaction, run by DBOS, published once."""
