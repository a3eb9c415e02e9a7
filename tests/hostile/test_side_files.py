"""Files beside the log: wrong ones end with status 2 and their place, never with a traceback."""

import gzip
import json
import shutil

import pytest

from tests.hostile.bounded import called, pushlog
from tests.paths import SAMPLES

LOG = SAMPLES / "push-log.txt"
STALLED = (
    b"The push refers to repository [docker.io/acme/app]\naaaaaaaaaaaa: Preparing\naaaaaaaaaaaa: Pushing  1MB/9MB\n"
    + (
        b"aaaaaaaaaaaa: Retrying in 5 seconds\naaaaaaaaaaaa: Pushing  2MB/9MB\naaaaaaaaaaaa: Pushed\n"
        b"v1: digest: sha256:" + b"ab" * 32 + b" size: 528\n"
    )
)
SCRIPT = b'Script started on 2024-01-01 00:00:00+00:00 [TERM="x"]\n' + STALLED
NINES = b"9" * 400
DIGITS = b"9" * 5000


def strict(text: str):
    """JSON as other programs read it."""

    def refuse(word):
        raise ValueError(word)

    return json.loads(text, parse_constant=refuse)


TIMINGS = {
    "a-digit-that-is-none": b"0.1 \xc2\xb2\n",
    "another-digit-that-is-none": b"0.1 \xe2\x91\xa0\n0.1 5\n",
    "a-delay-of-other-digits": "\u0663.\u0661 5\n0.1 5\n".encode(),
    "a-size-beyond-64-bits": b"0.1 99999999999999999999\n0.1 1\n",
    "a-size-of-5000-digits": b"0.1 " + DIGITS + b"\n0.1 1\n",
    "a-delay-of-400-digits": NINES + b" 60\n0.1 1\n",
    "a-delay-of-400-digits-on-one-line": NINES + b" 60\n",
    "sizes-that-add-up-beyond-64-bits": b"0.1 9000000000000000000\n" * 4,
    "delays-that-add-up-to-infinity": (b"9" * 308 + b" 1\n") * 20,
    "a-delay-of-a-thousand-years": b"0.1 5\n31557600000 5\n0.1 5\n",
    "advanced-with-a-size-that-is-none": b"O 0.1 x\nO 0.1 4\n",
    "a-negative-delay": b"-1 5\n0.1 4\n",
    "nan": b"nan 5\n0.1 4\n",
}


@pytest.mark.parametrize("name", TIMINGS)
def test_a_timing_file_that_is_none_is_refused_with_its_line(tmp_path, name):
    (tmp_path / "s.txt").write_bytes(SCRIPT)
    (tmp_path / "timing").write_bytes(TIMINGS[name])
    for output in ("json", "html", "text"):
        done = called("analyze", "s.txt", "--timing", "timing", "-f", output, cwd=tmp_path)
        assert done.status == 2, done
        assert "timing" in done.err
        assert "line " in done.err
        assert done.err.count("\n") == 1


def test_a_timing_file_of_an_honest_recording_is_read(tmp_path):
    (tmp_path / "s.txt").write_bytes(SCRIPT)
    (tmp_path / "timing").write_bytes(b"".join(b"%d.5 20\n" % (n % 7) for n in range(12)))
    done = called("analyze", "s.txt", "--timing", "timing", "-f", "json", cwd=tmp_path)
    assert done.status == 0, done
    assert strict(done.out)["logs"][0]["pushes"][0]["clock"] == "recorded"


DIGEST = b"sha256:" + b"ab" * 32
DOCUMENTS = {
    "a-size-of-5000-digits": b'{"layers":[{"digest":"%s","size":%s}]}' % (DIGEST, DIGITS),
    "a-size-of-1e999": b'{"layers":[{"digest":"%s","size":1e999}]}' % DIGEST,
    "a-size-that-is-NaN": b'{"layers":[{"digest":"%s","size":NaN}]}' % DIGEST,
    "a-size-beyond-64-bits": b'{"layers":[{"digest":"%s","size":99999999999999999999}]}' % DIGEST,
    "a-size-beyond-all-disks": b'{"layers":[{"digest":"%s","size":9000000000000000000}]}' % DIGEST,
    "brackets": b"[" * 100_000,
    "brackets-inside": b'{"layers":' * 5000,
    "half-a-character": b'{"layers":[{"digest":"\\ud800","size":1}]}',
    "no-utf-8": b'{"layers":[{"digest":"\xff\xfe","size":1}]}',
    "empty": b"",
    "a-word": b"layers",
}


