"""Write customers.xlsx and customers.expected.json: a messy file, always the same.

It is what sales offices send: a title above the header, Chinese and foreign names,
full-width digits, numbers stored as floats, several numbers in a cell, formulas with
and without a stored value, empty cells, stray spaces, duplicates inside the file and
against the demonstration data. The generator knows what it planted, so the expected
counts are written without asking the importer.

Nobody can be hit by these numbers: Chinese mobiles are of 1349, once a satellite
service and closed since; Chinese landlines begin with 90, which no exchange uses;
British, American, French and Australian ones are of the ranges that their authorities
keep for fiction. Last digits decide what the simulated carrier does with a call
(docker/asterisk/phones).

Run, from the project folder: python tests/data/generate_customers.py [FOLDER]
"""

import itertools
import json
import random
import sys
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import xlsxwriter

SEED = 20261122
ROWS = 5000
FOLDER = Path(__file__).parent
TITLE = "客户资料表（2026年整理）"
HEADER = (
    "客户名称",
    "所属行业",
    "所在城市",
    "联系人",
    "电话",
    "手机",
    "传真",
    "电子邮箱",
    "网址",
    "地址",
    "备注",
)
FIRST_ROW = 3  # as Excel counts: 1 is the title, 2 the header

# What the story screens for; no other row has both
SCREEN_INDUSTRY, SCREEN_CITY, SCREEN_COUNT = "数控机床", "苏州", 75
# The carrier answers by these endings; the story's customers take them in turn
CARRIER_ENDINGS = {
    "answered": "20",
    "busy": "51",
    "no_answer": "52",
    "void_number": "54",
    "machine": "30",
}

# crm_stage_pipeline's demonstration customers, and how the file writes them
IN_DATABASE = (
    ("鹭岛纸业有限公司", "鹭岛纸业有限公司"),
    ("白鹭洲广告有限公司", " 白鹭洲 广告有限责任公司"),
    ("海沧精密模具厂", "海沧精密模具厂　"),
    ("云栖文化传播有限公司", "云栖文化传播股份有限公司"),
    ("Harbourline Trading Pty Ltd", "HARBOURLINE TRADING PTY. LTD."),
    ("Meridian Print & Paper Ltd", "Ｍｅｒｉｄｉａｎ Print ＆ Paper Limited"),
    ("Bluewater Logistics LLC", "bluewater logistics, LLC"),
    ("鼎盛建材有限公司", "鼎盛建材有限公司"),  # an agent's own
    ("厦鼓轮渡服务有限公司", "厦鼓轮渡服务有限公司"),  # another agent's own
)
# their numbers, under other names
NUMBERS_IN_DATABASE = (
    ("晨光里幼儿园", "+86 595 5550 0106", "0595-55500106"),
    ("南粤律师事务所", "+86 20 5550 0113", "（０２０）５５５００１１３"),
    ("闽南大酒店", "+86 595 5550 0140", "86 595 5550 0140"),
)

MISSING_NAME = 60
FORMULA_WITHOUT_VALUE = 15
INVALID_NUMBER = 110
DUPLICATE_IN_FILE = 180  # equal names
SAME_NUMBER = 40  # other names, but the number of a customer above
FORMULA_WITH_VALUE = 40

