"""A picture of a model, drawn by Matplotlib."""


def plot_model(
    model, to_file="model.png", show_shapes=False, show_dtype=False, show_layer_names=True,
    rankdir="TB", **others,
):  # fmt: skip
    """Draw the layers of a model as boxes, by Matplotlib."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise ImportError("plot_model needs Matplotlib; pip install 'fastdense[plot]'") from None
    layers = model.layers
    figure = Figure(figsize=(4.5, 0.9 * len(layers) + 0.4))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    axes.set_ylim(-len(layers), 0.2)
    for number, layer in enumerate(layers):
        text = f"{layer.name}: {type(layer).__name__}" if show_layer_names else type(layer).__name__
        if show_shapes:
            text += f"\n{layer.input_shape} -> {layer.output_shape}"
        box = {"boxstyle": "round,pad=0.4", "facecolor": "white", "edgecolor": "#1f6f8b"}
        axes.text(0.5, -number - 0.3, text, ha="center", va="center", fontsize=9, bbox=box)
        if number + 1 < len(layers):
            arrow = {"arrowstyle": "->", "color": "#444444"}
            axes.annotate("", (0.5, -number - 1.02), (0.5, -number - 0.58), arrowprops=arrow)
    figure.savefig(to_file, dpi=96)
