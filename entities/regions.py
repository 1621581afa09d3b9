"""Names of the regions in a unified social credit code, as far as the published lists know them."""

import csv
from functools import cache
from importlib.resources import files

#: Entries of the lists that group others and name no place.
GROUPING = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划", "省直辖县"})


@cache
def names() -> dict[str, str]:
    """Every six-place code that GB/T 2260 has or had, with its (last) name."""
    with files("entities").joinpath("data/regions.csv").open(encoding="utf-8") as file:
        return {row["code"]: row["name"] for row in csv.DictReader(file)}


def is_known(region_code: str) -> bool:
    return region_code in names()


@cache
def district(region_code: str) -> str:
    """What people call the region: its own name, or that of the city or province around it; "" when unknown.

    "330281" gives 余姚市, "330201" (the city's own districts taken together) and a development zone
    that is on no list give 宁波市.
    """
    known = names()
    for code in (region_code, region_code[:4] + "00", region_code[:2] + "0000"):
        name = known.get(code, "")
        if name and name not in GROUPING:
            return name
    return ""


def described(region_code: str) -> str:
    """The region with its city and province: 余姚市 (宁波市, 浙江省); "" when it is on no list."""
    known = names()
    parts = [known.get(code, "") for code in (region_code, region_code[:4] + "00", region_code[:2] + "0000")]
    own, *around = [part for part in dict.fromkeys(parts) if part and part not in GROUPING] or [""]
    return f"{own}（{'，'.join(around)}）" if around else own
