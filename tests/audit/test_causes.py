"""Causes: failures that read the same are one row, those that do not are several; how often pushing again went well."""

import pandas as pd
import pytest

from pushlog.audit.causes import causes, follow
from pushlog.audit.fingerprints import normalised
from pushlog.audit.since import parsed_since, since
from pushlog.audit.summary import summary
from pushlog.faults import UserError
from pushlog.model import DatedBy, Family, Outcome
from tests.audit.test_summary import failed, found, push, told

UPLOAD = (
    'Patch "https://hub.example:5000/v2/team/app/blobs/uploads/{id}?_state={state}&x=1": write tcp {own}->{other}: '
)
RESET = "write: connection reset by peer"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            UPLOAD.format(
                id="0a1b2c3d-1111-2222-3333-444455556666", state="abc", own="10.0.0.1:51", other="1.2.3.4:443"
            ),
            UPLOAD.format(
                id="9a1b2c3d-1111-2222-3333-444455556666", state="xyz", own="10.0.0.9:99", other="1.2.3.5:443"
            ),
        ),
        ("toomanyrequests: retry after 125s", "toomanyrequests: retry after 3m10s"),
        ("unknown blob sha256:" + "a1" * 32, "unknown blob sha256:" + "b2" * 32),
        ("expired at 2026-10-01T10:00:00Z", "expired at 2026-11-09 08:12:44.123"),
        ("read tcp [fd00::1]:4431->[fd00::2]:443: EOF", "read tcp [fd00::7]:9->[fd00::2]:443: EOF"),
        ("lookup hub.example on 10.0.0.2:53: no such host", "lookup hub.example on 10.0.0.3:53: no such host"),
        ("denied: push to team/app:1.2 refused", "denied: push to team/app:rc-7 refused"),
        ("limit of 512 MiB\n  reached", "limit of 1,024 MiB reached"),
        ("quota class Z15 exhausted on worker12", "quota class Z207 exhausted on worker9999"),
    ],
)
def test_what_changes_from_push_to_push_is_taken_out(one, other):
    assert normalised(one, "hub.example:5000", "team/app") == normalised(other, "hub.example:5000", "team/app")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("denied: requested access to the resource is denied", "denied: installation not allowed"),
        ("lookup hub.example: no such host", "lookup auth.example: no such host"),
        (f"write tcp 1.2.3.4:5->1.2.3.4:6: {RESET}", "write tcp 1.2.3.4:5->1.2.3.4:6: write: broken pipe"),
        ("unauthorized: bad cafe", "unauthorized: bad face"),
        ("no image for arm64", "no image for arm"),
        ("no match for platform amd64", "no match for platform amd32"),
    ],
)
def test_what_tells_failures_apart_stays(one, other):
    assert normalised(one) != normalised(other)


def test_a_cause_has_its_text_what_to_do_and_where_it_was_met():
    many = told(
        failed("10:00:00"),
        failed("11:00:00", repository="team/web"),
        failed("12:00:00", registry="other.example"),
        push(),
    )
    first, second = many.causes
    assert (first.pushes, first.repositories, first.registry) == (2, 2, "hub.example")
    assert (first.first, first.last) == ("2026-10-01T10:00:00Z", "2026-10-01T11:00:00Z")
    assert first.text == "unexpected: server-error"
    assert first.page == "push/0000000000000001-0.html", "that of the newest"
    assert second.registry == "other.example"
    assert first.fingerprint.split("-")[0] == second.fingerprint.split("-")[0], "the same text"


def test_the_odds_of_pushing_again_are_measured_and_never_from_fewer_than_five():
    def tries(n, last=Outcome.SUCCEEDED):
        return [failed(f"1{n}:00:00", repository=f"team/{n}"), push(f"1{n}:30:00", last, repository=f"team/{n}")]

    four = [one for n in range(4) for one in tries(n)]
    assert told(*four).causes[0].healed is None
    five = told(*four, failed("15:00:00", repository="team/5"), failed("15:30:00", repository="team/5")).causes[0]
    assert five.healed is not None
    assert (five.healed.again, five.healed.of) == (4, 5)


def test_what_follows_is_the_next_push_of_the_same_image_only():
    frames = found(failed("10:00:00"), push("10:01:00", repository="team/web"), push("10:02:00"), failed("09:00:00"))
    assert follow(frames.pushes).tolist()[0] == "succeeded"
    assert follow(frames.pushes).tolist()[3] == "failed"
    assert pd.isna(follow(frames.pushes).iloc[2])
    masked = found(failed("10:00:00", repository="***/app"), push("10:01:00", repository="***/app"))
    assert follow(masked.pushes).isna().all(), "a masked name may stand for two images"


def test_a_run_without_a_success_is_one_incident_however_far_apart():
    days = [failed("10:00:00"), failed("14:00:00", repository="team/web"), failed("23:00:00")]
    (one,) = told(push("09:00:00"), *days, push("23:30:00")).incidents
    assert (one.pushes, one.others_succeeded) == (3, 0)
    assert one.ended_by == "team/app succeeded at 2026-10-01T23:30:00Z (job-004.log)"
    assert one.fingerprint == told(*days).causes[0].fingerprint
    assert told(*days).incidents[0].ended_by is None


