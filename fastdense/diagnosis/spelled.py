"""A remedy in NumPy and in the words of Keras and of PyTorch: the lines of a program to change."""

from fastdense.catalogue import get

# Names of optimizers there, and what our constants are called.
OPTIMIZERS = {
    "sgd": ("SGD", "SGD"), "momentum": ("SGD", "SGD"), "nesterov": ("SGD", "SGD"),
    "adam": ("Adam", "Adam"), "adamw": ("AdamW", "AdamW"), "amsgrad": ("Adam", "Adam"),
    "nadam": ("Nadam", "NAdam"), "adamax": ("Adamax", "Adamax"),
    "rmsprop": ("RMSprop", "RMSprop"), "rmsprop_momentum": ("RMSprop", "RMSprop"),
    "adagrad": ("Adagrad", "Adagrad"), "adadelta": ("Adadelta", "Adadelta"),
}  # fmt: skip
EXTRAS = {"nesterov": "nesterov=True", "amsgrad": "amsgrad=True"}
CONSTANTS = {
    "epsilon": ("epsilon", "eps"), "beta1": ("beta_1", "betas[0]"), "beta2": ("beta_2", "betas[1]"),
    "alpha": ("rho", "alpha"), "initial": ("initial_accumulator_value",) * 2,
}  # fmt: skip
LOSSES = {
    "mse": ("mean_squared_error", "nn.MSELoss()"),
    "binary_crossentropy": ("binary_crossentropy", "nn.BCEWithLogitsLoss(), without the sigmoid"),
    "categorical_crossentropy": (
        "categorical_crossentropy", "nn.CrossEntropyLoss(), without the softmax",
    ),
    "sparse_categorical_crossentropy": (
        "sparse_categorical_crossentropy", "nn.CrossEntropyLoss(), without the softmax",
    ),
}  # fmt: skip
FUSED = "binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy"
ACTIVATIONS = {
    "identity": ("linear", "nn.Identity()"), "relu": ("relu", "nn.ReLU()"),
    "tanh": ("tanh", "nn.Tanh()"), "sigmoid": ("sigmoid", "nn.Sigmoid()"),
    "softmax": ("softmax", "nn.Softmax(dim=1)"), "selu": ("selu", "nn.SELU()"),
    "leaky_relu": ("leaky_relu", "nn.LeakyReLU()"), "softplus": ("softplus", "nn.Softplus()"),
    "exponential": ("exponential", "torch.exp of the output"),
}  # fmt: skip
WEIGHTS = {
    "he_normal": ("he_normal", 'nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")'),
    "glorot_uniform": ("glorot_uniform", "nn.init.xavier_uniform_(layer.weight)"),
    "lecun_normal": ("lecun_normal", 'nn.init.kaiming_normal_(weight, nonlinearity="linear")'),
}  # fmt: skip
# What the sides of windows are called there.
WINDOW = {
    "kernel": ("kernel_size", "kernel_size"), "size": ("pool_size", "kernel_size"),
    "stride": ("strides", "stride"), "padding": ("padding", "padding"),
    "dilation": ("dilation_rate", "dilation"),
}  # fmt: skip
POOLS = {
    "max_pool2d": ("MaxPooling2D", "nn.MaxPool2d"),
    "average_pool2d": ("AveragePooling2D", "nn.AvgPool2d"),
}
# Layers that are called by a name alone.
SAME = {
    "batch_normalization": ("BatchNormalization()", "nn.BatchNorm1d(...)"),
    "layer_normalization": ("LayerNormalization()", "nn.LayerNorm(...)"),
    "flatten": ("Flatten()", "nn.Flatten()"),
    "global_average_pool2d": ("GlobalAveragePooling2D()", "nn.AdaptiveAvgPool2d(1)"),
}

STRAYS = {
    "filled": ("from fastdense.diagnosis.outlying import filled", "x = filled(x)"),
    "left out": (
        "from fastdense.diagnosis.outlying import outlying",
        "near = ~outlying(y.reshape(len(y), -1)).any(axis=1)",
        "x, y = x[near], y[near]",
    ),
}
SCALED = "({0} - {0}.mean(axis=0)) / np.where({0}.std(axis=0) > 0, {0}.std(axis=0), 1)"


def of_rows(before, after):
    """Lines that make the changed rows of a case, in arrays x and y: before they are scaled."""
    lines = [
        line for done in after.strays if done not in before.strays for line in STRAYS[done]
    ]  # fmt: skip
    if after.targets != before.targets and after.targets == "labels":
        lines.append("y = y - y.min()")
    return lines


def spelled(change, settings):
    """Lines of Keras and of PyTorch for changed settings.

    Parameters
    ----------
    change : dict
        Dotted paths to the values that a remedy sets.
    settings : dict
        Dotted paths to all values, with the remedy.

    Returns
    -------
    dict
        "keras" and "torch" to lists of str; what is the same in both is in both.
    """
    lines = {"keras": [], "torch": []}
    recipe = {path.partition(".")[2]: v for path, v in settings.items() if path[:7] == "recipe."}
    seen = set()
    for path, value in change.items():
        say = next((PATHS[start] for start in PATHS if path.startswith(start)), None)
        if say is None or say in seen:
            continue
        seen.add(say)
        for name, text in zip(lines, say(value, recipe), strict=True):
            if text:
                lines[name].append(text)
    return lines


