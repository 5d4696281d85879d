"""What the user is told, and what the user watches: records, dates, views."""
