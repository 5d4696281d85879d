"""Settings pages: company, users, roles, fields, modules, and each user's own."""
