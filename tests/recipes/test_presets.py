from __future__ import annotations

import json
from pathlib import Path

import pytest

from playground.core.errors import UserError
from playground.core.paths import Paths
from playground.recipes.presets import (
    MODELS_OWN,
    Preset,
    apply,
    delete_preset,
    export_preset,
    import_preset,
    preset_of,
    presets,
    save_preset,
)
from playground.recipes.run_settings import RunSettings, effective, full_chain

EVERYTHING = RunSettings(full_chain(), max_tokens=99, seed=5, stop=("x",))
for _name in ("repetition_penalty", "presence_penalty", "frequency_penalty"):
    EVERYTHING = EVERYTHING.with_sampler(_name, penalty=1.5)


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(tmp_path / "home")


def ours(paths: Paths, name: str) -> Preset:
    return next(preset for preset in presets(paths) if preset.name == name)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Deterministic (greedy)", ("greedy",)),
        ("Precise", ("temperature 0.3", "top-p 0.9")),
        ("Balanced", ("temperature 0.7", "top-k 40", "top-p 0.95")),
        ("Creative", ("top-p 0.98",)),
        ("Wild", ("temperature 1.5", "min-p 0.1")),
        ("Neutral", ()),
    ],
)
def test_what_our_presets_do(paths: Paths, name: str, words: tuple[str, ...]) -> None:
    run = apply(ours(paths, name), EVERYTHING, {"temperature": 0.1})
    assert effective(run) == words
    assert (run.max_tokens, run.seed, run.stop) == (99, 5, ("x",))  # only the sampling changes


def test_the_models_own_settings_come_over_neutral_ones(paths: Paths) -> None:
    stated = {"temperature": 0.2, "top_k": 20.0, "top_p": 0.9, "repetition_penalty": 1.05, "other": 3.0}
    run = apply(ours(paths, MODELS_OWN), EVERYTHING, stated)
    assert effective(run) == (
        "repetition penalty 1.05 over the last 64 tokens",
        "temperature 0.2",
        "top-k 20",
        "top-p 0.9",
    )
    assert effective(apply(ours(paths, MODELS_OWN), EVERYTHING, {})) == ()
    assert effective(apply(ours(paths, MODELS_OWN), EVERYTHING, {"temperature": 99.0, "top_k": 1e6})) == (
        "temperature 5",
        "top-k 200",
    )


def test_a_preset_brings_missing_and_switched_off_stages_back(paths: Paths) -> None:
    run = apply(ours(paths, "Balanced"), RunSettings(), {})
    assert [stage.on for stage in run.chain] == [True] * len(full_chain())
    assert effective(run) == ("temperature 0.7", "top-k 40", "top-p 0.95")


def test_the_users_presets_come_after_ours_and_can_be_replaced_and_deleted(paths: Paths) -> None:
    mine = preset_of("Mine", EVERYTHING)
    save_preset(paths, mine)
    assert presets(paths)[-1] == mine
    assert effective(apply(mine, RunSettings(), {})) == effective(EVERYTHING)
    save_preset(paths, preset_of("Mine", RunSettings()))
    assert [preset.values for preset in presets(paths) if preset.name == "Mine"] == [()]
    delete_preset(paths, "Mine")
    assert all(preset.ours for preset in presets(paths))


@pytest.mark.parametrize("name", ["a/b\\c:d", "CON", "x" * 300, "🚀🚀", "..", " spaced ", "größe?*"])
def test_any_name_can_be_kept(paths: Paths, name: str) -> None:
    file = save_preset(paths, Preset(name, (("top_k.top_k", 7),)))
    assert file.parent == paths.presets
    assert len(file.name.encode()) <= 255
    assert presets(paths)[-1] == Preset(name.strip(), (("top_k.top_k", 7),))
    delete_preset(paths, name)
    assert not file.exists()


def test_names_that_differ_only_in_forbidden_characters_do_not_overwrite_each_other(paths: Paths) -> None:
    save_preset(paths, Preset("a/b", (("top_k.top_k", 1),)))
    save_preset(paths, Preset("a:b", (("top_k.top_k", 2),)))
    assert {p.name: p.values[0][1] for p in presets(paths) if not p.ours} == {"a/b": 1, "a:b": 2}
    delete_preset(paths, "a:b")
    assert [p.name for p in presets(paths) if not p.ours] == ["a/b"]


@pytest.mark.parametrize("name", ["", "  ", "Balanced", "balanced"])
def test_names_that_cannot_be_used(paths: Paths, name: str) -> None:
    with pytest.raises(UserError) as caught:
        save_preset(paths, Preset(name))
    assert caught.value.code == "E-PRESET"


def test_a_preset_travels_through_a_file(paths: Paths, tmp_path: Path) -> None:
    export_preset(ours(paths, "Wild"), tmp_path / "wild.json")
    taken = import_preset(paths, tmp_path / "wild.json")
    assert taken.name == "Wild (imported)"
    assert taken in presets(paths)
    assert effective(apply(taken, EVERYTHING, {})) == ("temperature 1.5", "min-p 0.1")


def test_words_travel_with_a_preset_and_another_one_takes_them_out(paths: Paths, tmp_path: Path) -> None:
    run = RunSettings(full_chain()).with_sampler("logit_bias", pairs="sky: -5\nGröße: 2")
    run = run.with_sampler("banned_words", phrases="as an AI\n\\n\\n")
    export_preset(preset_of("Mine", run), tmp_path / "mine.json")
    taken = import_preset(paths, tmp_path / "mine.json")
    assert effective(apply(taken, RunSettings(), {}))[:2] == effective(run)[:2]
    assert effective(apply(ours(paths, "Neutral"), run, {})) == ()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("{", "JSON"),
        ("[]", "name"),
        ('{"name": "x", "values": []}', "object"),
        ('{"name": "x", "values": {"top_q.top_p": 1}}', "top_q.top_p"),
        ('{"name": "x", "values": {"top_p.top_p": 1.5}}', "TopP.top_p"),
        ('{"name": "x", "values": {"top_k.top_k": 1.5}}', "TopK.top_k"),
        ('{"name": "x", "values": {"temperature.temperature": NaN}}', "Temperature.temperature"),
        ('{"name": "x", "values": {"logit_bias.pairs": "sky"}}', "LogitBias.pairs"),
        ('{"name": "x", "values": {"banned_words.phrases": 5}}', "BannedWords.phrases"),
    ],
)
def test_a_bad_file_is_refused_naming_what_is_wrong_and_left_out_of_the_list(
    paths: Paths, tmp_path: Path, text: str, named: str
) -> None:
    file = tmp_path / "bad.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as caught:
        import_preset(paths, file)
    assert named in f"{caught.value.message} {caught.value.hint}"
    (paths.presets / "bad.json").write_text(text, encoding="utf-8")
    assert all(preset.ours for preset in presets(paths))


def test_a_folder_that_cannot_be_written_is_said_and_the_original_stays(paths: Paths, tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        export_preset(ours(paths, "Wild"), tmp_path / "nowhere" / "wild.json")
    assert caught.value.code == "E-PRESET"


def test_our_file_has_nothing_else() -> None:
    from playground.core.paths import resources

    listed = json.loads((resources() / "presets.json").read_text(encoding="utf-8"))
    assert [set(entry) for entry in listed] == [{"name", "values"}] * 7