def test_a_success_between_ends_an_incident():
    assert (
        told(failed("10:00:00"), failed("11:00:00"), push("11:30:00"), failed("12:00:00"), failed("13:00:00")).incidents
        == ()
    )


def test_an_outage_that_lets_few_pushes_through_is_one_incident():
    hours = [failed(f"{n:02}:00:00", repository=f"team/{n}") for n in range(1, 13)]
    (one,) = told(*hours, push("04:30:00"), push("09:30:00"), push("23:00:00")).incidents
    assert (one.pushes, one.others_succeeded, one.first, one.last) == (
        12, 2, "2026-10-01T01:00:00Z", "2026-10-01T12:00:00Z"
    )  # fmt: skip
    often = [push(f"{n:02}:30:00") for n in range(1, 12)]
    assert told(*hours, *often).incidents == ()


def test_five_undated_failures_in_a_row_in_one_log_are_an_incident_and_three_are_not():
    (one,) = told((*[failed()] * 5, push())).incidents
    assert (one.first, one.last, one.pushes, one.logs) == (None, None, 5, 1)
    assert one.ended_by == "team/app succeeded (job-000.log)"
    assert told((*[failed()] * 3, push())).incidents == ()
    assert told((*[failed()] * 3, push(), *[failed()] * 3)).incidents == ()


def test_other_failures_do_not_end_an_incident():
    mixed = [failed("10:00:00"), failed("11:00:00", Family.DNS), failed("12:00:00"), failed("13:00:00")]
    (one,) = told(*mixed).incidents
    assert (one.family, one.pushes) == ("server-error", 3)


def test_of_a_day_a_success_may_stand_between_any_two_failures(made_at):
    days = ["2026-10-01", "2026-10-02", "2026-10-03"]
    (one,) = summary(made_at(days)).incidents
    assert (one.first, one.last, one.others_succeeded) == ("2026-10-01", "2026-10-03", 0)
    assert summary(made_at(days, push())).incidents == ()


def test_since_leaves_out_what_is_older_and_what_has_no_date():
    frames = since(found(failed("10:00:00"), push("11:00:00"), push()), pd.Timestamp("2026-10-01T10:30:00Z"))
    totals = summary(frames).totals
    assert (totals.logs, totals.pushes, totals.failed) == (1, 1, 0)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-10-01", "2026-10-01T00:00Z"),
        ("2026-10-01T08:00+02:00", "2026-10-01T06:00Z"),
        ("36h", "2026-11-28T12:00Z"),
    ],
)
def test_since_takes_dates_and_times_ago(text, moment):
    assert parsed_since(text, pd.Timestamp("2026-11-30T00:00Z")) == pd.Timestamp(moment)


@pytest.mark.parametrize("text", ["", "yesterday", "3", "2026-13-01", "9999999d"])
def test_since_refuses_what_is_no_moment(text):
    with pytest.raises(UserError, match=r"--since .*: is neither a date"):
        parsed_since(text)


def test_times_of_files_that_were_copied_together_are_not_believed(made_at):
    together = made_at([f"2026-11-01T10:00:0{n}+00:00" for n in range(8)])
    assert together.pushes["moment"].isna().all()
    apart = made_at([f"2026-11-01T1{n}:00:00+00:00" for n in range(8)])
    assert apart.pushes["moment"].notna().all()
    assert summary(apart).totals.dated_by == {DatedBy.FILE.value: 8}
    mixed = made_at(
        [*(f"2026-11-01T10:00:0{n}+00:00" for n in range(5)), *(f"2026-11-0{n}T10:00Z" for n in range(2, 9))]
    )
    assert mixed.pushes["moment"].isna().tolist() == [True] * 5 + [False] * 7


@pytest.fixture
def made_at():
    from dataclasses import replace

    from pushlog.audit.frames import frames
    from pushlog.audit.rows import rows
    from pushlog.audit.schema import TABLES
    from pushlog.audit.tables import Tables
    from pushlog.model import Dated
    from tests.records import log

    def make(times, *more):
        """Failures at these times; a further push is of the second one."""
        tables = Tables()
        for n, (at, one) in enumerate([*((at, failed()) for at in times), *((times[1], one) for one in more)]):
            made = log(one, name=f"job-{n}.log")
            dated = Dated(at=at, by=DatedBy.PATH if len(at) == 10 else DatedBy.FILE)
            made = replace(made, source=replace(made.source, sha256=f"{n:016x}" + "0" * 48, dated=dated))
            for table, of_table in rows(made, made.source.name, "", None).items():
                assert table in TABLES
                for row in of_table:
                    tables.add(table, row)
        return frames(tables)

    return make


def test_no_failure_no_cause():
    assert causes(found(push("10:00:00"))) == ()
