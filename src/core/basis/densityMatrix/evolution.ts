// Free evolution with coherence-order selection: ρ(t) = e^{−2πiHt} ρ e^{+2πiHt}, block by block of total Mz. The element
// ⟨M|ρ|M'⟩ has coherence order p = M − M'; ideal crusher gradients keep one p per delay and destroy the others.
import type { DensityOperator } from './rotation.ts';
import type { MzBlock, SpinSpace } from './spinSpace.ts';

/** Equilibrium: ρ = Fz. */
export function equilibrium(space: SpinSpace): DensityOperator {
  const re = new Float64Array(space.dimension ** 2);
  for (const block of space.blocks) {
    for (const state of block.states) re[state * space.dimension + state] = block.twiceM / 2;
  }
  return { re, im: new Float64Array(space.dimension ** 2) };
}

/** Vaᵀ X Vb (or Va X Vbᵀ with `back`), X of rows × columns. */
function changeBasis(x: Float64Array, a: MzBlock, b: MzBlock, back: boolean): Float64Array {
  const rows = a.states.length;
  const columns = b.states.length;
  const half = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < rows; k++) {
      const v = (back ? a.vectors[i * rows + k] : a.vectors[k * rows + i]) as number;
      if (v === 0) continue;
      for (let j = 0; j < columns; j++) {
        half[i * columns + j] = (half[i * columns + j] as number) + v * (x[k * columns + j] as number);
      }
    }
  }
  const out = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < columns; k++) {
      const h = half[i * columns + k] as number;
      if (h === 0) continue;
      for (let j = 0; j < columns; j++) {
        const v = (back ? b.vectors[j * columns + k] : b.vectors[k * columns + j]) as number;
        out[i * columns + j] = (out[i * columns + j] as number) + h * v;
      }
    }
  }
  return out;
}

/** A block of ρ in the eigenbasis of H. */
export interface EigenBlock {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** Takes the block (a, b) of ρ out of the product basis into the eigenbasis; null where it is zero. */
export function toEigenbasis(space: SpinSpace, rho: DensityOperator, a: MzBlock, b: MzBlock): EigenBlock | null {
  const columns = b.states.length;
  const re = new Float64Array(a.states.length * columns);
  const im = new Float64Array(re.length);
  let any = false;
  a.states.forEach((row, i) =>
    b.states.forEach((column, j) => {
      const at = row * space.dimension + column;
      re[i * columns + j] = rho.re[at] as number;
      im[i * columns + j] = rho.im[at] as number;
      any ||= rho.re[at] !== 0 || rho.im[at] !== 0;
    }),
  );
  return any ? { re: changeBasis(re, a, b, false), im: changeBasis(im, a, b, false) } : null;
}

function evolveBlock(block: EigenBlock, a: MzBlock, b: MzBlock, durationS: number): void {
  const columns = b.states.length;
  for (let i = 0; i < a.states.length; i++) {
    for (let j = 0; j < columns; j++) {
      const angle = -2 * Math.PI * ((a.energiesHz[i] as number) - (b.energiesHz[j] as number)) * durationS;
      const c = Math.cos(angle);
      const s = Math.sin(angle);
      const at = i * columns + j;
      const re = block.re[at] as number;
      const im = block.im[at] as number;
      block.re[at] = re * c - im * s;
      block.im[at] = re * s + im * c;
    }
  }
}

/**
 * Evolves ρ freely for a time and keeps one coherence order.
 * @param coherenceOrder order p that survives the delay's gradients; null keeps all
 * @returns the new density operator
 */
export function evolve(
  space: SpinSpace,
  rho: DensityOperator,
  durationS: number,
  coherenceOrder: number | null,
): DensityOperator {
  const out = { re: new Float64Array(rho.re.length), im: new Float64Array(rho.im.length) };
  for (const a of space.blocks) {
    for (const b of space.blocks) {
      if (coherenceOrder !== null && a.twiceM - b.twiceM !== 2 * coherenceOrder) continue;
      const block = toEigenbasis(space, rho, a, b);
      if (block === null) continue;
      evolveBlock(block, a, b, durationS);
      const re = changeBasis(block.re, a, b, true);
      const im = changeBasis(block.im, a, b, true);
      const columns = b.states.length;
      a.states.forEach((row, i) =>
        b.states.forEach((column, j) => {
          out.re[row * space.dimension + column] = re[i * columns + j] as number;
          out.im[row * space.dimension + column] = im[i * columns + j] as number;
        }),
      );
    }
  }
  return out;
}
