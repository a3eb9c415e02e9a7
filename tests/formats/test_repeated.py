"""A program that begins a push again after a failure made one push, not one for each attempt."""

import json

from pushlog.pipeline import analyze

R = "r.example.com/acme/app"
HEADER = f"The push refers to repository [{R}]\n0123456789ab: Preparing\n"
AGAIN = f"[WARNING] Failed to push {R}:1, retrying in 10 seconds (1/5).\n[INFO] Pushing {R}:1\n"
DENIED = "denied: requested access to the resource is denied\n"


def test_attempts_of_a_program_are_one_push(tmp_path):
    log = tmp_path / "push-log.txt"
    log.write_text(HEADER + AGAIN + HEADER + DENIED)
    (push,) = analyze(log).pushes
    assert push.lines == (1, 7)
    assert push.error is not None
    assert push.error.text == DENIED.strip()


def test_a_push_of_another_image_stays_apart(tmp_path):
    log = tmp_path / "push-log.txt"
    log.write_text(HEADER + AGAIN + HEADER.replace("app", "web") + DENIED)
    assert len(analyze(log).pushes) == 2


def test_two_pushes_of_a_recording_that_end_alike_are_two(tmp_path):
    # A terminal may give the whole output of a push at once: header and error are then one line of the recording.
    recording = tmp_path / "push.cast"
    output = f"The push refers to repository [{R}]\r\n{DENIED.strip()}\r\n"
    events = ({"version": 2, "width": 120, "height": 40}, [0.1, "o", output], [0.2, "o", output])
    recording.write_text("".join(f"{json.dumps(event)}\n" for event in events))
    assert len(analyze(recording).pushes) == 2
