"""The calendar: what it shows, how days are laid out, and the feed for other calendars."""
