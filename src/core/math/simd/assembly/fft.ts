// Fourier transforms of two signals at once: lane 0 of every vector belongs to one signal, lane 1 to the other, so that no
// butterfly shuffles. Stockham's self-sorting radix-4 (after Van Loan 1992, Computational Frameworks for the FFT, ch. 1),
// forward, unnormalised; the last stage finds the asked bins only.
// A point takes 32 bytes: the two real parts, then the two imaginary parts.

const POINT: i32 = 32;
const IMAG: i32 = 16;

// @ts-ignore: decorator
@inline
function re(at: usize): v128 {
  return v128.load(at);
}

// @ts-ignore: decorator
@inline
function im(at: usize): v128 {
  return v128.load(at, IMAG);
}

// @ts-ignore: decorator
@inline
function put(at: usize, r: v128, i: v128): void {
  v128.store(at, r);
  v128.store(at, i, IMAG);
}

/** (r + i·im)·(c + i·s) at `at`. */
// @ts-ignore: decorator
@inline
function putTurned(at: usize, r: v128, i: v128, c: v128, s: v128): void {
  put(at, f64x2.sub(f64x2.mul(r, c), f64x2.mul(i, s)), f64x2.add(f64x2.mul(r, s), f64x2.mul(i, c)));
}

/** Both lanes of a point from two arrays. */
// @ts-ignore: decorator
@inline
function gather(a: usize, b: usize): v128 {
  return v128.load_lane<f64>(b, v128.load64_zero(a), 1);
}

/**
 * First stage, which reads the signals themselves and takes what lies beyond their ends as zero.
 * @param re0,im0,re1,im1 `points` samples each
 * @param twiddles e^{−2πij/n} as cosine and sine, j from 0 to 3n/4
 */
function firstStage(
  re0: usize, im0: usize, re1: usize, im1: usize, points: i32, n: i32, twiddles: usize, out: usize,
): void {
  const m = n >> 2;
  for (let p = 0; p < m; p++) {
    const at = <usize>p << 3;
    let ar = f64x2.splat(0), ai = f64x2.splat(0), br = ar, bi = ar, cr = ar, ci = ar, dr = ar, di = ar;
    if (p < points) {
      ar = gather(re0 + at, re1 + at);
      ai = gather(im0 + at, im1 + at);
    }
    if (p + m < points) {
      const next = at + (<usize>m << 3);
      br = gather(re0 + next, re1 + next);
      bi = gather(im0 + next, im1 + next);
    }
    const to = out + <usize>p * 4 * POINT;
    const w1 = twiddles + (<usize>p << 4);
    const w2 = twiddles + (<usize>p << 5);
    const w3 = w1 + (<usize>p << 5);
    if (p + 2 * m < points) {
      const third = at + (<usize>m << 4);
      cr = gather(re0 + third, re1 + third);
      ci = gather(im0 + third, im1 + third);
      if (p + 3 * m < points) {
        const fourth = third + (<usize>m << 3);
        dr = gather(re0 + fourth, re1 + fourth);
        di = gather(im0 + fourth, im1 + fourth);
      }
    }
    const sumR = f64x2.add(ar, cr), sumI = f64x2.add(ai, ci);
    const differenceR = f64x2.sub(ar, cr), differenceI = f64x2.sub(ai, ci);
    const oddR = f64x2.add(br, dr), oddI = f64x2.add(bi, di);
    const turnedR = f64x2.sub(br, dr), turnedI = f64x2.sub(bi, di);
    put(to, f64x2.add(sumR, oddR), f64x2.add(sumI, oddI));
    putTurned(to + POINT, f64x2.add(differenceR, turnedI), f64x2.sub(differenceI, turnedR),
      v128.load64_splat(w1), v128.load64_splat(w1, 8));
    putTurned(to + 2 * POINT, f64x2.sub(sumR, oddR), f64x2.sub(sumI, oddI),
      v128.load64_splat(w2), v128.load64_splat(w2, 8));
    putTurned(to + 3 * POINT, f64x2.sub(differenceR, turnedI), f64x2.add(differenceI, turnedR),
      v128.load64_splat(w3), v128.load64_splat(w3, 8));
  }
}

