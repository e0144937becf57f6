// Seeded random numbers for reproducible simulation: xoshiro128** (Blackman & Vigna, ACM Trans Math Softw 2021;47:36,
// doi:10.1145/3460772), seeded through splitmix32; normal deviates by Marsaglia's polar method.

export interface SeededRandom {
  /** Uniform in [0, 1), 32 bits of resolution. */
  readonly uniform: () => number;
  /** Standard normal deviate. */
  readonly normal: () => number;
}

const rotateLeft = (x: number, k: number): number => (x << k) | (x >>> (32 - k));

function splitMix32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) | 0;
  };
}

/**
 * A generator whose whole sequence is fixed by its seed, on every machine.
 * @param seed integer; only its low 32 bits count
 */
export function seededRandom(seed: number): SeededRandom {
  const next = splitMix32(seed);
  let a = next();
  let b = next();
  let c = next();
  let d = next();
  let spare: number | null = null;

  const uniform = (): number => {
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9);
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = rotateLeft(d, 11);
    return (result >>> 0) / 4294967296;
  };

  const normal = (): number => {
    if (spare !== null) {
      const value = spare;
      spare = null;
      return value;
    }
    let u = 0;
    let v = 0;
    let s = 0;
    do {
      u = 2 * uniform() - 1;
      v = 2 * uniform() - 1;
      s = u * u + v * v;
    } while (s >= 1 || s === 0);
    const factor = Math.sqrt((-2 * Math.log(s)) / s);
    spare = v * factor;
    return u * factor;
  };

  return { uniform, normal };
}
