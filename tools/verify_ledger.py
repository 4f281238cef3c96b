#!/usr/bin/env python3
"""Check the open data of a Zhongli points ledger, from outside.

One file, Python's standard library only (3.9 or newer), written apart from the program that it checks. Read it,
then run it on a folder of downloaded open data:

    python verify_ledger.py DIR                      everything in the folder
    python verify_ledger.py --proof FILE.json        one proof (with the opened row when the file has it)
    python verify_ledger.py --proof FILE.json --seals seals.csv      … and that its root was published
    python verify_ledger.py --qr TEXT --seals seals.csv              the text of a paper's QR code

What is checked in a folder: each leaf's hash follows from its public line and commitment; the root of every seal
follows from the leaves; seals and days are chained; every frozen ranking is computed anew from the leaves and is
the published file, byte for byte. What cannot be checked from outside is that a leaf says the truth about what
happened; but no leaf can be changed, removed or slipped in once a root has been published.

Exit status: 0 all is right, 1 something is wrong (each thing in a sentence), 2 it could not be read.
"""

import argparse
import base64
import csv
import hashlib
import hmac
import json
import re
import sys
from pathlib import Path

PUBLIC = ("form", "programme", "month", "who", "county", "kind", "flow", "centipoints")
PAPER = ("form", "programme", "who")
PLACES = (("rank_city", None), ("rank_county", "county"), ("rank_town", "town"), ("rank_village", "village"))
RANKING = (
    "kind", "party_kind", "who", "county", "town", "village", "size_class", "points",
    "rank_city", "rank_county", "rank_town", "rank_village", "rank_size",
)  # fmt: skip


class Wrong(Exception):
    """Something does not fit."""


# The tree of RFC 6962 --------------------------------------------------------------------------------------------


def sha256(data):
    return hashlib.sha256(data).digest()


def leaf_hash(public, commitment):
    """A leaf: SHA-256 of a zero byte, the public line, a line feed and the commitment."""
    return sha256(b"\x00" + public.encode("utf-8") + b"\n" + commitment)


def node_hash(left, right):
    """An inner node: SHA-256 of a one byte and both children."""
    return sha256(b"\x01" + left + right)


class Tree:
    """A growing tree, kept as the roots of its perfect subtrees ("peaks"), the largest first."""

    def __init__(self):
        self.size = 0
        self.peaks = []

    def append(self, leaf):
        rest = self.size
        while rest % 2:  # two subtrees of equal height become one
            leaf = node_hash(self.peaks.pop(), leaf)
            rest //= 2
        self.peaks.append(leaf)
        self.size += 1

    def root(self):
        if not self.peaks:
            return sha256(b"")
        root = self.peaks[-1]
        for peak in self.peaks[-2::-1]:
            root = node_hash(peak, root)
        return root


def root_of_path(leaf, number, size, path):
    """The root to which an inclusion path leads (RFC 9162, 2.1.3.2)."""
    if not 0 <= number < size:
        raise Wrong(f"a tree of {size} leaves has no leaf {number}")
    place, last, result = number, size - 1, leaf
    for step in path:
        if last == 0:
            raise Wrong("the path is too long for this tree")
        if place % 2 or place == last:
            result = node_hash(step, result)
            while place % 2 == 0 and place:
                place //= 2
                last //= 2
        else:
            result = node_hash(result, step)
        place //= 2
        last //= 2
    if last:
        raise Wrong("the path is too short for this tree")
    return result


def peak_of_path(leaf, number, size, path):
    """Which peak of a tree a leaf stands under (from 0), and the hash to which its path leads."""
    start = 0
    for place, height in enumerate([bit for bit in range(size.bit_length() - 1, -1, -1) if size >> bit & 1]):
        if number < start + (1 << height):
            if len(path) != height:
                raise Wrong(f"the path has {len(path)} steps, this leaf needs {height}")
            index, result = number - start, leaf
            for step in path:
                result = node_hash(step, result) if index % 2 else node_hash(result, step)
                index //= 2
            return place, result
        start += 1 << height
    raise Wrong(f"a tree of {size} leaves has no leaf {number}")


# The canonical form: a type letter, the length in bytes, a colon and the bytes -----------------------------------