def _optimizer(_, recipe):
    table = recipe["optimizer"]
    table = {"name": table} if isinstance(table, str) else dict(table)
    full = table.pop("name")
    usual, name = get("optimizers", full).hyper, full.removesuffix("_keras")
    table = usual | table
    found = []
    for place, rate in enumerate(("learning_rate", "lr")):
        parts = [f"{rate}={recipe['learning_rate']:g}"]
        parts += [
            f"{CONSTANTS.get(constant, (constant, constant))[place]}={value:g}"
            for constant, value in table.items()
            if constant == "momentum" or value != usual[constant]
        ]
        parts += [EXTRAS[name]] if name in EXTRAS else []
        found.append((OPTIMIZERS[name][place], parts))
    (keras, given), (torch, theirs) = found
    together = "clipnorm" if recipe.get("clip_each") else "global_clipnorm"
    clips = {"clip_norm": together, "clip_value": "clipvalue"}
    given += [f"{word}={recipe[ours]:g}" for ours, word in clips.items() if recipe[ours]]
    schedule = (
        recipe["schedule"] if isinstance(recipe["schedule"], str) else recipe["schedule"]["name"]
    )
    first = "" if schedule == "constant" else "  # the rate that your schedule begins with"
    return (
        f"optimizer=keras.optimizers.{keras}({', '.join(given)}){first}",
        f"optimizer = torch.optim.{torch}(model.parameters(), {', '.join(theirs)}){first}",
    )


def _clip(_, recipe):
    keras, _torch = _optimizer(None, recipe)
    torch = "leave out torch.nn.utils.clip_grad_norm_ and clip_grad_value_"
    if recipe["clip_norm"]:
        torch = f"torch.nn.utils.clip_grad_norm_(model.parameters(), {recipe['clip_norm']:g})"
    return keras, torch


def _epochs(value, _):
    return f"model.fit(..., epochs={value})", f"for epoch in range({value}):"


def _batch(value, _):
    size = "len(x)" if value == "full" else value
    return f"model.fit(..., batch_size={size})", f"DataLoader(..., batch_size={size}, shuffle=True)"


def _shuffle(value, _):
    return f"model.fit(..., shuffle={value})", f"DataLoader(..., shuffle={value})"


def _reduction(value, _):
    return "reduction='sum_over_batch_size' of the loss", f"reduction='{value}' of the loss"


def _weights_of_classes(value, _):
    if not value:
        return "leave class_weight out of model.fit", "leave weight out of the loss"
    table = "{" + ", ".join(f"{k}: {v:g}" for k, v in enumerate(value)) + "}"
    ratio = f"pos_weight {value[1] / value[0]:g} of BCEWithLogitsLoss" if len(value) == 2 else ""
    numbers = ", ".join(f"{v:g}" for v in value)
    return f"model.fit(..., class_weight={table})", ratio or f"weight=torch.tensor([{numbers}])"


def _loss(value, _):
    name = value if isinstance(value, str) else value["name"]
    keras, torch = LOSSES.get(name, (None, None))
    return keras and f'loss="{keras}"', torch and f"loss = {torch}"


def _hidden(value, _):
    widths = ", ".join(map(str, value))
    return f"Dense layers of {widths} units", f"nn.Linear layers of {widths} units"


def _in_layers(value, _):
    both = zip(*_layers(value), strict=True)
    return tuple(f"layers {', '.join(_shortened([*words]))}" for words in both)


def _layers(tables):
    """Words of layers in Keras and in PyTorch, pairs."""
    images = any("conv2d" in table for table in tables)
    for table in tables:
        keras, torch = of_layer(table)
        yield keras, torch.replace("1d", "2d") if images else torch
        images = images and not {"flatten", "global_average_pool2d"} & set(table)


