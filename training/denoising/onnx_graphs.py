"""The two networks as ONNX graphs, written node by node: ReLstm's recurrence is one Scan, the plain LSTM one LSTM node.

Input "fid" [batch, 2, 512] (real, imaginary), output "denoised" of the same shape; both normalised.
"""
from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

POINTS = 512
OPSET = 17


def _constant(name: str, values: np.ndarray) -> onnx.TensorProto:
    return numpy_helper.from_array(np.ascontiguousarray(values), name)


def _ints(name: str, *values: int) -> onnx.TensorProto:
    return _constant(name, np.array(values, np.int64))


def _float(name: str, values: np.ndarray) -> onnx.TensorProto:
    return _constant(name, np.asarray(values, np.float32))


def _fragments(fragment: int) -> tuple[list, list]:
    """Nodes that make "fragments" [512, batch, 2r] of "fid": the r points before each point, real ones first."""
    nodes = [helper.make_node("Pad", ["fid", "front"], ["padded"])]
    constants = [_ints("front", 0, 0, fragment, 0, 0, 0), _ints("last", 3), _ints("rows", POINTS, -1, 2 * fragment), _ints("axis2", 2)]
    for k in range(fragment):
        constants += [_ints(f"from{k}", k), _ints(f"to{k}", k + POINTS)]
        nodes += [
            helper.make_node("Slice", ["padded", f"from{k}", f"to{k}", "axis2"], [f"slice{k}"]),
            helper.make_node("Unsqueeze", [f"slice{k}", "last"], [f"column{k}"]),
        ]
    nodes += [
        helper.make_node("Concat", [f"column{k}" for k in range(fragment)], ["columns"], axis=3),
        helper.make_node("Transpose", ["columns"], ["byTime"], perm=[2, 0, 1, 3]),
        helper.make_node("Reshape", ["byTime", "rows"], ["fragments"]),
    ]
    return nodes, constants