def number_form(value):
    text = str(int(value)).encode()
    return b"i%d:%b" % (len(text), text)


def bytes_form(value):
    return b"x%d:%b" % (len(value), value)


def instant_form(text):
    return b"t%d:%b" % (len(text), text.encode())


def day_form(text):
    return b"d%d:%b" % (len(text), text.encode())


# A folder --------------------------------------------------------------------------------------------------------


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def numbered_files(folder, pattern):
    """Files of a pattern such as leaves-*.csv in the order of their numbers."""
    return sorted(folder.glob(pattern), key=lambda path: int(re.findall(r"(\d+)\.csv$", path.name)[0]))


def public_line(row):
    """The public line: the fields joined by a bar; a paper has three of them only.

    A bar within a field, or a field left empty, would let a row say something else than its line does.
    """
    names = PAPER if row["programme"] == "paper" else PUBLIC
    if any((name in names) != bool(row[name]) for name in PUBLIC) or any("|" in row[name] for name in names):
        raise Wrong(f"leaf {row['number']}: its fields are not those of a public line")
    return "|".join(row[name] for name in names)


class Points:
    """Honour points by programme, month, name and kind, as leaves tell them one after the other."""

    def __init__(self):
        self.sums = {}

    def add(self, row):
        source, _, target = row["flow"].partition(">")
        sign = (target == "honour") - (source == "honour")
        if not sign:
            return
        own = self.sums.setdefault((row["programme"], row["who"]), {})
        for kind in {"all", row["kind"]} - {"-"}:
            at = (row["month"], kind)
            own[at] = own.get(at, 0) + sign * int(row["centipoints"])

    def of(self, programme, who, kind, first, last):
        """The points of one or several names (a person has one a month) in a period."""
        return sum(
            points
            for name in who.split(" ")
            for (month, its_kind), points in self.sums.get((programme, name), {}).items()
            if its_kind == kind and first <= month <= last
        )


def months_of(period):
    """First and last month of a period, as texts that compare."""
    if period == "all":
        return "0000-00", "9999-99"
    year, _, part = period.partition("-")
    if part.startswith("Q"):
        quarter = int(part[1:])
        return f"{year}-{quarter * 3 - 2:02d}", f"{year}-{quarter * 3:02d}"
    return (period, period) if part else (f"{year}-01", f"{year}-12")


def check_folder(folder):
    """Check all that a folder holds. Returns sentences: what was found right, what was found wrong."""
    right, wrong = [], []
    seals = list(rows_of(folder / "seals.csv"))
    wrong += chain_faults(seals, "seal", "number", lambda row: number_form(row["number"])
                          + number_form(row["tree_size"]) + bytes_form(bytes.fromhex(row["root"]))
                          + instant_form(row["sealed_at"]))  # fmt: skip
    number = size = 0
    for row in seals:
        if int(row["number"]) != number + 1 or int(row["tree_size"]) <= size:
            wrong.append(f"seal {row['number']}: it does not follow seal {number}")
        number, size = int(row["number"]), int(row["tree_size"])
    right.append(f"{len(seals)} seals chained")
    days = list(rows_of(folder / "day-roots.csv"))
    wrong += chain_faults(days, "day", "day", lambda row: day_form(row["day"])
                          + number_form(row["tree_size"]) + bytes_form(bytes.fromhex(row["root"])))  # fmt: skip
    sealed = {int(row["tree_size"]): row["root"] for row in seals}
    for row in days:
        if sealed.get(int(row["tree_size"])) != row["root"]:
            wrong.append(f"day {row['day']}: no seal has this size and root")
    right.append(f"{len(days)} day roots chained")
    rankings = [(path, json.loads(path.read_text("utf-8"))) for path in sorted(folder.glob("ranking-*.json"))]
    tree, points = Tree(), Points()
    by_cutoff = sorted(rankings, key=lambda one: int(one[1]["cutoff"]))
    waiting = iter(seals)
    seal = next(waiting, None)

    def reach():
        """Everything that is said of the tree as large as it is now."""
        nonlocal seal
        while seal is not None and int(seal["tree_size"]) <= tree.size:
            if int(seal["tree_size"]) < tree.size or seal["root"] != tree.root().hex():
                wrong.append(f"seal {seal['number']}: its root does not follow from the leaves")
            elif "peaks" in seal and seal["peaks"] != b"".join(tree.peaks).hex():
                wrong.append(f"seal {seal['number']}: its peaks do not follow from the leaves")
            seal = next(waiting, None)
        while by_cutoff and int(by_cutoff[0][1]["cutoff"]) <= tree.size:
            path, told = by_cutoff.pop(0)
            if told["root"] != tree.root().hex():
                wrong.append(f"{path.name}: its root is not that of its cut-off")
            faults = ranking_faults(path, told, points)
            wrong.extend(faults)
            if not faults:
                right.append(f"{path.with_suffix('.csv').name}: computed anew, the same byte for byte")

    reach()
    for path in numbered_files(folder, "leaves-*.csv"):
        for row in rows_of(path):
            number = int(row["number"])
            if number != tree.size:
                wrong.append(f"leaf {tree.size}: missing ({path.name} goes on with {number})")
                return right, wrong
            digest = leaf_hash(public_line(row), bytes.fromhex(row["commitment"]))
            if digest.hex() != row["leaf_hash"]:
                wrong.append(f"leaf {number}: its hash does not follow from its public line and commitment")
            tree.append(digest)
            if row["programme"] != "paper":
                points.add(row)
            reach()
    right.append(f"{tree.size} leaves hashed")
    if seal is not None:
        wrong.append(f"seal {seal['number']}: it has {seal['tree_size']} leaves, the files have {tree.size}")
    wrong += [f"{path.name}: its cut-off is beyond the leaves" for path, _told in by_cutoff]
    if seals and not wrong:
        right.append(f"root of the whole tree: {seals[-1]['root']}")
    return right, wrong


