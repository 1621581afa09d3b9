"""The invented people of the demonstration city, and the file that remembers their password."""

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from credit_platform.accounts.models import User
from entities.models import Membership, SubmittingBody

Role = Membership.Role
WORDS = (
    "amber autumn bamboo basil birch breeze brook candle canyon cedar cinder clover cobalt copper coral cotton "
    "dawn delta ember fern field flint forest ginger glacier granite harbor hazel heron indigo island ivory "
    "jasmine juniper lagoon lantern laurel lemon lilac linen maple marble meadow mint moss ocean olive orchard "
    "pebble pepper pine plum quartz raven reed river saffron sage sand silver slate sparrow spruce stone summer "
    "thistle timber tulip valley velvet violet walnut willow winter"
)


@dataclass(frozen=True, slots=True)
class Person:
    """An account: in which body it has which role; without a body it acts for entities."""

    username: str
    name_zh: str
    name_en: str
    body: str = ""
    role: str = ""


PEOPLE = (
    Person("xuwan", "徐婉", "Xu Wan", "market-supervision", Role.CLERK),
    Person("tanyu", "谭屿", "Tan Yu", "market-supervision", Role.CLERK),
    Person("shenke", "沈珂", "Shen Ke", "market-supervision", Role.REVIEWER),
    Person("linzhaoyi", "林昭一", "Lin Zhaoyi", "market-supervision", Role.SUPERVISOR),
    Person("hemiao", "何淼", "He Miao", "tax", Role.CLERK),
    Person("duanqing", "段清", "Duan Qing", "tax", Role.REVIEWER),
    Person("luoheng", "罗蘅", "Luo Heng", "tax", Role.SUPERVISOR),
    Person("bairu", "白茹", "Bai Ru", "customs", Role.CLERK),
    Person("gujing", "顾璟", "Gu Jing", "customs", Role.REVIEWER),
    Person("weiyan", "韦砚", "Wei Yan", "customs", Role.SUPERVISOR),
    Person("jiangnuo", "江诺", "Jiang Nuo", "financial-supervision", Role.CLERK),
    Person("yetong", "叶桐", "Ye Tong", "financial-supervision", Role.REVIEWER),
    Person("caoyuan", "曹沅", "Cao Yuan", "financial-supervision", Role.SUPERVISOR),
    Person("yuwei", "俞薇", "Yu Wei", "lead-office", Role.CLERK),
    Person("luning", "陆宁", "Lu Ning", "lead-office", Role.REVIEWER),
    Person("fangzhou", "方舟", "Fang Zhou", "lead-office", Role.LEAD),
    Person("heyuan", "何苑", "He Yuan", "lead-office", Role.LEAD),
    Person("qianmulan", "钱木兰", "Qian Mulan", "catering-association", Role.OFFICER),
    Person("songqi", "宋祁", "Song Qi", "catering-association", Role.REVIEWER),
    Person("taolan", "陶岚", "Tao Lan", "catering-association", Role.SUPERVISOR),
    Person("peihuaijin", "裴怀瑾", "Pei Huaijin"),
    Person("mengxiao", "孟晓", "Meng Xiao"),
)


def accounts_file() -> Path:
    """Where the password of the ready-made accounts lies, readable by the platform's own user only."""
    return Path(settings.VAR_DIR) / "demo-accounts.json"


def make_accounts(bodies: dict[str, SubmittingBody]) -> dict[str, User]:
    """Make every account with its membership, all with one new password, which is noted in `accounts_file()`."""
    words = WORDS.split()
    password = f"{'-'.join(secrets.choice(words) for _word in range(4))}-{secrets.randbelow(900) + 100}"
    hashed = User()
    hashed.set_password(password)
    users = {
        person.username: User.objects.create(
            username=person.username,
            email=f"{person.username}@yunting.example",
            name_zh=person.name_zh,
            name_en=person.name_en,
            password=hashed.password,
        )
        for person in PEOPLE
    }
    Membership.objects.bulk_create(
        Membership(user=users[person.username], body=bodies[person.body], role=person.role)
        for person in PEOPLE
        if person.body
    )
    _note(password)
    return users


def _note(password: str) -> None:
    path = accounts_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump({"password": password, "accounts": [person.username for person in PEOPLE]}, file)
    path.chmod(0o600)


def noted_password() -> str | None:
    """The password of the ready-made accounts; None where no city was loaded from here."""
    try:
        return json.loads(accounts_file().read_text(encoding="utf-8"))["password"]
    except FileNotFoundError:
        return None