/** A stage of butterflies that lie `stride` apart; `length` is what is left to transform. */
function stage(x: usize, y: usize, length: i32, stride: i32, twiddles: usize): void {
  const m = length >> 2;
  const apart = <usize>stride * POINT;
  const quarter = <usize>m * apart;
  for (let p = 0; p < m; p++) {
    const w = <usize>p * <usize>stride;
    const w1 = twiddles + (w << 4), w2 = twiddles + (w << 5), w3 = w1 + (w << 5);
    const c1 = v128.load64_splat(w1), s1 = v128.load64_splat(w1, 8);
    const c2 = v128.load64_splat(w2), s2 = v128.load64_splat(w2, 8);
    const c3 = v128.load64_splat(w3), s3 = v128.load64_splat(w3, 8);
    let a = x + <usize>p * apart;
    let to = y + <usize>p * 4 * apart;
    const end = a + apart;
    for (; a < end; a += POINT, to += POINT) {
      const b = a + quarter, c = b + quarter, d = c + quarter;
      const sumR = f64x2.add(re(a), re(c)), sumI = f64x2.add(im(a), im(c));
      const differenceR = f64x2.sub(re(a), re(c)), differenceI = f64x2.sub(im(a), im(c));
      const oddR = f64x2.add(re(b), re(d)), oddI = f64x2.add(im(b), im(d));
      const turnedR = f64x2.sub(re(b), re(d)), turnedI = f64x2.sub(im(b), im(d));
      put(to, f64x2.add(sumR, oddR), f64x2.add(sumI, oddI));
      putTurned(to + apart, f64x2.add(differenceR, turnedI), f64x2.sub(differenceI, turnedR), c1, s1);
      putTurned(to + 2 * apart, f64x2.sub(sumR, oddR), f64x2.sub(sumI, oddI), c2, s2);
      putTurned(to + 3 * apart, f64x2.sub(differenceR, turnedI), f64x2.add(differenceI, turnedR), c3, s3);
    }
  }
}

/** Where the transform of the last call left what its last stage needs: length 4 or 2 of it remain. */
export let remaining: i32 = 0;

/** All stages but the last. @returns the buffer that holds the outcome: `x` or `y` */
export function transform(
  re0: usize, im0: usize, re1: usize, im1: usize, points: i32, n: i32, twiddles: usize, x: usize, y: usize,
): usize {
  firstStage(re0, im0, re1, im1, points, n, twiddles, x);
  let length = n >> 2;
  let stride = 4;
  while (length > 4) {
    stage(x, y, length, stride, twiddles);
    const other = x;
    x = y;
    y = other;
    length >>= 2;
    stride <<= 2;
  }
  remaining = length;
  return x;
}


/**
 * Turns the asked bins and puts each signal's real parts and, `imaginary` bytes further, its imaginary parts.
 * @param x what `transform` left
 * @param first,count bins in natural order, from `first` on, past the end back to 0
 * @param turns cosine and sine of each bin's phase
 * @param out0,out1 `count` values each
 */
export function putBins(
  x: usize, n: i32, first: i32, count: i32, turns: usize, out0: usize, out1: usize, imaginary: usize,
): void {
  const part = remaining == 4 ? n >> 2 : n >> 1;
  const apart = <usize>part * POINT;
  let k = first;
  for (let i = 0; i < count; i++, k++) {
    if (k == n) k = 0;
    const quadrant = k / part;
    const a = x + <usize>(k - quadrant * part) * POINT;
    const b = a + apart;
    let r: v128, j: v128;
    if (remaining == 4) {
      const c = b + apart, d = c + apart;
      if ((quadrant & 1) == 0) {
        const evenR = f64x2.add(re(a), re(c)), evenI = f64x2.add(im(a), im(c));
        const oddR = f64x2.add(re(b), re(d)), oddI = f64x2.add(im(b), im(d));
        r = quadrant == 0 ? f64x2.add(evenR, oddR) : f64x2.sub(evenR, oddR);
        j = quadrant == 0 ? f64x2.add(evenI, oddI) : f64x2.sub(evenI, oddI);
      } else {
        const evenR = f64x2.sub(re(a), re(c)), evenI = f64x2.sub(im(a), im(c));
        const oddR = f64x2.sub(re(b), re(d)), oddI = f64x2.sub(im(b), im(d));
        r = quadrant == 1 ? f64x2.add(evenR, oddI) : f64x2.sub(evenR, oddI);
        j = quadrant == 1 ? f64x2.sub(evenI, oddR) : f64x2.add(evenI, oddR);
      }
    } else {
      r = quadrant == 0 ? f64x2.add(re(a), re(b)) : f64x2.sub(re(a), re(b));
      j = quadrant == 0 ? f64x2.add(im(a), im(b)) : f64x2.sub(im(a), im(b));
    }
    const turn = turns + (<usize>i << 4);
    const c = v128.load64_splat(turn), s = v128.load64_splat(turn, 8);
    const turnedR = f64x2.sub(f64x2.mul(r, c), f64x2.mul(j, s));
    const turnedI = f64x2.add(f64x2.mul(r, s), f64x2.mul(j, c));
    const at = <usize>i << 3;
    v128.store64_lane(out0 + at, turnedR, 0);
    v128.store64_lane(out1 + at, turnedR, 1);
    v128.store64_lane(out0 + imaginary + at, turnedI, 0);
    v128.store64_lane(out1 + imaginary + at, turnedI, 1);
  }
}
