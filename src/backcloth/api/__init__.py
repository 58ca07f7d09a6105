"""HTTP only: routes, wire models, authorisation, limits. Never pixels."""
