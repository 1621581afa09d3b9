"""The catalogue that the platform ships: what may be collected, on which legal basis, and how long it is public.

Plain data, written into the tables by `manage.py seed_catalogue`. Every row says where it comes from and
how far that was verified: V the full text was read, P a public source was read in part, B not verified.
What the sources leave open stays open here too: it is written beside the row and shown with it.
"""
