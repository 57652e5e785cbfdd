"""Writes networks.fixture.ts: recurrent layers of Keras, ONNX and PyTorch with their weights, inputs and results, in float64.

ONNX runs itself, in its reference evaluator. Keras computes in float32 on its NumPy backend: its numbers are by its equations in float64,
and it must agree to 1e-6. What no installed library runs follows the published equations: ONNX's `input_forget`, and PyTorch's
`proj_size` (documentation of torch.nn.LSTM: h = W_hr (o tanh(c))). Gradients of the sum of all outputs by the inputs are central
differences.

    pip install keras==3.15.1 onnx==1.23.1 numpy scipy jax
    python3 networks.py > networks.fixture.ts
"""

import os

os.environ["KERAS_BACKEND"] = "numpy"

import keras
import numpy as np
import onnx.helper
import onnx.reference

STEPS, ROWS, INPUTS, UNITS, PROJECTED = 4, 2, 3, 2, 1
COLUMNS = 110


def numbers(seed, *shape):
    """Numbers in [-0.9, 0.9] with two decimals."""
    return np.random.default_rng(seed).integers(-90, 91, shape) / 100


def slopes(run, x):
    """d sum(run(x)) / dx by central differences."""
    result = np.zeros_like(x)
    for at in np.ndindex(x.shape):
        moved = [x.copy(), x.copy()]
        for sign, copy in zip((1, -1), moved):
            copy[at] += sign * 1e-5
        above, below = (np.sum(run(copy)) for copy in moved)
        result[at] = round((above - below) / 2e-5, 9)
    return result


def fixture(name, comment, weights, run, initial=()):
    """Prints a layer: `run(x)` gives the outputs [batch, time, out], then the last states."""
    x = numbers(len(name), ROWS, STEPS, INPUTS)
    output, *final = run(x)
    fields = {
        **weights,
        "x": x,
        **{f"initial{index}": part for index, part in enumerate(initial)},
        "output": output,
        **{f"final{index}": part for index, part in enumerate(final)},
        "inputGradient": slopes(lambda moved: run(moved)[0], x),
    }
    print(f"\n/** {comment} */\nexport const {name}: Fixture = {{")
    for field, value in fields.items():
        print(literal(field, np.asarray(value)))
    print("};")


def literal(field, value):
    """A field as the formatter of the repository lays it out."""
    items = [repr(float(number)).removesuffix(".0") for number in value.ravel()]
    items = ["0" if item == "-0" else item for item in items]
    head = f"  {field}: {{ shape: [{', '.join(map(str, value.shape))}], data: ["
    short = f"{head}{', '.join(items)}] }},"
    if len(short) <= COLUMNS:
        return short
    lines = [f"  {field}: {{", f"    shape: [{', '.join(map(str, value.shape))}],"]
    data = f"    data: [{', '.join(items)}],"
    if len(data) <= COLUMNS:
        return "\n".join([*lines, data, "  },"])
    lines += ["    data: [", "     "]
    for item in items:
        if len(lines[-1]) + len(item) + 2 > COLUMNS:
            lines.append("     ")
        lines[-1] += f" {item},"
    return "\n".join([*lines, "    ],", "  },"])


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


# Keras


def simple_rnn_step(x, kernel, recurrent, bias, h):
    return [np.tanh(x @ kernel + bias + h @ recurrent)]


def lstm_step(x, kernel, recurrent, bias, h, c):
    i, f, g, o = np.split(x @ kernel + h @ recurrent + bias, 4, axis=1)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return [sigmoid(o) * np.tanh(c), c]


def gru_step(x, kernel, recurrent, bias, h):
    """Gates z, r, h. With `reset_after` there are two biases."""
    input_bias, recurrent_bias = bias if bias.ndim == 2 else (bias, 0)
    x_z, x_r, x_h = np.split(x @ kernel + input_bias, 3, axis=1)
    h_z, h_r, h_h = np.split(h @ recurrent + recurrent_bias, 3, axis=1)
    z, r = sigmoid(x_z + h_z), sigmoid(x_r + h_r)
    after = bias.ndim == 2
    candidate = np.tanh(x_h + (r * h_h if after else (r * h) @ recurrent[:, 2 * UNITS :]))
    return [z * h + (1 - z) * candidate]


