// Does what a card says of the tensors agree with the ONNX file, and does an input agree with the card?
import type { ModelCard, TensorSpec } from '../../core/domain/modelCard.ts';
import type { DeclaredTensor, InferenceSessionHandle, Tensors } from '../../core/ports/inferenceEngine.ts';

type Axes = readonly (number | null)[];

const axesText = (shape: Axes): string => shape.map((axis) => axis ?? 'any').join(' × ');
const list = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ');

/** @returns what is wrong, as a clause; null where the names are the same ones */
function nameMismatch(expected: readonly string[], found: readonly string[]): string | null {
  const same = expected.length === found.length && expected.every((name) => found.includes(name));
  return same ? null : `${list(expected)} expected, ${found.length === 0 ? 'nothing' : list(found)} found`;
}

/**
 * Compares a card with its ONNX file. A length that the file leaves open may be fixed by the card for outputs: exporters
 * often lose it; it is checked with every run.
 * @returns one clause saying where they disagree, null where they agree
 */
export function cardMismatch(
  card: Pick<ModelCard, 'inputs' | 'outputs'>,
  file: Pick<InferenceSessionHandle, 'inputs' | 'outputs'>,
): string | null {
  const sides = [
    { side: 'input', specs: card.inputs, declared: file.inputs, openFits: false },
    { side: 'output', specs: card.outputs, declared: file.outputs, openFits: true },
  ];
  for (const { side, specs, declared, openFits } of sides) {
    const names = nameMismatch(
      specs.map((spec) => spec.name),
      declared.map((tensor) => tensor.name),
    );
    if (names !== null) return `${side}s named ${names}`;
    for (const spec of specs) {
      const found = declared.find((tensor) => tensor.name === spec.name) as DeclaredTensor;
      if (found.dtype !== spec.dtype)
        return `${side} "${spec.name}" of type ${found.dtype ?? 'none'}, not ${spec.dtype}`;
      const fits =
        found.shape.length === spec.shape.length &&
        found.shape.every((axis, i) => axis === spec.shape[i] || (openFits && axis === null));
      if (!fits) return `${side} "${spec.name}" of shape ${axesText(found.shape)}, not ${axesText(spec.shape)}`;
    }
  }
  return null;
}

/**
 * Compares tensors with what a card says of them.
 * @returns one clause saying what is wrong; null where they can be run
 */
export function tensorMismatch(specs: readonly TensorSpec[], tensors: Tensors): string | null {
  const names = nameMismatch(
    specs.map((spec) => spec.name),
    Object.keys(tensors),
  );
  if (names !== null) return `tensors named ${names}`;
  for (const { name, shape } of specs) {
    const { data, shape: found } = tensors[name] as Tensors[string];
    const fits = found.length === shape.length && shape.every((axis, i) => axis === null || axis === found[i]);
    if (!fits) return `"${name}" should have the shape ${axesText(shape)}, not ${axesText(found)}`;
    const size = found.reduce((product, axis) => product * axis, 1);
    if (data.length !== size) return `"${name}" should hold ${size} numbers for its shape, not ${data.length}`;
    if (!allFinite(data)) return `"${name}" holds values that are not finite numbers`;
  }
  return batchMismatch(specs, tensors);
}

/** A plain loop: an input has millions of values, and a callback for each would cost more than the network. */
function allFinite(data: Float32Array): boolean {
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) return false;
  return true;
}

function batchMismatch(specs: readonly TensorSpec[], tensors: Tensors): string | null {
  const batched = specs.filter(({ shape }) => shape[0] === null).map(({ name }) => name);
  const lengths = batched.map((name) => tensors[name]?.shape[0]);
  const differ = lengths.some((length) => length !== lengths[0]);
  return differ ? `${list(batched)} should be of one batch, not of ${lengths.join(' and ')} rows` : null;
}
