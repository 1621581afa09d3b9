"""How often one address may ask the public pages."""

from credit_platform.common.limits import Limit

SEARCH = Limit("search", amount=60, seconds=60)
PAGES = Limit("entity", amount=240, seconds=60)
#: Programs; more than a person turns pages.
INTERFACE = Limit("interface", amount=120, seconds=60)
#: Whole kinds of records; nobody needs one more often than once in a while.
FILES = Limit("files", amount=20, seconds=3600)
#: Papers that are made for whoever asks; and codes, so that nobody tries them out.
EXTRACTS = Limit("extracts", amount=30, seconds=3600)
CODES = Limit("codes", amount=20, seconds=3600)
#: What people write to departments; more than anybody has to report in an hour.
REPORTS = Limit("reports", amount=6, seconds=3600)
