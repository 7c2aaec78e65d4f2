"""Data Quality Definition Language, as far as its grammar is documented: rules, their parameters and conditions."""

import re

# AWS Glue user guide, "DQDL rule type reference".
RULES = frozenset(
    {
        "AggregateMatch",
        "ColumnCorrelation",
        "ColumnCount",
        "ColumnDataType",
        "ColumnExists",
        "ColumnLength",
        "ColumnNamesMatchPattern",
        "ColumnValues",
        "Completeness",
        "CustomSql",
        "DataFreshness",
        "DatasetMatch",
        "DetectAnomalies",
        "DistinctValuesCount",
        "Entropy",
        "FileFreshness",
        "FileMatch",
        "FileSize",
        "FileUniqueness",
        "IsComplete",
        "IsPrimaryKey",
        "IsUnique",
        "Mean",
        "ReferentialIntegrity",
        "RowCount",
        "RowCountMatch",
        "SchemaMatch",
        "StandardDeviation",
        "Sum",
        "UniqueValueRatio",
        "Uniqueness",
    }
)
# "DQDL syntax": a string is quoted, `\\"` and `\\\\` are its escapes, and a line that begins with # is a comment.
TOKEN = re.compile(
    r"""\s+|\#[^\n]*|(?P<text>"(?:[^"\\\n]|\\.)*")|(?P<number>-?\d+(?:\.\d+)?)|(?P<word>[A-Za-z_][\w.]*)"""
    r"""|(?P<sign><=|>=|!=|[=<>\[\](),*/+-])"""
)
SECTIONS = ("Rules", "Analyzers", "Metadata", "DataSources", "Labels")


def complaint(ruleset: str) -> str | None:
    """The syntax error of a ruleset's text; None if it is valid."""
    tokens, index = list[tuple[str, str]](), 0
    while index < len(ruleset):
        found = TOKEN.match(ruleset, index)
        if found is None:
            return f"token recognition error at: '{ruleset[index : index + 20]}'"
        if found.lastgroup:
            tokens.append((found.lastgroup, found[0]))
        index = found.end()
    return _structure(tokens)


def _structure(tokens: list[tuple[str, str]]) -> str | None:
    words = [text for _, text in tokens]
    if not any(words[n : n + 3] == ["Rules", "=", "["] for n in range(len(words))):
        return "No rules found: expected Rules = [ ... ]"
    depth: list[str] = []
    for kind, text in tokens:
        if kind == "sign" and text in "[(":
            depth.append(text)
        elif kind == "sign" and text in "])" and (not depth or depth.pop() != {"]": "[", ")": "("}[text]):
            return f"mismatched input '{text}'"
    if depth:
        return f"missing '{ {'[': ']', '(': ')'}[depth[-1]] }' at end of ruleset"
    return _names(tokens)


def _names(tokens: list[tuple[str, str]]) -> str | None:
    """Whether each rule begins with the name of a rule type."""
    depth, begins = 0, False
    for position, (kind, text) in enumerate(tokens):
        if text in ("[", "(") and kind == "sign":
            depth += 1
            begins = depth == 1 and tokens[position - 2][1] == "Rules"
            continue
        if begins and kind == "word" and text not in RULES:
            return f"Rule Type: {text} is not valid"
        if begins and kind != "word" and text not in ("]", "("):
            return f"mismatched input '{text}', expecting a rule type"
        depth -= text in ("]", ")") and kind == "sign"
        begins = depth == 1 and text == "," and kind == "sign"
    return None