def chain_faults(rows, noun, name, form):
    link, faults = bytes(32), []
    for row in rows:
        link = sha256(link + form(row))
        if link.hex() != row["chain"]:
            faults.append(f"{noun} {row[name]}: it is not chained to the one before")
            link = bytes.fromhex(row["chain"])
    return faults


def ranking_faults(path, told, points):
    """Compute a frozen ranking anew from the leaves within its cut-off and compare the bytes.

    Who may be named and where each belongs was frozen with it: that is taken from the file, points and ranks are
    not. For organisations nothing but the leaves is needed; a person's line names the pseudonyms that it adds up.
    """
    file = path.with_suffix(".csv")
    if not file.is_file():
        return [f"{file.name}: missing"]
    published = file.read_bytes()
    faults = []
    if sha256(published).hex() != told["file_sha256"]:
        faults.append(f"{file.name}: it is not the file that was published (its SHA-256 differs)")
    first, last = months_of(told["period"])
    lines, seen = [], set()
    for row in rows_of(file):
        row["points"] = points.of(told["programme"], row["who"], row["kind"], first, last)
        for name in row["who"].split(" "):
            if (row["kind"], name) in seen:
                faults.append(f"{file.name}: {name} is counted twice")
            seen.add((row["kind"], name))
        lines.append(row)
    if rankings_bytes(lines) != published:
        faults.append(f"{file.name}: points and ranks computed from the leaves are others")
    return faults


def rankings_bytes(lines):
    """The canonical file of lines: sorted, ranked 1-2-2-4 in the city and in each county, town, village and size."""
    lines = [row for row in lines if row["points"] > 0]
    lines.sort(
        key=lambda row: (row["kind"] != "all", row["kind"], row["party_kind"], -row["points"], row["who"])
    )
    counts, lasts = {}, {}

    def rank(at, points):
        counts[at] = counts.get(at, 0) + 1
        if lasts.get(at, (None, 0))[0] != points:
            lasts[at] = (points, counts[at])
        return lasts[at][1]

    text = [",".join(RANKING)]
    for row in lines:
        cut = (row["kind"], row["party_kind"])
        for name, place in PLACES:
            row[name] = rank((*cut, name, row[place] if place else ""), row["points"])
        row["rank_size"] = rank((*cut, "size", row["size_class"]), row["points"]) if row["size_class"] else ""
        text.append(",".join(str(row[name]) for name in RANKING))
    return "".join(line + "\n" for line in text).encode("utf-8")


# One proof, one QR code ------------------------------------------------------------------------------------------