def of_layer(table):
    """A layer's words in Keras and in PyTorch."""
    name, own = next(iter(table.items()))
    if name in ("dense", "conv2d"):
        linear = table["activation"] == "identity"
        activation, theirs = ACTIVATIONS.get(table["activation"], (table["activation"],) * 2)
        weights = table["weights"]["name"]
        keras, torch = ("Dense", "Linear") if name == "dense" else ("Conv2D", "Conv2d")
        first = "" if linear else f'activation="{activation}", '
        ours, other = (", ".join([str(own), *sides]) for sides in _windows(table))
        said = "" if weights == "torch_linear" else f" ({weights})"  # as PyTorch draws them
        biases = table["bias"].get("value", 0) if table["bias"]["name"] == "constant" else 0
        said += f" (biases of {biases:g})" if biases else ""
        given = f", bias_initializer={initializer_of(table['bias'])}" if biases else ""
        given += ", use_bias=False" * (not table.get("use_bias", True))
        bare = ", bias=False" * (not table.get("use_bias", True))
        if not table.get("trainable", True):
            given += ", trainable=False"
            said += ", with requires_grad=False"
        return (
            f"{keras}({ours}, {first}kernel_initializer={initializer_of(table['weights'])}{given})",
            f"nn.{torch}(..., {other}{bare}){said}" + (f", {theirs}" if not linear else ""),
        )
    if name == "activate":
        keras, torch = ACTIVATIONS.get(own, (own, own))
        return f'Activation("{keras}")', torch
    if name == "dropout":
        return f"Dropout({own:g})", f"nn.Dropout({own:g})"
    if name in SAME:
        return SAME[name]
    if name in POOLS:
        words = zip(POOLS[name], _windows({"size": own} | table), strict=True)
        return tuple(f"{word}({', '.join(sides)})" for word, sides in words)
    rest = "".join(f", {key}={value}" for key, value in table.items() if key != name)
    return (name if own is True else f"{name}({own}{rest})",) * 2


def _windows(table):
    """What a table says of windows, as lists of keywords of Keras and of PyTorch."""
    for place in range(2):
        found = {names[place]: table[key] for key, names in WINDOW.items() if key in table}
        if place and found.get("padding") == "valid":
            del found["padding"]
        yield [
            f'{name}="{value}"' if isinstance(value, str) else f"{name}={value}"
            for name, value in found.items()
        ]


def initializer_of(table):
    """An initializer of Keras, as a value in Python."""
    name = table["name"]
    if name == "torch_linear":
        return 'keras.initializers.VarianceScaling(1 / 3, "fan_in", "uniform")'
    if name == "constant":
        return f"keras.initializers.Constant({table.get('value', 0):g})"
    return f'"{WEIGHTS.get(name, (name,))[0]}"'


def _shortened(words):
    """Words of layers, several that come again and again written once."""
    for period in range(1, len(words) // 2 + 1):
        for first in range(len(words) - 2 * period + 1):
            times, pattern = 1, words[first : first + period]
            while words[first + times * period : first + (times + 1) * period] == pattern:
                times += 1
            if times > 1:
                again = f"{times} times ({', '.join(pattern)})"
                return [*words[:first], again, *_shortened(words[first + times * period :])]
    return words


def _activation(value, _):
    keras, torch = ACTIVATIONS.get(value, (value, value))
    return f'activation="{keras}" in the hidden layers', f"{torch} in the hidden layers"


def _output(value, recipe):
    keras, torch = ACTIVATIONS.get(value, (value, value))
    loss = recipe["loss"] if isinstance(recipe["loss"], str) else recipe["loss"]["name"]
    if value in ("sigmoid", "softmax") and loss.startswith(FUSED):
        torch = "no activation: the loss takes what comes before it,"
    return f'activation="{keras}" as the output', f"{torch} as the output"


def _initial(value, _):
    name = value if isinstance(value, str) else value["name"]
    keras, torch = WEIGHTS.get(name, (None, None))
    return keras and f'kernel_initializer="{keras}" of the last layer', torch


def _dropout(value, _):
    return "leave out keras.layers.Dropout", "leave out nn.Dropout"


def _augmentation(value, _):
    return (
        "leave out Random layers and the random arguments of ImageDataGenerator",
        "leave out the random transforms",
    )


def _penalty(_, recipe):
    l2 = recipe["l2"]
    if not (l2 or recipe["l1"]):
        return "leave out kernel_regularizer", "weight_decay=0"
    return f"kernel_regularizer=keras.regularizers.L2({l2:g})", f"weight_decay={2 * l2:g}"


def _schedule(_, recipe):
    return f"learning_rate={recipe['learning_rate']:g}, a number", "leave out the lr_scheduler"


def _scale(value, _):
    inputs = f"x = {SCALED.format('x')}"
    targets = (
        f"y = {SCALED.format('y')}  "
        "# undone in predictions, with y as it was: p * y.std(axis=0) + y.mean(axis=0)"
    )
    chosen = {"inputs": inputs, "targets": targets, "both": f"{inputs}; {targets}"}.get(value)
    return chosen, chosen


# By the beginning of a dotted path.
PATHS = {
    "recipe.optimizer": _optimizer, "recipe.learning_rate": _optimizer,
    "recipe.ascend": _optimizer, "recipe.clip": _clip, "recipe.epochs": _epochs,
    "recipe.batch_size": _batch, "recipe.shuffle": _shuffle, "recipe.reduction": _reduction,
    "recipe.class_weights": _weights_of_classes, "recipe.loss": _loss,
    "recipe.augmentation": _augmentation, "recipe.l1": _penalty, "recipe.l2": _penalty,
    "recipe.schedule": _schedule, "network.hidden": _hidden, "network.layers": _in_layers,
    "network.activation": _activation,
    "network.output": _output, "network.weights": _initial,
    "network.dropout": _dropout, "data.scale": _scale,
}  # fmt: skip