CITIES = {
    "上海": "021", "北京": "010", "广州": "020", "深圳": "0755", "杭州": "0571",
    "南京": "025", "苏州": "0512", "无锡": "0510", "宁波": "0574", "武汉": "027",
    "成都": "028", "西安": "029", "青岛": "0532", "厦门": "0592", "长沙": "0731",
    "沈阳": "024", "合肥": "0551", "天津": "022", "重庆": "023", "东莞": "0769",
}  # fmt: skip
INDUSTRIES = (
    "办公用品", "医疗器械", "食品批发", "物流仓储", "建筑装饰", "软件服务", "教育培训",
    "餐饮连锁", "纺织服装", "化工原料", "电子元件", "数控机床", "印刷包装", "酒店管理",
    "环保设备", "汽车配件",
)  # fmt: skip
# Three characters that no register of companies puts together
BRANDS = ("霁隼翯沄岫蔚泠昶翊湉", "砚枞漪屿梣澍棹笙翎苓", "葭榭洄筠岑绥晞琤桁瑷")
LEGAL_CHINESE = ("有限公司", "有限责任公司", "股份有限公司", "集团有限公司")
FOREIGN_HEADS = (
    "Northquill", "Brackwater", "Ostermoor", "Valdrine", "Pellucid", "Hazelgrove",
    "Quartzfen", "Merrowdale", "Siltbridge", "Tannerly", "Umberline", "Wexcombe",
)  # fmt: skip
FOREIGN_TAILS = (
    "Tooling", "Freight", "Optics", "Textiles", "Packaging", "Instruments", "Foods",
    "Robotics", "Papers", "Controls", "Ceramics", "Lighting", "Pumps", "Cables",
)  # fmt: skip
FOREIGN_MIDDLES = ("", " North", " Delta", " Pacific", " Alpine", " Union")
LEGAL_FOREIGN = ("Ltd", "GmbH", "Inc.", "S.A.", "Co., Ltd.")
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨"
GIVEN = "安柏川冬菲歌禾江可岚铭宁朴晴若思桐雯溪言"
FULL_WIDTH = str.maketrans("0123456789-", "０１２３４５６７８９－")
NOT_NUMBERS = (
    "未知", "无", "12345", "1349001234", "138xxxx1234", "1.349E+10", "------",
    "电话见名片", "13490012345678901", "0000000",
)  # fmt: skip


@dataclass
class Row:
    """One line of the file and what an importer has to do with it."""

    cells: dict = field(default_factory=dict)
    reason: str = ""  # empty: to be imported
    note: str = ""  # the mess that was planted
    numbers: list = field(default_factory=list)  # E.164 of what has to be stored


@dataclass(frozen=True)
class Formula:
    """A formula cell; value None: the program that wrote the file stored no result."""

    text: str
    value: str | None


