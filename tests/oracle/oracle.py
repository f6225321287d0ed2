"""Writes or checks the vectors and what the libraries expect of them.

    python oracle.py check     what is committed is what comes out now
    python oracle.py accept    what comes out now is written
"""

import json
import math
import pathlib
import sys

import figures
import scenarios

FOLDER = pathlib.Path(__file__).parent
# Sums are added up in another order on another processor; more than that is a change.
SAME = 1e-11


def text(document):
    """JSON with one row a line, so that a change shows where it is."""
    lines = []
    for key, value in document.items():
        if isinstance(value, list):
            rows = ",\n".join(f"    {json.dumps(row)}" for row in value)
            lines.append(f"  {json.dumps(key)}: [\n{rows}\n  ]")
        else:
            lines.append(f"  {json.dumps(key)}: {json.dumps(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def differences(path, was, now):
    """Where two documents are not the same; floats may differ by what adding them in another order changes."""
    if isinstance(was, dict) and isinstance(now, dict) and was.keys() == now.keys():
        return [line for key in was for line in differences(f"{path}.{key}", was[key], now[key])]
    if isinstance(was, list) and isinstance(now, list) and len(was) == len(now):
        return [line for place, pair in enumerate(zip(was, now)) for line in differences(f"{path}[{place}]", *pair)]
    if isinstance(was, float) and isinstance(now, float) and math.isclose(was, now, rel_tol=SAME, abs_tol=SAME):
        return []
    return [] if type(was) is type(now) and was == now else [f"{path}: committed {was!r}, now {now!r}"]


def documents():
    for name, vector in scenarios.vectors():
        yield pathlib.Path("vectors", f"{name}.json"), vector
        yield pathlib.Path("expected", f"{name}.json"), figures.expectation(vector)


def main():
    if sys.argv[1:] not in (["check"], ["accept"]):
        sys.exit(__doc__)
    is_check = sys.argv[1] == "check"
    found, files, asked = [], set(), {}
    for file, document in documents():
        path = FOLDER / file
        files.add(file)
        for figure, names in document.get("libraries", {}).items():
            asked.setdefault(figure, set()).update(names)
        if not is_check:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text(document), encoding="utf-8", newline="\n")
        elif not path.exists():
            found.append(f"{file}: is missing")
        else:
            # Through text once, so that both are what JSON makes of them.
            now = json.loads(text(document))
            try:
                found += differences(str(file), json.loads(path.read_text(encoding="utf-8")), now)
            except ValueError as error:
                found.append(f"{file}: {error}")
    for folder in ("vectors", "expected"):
        for path in sorted((FOLDER / folder).glob("*")):
            file = path.relative_to(FOLDER)
            if file in files:
                continue
            if is_check:
                found.append(f"{file}: has no scenario")
            else:
                path.unlink()
    for figure, names in sorted(asked.items()):
        print(f"{figure:<30} {', '.join(sorted(names))}")
    if found:
        sys.exit("\n".join(found[:40] + [f"{len(found)} differences"]))
    print(f"{len(files) // 2} scenarios {'as committed' if is_check else 'written'}")


if __name__ == "__main__":
    main()
