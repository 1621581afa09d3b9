"""What is taken in as JSON. A module of its own: REST framework reads its settings while `api` is being imported."""

import json
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class SoundJSONParser(JSONParser):
    """JSON that can be kept and given back: no half of a character (`\\ud800` alone), nothing nested without end."""

    def parse(self, stream, media_type=None, parser_context=None) -> Any:
        try:
            data = super().parse(stream, media_type, parser_context)
            json.dumps(data, ensure_ascii=False).encode()
        except RecursionError:
            raise ParseError(_("This is nested deeper than anything that is asked for here.")) from None
        except UnicodeEncodeError:
            raise ParseError(_("A text holds half of a character, which nothing can show.")) from None
        return data