def by_equations(step, weights, initial, backwards, mask):
    """Outputs in the order in which the steps are walked, 0 where the mask is false, and the last states."""

    def run(x):
        states = list(initial)
        outputs = []
        for t in reversed(range(STEPS)) if backwards else range(STEPS):
            real = mask[:, t, None]
            after = step(x[:, t], *weights.values(), *states)
            states = [np.where(real, new, old) for new, old in zip(after, states)]
            outputs.append(np.where(real, states[0], 0))
        return [np.stack(outputs, 1), *states]

    return run


def keras_fixture(name, seed, kind, step, gates, bias_shape, states, mask=None, **settings):
    layer = kind(UNITS, return_sequences=True, return_state=True, **settings)
    weights = {
        "kernel": numbers(seed, INPUTS, gates * UNITS),
        "recurrentKernel": numbers(seed + 1, UNITS, gates * UNITS),
        "bias": numbers(seed + 2, *bias_shape),
    }
    layer.build((ROWS, STEPS, INPUTS))
    layer.set_weights(list(weights.values()))
    initial = [numbers(seed + 3 + index, ROWS, UNITS) for index in range(states)]
    real = np.ones((ROWS, STEPS), bool) if mask is None else np.array(mask)
    run = by_equations(step, weights, initial, settings.get("go_backwards", False), real)
    x = numbers(len(name), ROWS, STEPS, INPUTS)
    own = layer(x, mask=None if mask is None else real, initial_state=list(initial))
    # Keras repeats the output of before where the mask is false.
    own = [np.where(real[..., None], own[0], 0), *own[1:]]
    for found, wanted in zip(own, run(x)):
        assert np.allclose(found, wanted, rtol=0, atol=1e-6), name
    shown = {**settings, **({} if mask is None else {"mask": mask})}
    arguments = [str(UNITS), *[f"{key}={value}" for key, value in shown.items()]]
    fixture(name, f"keras.layers.{kind.__name__}({', '.join(arguments)})", weights, run, initial)


def keras_fixtures():
    layers = keras.layers
    lstm = (layers.LSTM, lstm_step, 4, (4 * UNITS,), 2)
    keras_fixture("kerasSimpleRNN", 100, layers.SimpleRNN, simple_rnn_step, 1, (UNITS,), 1)
    keras_fixture("kerasLSTM", 110, *lstm)
    keras_fixture("kerasLSTMBackwards", 120, *lstm, go_backwards=True)
    keras_fixture("kerasLSTMMasked", 130, *lstm, mask=[[True] * 4, [True, True, False, False]])
    keras_fixture("kerasGRU", 140, layers.GRU, gru_step, 3, (2, 3 * UNITS), 1, reset_after=True)
    keras_fixture("kerasGRUResetBefore", 150, layers.GRU, gru_step, 3, (3 * UNITS,), 1, reset_after=False)


# ONNX


def onnx_layer(name, kind, comment, seed, gates, states, peepholes=0, **attributes):
    weights = {
        "W": numbers(seed, 1, gates * UNITS, INPUTS),
        "R": numbers(seed + 1, 1, gates * UNITS, UNITS),
        "B": numbers(seed + 2, 1, 2 * gates * UNITS),
    }
    initial = [numbers(seed + 4 + index, ROWS, UNITS) for index in range(states)]
    names = ["x", "W", "R", "B", "", *["h", "c"][:states]]
    if peepholes:
        weights["P"] = numbers(seed + 3, 1, peepholes * UNITS)
        names.append("P")
    outputs = ["Y", *["Y_h", "Y_c"][:states]]
    node = onnx.helper.make_node(kind, names, outputs, hidden_size=UNITS, **attributes)
    evaluator = onnx.reference.ReferenceEvaluator(node)
    states_by_name = {key: part[None] for key, part in zip("hc", initial)}

    def run(x):
        feeds = {"x": np.swapaxes(x, 0, 1), **weights, **states_by_name}
        output, *final = evaluator.run(None, feeds)
        return [np.swapaxes(output[:, 0], 0, 1), *[part[0] for part in final]]

    fixture(name, comment, weights, run, initial)