def published_seal(path, tree_size):
    for row in rows_of(path):
        if int(row["tree_size"]) == tree_size:
            return row
    raise Wrong(f"no seal in {path.name} has {tree_size} leaves")


def check_proof(path, seals):
    """Check a proof: that the leaf is in the tree, and, when the row is opened, that it is this row."""
    proof = json.loads(path.read_text("utf-8"))
    right = []
    public, commitment = proof["public"], bytes.fromhex(proof["commitment"])
    if "row" in proof:
        own, row = bytes.fromhex(proof["own"]), base64.b64decode(proof["row"])
        if not hmac.compare_digest(sha256(own + row), commitment):
            raise Wrong("the opened row is not what the commitment hides")
        right.append("the opened row is the one that was sealed")
    if proof.get("first_size"):
        raise Wrong("this is a proof of growth: use the page of the ledger")
    path_up = [bytes.fromhex(step) for step in proof["path"]]
    root = root_of_path(leaf_hash(public, commitment), int(proof["number"]), int(proof["tree_size"]), path_up)
    if root.hex() != proof["root"]:
        raise Wrong("the path does not lead to the root")
    right.append(f"leaf {proof['number']} is in the tree of {proof['tree_size']} leaves: {public}")
    if seals is None:
        right.append(
            f"as far as this file goes; that root {root.hex()} was published, only seals.csv can tell"
        )
    else:
        if published_seal(seals, int(proof["tree_size"]))["root"] != proof["root"]:
            raise Wrong("the published root of this size is another one")
        right.append("that root was published")
    return right


def check_qr(text, seals):
    """Check the text of a paper's QR code against the published seals."""
    found = re.search(r"/verify/([0-9A-Z]+)#(\d+)\.(\d+)\.([\w-]+)\.([\w-]*)$", text.strip())
    if not found:
        raise Wrong("this is not the text of a sealed paper's QR code")
    code, number, size = found[1], int(found[2]), int(found[3])
    content, path = (base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in found.groups()[3:])
    if len(content) != 32 or len(path) % 32:
        raise Wrong("this is not the text of a sealed paper's QR code: a hash in it has a wrong length")
    steps = [path[at : at + 32] for at in range(0, len(path), 32)]
    digest = hashlib.sha256((code + content.hex()).encode()).hexdigest()
    place, peak = peak_of_path(leaf_hash(f"2|paper|{digest}", bytes(32)), number, size, steps)
    row = published_seal(seals, size)
    peaks = bytes.fromhex(row["peaks"])
    if peaks[place * 32 : place * 32 + 32] != peak:
        raise Wrong("the paper is not in the published tree")
    return [
        f"paper {code}: leaf {number}, in seal {row['number']} of {row['sealed_at']}",
        "whether it was revoked since then only the page of its QR code can tell",
    ]


def main():
    parser = argparse.ArgumentParser(description="Check the open data of a points ledger.")
    parser.add_argument("folder", nargs="?", type=Path, help="folder of downloaded open data")
    parser.add_argument("--proof", type=Path, help="a downloaded proof")
    parser.add_argument("--qr", help="the text of a paper's QR code")
    parser.add_argument("--seals", type=Path, help="the published seals.csv")
    asked = parser.parse_args()
    if asked.qr and not asked.seals:
        parser.error("--qr needs --seals")
    if not (asked.folder or asked.proof or asked.qr):
        parser.error("name a folder, or use --proof or --qr")
    try:
        if asked.qr:
            right, wrong = check_qr(asked.qr, asked.seals), []
        elif asked.proof:
            right, wrong = check_proof(asked.proof, asked.seals), []
        else:
            right, wrong = check_folder(asked.folder)
    except Wrong as problem:
        right, wrong = [], [str(problem)]
    except (
        OSError,
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        RecursionError,
        csv.Error,
    ) as problem:
        sys.stderr.write(f"cannot be read: {type(problem).__name__}: {problem}\n")
        return 2
    for sentence in right:
        sys.stdout.write(f"right: {sentence}\n")
    for sentence in wrong:
        sys.stdout.write(f"WRONG: {sentence}\n")
    sys.stdout.write("All is right.\n" if not wrong else f"{len(wrong)} things are wrong.\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
