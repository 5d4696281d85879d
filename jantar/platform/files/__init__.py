"""Private files in Django's storage: uploads, results of jobs, attachments."""
