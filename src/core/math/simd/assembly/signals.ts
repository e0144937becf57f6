// The signals of a model in time: broadened, shaped, summed.

/**
 * x̃(t) = x(t)·h(t), where h(t) = e^{at + bt²} by recurrence: h and its growth r stand for four samples, and every step
 * multiplies h by r, and r by the constant growth of r.
 * @param start four h as re, im pairs of vectors: [h0 h1]re [h0 h1]im [h2 h3]re [h2 h3]im, then the four r the same way
 * @param growth of r from one step of four samples to the next
 */
export function broaden(
  re: usize, im: usize, outRe: usize, outIm: usize, points: i32, start: usize, growth: f64,
): void {
  let ar = v128.load(start), ai = v128.load(start, 16), br = v128.load(start, 32), bi = v128.load(start, 48);
  let pr = v128.load(start, 64), pi = v128.load(start, 80), qr = v128.load(start, 96), qi = v128.load(start, 112);
  const g = f64x2.splat(growth);
  const end = <usize>points << 3;
  for (let at: usize = 0; at < end; at += 32) {
    const r0 = v128.load(re + at), i0 = v128.load(im + at);
    const r1 = v128.load(re + at, 16), i1 = v128.load(im + at, 16);
    v128.store(outRe + at, f64x2.sub(f64x2.mul(r0, ar), f64x2.mul(i0, ai)));
    v128.store(outIm + at, f64x2.add(f64x2.mul(r0, ai), f64x2.mul(i0, ar)));
    v128.store(outRe + at, f64x2.sub(f64x2.mul(r1, br), f64x2.mul(i1, bi)), 16);
    v128.store(outIm + at, f64x2.add(f64x2.mul(r1, bi), f64x2.mul(i1, br)), 16);
    const nextA = f64x2.sub(f64x2.mul(ar, pr), f64x2.mul(ai, pi));
    ai = f64x2.add(f64x2.mul(ar, pi), f64x2.mul(ai, pr));
    ar = nextA;
    const nextB = f64x2.sub(f64x2.mul(br, qr), f64x2.mul(bi, qi));
    bi = f64x2.add(f64x2.mul(br, qi), f64x2.mul(bi, qr));
    br = nextB;
    pr = f64x2.mul(pr, g);
    pi = f64x2.mul(pi, g);
    qr = f64x2.mul(qr, g);
    qi = f64x2.mul(qi, g);
  }
}

/** Multiplies a signal by a complex function of time, in place. @param points a multiple of two */
export function shape(re: usize, im: usize, kernelRe: usize, kernelIm: usize, points: i32): void {
  const end = <usize>points << 3;
  for (let at: usize = 0; at < end; at += 16) {
    const r = v128.load(re + at), i = v128.load(im + at);
    const kr = v128.load(kernelRe + at), ki = v128.load(kernelIm + at);
    v128.store(re + at, f64x2.sub(f64x2.mul(r, kr), f64x2.mul(i, ki)));
    v128.store(im + at, f64x2.add(f64x2.mul(r, ki), f64x2.mul(i, kr)));
  }
}

/** out += a·x over `count` values. */
export function addScaled(x: usize, a: f64, out: usize, count: i32): void {
  const factor = f64x2.splat(a);
  const end = <usize>count << 3;
  let at: usize = 0;
  for (; at + 8 < end; at += 16) {
    v128.store(out + at, f64x2.add(v128.load(out + at), f64x2.mul(factor, v128.load(x + at))));
  }
  if (at < end) store<f64>(out + at, load<f64>(out + at) + a * load<f64>(x + at));
}

/** x ·= w over `count` values, a multiple of two. */
export function weigh(x: usize, w: usize, count: i32): void {
  const end = <usize>count << 3;
  for (let at: usize = 0; at < end; at += 16) {
    v128.store(x + at, f64x2.mul(v128.load(x + at), v128.load(w + at)));
  }
}

/** Σ (w·x)² over `count` values, a multiple of two. */
export function weightedEnergy(x: usize, w: usize, count: i32): f64 {
  let sum = f64x2.splat(0);
  const end = <usize>count << 3;
  for (let at: usize = 0; at < end; at += 16) {
    const v = f64x2.mul(v128.load(x + at), v128.load(w + at));
    sum = f64x2.add(sum, f64x2.mul(v, v));
  }
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}