def onnx_fixtures():
    onnx_layer("onnxLSTM", "LSTM", "ONNX LSTM with peepholes", 200, 4, 2, 3)
    onnx_layer("onnxGRU", "GRU", "ONNX GRU, linear_before_reset=1", 210, 3, 1, linear_before_reset=1)
    onnx_layer("onnxGRUResetBefore", "GRU", "ONNX GRU, linear_before_reset=0", 220, 3, 1, linear_before_reset=0)


# By equations


def onnx_coupled():
    """ONNX's LSTM with input_forget=1: the forget gate is 1 - i. Gates i, o, f, c; the weights of f are not used."""
    weights = {
        "W": numbers(230, 1, 4 * UNITS, INPUTS),
        "R": numbers(231, 1, 4 * UNITS, UNITS),
        "B": numbers(232, 1, 8 * UNITS),
        "P": numbers(233, 1, 3 * UNITS),
    }
    initial = [numbers(234, ROWS, UNITS), numbers(235, ROWS, UNITS)]
    W, R, B, P = (part[0] for part in weights.values())
    p_i, p_o, _ = np.split(P, 3)

    def run(x):
        h, c = initial
        outputs = []
        for t in range(STEPS):
            sums = x[:, t] @ W.T + h @ R.T + B[: 4 * UNITS] + B[4 * UNITS :]
            i, o, _, g = np.split(sums, 4, axis=1)
            i = sigmoid(i + p_i * c)
            c = (1 - i) * c + i * np.tanh(g)
            h = sigmoid(o + p_o * c) * np.tanh(c)
            outputs.append(h)
        return [np.stack(outputs, 1), h, c]

    fixture("onnxCoupledLSTM", "ONNX LSTM with peepholes, input_forget=1", weights, run, initial)


def torch_projected():
    """torch.nn.LSTM with proj_size. Gates i, f, g, o."""
    weights = {
        "weightIh": numbers(240, 4 * UNITS, INPUTS),
        "weightHh": numbers(241, 4 * UNITS, PROJECTED),
        "biasIh": numbers(242, 4 * UNITS),
        "biasHh": numbers(243, 4 * UNITS),
        "weightHr": numbers(244, PROJECTED, UNITS),
    }
    w_ih, w_hh, b_ih, b_hh, w_hr = weights.values()
    initial = [numbers(245, ROWS, PROJECTED), numbers(246, ROWS, UNITS)]

    def run(x):
        h, c = initial
        outputs = []
        for t in range(STEPS):
            i, f, g, o = np.split(x[:, t] @ w_ih.T + b_ih + h @ w_hh.T + b_hh, 4, axis=1)
            c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
            h = (sigmoid(o) * np.tanh(c)) @ w_hr.T
            outputs.append(h)
        return [np.stack(outputs, 1), h, c]

    fixture("torchProjectedLSTM", f"torch.nn.LSTM({INPUTS}, {UNITS}, proj_size={PROJECTED})", weights, run, initial)


print("""// Made by networks.py; do not edit.

/** Numbers with their shape, row by row. */
export interface Numbers {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/**
 * A layer with its weights as the library names and lays them out, input x [batch, time, in], initial states, and what comes out:
 * output [batch, time, out], final states, and the gradient of the sum of the output by x.
 */
export type Fixture = Readonly<Record<string, Numbers>>;""")
keras_fixtures()
onnx_fixtures()
onnx_coupled()
torch_projected()