@pytest.mark.parametrize("option", ["--history", "--manifest", "--daemon-config"])
@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_that_is_none_is_refused_with_its_place(tmp_path, option, name):
    (tmp_path / "side.json").write_bytes(DOCUMENTS[name])
    for output in ("json", "text"):
        done = called("analyze", LOG, option, "side.json", "-f", output, cwd=tmp_path)
        assert "Traceback" not in done.err, done
        assert done.status in (0, 2), done
        if done.status == 2:
            assert "side.json" in done.err
            assert done.err.count("\n") == 1
        elif output == "json":
            strict(done.out)
    if name in ("a-size-of-5000-digits", "brackets", "brackets-inside", "empty", "a-word"):
        assert done.status == 2, done


@pytest.mark.parametrize(
    "value", ["10000000000000000000", "1e3", "-1", "9" * 5000, "true", '"5"', "[5]", "1e999", "NaN"]
)
def test_a_daemon_setting_that_is_none_is_refused(tmp_path, value):
    (tmp_path / "daemon.json").write_text(f'{{"max-concurrent-uploads": {value}}}')
    done = called("analyze", LOG, "--daemon-config", "daemon.json", "-f", "json", cwd=tmp_path)
    assert done.status == 2, done
    assert "daemon.json" in done.err
    assert done.err.count("\n") == 1


RULES = {
    "an-integer-of-5000-digits": b"a = " + DIGITS,
    "brackets": b"a = " + b"[" * 100_000,
    "tables": b"[" + b"a." * 400_000 + b"a]",
    "a-date-that-is-none": b"a = 2024-13-45",
    "no-utf-8": b"a = '\xff'",
    "half-a-character": b'a = "\\ud800"',
    "a-limit-of-5000-digits": b"[[registry]]\nid = 'x'\nhosts = ['x']\nlayer_bytes = " + DIGITS,
}


@pytest.mark.parametrize("name", RULES)
def test_a_rules_file_that_is_none_is_refused_with_its_place(tmp_path, name):
    (tmp_path / "own.toml").write_bytes(RULES[name])
    for command in (["analyze", LOG], ["audit", LOG, "--out", "o"])[: 1 if name == "tables" else 2]:
        done = called(*command, "--rules", "own.toml", cwd=tmp_path)
        assert done.status == 2, done
        assert "own.toml" in done.err
        assert done.err.count("\n") == 1


@pytest.mark.parametrize(
    "change",
    ["bandwidth=" + "9" * 300 + "MB/s", "bandwidth=" + "9" * 4000 + "MB/s", "bandwidth=0." + "0" * 330 + "1MB/s",
     "concurrency=" + "9" * 5000, "split-largest=" + "9" * 400, "bandwidth=٣MB/s"],
)  # fmt: skip
def test_a_change_beyond_all_lines_is_refused(tmp_path, change):
    done = called("analyze", LOG, "--what-if", change, "-f", "json", cwd=tmp_path)
    assert done.status == 2, done
    assert done.err.count("\n") == 1
    assert len(done.err) < 600


def test_the_fastest_line_that_can_be_asked_for_is_drawn_everywhere(tmp_path):
    for output in ("json", "text", "html", "markdown"):
        done = called("analyze", LOG, "--what-if", "bandwidth=1000TB/s", "-f", output, cwd=tmp_path)
        assert done.status in (0, 2), done
        assert "Traceback" not in done.err


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    folder = tmp_path_factory.mktemp("result")
    done = called("analyze", LOG, "-f", "json", "--what-if", "concurrency=3", cwd=folder)
    return json.loads(done.out)


