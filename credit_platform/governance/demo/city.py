"""Making the demonstration city, from its catalogue to today's ratings."""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random

from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from associations.models import Association
from credit_platform.accounts.models import User
from credit_platform.common.services import seed_working_calendar
from credit_platform.governance.demo import stories
from credit_platform.governance.demo.clock import as_if_on
from credit_platform.governance.demo.history import History, ordinary_life, work_in_hand
from credit_platform.governance.demo.names import FIRST, invent
from credit_platform.governance.demo.people import PEOPLE, make_accounts
from credit_platform.governance.demo.supervision import make_rules
from entities.models import Entity, Notice, RecordType, SubmittingBody
from entities.services import records
from entities.services.entities import change_entity, register_entities
from entities.services.feedback import acknowledge
from evaluation import services as evaluation
from evaluation.boards import coming, counting, weighing

ENTITIES = 300
SEED = 339_700
#: Of the businesses that the stories do not name, one in so many has a registered contact.
HAVE_A_CONTACT = 10
LONGEST_DOMAIN = 63
READ_UNTIL = timedelta(days=12)
GRADED_FOR = timedelta(days=370)
#: The names that the city gives to the bodies of the catalogue.
BODY_NAMES = {
    "market-supervision": ("云汀市市场监督管理局", "Yunting Market Supervision Bureau"),
    "tax": ("云汀市税务局", "Yunting Tax Bureau"),
    "customs": ("云汀海关", "Yunting Customs"),
    "financial-supervision": ("云汀市金融监督管理局", "Yunting Financial Supervision Bureau"),
    "lead-office": ("云汀市信用办", "Yunting Credit Office"),
    "catering-association": ("云汀市餐饮行业协会", "Yunting Catering Association"),
}

Progress = Callable[[str, int, int], None]


def exists() -> bool:
    """Whether the city has been made here already."""
    return User.objects.filter(username=PEOPLE[0].username).exists()


@transaction.atomic
def make(*, progress: Progress) -> None:
    """Make the whole city in one transaction; `progress(what, done, total)` hears of each step."""
    today = timezone.localdate()
    random = Random(SEED)  # noqa: S311 - it makes a story, not a secret
    progress("catalogue", 0, 1)
    seed_working_calendar()
    call_command("seed_catalogue", stdout=_Silent())
    call_command("seed_schemes", stdout=_Silent())
    progress("catalogue", 1, 1)
    bodies = _named_bodies()
    users = make_accounts(bodies)
    entities = _registered(users["xuwan"], today, random, progress)
    _give_contacts(users["fangzhou"], entities, today)
    history = History(today, users, bodies, random, types={t.code: t for t in RecordType.objects.all()})
    ordinary_life(history, entities)
    work_in_hand(history, entities)
    stories.tell(history, entities)
    _live(history, progress)
    make_rules(users, bodies, today)
    _read_old_notices(history)
    progress("ratings", 0, 1)
    evaluation.rate_all(as_of=today)
    while evaluation.rate_waiting(limit=1_000, as_of=today):
        pass
    # What the night does, so that no board is empty until then.
    counting.follow(today)
    coming.look_ahead(today)
    weighing.weigh(today)
    progress("ratings", 1, 1)


def _named_bodies() -> dict[str, SubmittingBody]:
    bodies = {body.code: body for body in SubmittingBody.objects.filter(code__in=BODY_NAMES)}
    for code, (name_zh, name_en) in BODY_NAMES.items():
        bodies[code].name_zh, bodies[code].name_en = name_zh, name_en
    SubmittingBody.objects.bulk_update(bodies.values(), ("name_zh", "name_en"))
    Association.objects.get_or_create(
        body=bodies["catering-association"],
        defaults={
            "charter": "《云汀市餐饮行业协会章程》第六条、第十一条",
            "industry_scope": "餐饮",
            "industry_codes": ["H62"],
        },
    )
    return bodies


def _registered(by, today: date, random: Random, progress: Progress) -> list[Entity]:
    with as_if_on(today - timedelta(days=760)):
        entities = register_entities(
            by=by,
            entities=[
                {
                    "credit_code": invented.credit_code,
                    "name_zh": invented.name_zh,
                    "name_en": invented.name_en,
                    **invented.facts,
                }
                for invented in invent(ENTITIES, today, random)
            ],
        )
    progress("businesses", ENTITIES, ENTITIES)
    return entities


def _give_contacts(by, entities: list[Entity], today: date) -> None:
    """The contacts that some businesses registered, at domains that nobody can have; most never gave one."""
    with as_if_on(today - timedelta(days=700)):
        for number, entity in enumerate(entities, start=1):
            if number <= len(FIRST) or number % HAVE_A_CONTACT == 0:
                domain = slugify(entity.name_en)[:LONGEST_DOMAIN].strip("-")
                change_entity(
                    by=by,
                    credit_code=entity.credit_code,
                    facts={"contact_email": f"office@{domain}.example.com"},
                    because="企业登记联络员备案表",
                )


def _live(history: History, progress: Progress) -> None:
    """Let every deed happen on its day, and at each month's end what the platform does by itself.

    Grades have a path of a year: rating every month of two would take longer than the rest of the story.
    """
    done, last_month, graded_from = 0, None, history.today - GRADED_FOR
    while pending := history.in_order():
        deed = pending[0]
        history.deeds.remove(deed)
        month = deed.day.replace(day=1)
        if last_month and month > last_month and deed.day > graded_from:
            _by_itself(deed.day)
        last_month = month
        with as_if_on(deed.day):
            deed.do()
        done += 1
        progress("history", done, done + len(history.deeds))
    _by_itself(history.today)


def _read_old_notices(history: History) -> None:
    """Everybody has read what was written to them, but for the last days."""
    until = timezone.now() - READ_UNTIL
    for user in history.users.values():
        old = Notice.objects.visible_to(user).filter(created_at__lt=until, acknowledged_at=None)
        for notice in old.order_by("pk"):
            with as_if_on(timezone.localdate(notice.created_at), hour=15):
                acknowledge(by=user, notice_id=notice.pk)


def _by_itself(day: date) -> None:
    """Publicity that is over ends; what changed, and whom the days themselves touched, is rated."""
    with as_if_on(day, hour=1):
        records.end_publicity(as_of=day)
        evaluation.request_ratings_until(day)
        while evaluation.rate_waiting(limit=1_000, as_of=day):
            pass


class _Silent:
    """Swallows what a command would print in the middle of the progress line."""

    def write(self, text: str) -> None:
        del text
