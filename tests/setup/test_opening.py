"""An empty city is opened by the commands of the operations guide alone, in their order."""

import re
from pathlib import Path

from flask import Flask

from app.db import reading
from points.rulesets import publication, queries

ROOT = Path(__file__).resolve().parents[2]


def test_the_guides_commands_open_a_city(web: Flask) -> None:
    runner = web.test_cli_runner()

    def run(*words: str) -> str:
        done = runner.invoke(args=words)
        assert done.exit_code == 0, (words, done.output, done.exception)
        return done.output

    guide = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    for words in ("regions load", "calendar seed", "catalogue load", "vocabulary load", "points open"):
        assert f"z {words}" in guide
        run(*words.split())
    draft = run("points", "rules", "load", str(ROOT / "points/rulesets/social_force_v1.toml"))
    found = re.search(r"[0-9a-f-]{36}", draft)
    assert found
    run("points", "rules", "publish", found[0])
    appointed = "users appoint anquan security_administrator --person 王小明 --phone 13800138000 --password"
    assert "z users appoint" in guide
    run(*appointed.split(), "qin-ling-wei-shui-99")
    with reading() as session:
        programme = queries.programme(session, publication.CITY_PROGRAMME)
    assert programme.region_code == "610300000000"
