"""Runs one layer, product or CTC loss with PyTorch: one line of JSON in, one line of JSON out, arrays in files of raw float32.

    python3 pytorch_bench.py THREADS [cpu | cuda | cuda-tf32]

On cuda layers run in cuDNN, in float32; with tf32, PyTorch's own default, their products are rounded to ten bits. Each step ends
when the GPU has done it.

{"prepare": FOLDER}  loads FOLDER/problem.json and its arrays
{"run": COUNT}       computes so many times, answers {"milliseconds": ...}
{"results": FOLDER}  writes the results of the last step, answers {"names": [...]}

Weights arrive as [input, gates * hidden] with the gates of an LSTM in the order i f g o and those of a GRU reset update new,
which is the order of PyTorch too; PyTorch keeps them transposed.
"""

import json
import os
import sys
import time

import numpy
import torch

GATES = {"lstm": 4, "gru": 3, "elman": 1}
LAYERS = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU, "elman": torch.nn.RNN}
DEVICE, _, ROUNDING = (sys.argv[2] if len(sys.argv) > 2 else "cpu").partition("-")


def read(folder, name, shape):
    values = numpy.fromfile(os.path.join(folder, name + ".f32"), dtype=numpy.float32)
    return torch.from_numpy(values.reshape(shape).copy()).to(DEVICE)


def finish():
    if DEVICE == "cuda":
        torch.cuda.synchronize()


def description():
    if DEVICE == "cpu":
        return "cpu " + torch.__version__
    words = [sys.argv[2], torch.__version__, "cuDNN", str(torch.backends.cudnn.version())]
    return " ".join(words + [torch.cuda.get_device_name()])


class Product:
    def __init__(self, folder, task):
        self.a = read(folder, "a", (task["rows"], task["inner"]))
        self.b = read(folder, "b", (task["inner"], task["columns"]))

    def step(self):
        self.output = self.a @ self.b

    def results(self):
        return {"output": self.output}


class Layer:
    def __init__(self, folder, task):
        self.task = task
        hidden, self.width = task["hidden"], GATES[task["cell"]] * task["hidden"]
        self.x = read(folder, "x", (task["batch"], task["time"], task["input"]))
        self.lengths = None
        if task["ragged"]:
            self.lengths = torch.from_numpy(numpy.fromfile(os.path.join(folder, "lengths.i32"), dtype=numpy.int32)).long()
        self.layer = LAYERS[task["cell"]](
            task["input"], hidden, batch_first=True, bidirectional=task["bidirectional"]
        ).to(DEVICE)
        self.suffixes = ["", "_reverse"] if task["bidirectional"] else [""]
        with torch.no_grad():
            for direction, suffix in enumerate(self.suffixes):
                named = lambda name: "%s%d" % (name, direction)
                weight = read(folder, named("weight"), (task["input"], self.width))
                recurrent = read(folder, named("recurrentWeight"), (hidden, self.width))
                self.part("weight_ih", suffix).copy_(weight.t())
                self.part("weight_hh", suffix).copy_(recurrent.t())
                self.part("bias_ih", suffix).copy_(read(folder, named("bias"), (self.width,)))
                self.part("bias_hh", suffix).zero_()
                if task["cell"] == "gru":
                    self.part("bias_hh", suffix)[2 * hidden :] = read(folder, named("parameters"), (hidden,))
        self.loss = None

    def part(self, name, suffix):
        return getattr(self.layer, name + "_l0" + suffix)

    def forward(self):
        if self.lengths is None:
            return self.layer(self.x)[0]
        packed = torch.nn.utils.rnn.pack_padded_sequence(
            self.x, self.lengths, batch_first=True, enforce_sorted=False
        )
        return torch.nn.utils.rnn.pad_packed_sequence(
            self.layer(packed)[0], batch_first=True, total_length=self.task["time"]
        )[0]

    def step(self):
        if self.task["mode"] == "forward":
            with torch.no_grad():
                self.output = self.forward()
            return
        for parameter in self.layer.parameters():
            parameter.grad = None
        self.output = self.forward()
        self.loss = self.output.square().mean()
        self.loss.backward()

    def results(self):
        results = {"output": self.output.detach()}
        if self.loss is None:
            return results
        results["loss"] = self.loss.detach()
        hidden = self.task["hidden"]
        for direction, suffix in enumerate(self.suffixes):
            prefix = "backwards." if direction else ""
            results[prefix + "weight"] = self.part("weight_ih", suffix).grad.t()
            results[prefix + "recurrentWeight"] = self.part("weight_hh", suffix).grad.t()
            results[prefix + "bias"] = self.part("bias_ih", suffix).grad
            if self.task["cell"] == "gru":
                results[prefix + "parameters"] = self.part("bias_hh", suffix).grad[2 * hidden :]
        return results


class Ctc:
    def __init__(self, folder, task):
        time, batch, symbols = task["time"], task["batch"], task["symbols"]
        logits = read(folder, "logits", (batch, time, task["classes"]))
        # Time major, as the loss wants it.
        self.logits = logits.transpose(0, 1).contiguous().requires_grad_()
        targets = numpy.fromfile(os.path.join(folder, "targets.i32"), dtype=numpy.int32)
        self.targets = torch.from_numpy(targets.reshape(batch, symbols)).long().to(DEVICE)
        self.input_lengths = torch.full((batch,), time, dtype=torch.long)
        self.target_lengths = torch.full((batch,), symbols, dtype=torch.long)

    def step(self):
        self.logits.grad = None
        self.loss = torch.nn.functional.ctc_loss(
            self.logits.log_softmax(2), self.targets, self.input_lengths, self.target_lengths
        )
        self.loss.backward()

    def results(self):
        return {"loss": self.loss.detach(), "gradient": self.logits.grad.transpose(0, 1)}


KINDS = {"matmul": Product, "recurrent": Layer, "ctc": Ctc}


def main():
    threads = int(sys.argv[1])
    torch.set_num_threads(threads)
    torch.set_num_interop_threads(1)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = ROUNDING == "tf32"
    work = None
    say({"backend": description()})
    for line in sys.stdin:
        request = json.loads(line)
        if "prepare" in request:
            folder = request["prepare"]
            with open(os.path.join(folder, "problem.json")) as file:
                task = json.load(file)
            work = KINDS[task["kind"]](folder, task)
            say({})
        elif "run" in request:
            start = time.perf_counter()
            for _ in range(request["run"]):
                work.step()
                finish()
            say({"milliseconds": 1000 * (time.perf_counter() - start)})
        else:
            results = work.results()
            for name, values in results.items():
                values.contiguous().cpu().numpy().tofile(os.path.join(request["results"], name + ".f32"))
            say({"names": list(results)})


def say(answer):
    print(json.dumps(answer), flush=True)


main()
