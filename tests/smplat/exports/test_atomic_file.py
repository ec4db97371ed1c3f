"""Files that exist whole or not at all."""

import os
import threading
import time

import pytest

from smplat.exports.atomic_file import ABANDONED_SECONDS, open_output, replace_atomically


def names(folder):
    return [path.name for path in folder.iterdir()]


def test_a_file_appears_with_its_folders_once_it_is_complete(tmp_path):
    path = tmp_path / "deep" / "er" / "events.csv"
    with replace_atomically(path) as file:
        file.write(b"all of it")
        assert not path.exists()
    assert (path.read_bytes(), names(path.parent)) == (b"all of it", ["events.csv"])


def test_an_error_leaves_the_old_file_and_no_litter(tmp_path):
    path = tmp_path / "events.csv"
    path.write_bytes(b"old")
    with pytest.raises(TypeError), replace_atomically(path) as file:
        file.writelines([b"half", None])
    assert (path.read_bytes(), names(tmp_path)) == (b"old", ["events.csv"])


def test_what_a_killed_export_left_is_removed_by_the_next_of_the_same_file(tmp_path):
    path, an_hour_ago = tmp_path / "events[1].csv", time.time() - ABANDONED_SECONDS - 1
    abandoned, under_way, of_another_file = (
        tmp_path / name for name in (".events[1].csv.0.part", ".events[1].csv.1.part", ".orders.csv.0.part")
    )
    for part in (abandoned, under_way, of_another_file):
        part.touch()
    for part in (abandoned, of_another_file):
        os.utime(part, (an_hour_ago, an_hour_ago))
    with replace_atomically(path):
        pass
    assert sorted(names(tmp_path)) == sorted([path.name, under_way.name, of_another_file.name])


def test_a_link_stays_and_its_target_is_replaced(tmp_path):
    (tmp_path / "real.csv").write_bytes(b"old")
    (tmp_path / "link.csv").symlink_to("real.csv")
    with replace_atomically(tmp_path / "link.csv") as file:
        file.write(b"new")
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real.csv").read_bytes() == b"new"


def test_a_pipe_is_written_through(tmp_path):
    pipe, received = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: received.append(pipe.read_bytes()))
    reader.start()
    with open_output(pipe) as file:
        file.write(b"through")
    reader.join()
    assert (received, pipe.is_fifo()) == ([b"through"], True)
