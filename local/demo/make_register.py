"""Writes transaction-register.json: 2,000 believable transactions of an invented wholesaler, the same ones each time."""

import json
import random
from datetime import date, timedelta
from pathlib import Path
from typing import Any

SEED = 20260331
ROWS = 2_000
START = date(2026, 1, 2)

PARTIES = [
    "Alder & Finch Hardware", "Birchwood Joinery", "Blue Heron Kitchens", "Caldera Coffee Roasters", "Cobblestone Bakery",
    "Cordwainer Leather Goods", "Eastgate Cycle Works", "Fernhill Garden Centre", "Foxglove Interiors", "Granary Street Deli",
    "Harbour Light Hotels", "Ironbridge Fittings", "Juniper & Sage Catering", "Kestrel Outdoor Supply", "Lantern Bookshop",
    "Larkspur Textiles", "Millrace Timber", "Northwind Refrigeration", "Oak Hollow School Board", "Orchard Lane Dairy",
    "Pepperwood Restaurants", "Quayside Marine Services", "Redstart Printworks", "Rowan Tree Nursery", "Saltmarsh Foods",
    "Silverbirch Clinics", "Stonecrop Landscaping", "Tideline Fisheries", "Umber & Ochre Studio", "Willowbrook Care Homes",
]
# What is booked, on which account, how often, and between which amounts.
KINDS = [
    ("Sales invoice", "4000 Sales", 46, 85, 6_400),
    ("Service contract", "4200 Services", 12, 240, 2_900),
    ("Spare parts", "4100 Parts", 18, 12, 780),
    ("Credit note", "4900 Credits", 6, -1_900, -25),
    ("Freight", "6100 Freight", 10, -640, -28),
    ("Goods received", "5000 Purchases", 8, -9_800, -310),
]


def booked_days(count: int, source: random.Random) -> list[date]:
    """Working days, more of them filled towards the end of each month."""
    days = [START + timedelta(days=n) for n in range(89)]
    days = [day for day in days if day.weekday() < 5]
    return sorted(source.choices(days, weights=[1 + (day.day > 24) for day in days], k=count))


def main() -> None:
    source = random.Random(SEED)
    rows: list[dict[str, Any]] = []
    for number, day in enumerate(booked_days(ROWS, source), start=1):
        kind, account, _, low, high = source.choices(KINDS, weights=[kind[2] for kind in KINDS])[0]
        amount = round(source.triangular(low, high, low + (high - low) * 0.2), 2)
        rows.append({
            "date": day.isoformat(),
            "no": f"T-{26_000 + number}",
            "party": source.choice(PARTIES),
            "kind": kind,
            "account": account,
            "amount": amount,
        })
    income = round(sum(row["amount"] for row in rows if row["amount"] > 0), 2)
    spent = round(sum(row["amount"] for row in rows if row["amount"] < 0), 2)
    report: dict[str, Any] = {
        "name": "Transaction Register",
        "slug": "transaction-register",
        "owner": "team",
        "workspace": "default",
        "folder": "Finance",
        "type": "advanced",
        "description": "Every booking of the quarter, in order of date.",
        "theme": "dark-blue",
        "note": "first version",
        "definition": {
            "title": "Transaction register, first quarter 2026",
            "lang": "en-GB",
            "blocks": [
                {"kind": "text", "markdown": "All bookings of **Meridian Wholesale** from 2 January to 31 March 2026, "
                                             "in order of date. Amounts in euro; credits and costs are negative."},
                {"kind": "kpis", "items": [
                    {"label": "Bookings", "value": "{{ data.rows|length }}", "format": "integer"},
                    {"label": "Income", "value": "{{ data.income }}", "format": "currency:EUR:0"},
                    {"label": "Credits and costs", "value": "{{ data.spent }}", "format": "currency:EUR:0"},
                    {"label": "Balance", "value": "{{ data.income + data.spent }}", "format": "currency:EUR:0"},
                ]},
                {"kind": "heading", "text": "Bookings"},
                {"kind": "table", "data": "rows", "columns": [
                    {"field": "date", "title": "Date", "format": "date"},
                    {"field": "no", "title": "Number"},
                    {"field": "party", "title": "Customer or supplier"},
                    {"field": "kind", "title": "Booking"},
                    {"field": "account", "title": "Account"},
                    {"field": "amount", "title": "Amount (EUR)", "format": "number:2"},
                ], "totals": ["amount"]},
            ],
        },
        "data": {"income": income, "spent": spent, "rows": rows},
    }
    target = Path(__file__).with_name("transaction-register.json")
    head = json.dumps({**report, "data": {**report["data"], "rows": []}}, indent=1, ensure_ascii=False)
    # A row a line: readable, and a third of the size of an indented file.
    lines = ",\n".join("   " + json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows)
    target.write_text(head.replace('"rows": []', f'"rows": [\n{lines}\n  ]') + "\n", encoding="utf-8")
    print(f"{target.name}: {ROWS} rows, {target.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
