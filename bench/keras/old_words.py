"""Words of Keras 1 and 2, put into words of Keras 3, so that Keras itself says what they give.

    python bench/keras/old_words.py PROGRAM    runs a program so translated

`TABLE` is all that is done to a program. A package that speaks the old words runs it as it stands.
"""

import os
import re
import sys

NUMBER = r"[-+.\de]+"
# Keras 2 took half as the threshold of one output, and the largest of several.
CLASSES = '(lambda p: (p > 0.5).astype("int32") if p.shape[-1] == 1 else p.argmax(axis=-1))'
# Keras 1 and 2 divided the rate by (1 + decay * iterations); Keras 3 ignores `decay=`.
DECAY = '__import__("keras").optimizers.schedules.InverseTimeDecay'
# Keras 3 downloads a data set whose file is not, to the byte, the one it knows.
ANY_FILE = '__import__("keras").src.utils.file_utils.validate_file = lambda *a, **k: True'

TABLE = (
    # Modules.
    (
        r"from keras\.layers\.(core|convolutional|pooling|normalization|advanced_activations|noise)"
        r" import",
        r"from keras.layers import",
    ),
    (r"from keras\.utils import np_utils", r"from keras import utils as np_utils"),
    (r"from keras\.utils\.(np_utils|vis_utils) import", r"from keras.utils import"),
    (r"from keras\.wrappers\.scikit_learn import", r"from scikeras.wrappers import"),
    (
        r"from keras\.preprocessing\.image import",
        r"from tensorflow.keras.preprocessing.image import",
    ),
    (r"from keras import backend as K", r"from tensorflow.keras import backend as K"),
    (r"\boptimizers\.legacy\b", r"optimizers"),
    (r"(?m)^from keras\.datasets import .*$", rf"\g<0>\n{ANY_FILE}"),
    # Arguments.
    (r"\bnb_epoch=", r"epochs="),
    (r"\boutput_dim=", r"units="),
    (r"\binit=", r"kernel_initializer="),
    (r"\bW_(regularizer|constraint)=", r"kernel_\1="),
    (r"\bb_(regularizer|constraint)=", r"bias_\1="),
    (r"\bbias=(True|False)", r"use_bias=\1"),
    (r"\bbuild_fn=", r"model="),
    (rf"\blr=({NUMBER})(.*), decay=({NUMBER})", rf"learning_rate={DECAY}(\1, 1, \3)\2"),
    (r"\blr=", r"learning_rate="),
    # Attributes, methods and functions.
    (r"\.optimizer\.lr\b", r".optimizer.learning_rate"),
    (r"(\w+)\.predict_classes\(([^()]*)\)", rf"{CLASSES}(\1.predict(\2))"),
    (r"\bmodel\.predict_proba\(", r"model.predict("),
    (r"\bkullback_leibler_divergence\b", r"kl_divergence"),
    (r"\blogcosh\b", r"log_cosh"),
    (r"\bK\.set_value\(([^,()]*), ([^()]*)\)", r"\1.assign(\2)"),
    (r"\.fit_generator\(", r".fit("),
    (r"\bl1l2\b", r"l1_l2"),
    (r"\bmaxnorm\b", r"max_norm"),
)


def translated(text):
    """The program in the words of Keras 3."""
    for old, new in TABLE:
        text = re.sub(old, new, text)
    return text


if __name__ == "__main__":
    program = sys.argv[1]
    sys.argv = sys.argv[1:]
    sys.path[0] = os.path.dirname(os.path.abspath(program))
    with open(program, encoding="utf-8") as file:
        source = translated(file.read())
    exec(compile(source, program, "exec"), {"__name__": "__main__", "__file__": program})
