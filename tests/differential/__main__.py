"""`record` asks the real conftest about every case; `compare` shows where ours differs."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

from tests.conftest import peer
from tests.differential import records
from tests.differential.cases import every
from tests.differential.compare import difference
from tests.differential.run import ours, theirs, version
from tests.peers import go


def main(words: list[str]) -> int:
    cases = every()
    if words == ["record"]:
        conftest = peer(go.find("conftest"), "conftest")
        with ThreadPoolExecutor() as pool:
            outcomes = list(pool.map(lambda case: theirs(case, conftest), cases))
        found = {case.name: (case, one) for case, one in zip(cases, outcomes, strict=True)}
        records.write(found, version(conftest))
        print(f"recorded {len(found)} cases")
        return 0
    if words[:1] != ["compare"]:
        print(__doc__)
        return 2
    recorded = records.read()
    wrong = 0
    for case in cases:
        if len(words) > 1 and words[1] not in case.name:
            continue
        told = difference(case, recorded[case.name][1], ours(case))
        if told is not None:
            wrong += 1
            print(f"=== {case.name}\n{told}")
    print(f"{wrong} differ")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
