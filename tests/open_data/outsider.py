"""A stranger's check of the open data: Python's standard library, no line of the program, other ways than its own.

    python outsider.py DIR

Computes every root from its definition in RFC 6962, both chains, and every frozen ranking from the leaves alone:
points, who is listed, ranks by counting who has more. Prints what was recomputed; fails where bytes differ.
"""

import csv
import hashlib
import json
import sys
from collections import Counter, defaultdict
from pathlib import Path


def table(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def h(data):
    return hashlib.sha256(data).digest()


def mth(leaves):
    """Merkle tree hash of a list, as RFC 6962, section 2.1, defines it."""
    if not leaves:
        return h(b"")
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return h(b"\x01" + mth(leaves[:k]) + mth(leaves[k:]))


def form(letter, text):
    data = text if isinstance(text, bytes) else text.encode()
    return b"%s%d:%s" % (letter.encode(), len(data), data)


def check_sums(folder, index):
    for one in index["files"]:
        data = (folder / one["name"]).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (one["size"], one["sha256"]), one["name"]


def read_leaves(folder):
    rows, hashes = [], []
    files = sorted(folder.glob("leaves-*.csv"), key=lambda path: int(path.stem.split("-")[1]))
    for file in files:
        for row in table(file):
            assert int(row["number"]) == len(rows), row
            fields = ("form", "programme", "month", "who", "county", "kind", "flow", "centipoints")
            line = "|".join(row[name] for name in fields if row[name] != "")
            digest = h(b"\x00" + line.encode() + b"\n" + bytes.fromhex(row["commitment"]))
            assert digest.hex() == row["leaf_hash"], row["number"]
            rows.append(row)
            hashes.append(digest)
    return rows, hashes


def check_chain(rows, bodies):
    link = b"\x00" * 32
    for row, body in zip(rows, bodies, strict=True):
        link = h(link + body)
        assert link.hex() == row["chain"], row


def check_roots(folder, hashes):
    seals, days = table(folder / "seals.csv"), table(folder / "day-roots.csv")
    for row in (*seals, *days):
        assert mth(hashes[: int(row["tree_size"])]).hex() == row["root"], row
    head = [form("i", row["number"]) for row in seals]
    tail = [form("i", row["tree_size"]) + form("x", bytes.fromhex(row["root"])) for row in seals]
    times = [form("t", row["sealed_at"]) for row in seals]
    check_chain(seals, map(b"".join, zip(head, tail, times, strict=True)))
    bodies = [
        form("d", row["day"]) + form("i", row["tree_size"]) + form("x", bytes.fromhex(row["root"]))
        for row in days
    ]
    check_chain(days, bodies)
    assert int(seals[-1]["tree_size"]) == len(hashes)
    return len(seals), len(days)


def in_period(month, period):
    if period == "all":
        return True
    if "Q" in period:
        year, quarter = period.split("-Q")
        return month[:4] == year and (int(month[5:]) + 2) // 3 == int(quarter)
    return month.startswith(period)


def recompute(told, head, published, leaves):
    """The ranking's file from the leaves; from the published one only who a person's pseudonyms are, and places."""
    sums = defaultdict(Counter)
    for row in leaves[: told["cutoff"]]:
        if row["programme"] != told["programme"] or not in_period(row["month"], told["period"]):
            continue
        source, target = row["flow"].split(">")
        points = int(row["centipoints"]) * ((target == "honour") - (source == "honour"))
        for kind in ["all"] + [row["kind"]] * (row["kind"] != "-"):
            sums[kind][row["who"]] += points
    people, places = {}, {}
    for row in published:
        for name in row["who"].split():
            people[name] = row["who"]
        places[row["who"]] = row
    lines = []
    for kind, by_name in sums.items():
        parties = Counter()
        for name, points in by_name.items():
            if name.startswith("O:") or name in people:
                # A person's line names the pseudonyms of the months that it adds up, of this kind alone.
                parties[next((w for w in lines_of(published, kind) if name in w.split()), name)] += points
        lines += [(kind, who, points) for who, points in parties.items() if points > 0]
    rows = []
    for kind, who, points in lines:
        known = places[
            who
        ]  # an organisation that the leaves list and the file does not would be missing here
        rows.append({**{key: known[key] for key in ("party_kind", "county", "town", "village", "size_class")},
                     "kind": kind, "who": who, "points": points})  # fmt: skip
    for row in rows:
        same = [one for one in rows if (one["kind"], one["party_kind"]) == (row["kind"], row["party_kind"])]
        for rank, place in (("city", None), ("county", "county"), ("town", "town"), ("village", "village")):
            rivals = [one for one in same if place is None or one[place] == row[place]]
            row[f"rank_{rank}"] = 1 + sum(one["points"] > row["points"] for one in rivals)
        rivals = [one for one in same if one["size_class"] == row["size_class"]]
        row["rank_size"] = (
            1 + sum(one["points"] > row["points"] for one in rivals) if row["size_class"] else ""
        )
    rows.sort(
        key=lambda row: (row["kind"] != "all", row["kind"], row["party_kind"], -row["points"], row["who"])
    )
    return "".join(
        ",".join(str(row[name]) for name in head) + "\n" for row in [{name: name for name in head}, *rows]
    )


def lines_of(published, kind):
    return [row["who"] for row in published if row["kind"] == kind]


def main(folder):
    index = json.loads((folder / "index.json").read_text("utf-8"))
    check_sums(folder, index)
    leaves, hashes = read_leaves(folder)
    assert mth(hashes).hex() == index["root"]
    seals, days = check_roots(folder, hashes)
    sys.stdout.write(f"{len(leaves)} leaves, {seals} seals, {days} days\n")
    for path in sorted(folder.glob("ranking-*.json")):
        told = json.loads(path.read_text("utf-8"))
        data = path.with_suffix(".csv").read_bytes()
        assert hashlib.sha256(data).hexdigest() == told["file_sha256"]
        assert mth(hashes[: told["cutoff"]]).hex() == told["root"]
        head = data.decode().split("\n")[0].split(",")
        again = recompute(told, head, table(path.with_suffix(".csv")), leaves)
        assert again.encode() == data, path.name
        sys.stdout.write(f"identical: {path.with_suffix('.csv').name}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