SPOILS = {
    "infinity-in-data": ("data", "1e999"),
    "infinity-deep-in-data": ("data", '[[{{"a": -1e999}}]]'),
    "infinity-in-a-change": ("bandwidth", "1e999"),
    "nan-in-data": ("data", "NaN"),
    "5000-digits-in-data": ("data", "9" * 5000),
    "a-very-large-whole-number-in-data": ("data", "9" * 400),
    "a-large-change": ("bandwidth", "9" * 400),
}


@pytest.mark.parametrize("name", SPOILS)
@pytest.mark.parametrize("output", ["json", "html", "markdown", "text", "sarif", "trace"])
def test_a_stored_result_with_a_number_that_is_none(tmp_path, result, name, output):
    where, value = SPOILS[name]
    spoilt = json.loads(json.dumps(result))
    push = spoilt["logs"][0]["pushes"][0]
    if where == "data":
        push["findings"][0]["data"] = {"size": "VALUE"}
    else:
        push["what_if"][0]["change"] = {"bandwidth": "VALUE"}
    (tmp_path / "r.json").write_text(json.dumps(spoilt).replace('"VALUE"', value.replace("{{", "{").replace("}}", "}")))
    done = called("report", "r.json", "-f", output, cwd=tmp_path)
    assert done.status in (0, 2), done
    assert "Traceback" not in done.err
    if done.status == 2:
        assert "r.json" in done.err
    elif output in ("json", "sarif", "trace"):
        strict(done.out)


HONEST = {
    "a-layer-faster-than-1-GB-a-second": (
        b'{"version": 2, "width": 80, "height": 24}\n'
        b'[0.1, "o", "The push refers to repository [localhost:5000/a]\\r\\n"]\n'
        b'[0.2, "o", "aaaaaaaaaaaa: Preparing\\r\\n"]\n[0.3, "o", "aaaaaaaaaaaa: Pushing  1.024kB/3GB\\r\\n"]\n'
        b'[1.3, "o", "aaaaaaaaaaaa: Pushing  2.9GB/3GB\\r\\n"]\n[1.4, "o", "aaaaaaaaaaaa: Pushed\\r\\n"]\n'
        b'[1.5, "o", "v1: digest: sha256:' + b"ab" * 32 + b' size: 528\\r\\n"]\n'
    ),
    "a-clock-that-was-set-from-1970": b"".join(
        stamp + b" " + line + b"\n"
        for stamp, line in zip(
            [b"1970-01-01T00:00:05Z", b"1970-01-01T00:00:06Z", *[b"2026-10-10T10:00:0%dZ" % n for n in range(9)]],
            STALLED.splitlines(),
            strict=False,
        )
    ),
    "petabytes": STALLED.replace(b"9MB", b"9PB"),
    "a-countdown-of-a-day": STALLED.replace(b"5 seconds", b"86400 seconds"),
    "figures-without-end": STALLED.replace(b"9MB", b"9" * 300 + b"PB"),
}


@pytest.mark.parametrize("name", HONEST)
def test_what_analyze_writes_report_reads(tmp_path, name):
    (tmp_path / "log").write_bytes(HONEST[name])
    done = called("analyze", "log", "-f", "json=r.json", "--what-if", "bandwidth=100MB/s", cwd=tmp_path)
    assert done.status in (0, 4), done
    strict((tmp_path / "r.json").read_text())
    for output in ("json", "text", "html"):
        again = called("report", "r.json", "-f", output, cwd=tmp_path)
        assert again.status == done.status, again
    assert strict(called("report", "r.json", "-f", "json", cwd=tmp_path).out) == strict(
        (tmp_path / "r.json").read_text()
    )


def test_the_schema_holds_the_bounds_that_report_does():
    from importlib.resources import files

    schema = files("pushlog.report").joinpath("pushlog-1.schema.json").read_text()

    def numbers(part):
        if isinstance(part, dict):
            kinds = part.get("type")
            if "number" in (kinds if isinstance(kinds, list) else [kinds]) and "const" not in part:
                yield part
            for value in part.values():
                yield from numbers(value)
        elif isinstance(part, list):
            for value in part:
                yield from numbers(value)

    assert all("maximum" in part for part in numbers(json.loads(schema)))


