"""The one sanctioned signal: how apps that stand on the registry hear of a change without being known to it."""

from django.dispatch import Signal

#: Sent inside the transaction of the change, of records or of what is registered of entities, with `entity_ids`, a set of
#: keys of `Entity`, and with `by` where a person ended a record.
records_changed = Signal()