class Generator:
    """Makes the rows; every random choice comes from one seeded source."""

    def __init__(self, seed=SEED):
        self.random = random.Random(seed)
        self.serials = Counter()
        self.rows: list[Row] = []
        self.names: set[str] = set()

    # names ------------------------------------------------------------------
    def brand(self) -> str:
        """A brand not used before, so that no name is a duplicate by chance."""
        while True:
            brand = "".join(self.random.choice(part) for part in BRANDS)
            brand += self.random.choice(("", "", "和", "达", "原", "新"))
            if brand not in self.names:
                self.names.add(brand)
                return brand

    def chinese_name(self, city: str, industry: str) -> str:
        legal = self.random.choice(LEGAL_CHINESE)
        return f"{city}{self.brand()}{industry}{legal}"

    def foreign_name(self) -> str:
        while True:
            name = (
                self.random.choice(FOREIGN_HEADS)
                + self.random.choice(FOREIGN_MIDDLES)
                + " "
                + self.random.choice(FOREIGN_TAILS)
            )
            if name not in self.names:
                self.names.add(name)
                return f"{name} {self.random.choice(LEGAL_FOREIGN)}"

    # numbers ----------------------------------------------------------------
    def serial(self, kind: str) -> int:
        self.serials[kind] += 1
        return self.serials[kind]

    def mobile(self, ending: str = "") -> str:
        """1349 and seven digits, never the same twice."""
        if ending:
            return f"13498{self.serial('story'):04d}{ending}"
        return f"1349{self.serial('mobile'):07d}"

    def landline(self, city: str) -> tuple[str, str]:
        """Area code and eight digits that begin with 90; Xiamen has seven."""
        digits = 5 if city == "厦门" else 6
        return CITIES[city], f"90{self.serial('landline'):0{digits}d}"

    def foreign_number(self) -> tuple[str, str]:
        """What stands in the file, and E.164."""
        serial = self.serial("foreign")
        kind, rest = serial % 4, serial // 4
        if kind == 0:
            return f"+44 20 7946 0{rest:03d}", f"+442079460{rest:03d}"
        if kind == 1:
            area = 212 + rest // 100
            return f"+1 {area} 555 01{rest % 100:02d}", f"+1{area}55501{rest % 100:02d}"
        if kind == 2:
            written = f"+33 1 99 00 {rest // 100:02d} {rest % 100:02d}"
            return written, f"+3319900{rest:04d}"
        return f"+61 2 5550 {rest:04d}", f"+6125550{rest:04d}"

    def written_mobile(self, digits: str) -> tuple[object, str]:
        """A mobile number as people and programs write it, and the name of the mess."""
        forms = (
            ("plain", digits),
            ("plain", digits),
            ("float", float(digits)),
            ("float", float(digits)),
            ("integer", int(digits)),
            ("full width", digits.translate(FULL_WIDTH)),
            ("float as text", f"{digits}.0"),
            ("grouped", f"{digits[:3]} {digits[3:7]} {digits[7:]}"),
            ("grouped", f"{digits[:3]}-{digits[3:7]}-{digits[7:]}"),
            ("country code", f"+86 {digits}"),
            ("country code", f"0086{digits}"),
            ("stray spaces", f"  {digits}\u3000"),
            ("stray spaces", f"\u00a0{digits}\u200b"),
            ("apostrophe", f"'{digits}"),
        )
        note, value = self.random.choice(forms)
        return value, note

    def written_landline(self, area: str, digits: str) -> tuple[str, str]:
        forms = (
            ("plain", f"{area}-{digits}"),
            ("plain", f"{area}{digits}"),
            ("brackets", f"({area}){digits}"),
            ("full width", f"（{area}）{digits}".translate(FULL_WIDTH)),
            ("grouped", f"{area} {digits[:4]} {digits[4:]}"),
            ("country code", f"+86 {area[1:]} {digits}"),
        )
        note, value = self.random.choice(forms)
        return value, note

    # rows -------------------------------------------------------------------
    def clean_row(self) -> Row:
        """A customer to import, with numbers, still as messy as real ones."""
        choice = self.random
        city = choice.choice(list(CITIES))
        industry = choice.choice(INDUSTRIES)
        if (industry, city) == (SCREEN_INDUSTRY, SCREEN_CITY):
            city = "上海"
        foreign = choice.random() < 0.08
        name = self.foreign_name() if foreign else self.chinese_name(city, industry)
        row = Row({"客户名称": name, "所属行业": industry, "所在城市": city})
        self.fill(row, foreign)
        self.number(row, city, foreign)
        return row

    def fill(self, row: Row, foreign: bool) -> None:
        """Contact, mail, site, address, remark; many cells stay empty."""
        choice, cells = self.random, row.cells
        slug = f"c{self.serial('slug'):05d}"
        if choice.random() < 0.8:
            cells["联系人"] = (
                f"A. {choice.choice(FOREIGN_TAILS)}"
                if foreign
                else choice.choice(SURNAMES)
                + choice.choice(GIVEN)
                + choice.choice(GIVEN)
            )
        if choice.random() < 0.5:
            cells["电子邮箱"] = f"{slug}@{slug}.example"
        if choice.random() < 0.3:
            cells["网址"] = f"https://{slug}.example"
        if choice.random() < 0.6:
            road = choice.choice(("临江路", "溪口街", "云杉大道"))
            cells["地址"] = f"{road}{choice.randint(1, 999)}号"
        if choice.random() < 0.2:
            cells["备注"] = choice.choice(("展会名片", "老客户介绍", " ", "旧表转入"))

    def number(self, row: Row, city: str, foreign: bool) -> None:
        """One or two numbers, sometimes several in one cell, sometimes none."""
        choice, cells = self.random, row.cells
        if foreign and choice.random() < 0.7:
            cells["电话"], e164 = self.foreign_number()
            row.numbers.append(e164)
            row.note = "foreign number"
            return
        kind = choice.random()
        if kind < 0.03:
            row.note = "no number"
            return
        mobile = self.mobile()
        if kind < 0.09:
            area, digits = self.landline(city)
            separator = choice.choice(("/", "；", "、", "，", "\n", " / "))
            cells["电话"] = f"{area}-{digits}{separator}{mobile}"
            row.numbers += [f"+86{area[1:]}{digits}", f"+86{mobile}"]
            row.note = "several numbers"
            return
        cells["手机"], row.note = self.written_mobile(mobile)
        row.numbers.append(f"+86{mobile}")
        if kind < 0.4:
            area, digits = self.landline(city)
            cells["电话"], note = self.written_landline(area, digits)
            row.numbers.append(f"+86{area[1:]}{digits}")
            row.note = note if row.note == "plain" else row.note

    def story_row(self, outcome: str) -> Row:
        """A customer whom the story's agents may call: his number says how it goes."""
        name = self.chinese_name(SCREEN_CITY, SCREEN_INDUSTRY)
        row = Row(
            {"客户名称": name, "所属行业": SCREEN_INDUSTRY, "所在城市": SCREEN_CITY}
        )
        self.fill(row, foreign=False)
        digits = self.mobile(CARRIER_ENDINGS[outcome])
        row.cells["手机"], row.note = self.written_mobile(digits)
        row.numbers.append(f"+86{digits}")
        return row

    def name_mess(self, row: Row) -> None:
        """Stray spaces and full-width letters in names that must still be imported."""
        name = row.cells["客户名称"]
        kind = self.random.random()
        if kind < 0.04:
            row.cells["客户名称"] = f"  {name} "
        elif kind < 0.06:
            row.cells["客户名称"] = f"{name}\u3000"

    def with_formula(self, row: Row) -> None:
        name = row.cells["客户名称"]
        row.cells["客户名称"] = Formula(f'="{name[:2]}"&"{name[2:]}"', name)
        row.note = "formula with value"

    def missing_name(self) -> Row:
        row = self.clean_row()
        row.cells["客户名称"] = self.random.choice((None, None, "", "   ", "\u3000"))
        row.reason, row.note = "missing_name", "empty name"
        return row

    def formula_without_value(self) -> Row:
        row = self.clean_row()
        name = row.cells["客户名称"]
        row.cells["客户名称"] = Formula(f'="{name[:2]}"&"{name[2:]}"', None)
        row.reason, row.note = "missing_name", "formula without value"
        return row

    def invalid_number(self) -> Row:
        row = self.clean_row()
        row.cells.pop("电话", None)
        row.cells["手机"] = self.random.choice(NOT_NUMBERS)
        row.reason, row.note = "invalid_number", "invalid number"
        return row

    def again(self, original: Row) -> Row:
        """The same customer once more, written otherwise, with another number."""
        name = original.cells["客户名称"].strip()
        kind = self.random.randrange(4)
        if kind == 0:
            written, note = name, "exact"
        elif kind == 1:
            written, note = f" {name[:4]} {name[4:]} ", "spaces"
        elif kind == 2:
            wide = {c: c + 0xFEE0 for c in range(0x21, 0x7F)}
            written, note = name.upper().translate(wide), "width and case"
        else:
            written, note = self.other_legal_form(name), "legal form"
        row = Row({**original.cells, "客户名称": written})
        for column in ("电话", "手机", "电子邮箱"):
            row.cells.pop(column, None)
        row.cells["手机"] = self.mobile()
        row.reason, row.note = "duplicate_in_file", f"duplicate, {note}"
        return row

    def same_number(self, original: Row) -> Row:
        """Another name with the number of a customer above."""
        row = self.clean_row()
        row.cells.pop("电话", None)
        row.cells["手机"] = original.numbers[0]
        row.reason, row.note = "duplicate_in_file", "duplicate, number"
        return row

    def other_legal_form(self, name: str) -> str:
        for legal in LEGAL_CHINESE[:2]:
            if name.endswith(legal) and not name.endswith(LEGAL_CHINESE[2:]):
                return name.removesuffix(legal) + (
                    "有限责任公司" if legal == "有限公司" else "有限公司"
                )
        if name.endswith(" Ltd"):
            return f"{name.removesuffix(' Ltd')} Limited"
        return name

    def in_database(self, name: str = "", number: str = "") -> Row:
        """A customer whom the demonstration database has, by name or number."""
        row = self.clean_row()
        if name:
            row.cells["客户名称"] = name
        if number:
            row.cells.pop("手机", None)
            row.cells["电话"] = number
        row.reason, row.note = "duplicate_in_database", "already in the database"
        return row

    def make(self) -> list[Row]:
        """All rows in their order; a duplicate always stands below its original."""
        outcomes = list(CARRIER_ENDINGS)
        story = [
            self.story_row(outcomes[index % len(outcomes)])
            for index in range(SCREEN_COUNT)
        ]
        bad = [self.missing_name() for _ in range(MISSING_NAME)]
        bad += [self.formula_without_value() for _ in range(FORMULA_WITHOUT_VALUE)]
        bad += [self.invalid_number() for _ in range(INVALID_NUMBER)]
        bad += [self.in_database(name=written) for _, written in IN_DATABASE]
        bad += [
            self.in_database(number=written) for _, _, written in NUMBERS_IN_DATABASE
        ]
        count = ROWS - len(story) - len(bad) - DUPLICATE_IN_FILE - SAME_NUMBER
        clean = [self.clean_row() for _ in range(count)]
        for row in clean:
            self.name_mess(row)
        chosen = iter(self.random.sample(clean, len(clean)))
        for row in itertools.islice(chosen, FORMULA_WITH_VALUE):
            self.with_formula(row)
        rows = story + bad + clean
        self.random.shuffle(rows)
        numbered = (row for row in chosen if row.numbers)
        for make, amount in (
            (self.again, DUPLICATE_IN_FILE),
            (self.same_number, SAME_NUMBER),
        ):
            for original in itertools.islice(numbered, amount):
                place = self.random.randint(self.place(rows, original) + 1, len(rows))
                rows.insert(place, make(original))
        self.rows = rows
        return rows

    @staticmethod
    def place(rows: list[Row], row: Row) -> int:
        return next(index for index, other in enumerate(rows) if other is row)


