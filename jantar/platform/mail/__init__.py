"""Outgoing mail: `send_mail` in services, delivered by a job, shown to administrators."""
