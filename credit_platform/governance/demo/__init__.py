"""The demonstration city: invented people and businesses, whose history is written by the platform's own services."""
