"""Taking files in: formats, reading, checks, matching. Pure of writes; `entities.services.submissions` writes."""
