"""Jantar: an open-source CRM for companies in Czechia, Hungary, Poland and Slovakia."""
