"""Wrong usage gets one sentence on stderr, a near name where there is one, and exit code 2."""

import pytest
from terminal import call, process

NEAR = {
    "lst": "'list'",
    "reprodce": "'reproduce'",
    "run zero-rat": "'zero-rate'",
    "show constant_init": "'constant-init'",
    "reproduce zero-rate saturated-sigmod": "'saturated-sigmoid'",
    "run zero-rate --jsno": "--json",
    "list --jsn": "--json",
    "run saturated-sigmoid --arm squared-eror": "'squared-error'",
    "run zero-rate --set recip.epochs=1": "'recipe.epochs'",
    "run zero-rate --set epoch=1": "'recipe.epochs'",
    "run zero-rate --set recipe.epoch=1": "'recipe.epochs'",
    "run zero-rate --set network.hiden=[3]": "'network.hidden'",
    "run zero-rate --set data.feature=3": "'features'",
    "run zero-rate --set network.output=sigmod": "'sigmoid'",
    "run zero-rate --set recipe.optimizer=adma": "'adam'",
    "run zero-rate --set recipe.loss=binary_crossentrop": "'binary_crossentropy'",
    "run zero-rate --set recipe.dtype=float46": "'float64'",
    "run zero-rate --set data.name=random_label": "'random_labels'",
    "run zero-rate --set recipe.loss.clp=0.1": "'clip'",
    "run vanishing-sigmoid --set data.spacing=evn": "'even'",
    "run zero-rate --set optimizer.weight_decy=0.1": "'weight_decay'",
    "bench --peers numpi": "'numpy'",
    "bench startpu": "'startup'",
    "bench --ordr given": "--order",
}
WRONG = {
    "run": "ID|FILE.toml",
    "show": "ID|FILE.toml",
    "run zero-rate zero-rate": "zero-rate",
    "run zero-rate --seeds 0": "--seeds",
    "run zero-rate --seeds many": "--seeds",
    "run zero-rate --seeds 1000001": "--seeds",
    "run zero-rate --seed -1": "--seed",
    "run zero-rate --dtype float16": "'float32', 'float64'",
    "run zero-rate --set epochs": "path=value",
    "run zero-rate --set =3": "path=value",
    "run zero-rate --set network=3": "whole table",
    "run zero-rate --set recipe.epochs.x=3": "expected a table",
    "run zero-rate --set recipe.epochs=-1": "epochs is -1",
    "run zero-rate --set recipe.epochs=1.5": "epochs is 1.5",
    "run zero-rate --set recipe.epochs=ten": "epochs is 'ten'",
    "run zero-rate --set epochs=99999999999999999999": "expected an integer from 0 to",
    "run zero-rate --set epochs=9223372036854775807": "expected an integer from 0 to",
    "run zero-rate --set learning_rate=inf": "expected a finite number of at least 0",
    "run zero-rate --set batch_size=all": 'or "full" for all samples',
    "run zero-rate --arm x": "it has one arm, 'sgd', so leave the choice of arms out",
    "sweep zero-rate --grid learning_rate=1 --resume": "--resume needs --store FILE",
    "sweep zero-rate --grid learning_rate=1 --resume --dry-run": "--resume needs --store FILE",
    "run zero-rate --set recipe.learning_rate=-0.1": "learning_rate is -0.1",
    "run zero-rate --set recipe.learning_rate=nan": "learning_rate is nan",
    "run zero-rate --set recipe.learning_rate=inf": "learning_rate is inf",
    "run zero-rate --set recipe.batch_size=101": "101",
    "run zero-rate --set recipe.batch_size=0": "batch_size is 0",
    "run zero-rate --set recipe.shuffle=1": "expected true or false",
    "run zero-rate --set recipe.seed=1": "--seed",
    "run zero-rate --set network.hidden=[0]": "units is 0",
    "run zero-rate --set network.hidden=[[2]]": "units is [2]",
    "run zero-rate --set network.dropout=1 --set network.hidden=[2]": "dropout is 1",
    "run zero-rate --set data.count=0": "data.count is 0",
    "run zero-rate --set data.count=100000000": "10000000",
    "run zero-rate --set data.test=-1": "data.test is -1",
    "run zero-rate --set data.test=0": "test rows",
    "run zero-rate --set data.features=2.5": "whole number",
    "run zero-rate --set network.outputs=2": "2 outputs",
    "run saturated-sigmoid --dtype float32": "float64",
    "run vanishing-sigmoid --set recipe.loss=binary_crossentropy": "between 0 and 1",
    "run . ": ". is a folder, and not the .toml file of a scenario",
    "run ./nowhere.toml": "does not exist",
    "run nowhere/mine": "does not exist",
    "reproduce zero-rate --seeds 0": "--seeds",
    "bench 999-999": "no workload's name holds '999-999'",
    "bench --peers ,": "no peer given",
    "bench --peers numpy,caffe": "known: fastdense, jax, keras",
    "bench diagnosis --peers nobody": "known: all, torchmortem, training-doctor, trainproof",
    "bench diagnosis --peers ,": "no peer given",
    "bench diagnosis --peers all --markdown": "leave --peers out",
    "bench --repeats 0": "--repeats",
    "bench --threads 3": "'1', 'all', 'both'",
    "bench --order random": "'shuffled', 'given'",
    "bench --json --markdown": "give one",
}


@pytest.mark.parametrize("line", NEAR)
def test_a_near_name_is_offered(line):
    sentence = call(*line.split()).sentence
    assert "did you mean" in sentence.lower() and NEAR[line] in sentence


@pytest.mark.parametrize("line", WRONG)
def test_wrong_usage_says_what_was_expected(line):
    assert WRONG[line] in call(*line.split()).sentence


def test_a_name_far_from_all_lists_what_there_is():
    assert (
        "known: bench, completion, diagnose, doctor, gallery, list, reproduce, run, show"
        in call("qqq").sentence
    )
    assert "recipe.shuffle" in call("run", "zero-rate", "--set", "q=1").sentence


def test_of_many_names_those_are_listed_that_are_near():
    sentence = call("run", "qqqqqq-xor").sentence
    assert "the nearest of" in sentence and "xor-plateau" in sentence
    assert sentence.count(", ") == 5


def test_a_process_of_its_own_exits_alike():
    assert process("run", "zero-rat").sentence == call("run", "zero-rat").sentence


def test_a_file_that_is_no_scenario_is_not_taken_for_a_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, says in (("rows.csv", "is a table; `fastdense diagnose"), ("rows", "is a file, and")):
        (tmp_path / name).write_text("1,2\n")
        for line in (f"run {name}", f"show {name}", f"sweep {name} --grid learning_rate=1"):
            assert f"{name} {says}" in call(*line.split()).sentence


def test_a_newline_in_a_name_stays_in_one_sentence():
    assert call("run", "zero\nrate").sentence
    assert call("run", "zero\nrate.toml").sentence


def test_more_runs_than_anybody_waits_for_are_refused():
    for command in (("run", "zero-rate"), ("reproduce", "zero-rate")):
        answer = call(*command, "--draws", 10_000, "--seeds", 1_000)
        assert "10000 draws of 1000 seeds are 10000000 runs" in answer.sentence
