"""Finds columns that look like personal data, so that no sample with them is copied unasked."""

import re
from collections.abc import Sequence

WORDS = {
    *("name", "firstname", "lastname", "surname", "forename", "fullname", "username", "initials", "person", "contact"),
    *(
        "email",
        "mail",
        "phone",
        "telephone",
        "mobile",
        "fax",
        "address",
        "street",
        "zip",
        "zipcode",
        "postcode",
        "postal",
    ),
    *("birth", "birthday", "birthdate", "born", "dob", "age", "gender", "sex", "nationality", "religion"),
    *("iban", "bic", "card", "ssn", "passport", "salary", "ip", "latitude", "longitude", "password", "token", "secret"),
    *("vorname", "nachname", "strasse", "plz", "geburtsdatum", "naam", "voornaam", "achternaam", "prenom", "nom"),
}
# Names of things, not of people.
OF_THINGS = {"product", "file", "country", "city", "company", "item", "category", "table", "host", "region", "type"}
ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}")
TELEPHONE = re.compile(r"\+\d[\d ()/-]{6,}")
LOOKED_AT = 200


def looks_personal(name: str, values: Sequence[str]) -> bool:
    """Whether a column's name or its values look like data about a person."""
    words = set(name.split("_"))
    of_a_thing = words & OF_THINGS and not words & (WORDS - {"name"})
    if words & WORDS and not of_a_thing:
        return True
    texts = [str(value) for value in values[:LOOKED_AT]]
    return any(ADDRESS.fullmatch(text) or TELEPHONE.fullmatch(text) for text in texts)