@pytest.mark.parametrize("path", ["/dev/null/x", "/dev/null/x/y.log", "{log}/x", "{log}/../{name}", "", "\0", "a\0b"])
def test_a_path_that_leads_nowhere_is_told_in_a_line(tmp_path, path):
    shutil.copy(LOG, tmp_path / "a.log")
    if "\0" in path:
        pytest.skip("no command line holds a NUL")
    done = called("analyze", path.format(log="a.log", name="a.log"), cwd=tmp_path)
    assert done.status == 2, done
    assert done.err.count("\n") == 1


def test_a_member_of_an_archive_is_found_however_its_path_is_written(tmp_path):
    import zipfile

    (tmp_path / "t").mkdir()
    with zipfile.ZipFile(tmp_path / "t" / "l.zip", "w") as archive:
        archive.writestr("job/a.txt", LOG.read_bytes())
        archive.writestr("job/b.txt", b"nothing")
    for path in ("l.zip/job/a.txt", "./l.zip/job/a.txt", "../t//l.zip/job/a.txt", f"{tmp_path}/./t/l.zip/job/a.txt",
                 "l.zip//job/a.txt", "l.zip/./job/a.txt"):  # fmt: skip
        done = called("analyze", path, cwd=tmp_path / "t")
        assert done.status == 0, done


@pytest.mark.parametrize("suffix", ["gz", "bz2", "xz", "tgz", "zip"])
def test_a_compressed_log_through_a_pipe_is_read_as_from_a_file(tmp_path, suffix):
    import bz2
    import io
    import lzma
    import os
    import tarfile
    import zipfile

    data = LOG.read_bytes()
    out = io.BytesIO()
    if suffix == "tgz":
        with tarfile.open(fileobj=out, mode="w:gz") as archive:
            archive.add(LOG, "a.log")
    elif suffix == "zip":
        with zipfile.ZipFile(out, "w") as archive:
            archive.write(LOG, "a.log")
    single = {"gz": gzip.compress(data), "bz2": bz2.compress(data), "xz": lzma.compress(data)}
    packed = single.get(suffix, out.getvalue())
    (tmp_path / f"l.{suffix}").write_bytes(packed)
    by_stdin = called("analyze", "-", cwd=tmp_path, stdin=packed)
    assert by_stdin.status == 0, by_stdin
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        script = f'cat l.{suffix} > pipe & exec "$@"'
        done = pushlog("analyze", "pipe", cwd=tmp_path, before=("sh", "-c", script, "sh"), patience=20)
        assert done.status == 0, done


@pytest.mark.parametrize("limit", ["layers=1", "layers=2", "layers=3", "pushes=1", "findings=1"])
def test_a_limit_on_honest_logs_never_ends_with_an_error(tmp_path, limit):
    logs = sorted(SAMPLES.glob("*tty*.txt"))
    done = called("analyze", *logs, "--limit", limit, "-f", "json", cwd=tmp_path)
    assert done.status in (0, 4), done
    strict(done.out)


def test_reading_has_its_part_in_the_time_of_a_log(tmp_path):
    empty = gzip.compress(b"", mtime=0)
    (tmp_path / "slow.gz").write_bytes(empty * (20_000_000 // len(empty)))
    done = called("analyze", "slow.gz", "--time-limit", "0.5", cwd=tmp_path)
    assert done.status == 2
    assert "took more than 0.5 s of processor time to be read" in done.err


@pytest.mark.parametrize("seconds", ["nan", "inf", "1e308", "1e9", "-5"])
@pytest.mark.parametrize("command", [["analyze", LOG], ["audit", LOG, "--out", "out"]], ids=["analyze", "audit"])
def test_a_time_that_no_timer_takes_is_refused(tmp_path, command, seconds):
    done = called(*command, "--time-limit", seconds, cwd=tmp_path)
    assert done.status == 2, done
    assert "--time-limit" in done.err
