"""What could not be read is listed, and every unknown error text comes with a row for `--rules` that takes it."""

from dataclasses import replace

import pytest

from pushlog import cli, rules_file
from pushlog.audit.drafts import drafts
from pushlog.audit.summary import document, summary
from pushlog.audit.unknown import draft
from pushlog.faults import InputError
from pushlog.model import Failure, Family, Missed
from pushlog.pipeline import Options, analyze
from tests.audit.test_summary import failed, found, push, told
from tests.logs import A
from tests.records import log

TEXTS = (
    "denied: the moon is in the wrong house (request 0a1b2c3d4e5f60)",
    "flux capacitor at 88 mph refused team/app:1.0",
    'a "quoted" \\ text\twith \x1b[31msigns\x7f and a second line\nwhich goes on',
    "Error response from daemon: unheard of",
    "x" * 3000,
    "12345678",
)


@pytest.mark.parametrize("text", TEXTS)
def test_a_draft_is_a_row_that_takes_its_text(tmp_path, text):
    path = tmp_path / "own.toml"
    path.write_text(draft("0a1b2c3d4e5f", text, "hub.example", "team/app"), "utf-8")
    (row,) = rules_file.load_rules([str(path)]).own_signatures
    assert row.id == "own-0a1b2c3d4e5f"


def test_a_draft_takes_the_text_as_it_is_for_another_image(tmp_path):
    refusal = "frobnicator rejected the blob of {}: quota class Z{} exhausted"
    path = tmp_path / "own.toml"
    row = draft("0a1b2c3d4e5f", refusal.format("edge/cron", 15), "hub.example", "edge/cron")
    path.write_text(row.replace('family = "unknown"', 'family = "quota"'), "utf-8")
    lines = [
        "The push refers to repository [hub.example/team/mail]",
        f"{A}: Preparing",
        refusal.format("team/mail", 207),
    ]
    options = Options(knowledge=rules_file.load_rules([str(path)]))
    (one,) = analyze("\n".join([*lines, "make: *** [push] Error 1"]).encode(), options).pushes
    assert one.error is not None
    assert (one.error.family, one.error.line) == (Family.QUOTA, 3)


def test_unknown_texts_are_counted_by_what_they_share():
    def unknown(text, **more):
        return replace(failed(**more), error=Failure(text=text, line=3, family=Family.UNKNOWN))

    many = told(
        unknown("the moon is full 17"),
        unknown("the moon is full 18", registry="b.example"),
        unknown("no sun"),
        failed(),
    )
    assert [(u.text, u.pushes) for u in many.unknown_texts] == [("the moon is full 17", 2), ("no sun", 1)]
    assert 'match.has = ["the moon is full"]' in many.unknown_texts[0].draft


def test_logs_without_a_push_are_listed_those_with_words_of_one_first():
    from pushlog.audit.rows import rows

    spoken = log(name="b.log")
    spoken = replace(spoken, source=replace(spoken.source, missed=(Missed(line=7, text="The push refers to: x"),)))
    extra = [row for made in (log(name="a.log"), spoken) for row in rows(made, made.source.name, "", None)["sources"]]
    many = summary(found(push(), extra=extra))
    assert [(m.input, m.line, m.text) for m in many.missed] == [("b.log", 7, "The push refers to: x")]
    assert [(w.input, w.words) for w in many.without_push] == [("b.log", 1), ("a.log", 0)]


def test_the_drafts_of_an_audit_are_a_rules_file_without_a_fault(tmp_path, monkeypatch, capfd):
    unknown = [replace(failed(), error=Failure(text=text, line=3, family=Family.UNKNOWN)) for text in TEXTS]
    (tmp_path / "audit.json").write_text(document(summary(found(*unknown))), "utf-8")
    monkeypatch.setattr("sys.argv", ["pushlog", "rules", "draft", str(tmp_path)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert not ended.value.code
    path = tmp_path / "own.toml"
    path.write_text(capfd.readouterr().out, "utf-8")
    assert rules_file.lint_rules(str(path)) == ()
    assert len(rules_file.load_rules([str(path)]).own_signatures) == len(TEXTS)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"schema": "pushlog-audit/1"}', "[" * 100_000])
def test_drafts_of_what_is_no_audit_are_refused(tmp_path, content):
    (tmp_path / "audit.json").write_text(content, "utf-8")
    with pytest.raises(InputError, match=r"not the audit\.json of an audit"):
        drafts(str(tmp_path))
