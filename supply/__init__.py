"""Looks at what the service is made of: licences, known vulnerabilities, and a bill of materials."""
