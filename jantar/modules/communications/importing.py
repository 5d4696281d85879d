"""What activities and tasks are called in calendars of other programs."""

OF_ACTIVITIES: dict[str, tuple[str, ...]] = {
    "subject": ("summary", "title"),
    "at": ("start", "dtstart", "start date"),
    "text": ("description",),
    "repeats": ("rrule",),
    "calendar_uid": ("uid",),
}
OF_TASKS: dict[str, tuple[str, ...]] = {
    "title": ("summary", "subject"),
    "due_at": ("due", "due date"),
    "done_at": ("completed",),
    "repeats": ("rrule",),
    "calendar_uid": ("uid",),
}
