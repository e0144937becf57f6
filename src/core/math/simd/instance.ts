// The SIMD kernels as functions: WebAssembly built from assembly/ (npm run kernels), one instance per owner of memory.
// Where the runtime has no WebAssembly SIMD there is none, and the TypeScript versions, their oracle, do the work.
import { KERNELS_WASM } from './kernels.generated.ts';

/** The exports of assembly/index.ts. Addresses are bytes. */
export interface SimdFunctions {
  readonly memory: { readonly buffer: ArrayBuffer; readonly grow: (pages: number) => number };
  readonly heapBase: { readonly value: number };
  readonly transform: (
    re0: number, im0: number, re1: number, im1: number,
    points: number, fftSize: number, twiddles: number, work0: number, work1: number,
  ) => number; // prettier-ignore
  readonly putBins: (
    from: number, fftSize: number, first: number, count: number, turns: number,
    out0: number, out1: number, imaginary: number,
  ) => void; // prettier-ignore
  readonly broaden: (
    re: number, im: number, outRe: number, outIm: number, points: number, start: number, growth: number,
  ) => void; // prettier-ignore
  readonly shape: (re: number, im: number, kernelRe: number, kernelIm: number, points: number) => void;
  readonly addScaled: (x: number, factor: number, out: number, count: number) => void;
  readonly weigh: (x: number, weight: number, count: number) => void;
  readonly weightedEnergy: (x: number, weight: number, count: number) => number;
  readonly addCrossProducts: (
    a: number, columnsOfA: number, b: number, columnsOfB: number, bytes: number, out: number, sign: number,
  ) => void; // prettier-ignore
  readonly addGram: (a: number, columns: number, bytes: number, out: number, sign: number) => void;
  readonly splineProject: (first: number, values: number, v: number, rows: number, out: number) => void;
  readonly forwardSubstitute: (l: number, n: number, b0: number, b1: number) => void;
}

/** The part of the runtime's WebAssembly that is used: core compiles without its types. */
interface Runtime {
  readonly validate: (bytes: Uint8Array) => boolean;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Base64 (RFC 4648) to bytes, without Buffer or atob, which core doesn't have. */
function fromBase64(text: string): Uint8Array {
  const digits = text.replace(/=+$/, '');
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const digit of digits) {
    held = (held << 6) | ALPHABET.indexOf(digit);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (held >> bits) & 255;
    }
  }
  return bytes;
}

/** undefined: not tried yet; null: this runtime can't. */
let compiled: object | null | undefined;

function runtime(): Runtime | null {
  return (globalThis as { readonly WebAssembly?: Runtime }).WebAssembly ?? null;
}

/** A new instance with a memory of its own, or null where the runtime has no WebAssembly SIMD. */
export function newInstance(): SimdFunctions | null {
  const wasm = runtime();
  if (wasm === null) return null;
  if (compiled === undefined) {
    const bytes = fromBase64(KERNELS_WASM);
    compiled = wasm.validate(bytes) ? new wasm.Module(bytes) : null;
  }
  return compiled === null ? null : (new wasm.Instance(compiled).exports as SimdFunctions);
}