def expected(rows: list[Row]) -> dict:
    """What any importer has to arrive at, counted from what was planted."""
    reasons = Counter(row.reason for row in rows if row.reason)
    return {
        "rows": len(rows),
        "imported": sum(not row.reason for row in rows),
        "rejected": dict(sorted(reasons.items())),
        "numbers": sum(len(row.numbers) for row in rows if not row.reason),
        "planted": dict(sorted(Counter(row.note for row in rows).items())),
        "screening": {
            "industry": SCREEN_INDUSTRY,
            "city": SCREEN_CITY,
            "count": SCREEN_COUNT,
        },
        "rejected_rows": {
            str(FIRST_ROW + index): row.reason
            for index, row in enumerate(rows)
            if row.reason
        },
        "sample_numbers": sample_numbers(rows),
    }


def sample_numbers(rows: list[Row], each: int = 3) -> dict:
    """A few imported customers of every kind of mess with the numbers to be stored."""
    seen: Counter = Counter()
    samples = {}
    for row in rows:
        name = row.cells["客户名称"]
        name = name.value if isinstance(name, Formula) else name
        if not row.reason and seen[row.note] < each:
            seen[row.note] += 1
            samples[name.strip()] = {"mess": row.note, "numbers": row.numbers}
    return samples


def write_workbook(rows: list[Row], path: Path) -> None:
    """Title over all columns, header, rows; the same bytes for the same rows."""
    book = xlsxwriter.Workbook(
        str(path), {"strings_to_numbers": False, "strings_to_urls": False}
    )
    book.set_properties({"created": datetime(2026, 1, 1), "author": "Telesales"})
    sheet = book.add_worksheet("客户")
    bold = book.add_format({"bold": True, "align": "center"})
    sheet.merge_range(0, 0, 0, len(HEADER) - 1, TITLE, bold)
    for column, label in enumerate(HEADER):
        sheet.write_string(1, column, label, bold)
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, len(HEADER) - 1, 16)
    for index, row in enumerate(rows):
        for column, label in enumerate(HEADER):
            write_cell(sheet, FIRST_ROW - 1 + index, column, row.cells.get(label))
    book.close()


def write_cell(sheet, line: int, column: int, value) -> None:
    if value is None:
        return
    if isinstance(value, Formula):
        # an empty stored value is what programs without a calculator leave behind
        sheet.write_formula(line, column, value.text, None, value.value or "")
    elif isinstance(value, (int, float)):
        sheet.write_number(line, column, value)
    else:
        sheet.write_string(line, column, value)


def main(folder: Path = FOLDER) -> None:
    rows = Generator().make()
    write_workbook(rows, folder / "customers.xlsx")
    text = json.dumps(expected(rows), ensure_ascii=False, indent=1)
    (folder / "customers.expected.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:2]))
