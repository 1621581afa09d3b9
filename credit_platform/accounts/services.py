"""Making accounts. Who may have one made is the business of whoever calls."""

from dataclasses import dataclass

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext as _

from credit_platform.accounts.models import User
from credit_platform.common.errors import InvalidInput

#: Who makes an account holds this advisory lock to the end of the transaction.
ACCOUNTS_LOCK = 0xACC0


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What a person says of the account to be."""

    username: str
    name_zh: str
    name_en: str
    password: str


@transaction.atomic
def make_account(*, account: NewAccount, email: str, language: str) -> User:
    """An account with which its person signs in, and which may do nothing yet.

    Raises `InvalidInput` by field: a name that is taken, an address that has an account, a password that is too weak.
    """
    # Names and addresses are compared without regard to case, for which no constraint stands: two at once would both pass.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ACCOUNTS_LOCK])
    user = User(
        username=account.username.strip(),
        name_zh=account.name_zh.strip(),
        name_en=account.name_en.strip(),
        email=email,
        language=language,
    )
    if problems := _problems_of(user, account.password):
        raise InvalidInput(problems)
    user.set_password(account.password)
    user.save(force_insert=True)
    return user


def _problems_of(user: User, password: str) -> dict[str, list[str]]:
    problems: dict[str, list[str]] = {}
    try:
        user.full_clean(exclude=("password",), validate_unique=False)
    except ValidationError as wrong:
        problems |= wrong.message_dict
    if "@" in user.username:
        # What has one is taken for an e-mail address when somebody signs in.
        problems["username"] = [_("A user name has no @ in it.")]
    elif User.objects.filter(username__iexact=user.username).exists():
        problems["username"] = [_("This user name is taken.")]
    if User.objects.filter(email__iexact=user.email).exists():
        problems[""] = [_("There is an account with this e-mail address already. Sign in with it to accept.")]
    try:
        validate_password(password, user)
    except ValidationError as weak:
        problems["password"] = list(weak.messages)
    return problems