def _model(name: str, nodes: list, constants: list) -> onnx.ModelProto:
    shape = ["batch", 2, POINTS]
    graph = helper.make_graph(
        nodes, name,
        [helper.make_tensor_value_info("fid", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("denoised", TensorProto.FLOAT, shape)],
        constants,
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="lineshape training")
    model.ir_version = 9
    onnx.checker.check_model(model, full_check=True)
    return model


def plain_lstm_graph(weights: dict[str, np.ndarray], fragment: int) -> onnx.ModelProto:
    """weights: the state dict of PlainLstm."""
    hidden = weights["cell.weight_hh_l0"].shape[1]
    # PyTorch's gates stand as input, forget, cell, output; ONNX's as input, output, forget, cell.
    order = np.concatenate([np.arange(g * hidden, (g + 1) * hidden) for g in (0, 3, 1, 2)])
    bias = np.concatenate([weights["cell.bias_ih_l0"][order], weights["cell.bias_hh_l0"][order]])
    nodes, constants = _fragments(fragment)
    constants += [
        _float("w", weights["cell.weight_ih_l0"][order][None]), _float("r", weights["cell.weight_hh_l0"][order][None]),
        _float("b", bias[None]), _float("outputWeight", weights["output.weight"].T), _float("outputBias", weights["output.bias"]),
        _ints("axis1", 1),
    ]  # fmt: skip
    nodes += [
        helper.make_node("LSTM", ["fragments", "w", "r", "b"], ["states"], hidden_size=hidden),
        helper.make_node("Squeeze", ["states", "axis1"], ["statesByTime"]),
        helper.make_node("MatMul", ["statesByTime", "outputWeight"], ["product"]),
        helper.make_node("Add", ["product", "outputBias"], ["points"]),
        helper.make_node("Transpose", ["points"], ["denoised"], perm=[1, 2, 0]),
    ]
    return _model("lstm", nodes, constants)


def _relstm_step(r: int, hidden: int, width: int) -> onnx.GraphProto:
    """One time step: own outputs, h, c, the noisy fragment's share and the noisy point -> the same states and the point."""
    node = helper.make_node
    nodes = [
        node("MatMul", ["own", "ownWeight"], ["ownShare"]),
        node("Add", ["ownShare", "share"], ["mixed0"]),
        node("Relu", ["mixed0"], ["mixed"]),
        node("Gemm", ["mixed", "inputWeight", "inputBias"], ["gatesIn"]),
        node("Gemm", ["h", "stateWeight", "gatesIn"], ["gates"]),
        node("Split", ["gates"], ["i0", "f0", "g0", "o0"], axis=1),
        node("Sigmoid", ["i0"], ["i"]), node("Sigmoid", ["f0"], ["f"]), node("Sigmoid", ["o0"], ["o"]), node("Tanh", ["g0"], ["g"]),
        node("Mul", ["f", "c"], ["kept"]), node("Mul", ["i", "g"], ["added"]), node("Add", ["kept", "added"], ["cNext"]),
        node("Tanh", ["cNext"], ["cBounded"]), node("Mul", ["o", "cBounded"], ["hNext"]),
        node("Gemm", ["hNext", "outputWeight", "outputBias"], ["guess"]),
        node("Concat", ["guess", "noisy"], ["both"], axis=1),
        node("Gemm", ["both", "check1Weight", "check1Bias"], ["checked0"]), node("Relu", ["checked0"], ["checked"]),
        node("Gemm", ["checked", "check2Weight", "check2Bias"], ["out"]),
        node("Split", ["out"], ["outRe", "outIm"], axis=1),
        node("Slice", ["own", "one", "r", "one"], ["ownRe"]), node("Slice", ["own", "rPlus", "rTwice", "one"], ["ownIm"]),
        node("Concat", ["ownRe", "outRe", "ownIm", "outIm"], ["ownNext"], axis=1),
        node("Identity", ["out"], ["point"]),
    ]  # fmt: skip
    info = lambda name, columns: helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", columns])
    inputs = [info("own", 2 * r), info("h", hidden), info("c", hidden), info("share", width), info("noisy", 2)]
    outputs = [info("ownNext", 2 * r), info("hNext", hidden), info("cNext", hidden), info("point", 2)]
    return helper.make_graph(nodes, "step", inputs, outputs, [_ints("one", 1), _ints("r", r), _ints("rPlus", r + 1), _ints("rTwice", 2 * r)])


def relstm_graph(weights: dict[str, np.ndarray], r: int) -> onnx.ModelProto:
    """weights: the state dict of ReLstm; linear layers without an activation between them are folded into one."""
    w = {name: value.astype(np.float64) for name, value in weights.items()}
    own = w["mix2.weight"] @ w["mix1.weight"][:, : 2 * r]
    noisy = w["mix2.weight"] @ w["mix1.weight"][:, 2 * r :]
    noisy_bias = w["mix2.weight"] @ w["mix1.bias"] + w["mix2.bias"]
    gates = w["cell_input.weight"] @ w["mix3.weight"]
    gates_bias = w["cell_input.weight"] @ w["mix3.bias"] + w["cell_input.bias"]
    hidden, width = w["cell_state.weight"].shape[1], own.shape[0]
    nodes, constants = _fragments(r)
    constants += [
        _float("noisyWeight", noisy.T), _float("noisyBias", noisy_bias), _float("ownWeight", own.T),
        _float("inputWeight", gates.T), _float("inputBias", gates_bias), _float("stateWeight", w["cell_state.weight"].T),
        _float("outputWeight", w["output.weight"].T), _float("outputBias", w["output.bias"]),
        _float("check1Weight", w["validate1.weight"].T), _float("check1Bias", w["validate1.bias"]),
        _float("check2Weight", w["validate2.weight"].T), _float("check2Bias", w["validate2.bias"]),
        _ints("ownSize", 2 * r), _ints("hiddenSize", hidden), _ints("first", 0), _ints("second", 1),
    ]  # fmt: skip
    nodes += [
        helper.make_node("MatMul", ["fragments", "noisyWeight"], ["noisyShare0"]),
        helper.make_node("Add", ["noisyShare0", "noisyBias"], ["noisyShare"]),
        helper.make_node("Transpose", ["fid"], ["current"], perm=[2, 0, 1]),
        helper.make_node("Shape", ["fid"], ["fidShape"]),
        helper.make_node("Slice", ["fidShape", "first", "second"], ["batchSize"]),
        helper.make_node("Concat", ["batchSize", "ownSize"], ["ownShape"], axis=0),
        helper.make_node("Concat", ["batchSize", "hiddenSize"], ["stateShape"], axis=0),
        helper.make_node("ConstantOfShape", ["ownShape"], ["ownStart"]),
        helper.make_node("ConstantOfShape", ["stateShape"], ["hStart"]),
        helper.make_node("ConstantOfShape", ["stateShape"], ["cStart"]),
        helper.make_node(
            "Scan", ["ownStart", "hStart", "cStart", "noisyShare", "current"], ["ownEnd", "hEnd", "cEnd", "points"],
            num_scan_inputs=2, body=_relstm_step(r, hidden, width),
        ),  # fmt: skip
        helper.make_node("Transpose", ["points"], ["denoised"], perm=[1, 2, 0]),
    ]
    return _model("relstm", nodes, constants)
