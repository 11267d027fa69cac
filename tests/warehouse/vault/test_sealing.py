"""Sealed files: what is sealed comes back, and nothing else does."""

import stat

import pytest

from warehouse.vault import sealing
from warehouse.vault.key import KeyProblem, new_key, parse_key
from warehouse.vault.sealing import SealBroken, holds_private, read_private, read_seal, unseal, write_private

KEY, OTHER = parse_key(new_key(), "test"), parse_key(new_key(), "test")
CHUNK, HEADER, TAG = 64, 46, 16


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    """Several chunks of a short text."""
    monkeypatch.setattr(sealing, "CHUNK_BYTES", CHUNK)


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 5 * CHUNK, 5 * CHUNK + 7])
def test_what_is_sealed_comes_back(tmp_path, size):
    content = bytes(each % 251 for each in range(size))
    path = write_private(tmp_path / "a.csv", content, KEY)
    assert path.name == "a.csv.sealed"
    assert read_private(tmp_path / "a.csv", KEY) == read_private(path, KEY) == content
    assert read_seal(path).size_bytes == size
    assert read_seal(path).key_id == KEY.key_id
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert size < 8 or content not in path.read_bytes()


def test_the_same_content_is_never_sealed_alike(tmp_path):
    first, second = (write_private(tmp_path / name, b"x" * 500, KEY).read_bytes() for name in "ab")
    assert first[HEADER:] != second[HEADER:]


def sealed(tmp_path):
    return write_private(tmp_path / "a", bytes(range(250)) * 2, KEY)


def chunks(content: bytes) -> list[bytes]:
    step = CHUNK + TAG
    return [content[HEADER + place : HEADER + place + step] for place in range(0, len(content) - HEADER, step)]


TAMPERING = {
    "a bit of the first chunk": lambda b: b[:60] + bytes([b[60] ^ 1]) + b[61:],
    "a bit of the last tag": lambda b: b[:-1] + bytes([b[-1] ^ 1]),
    "a byte less": lambda b: b[:-1],
    "the last chunk cut off": lambda b: b[: HEADER + (CHUNK + TAG) * 3],
    "all chunks cut off": lambda b: b[:HEADER],
    "a byte more": lambda b: b + b"x",
    "the last chunk twice": lambda b: b + chunks(b)[-1],
    "two chunks swapped": lambda b: b[:HEADER] + b"".join([chunks(b)[i] for i in (1, 0, *range(2, len(chunks(b))))]),
    "a chunk left out": lambda b: b[:HEADER] + b"".join(chunks(b)[1:]),
    "a chunk twice": lambda b: b[:HEADER] + b"".join([chunks(b)[0], *chunks(b)]),
    "another original size": lambda b: b[: HEADER - 1] + bytes([b[HEADER - 1] ^ 1]) + b[HEADER:],
    "another salt": lambda b: b[:20] + bytes([b[20] ^ 1]) + b[21:],
    "another chunk size": lambda b: b[:37] + bytes([b[37] ^ 64]) + b[38:],
    "a newer version": lambda b: b[:9] + b"\x02" + b[10:],
    "no header": lambda b: b"x" + b[1:],
    "nothing": lambda b: b"",
}


@pytest.mark.parametrize("case", TAMPERING)
def test_tampering_is_found(tmp_path, case):
    path = sealed(tmp_path)
    path.write_bytes(TAMPERING[case](path.read_bytes()))
    with pytest.raises(SealBroken) as caught:
        read_private(path, KEY)
    assert str(path) in str(caught.value)


def test_chunks_of_another_file_of_the_same_key_do_not_fit(tmp_path):
    first, second = (write_private(tmp_path / name, b"x" * 500, KEY) for name in "ab")
    first.write_bytes(first.read_bytes()[:HEADER] + second.read_bytes()[HEADER:])
    with pytest.raises(SealBroken):
        read_private(first, KEY)


def test_another_key_and_none_are_clear_errors(tmp_path):
    path = sealed(tmp_path)
    with pytest.raises(
        KeyProblem, match=f"is encrypted with key {KEY.key_id}, and the configured one is {OTHER.key_id}"
    ):
        read_private(path, OTHER)
    with pytest.raises(KeyProblem, match="no key is configured: set GUIYI_KEY"):
        read_private(path, None)


def test_another_purpose_does_not_open_it(tmp_path):
    with pytest.raises(SealBroken):
        list(unseal(sealed(tmp_path), KEY, "archive"))


def test_without_a_key_files_are_private_and_as_they_are(tmp_path):
    path = write_private(tmp_path / "deep" / "a.csv", b"abc", None)
    assert (path.name, path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == ("a.csv", b"abc", 0o600)
    assert read_private(path, None) == b"abc"


def test_a_file_is_there_in_one_form_only(tmp_path):
    path = tmp_path / "a.csv"
    for key, names in ((None, ["a.csv"]), (KEY, ["a.csv.sealed"]), (None, ["a.csv"])):
        write_private(path, b"abc", key)
        assert sorted(each.name for each in tmp_path.iterdir()) == names


def test_whether_the_content_is_there(tmp_path):
    path = tmp_path / "a.csv"
    assert not holds_private(path, b"abc", KEY)
    write_private(path, b"abc", None)
    assert holds_private(path, b"abc", None)
    assert not holds_private(path, b"abc", KEY)
    write_private(path, b"abc", KEY)
    assert holds_private(path, b"abc", KEY)
    assert not holds_private(path, b"abd", KEY)
    # Sealed with an earlier key it has to be written again.
    assert not holds_private(path, b"abc", OTHER)


def test_what_a_killed_run_left_is_replaced(tmp_path):
    (tmp_path / "a.csv.sealed.building").write_bytes(b"half")
    (tmp_path / "a.csv.sealed.building").chmod(0o644)
    assert stat.S_IMODE(write_private(tmp_path / "a.csv", b"abc", KEY).stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["a.csv.sealed"]
