"""Writes recurrent.ts: an LSTM and a GRU by PyTorch's equations, in float64, with plain Python.

The equations are those of the documentation of torch.nn.LSTM and torch.nn.GRU:

    LSTM  i = s(W_ii x + b_ii + W_hi h + b_hi), f, o likewise, g = tanh(W_ig x + b_ig + W_hg h + b_hg)
          c' = f c + i g,  h' = o tanh(c')
    GRU   r = s(W_ir x + b_ir + W_hr h + b_hr), z likewise, n = tanh(W_in x + b_in + r (W_hn h + b_hn))
          h' = (1 - z) n + z h

The gradient of the sum of all outputs with respect to the inputs is by central differences, which are exact to 1e-9.

    python3 recurrent.py > recurrent.ts
"""

import math

STEPS, ROWS, INPUTS, UNITS = 4, 2, 3, 2


def number(*indices):
    """A number in [-0.9, 0.9] with two decimals, from where it stands."""
    value = 17
    for index in indices:
        value = (value * 31 + index * 7 + 3) % 1009
    return (value % 181 - 90) / 100


def sigmoid(value):
    return 1 / (1 + math.exp(-value))


def affine(weight, bias, vector):
    return [sum(w * v for w, v in zip(row, vector)) + b for row, b in zip(weight, bias)]


def lstm_step(p, x, state):
    h, c = state
    from_x = affine(p["weightInput"], p["biasInput"], x)
    from_h = affine(p["weightState"], p["biasState"], h)
    gates = [a + b for a, b in zip(from_x, from_h)]
    i, f, g, o = [gates[k * UNITS : (k + 1) * UNITS] for k in range(4)]
    c = [sigmoid(f[u]) * c[u] + sigmoid(i[u]) * math.tanh(g[u]) for u in range(UNITS)]
    h = [sigmoid(o[u]) * math.tanh(c[u]) for u in range(UNITS)]
    return [h, c]


def gru_step(p, x, state):
    (h,) = state
    xr, xz, xn = chunks(affine(p["weightInput"], p["biasInput"], x))
    hr, hz, hn = chunks(affine(p["weightState"], p["biasState"], h))
    new = []
    for u in range(UNITS):
        r, z = sigmoid(xr[u] + hr[u]), sigmoid(xz[u] + hz[u])
        n = math.tanh(xn[u] + r * hn[u])
        new.append((1 - z) * n + z * h[u])
    return [new]


def chunks(values):
    return [values[k * UNITS : (k + 1) * UNITS] for k in range(3)]


def run(step, p, inputs, initial):
    """The states after each step, [state][step][row][unit]."""
    count = len(initial)
    history = [[] for _ in range(count)]
    states = [[initial[k][row] for k in range(count)] for row in range(ROWS)]
    for t in range(STEPS):
        states = [step(p, inputs[t][row], states[row]) for row in range(ROWS)]
        for k in range(count):
            history[k].append([states[row][k] for row in range(ROWS)])
    return history


def slopes(step, p, inputs, initial):
    """d sum(h of all steps) / d inputs."""

    def loss():
        return sum(v for t in run(step, p, inputs, initial)[0] for row in t for v in row)

    result = []
    for t in range(STEPS):
        result.append([])
        for row in range(ROWS):
            result[t].append([])
            for k in range(INPUTS):
                kept, h = inputs[t][row][k], 1e-5
                inputs[t][row][k] = kept + h
                above = loss()
                inputs[t][row][k] = kept - h
                below = loss()
                inputs[t][row][k] = kept
                result[t][row].append(round((above - below) / (2 * h), 9))
    return result


def flat(value):
    return [v for part in value for v in flat(part)] if isinstance(value, list) else [value]


def literal(field, numbers):
    """A field as the formatter of the repository lays it out: lines filled up to 110 columns."""
    short = f"  {field}: [{', '.join(numbers)}],"
    if len(short) <= 110:
        return short
    lines = [f"  {field}: [", "   "]
    for item in numbers:
        if len(lines[-1]) + len(item) + 2 > 110:
            lines.append("   ")
        lines[-1] += f" {item},"
    return "\n".join([*lines, "  ],"])


def fixture(name, step, gates, states, seed):
    p = {
        "weightInput": [[number(seed, 1, g, k) for k in range(INPUTS)] for g in range(gates * UNITS)],
        "weightState": [[number(seed, 2, g, k) for k in range(UNITS)] for g in range(gates * UNITS)],
        "biasInput": [number(seed, 3, g) for g in range(gates * UNITS)],
        "biasState": [number(seed, 4, g) for g in range(gates * UNITS)],
    }
    inputs = [[[number(seed, 5, t, b, k) for k in range(INPUTS)] for b in range(ROWS)] for t in range(STEPS)]
    initial = [[[number(seed, 6, s, b, u) for u in range(UNITS)] for b in range(ROWS)] for s in range(states)]
    print(f"/** {name.upper()}: {STEPS} steps, {ROWS} rows, {INPUTS} inputs, {UNITS} units. */")
    print(f"export const {name}Vectors: RecurrentVectors = {{")
    fields = {**p, "inputs": inputs, "initial": initial}
    fields["states"] = run(step, p, inputs, initial)
    fields["inputGradient"] = slopes(step, p, inputs, initial)
    for field, value in fields.items():
        print(literal(field, [repr(v) for v in flat(value)]))
    print("};")


print("""// Made by recurrent.py; do not edit.

/** A recurrent layer with its weights, inputs and results; all arrays row by row. */
export interface RecurrentVectors {
  /** [G * H, in] */
  readonly weightInput: readonly number[];
  /** [G * H, H] */
  readonly weightState: readonly number[];
  /** [G * H] */
  readonly biasInput: readonly number[];
  /** [G * H] */
  readonly biasState: readonly number[];
  /** [T, B, in] */
  readonly inputs: readonly number[];
  /** [S, B, H] */
  readonly initial: readonly number[];
  /** [S, T, B, H], after each step */
  readonly states: readonly number[];
  /** [T, B, in], gradient of the sum of the first state over all steps */
  readonly inputGradient: readonly number[];
}
""")
fixture("lstm", lstm_step, 4, 2, 1)
print()
fixture("gru", gru_step, 3, 1, 2)
