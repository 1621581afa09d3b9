"""Invented businesses. The city, its districts and their region codes do not exist, so nothing here names anybody."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from random import Random

from entities import codes

#: Region codes that GB/T 2260 has never given, with the invented districts that they stand for.
DISTRICTS = (
    ("339702", "汀东区"),
    ("339703", "汀西区"),
    ("339704", "云岭区"),
    ("339705", "澜港区"),
    ("339721", "溪口县"),
)
STREETS = ("澄湖路", "望汀街", "松影路", "桐溪街", "云帆大道", "青石巷", "屿前路", "朝汐街")
BRANDS = (
    ("禾谷", "Hegu"), ("沣屿", "Fengyu"), ("恒屿", "Hengyu"), ("启汎", "Qifan"), ("鼎固", "Dinggu"),
    ("澄一", "Chengyi"), ("蓝栈", "Lanzhan"), ("铭拓", "Mingtuo"), ("合广", "Heguang"), ("青穗", "Qingsui"),
    ("瑞汐", "Ruixi"), ("屿槐", "Yuhuai"), ("松岚", "Songlan"), ("朴木", "Pumu"), ("汀舟", "Tingzhou"),
    ("云岫", "Yunxiu"), ("栖桐", "Qitong"), ("澜石", "Lanshi"), ("望屿", "Wangyu"), ("简禾", "Jianhe"),
    ("沐岭", "Muling"), ("竹溪里", "Zhuxili"), ("元汀", "Yuanting"), ("半澜", "Banlan"), ("知稷", "Zhiji"),
    ("锦汐", "Jinxi"), ("原朴", "Yuanpu"), ("谷雨里", "Guyuli"), ("远槐", "Yuanhuai"), ("泊川", "Bochuan"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Trade:
    """A line of business: its words in a name, its class of GB/T 4754, and its form."""

    zh: str
    en: str
    industry: str
    kind: str = "1"
    form_zh: str = "有限公司"
    form_en: str = "Co., Ltd."
    legal_form: str = "有限责任公司"


TRADES = (
    Trade("糕点食品", "Pastry Food", "C1411"),
    Trade("肉制品", "Meat Products", "C1353"),
    Trade("豆制品", "Bean Products", "C1392"),
    Trade("速冻食品", "Frozen Food", "C1432"),
    Trade("家具", "Furniture", "C2110"),
    Trade("精细化工", "Fine Chemicals", "C2612"),
    Trade("机械加工", "Machining", "C3484"),
    Trade("机电安装", "Electrical Installation", "E4910"),
    Trade("再生资源", "Recycling", "F5191"),
    Trade("蔬果批发", "Fruit and Vegetable Wholesale", "F5123"),
    Trade("冷链物流", "Cold-Chain Logistics", "G5930"),
    Trade("餐饮管理", "Catering Management", "H6210"),
    Trade("快餐", "Fast Food", "H6220"),
    Trade("团餐配送", "Catering Delivery", "H6241"),
    Trade("酒店管理", "Hotel Management", "H6110"),
    Trade("软件技术", "Software Technology", "I6513"),
    Trade(
        "农村商业银行", "Rural Commercial Bank", "J6621", form_zh="股份有限公司", legal_form="股份有限公司"
    ),
    Trade("物业服务", "Property Services", "K7020"),
    Trade("广告", "Advertising", "L7259"),
    Trade("劳务派遣", "Labour Dispatch", "L7263"),
    Trade("检测技术", "Testing Technology", "M7452"),
    Trade("汽车维修", "Car Repair", "O8111"),
    Trade("洗染服务", "Laundry", "O8030"),
    Trade("职业培训", "Vocational Training", "P8391"),
    Trade("口腔门诊部", "Dental Clinic", "Q8425"),
    Trade("蔬菜专业合作社", "Vegetable Growers", "A0141", "3", "", "Cooperative", "农民专业合作社"),
    Trade("百货商行", "General Store", "F5211", "2", "", "", "个体工商户"),
    Trade("面馆", "Noodle House", "H6210", "2", "", "", "个体工商户"),
)
SIZES = ("micro", "micro", "small", "small", "small", "medium", "large")
FOOD = frozenset({"C1411", "C1353", "C1392", "C1432", "F5123", "H6210", "H6220", "H6241"})
TRADING = frozenset({"C1411", "C1432", "C2110", "C2612", "C3484", "F5191", "F5123", "G5930"})


@dataclass(frozen=True, slots=True)
class Invented:
    """All that is registered of an invented business."""

    credit_code: str
    name_zh: str
    name_en: str
    facts: dict

    @property
    def industry(self) -> str:
        return self.facts["industry_code"]


def invented_code(number: int, *, kind: str, region: str) -> str:
    """A code that passes both checks; the number makes it unique, the region makes it nobody's."""
    organisation = f"MX9{_base31(number)}"
    organisation += codes.inner_check_character(organisation)
    first = f"9{kind}{region}{organisation}"
    return first + codes.outer_check_character(first)


def _base31(number: int) -> str:
    places = ""
    for _place in range(5):
        number, digit = divmod(number, len(codes.ALPHABET))
        places = codes.ALPHABET[digit] + places
    return places


def invent(count: int, today: date, random: Random) -> Iterator[Invented]:
    """So many different businesses, spread over districts, trades, sizes and ages; the same ones for the same seed."""
    pairs = list(product(BRANDS, TRADES))
    random.shuffle(pairs)
    # The businesses that the mock-ups show come first, with their trades.
    pairs.sort(key=lambda pair: FIRST.get((pair[0][0], pair[1].zh), len(FIRST)))
    for number, ((brand_zh, brand_en), trade) in enumerate(pairs[:count], start=1):
        region, district = DISTRICTS[number % len(DISTRICTS)] if number > len(FIRST) else DISTRICTS[0]
        place = f"溪口{brand_zh}" if district == "溪口县" else brand_zh
        place_en = f"Xikou {brand_en}" if district == "溪口县" else brand_en
        yield Invented(
            credit_code=invented_code(number * 7919 + 104_729, kind=trade.kind, region=region),
            name_zh=f"云汀{place}{trade.zh}{trade.form_zh}",
            name_en=" ".join(filter(None, ("Yunting", place_en, trade.en, trade.form_en))),
            facts={
                "status": random.choices(("active", "revoked", "deregistered"), weights=(94, 2, 4))[0]
                if number > len(FIRST)
                else "active",
                "legal_form": trade.legal_form,
                "district": district,
                "industry_code": trade.industry,
                "size": "micro" if trade.kind == "2" else random.choice(SIZES),
                "registered_on": today - timedelta(days=random.randrange(800, 8_000)),
                "registered_capital": f"{random.choice((10, 30, 50, 100, 200, 500, 1000, 3000))}万元",
                "address": f"云汀市{district}{random.choice(STREETS)}{random.randrange(1, 400)}号",
            },
        )


#: Brand and trade of the businesses that the story is about, in its order.
FIRST = {
    ("禾谷", "糕点食品"): 0,
    ("禾谷", "蔬果批发"): 1,
    ("沣屿", "餐饮管理"): 2,
    ("瑞汐", "酒店管理"): 3,
    ("铭拓", "再生资源"): 4,
    ("蓝栈", "冷链物流"): 5,
    ("屿槐", "百货商行"): 6,
    ("恒屿", "农村商业银行"): 7,
    ("澄一", "检测技术"): 8,
}
