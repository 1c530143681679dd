"""utils.resumable: a training that is killed goes on where it was, and ends as if nothing had happened."""
import numpy as np
import pytest

from utils import resumable
from utils.cells import definitions


class Killed(Exception):
    pass


@pytest.fixture(scope="module")
def lesson():
    """Lesson 20's own long run, with the smallest settings."""
    return definitions("20", "long-run") | {"small": {"UNITS": 8, "LANES": 4, "LENGTH": 8, "STEPS": 24}}


def run(lesson, monkeypatch, folder, kill_at=None, every=60):
    names = lesson["long_run"].__globals__
    for name, value in lesson["small"].items():
        monkeypatch.setitem(names, name, value)
    monkeypatch.setitem(names, "validation_text", lesson["validation_text"][:60_000])
    # twelve steps a pass: the second begins in the middle of the run
    monkeypatch.setitem(names, "train_text", lesson["train_text"][:12 * 4 * 8])
    whole, batch = resumable.train, lesson["long_batch"]

    def killing(step):
        if step == kill_at:
            raise Killed
        return batch(step)

    monkeypatch.setitem(names, "long_batch", killing)
    monkeypatch.setattr(resumable, "train", lambda *args, **named: whole(*args, **named, every=every))
    try:
        return lesson["long_run"](folder / "state.npz", folder / "weights.npz")
    finally:
        monkeypatch.undo()


def test_a_killed_run_ends_as_an_undisturbed_one(lesson, monkeypatch, tmp_path, capsys):
    undisturbed, disturbed = tmp_path / "undisturbed", tmp_path / "disturbed"
    undisturbed.mkdir(), disturbed.mkdir()
    record = run(lesson, monkeypatch, undisturbed)
    for kill_at in (5, 17):                             # in each of the two passes
        with pytest.raises(Killed):
            run(lesson, monkeypatch, disturbed, kill_at, every=0)
    assert not (disturbed / "weights.npz").exists()
    again = run(lesson, monkeypatch, disturbed)
    assert (record["pieces"], again["pieces"]) == (1, 3)
    np.testing.assert_allclose(record["validation"], again["validation"], rtol=1e-5)
    assert [step for step, _ in again["training"]] == list(range(1, 25))
    with np.load(undisturbed / "state.npz") as one, np.load(disturbed / "state.npz") as other:
        assert one.files == other.files
        for name in set(one.files) - {"record"}:
            np.testing.assert_allclose(one[name], other[name], rtol=1e-4, atol=1e-6)
    with np.load(undisturbed / "weights.npz") as weights:
        assert all(weights[name].dtype == np.float16 for name in weights.files)
    assert "step 24 of 24" in capsys.readouterr().out


def test_a_kill_while_the_file_is_written_leaves_the_last_one(lesson, monkeypatch, tmp_path):
    with pytest.raises(Killed):
        run(lesson, monkeypatch, tmp_path, kill_at=5, every=0)
    before = (tmp_path / "state.npz").read_bytes()

    def interrupted(file, *arrays, **named):
        file.write(b"half")
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(resumable.np, "savez", interrupted)
        with pytest.raises(Killed):
            run(lesson, pytest.MonkeyPatch(), tmp_path, every=0)
    assert (tmp_path / "state.npz").read_bytes() == before


@pytest.mark.parametrize("content, says", [(b"no archive", "cannot be read"), (None, "of another network")])
def test_a_useless_file_is_not_trained_on(lesson, monkeypatch, tmp_path, content, says):
    if content:
        (tmp_path / "state.npz").write_bytes(content)
    else:
        run(lesson | {"small": lesson["small"] | {"UNITS": 6}}, monkeypatch, tmp_path)
    with pytest.raises(ValueError, match=f"{says}.*delete it"):
        run(lesson, monkeypatch, tmp_path)


def test_the_lesson_writes_with_the_weights_that_keras_has(lesson):
    """The NumPy reader of the lesson and Keras's layers say the same after a text."""
    names = definitions("20", "tested")
    net = lesson["char_lstm"](8)
    *tables, W, U, b, V, out = net.get_weights()
    text = lesson["train_seen"][np.newaxis, :40]
    h = c = np.zeros((1, 8), "float32")
    for end in range(4, 41):
        x, h, c = names["step"](text[:, end - 4:end], h, c, (tables, W, U, b))
    logits = net.predict(text, verbose=0)[0, -1]
    np.testing.assert_allclose(np.concatenate([h, x], axis=1)[0] @ V + out, logits, atol=1e-5)


def test_the_echoes_are_the_same_read_at_once_or_letter_by_letter(lesson):
    names, memory = definitions("20", "tested"), {}
    text = lesson["train_plays"][0][:3000]
    at_once = lesson["with_echoes"]([text])
    one_by_one = [names["recall"](memory, text[np.newaxis, :end], {})[0] for end in range(1, len(text) + 1)]
    np.testing.assert_array_equal(one_by_one, at_once)
    assert 0.5 < np.mean(at_once // 65 % 66 < 65) < 0.99 and np.mean(at_once // 65 // 66 == 65) > 0.5
