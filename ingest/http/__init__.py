"""The one HTTP client: everything that leaves this machine goes through here."""
