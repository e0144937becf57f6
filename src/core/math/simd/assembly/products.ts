// Inner products of columns that lie one after another in memory, each padded with a zero to an even length.

// @ts-ignore: decorator
@inline
function total(v: v128): f64 {
  return f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1);
}

// @ts-ignore: decorator
@inline
function add(at: usize, v: f64): void {
  store<f64>(at, load<f64>(at) + v);
}

/** Adds sign·(products of the columns a0, a1 with b0, b1) to a 2 × 2 block of `out`, whose rows lie `width` apart. */
// @ts-ignore: decorator
@inline
function addBlock(a0: usize, a1: usize, b0: usize, b1: usize, bytes: usize, out: usize, width: usize, sign: f64): void {
  let s00 = f64x2.splat(0), s01 = s00, s10 = s00, s11 = s00;
  for (let at: usize = 0; at < bytes; at += 16) {
    const p = v128.load(a0 + at), q = v128.load(a1 + at), u = v128.load(b0 + at), v = v128.load(b1 + at);
    s00 = f64x2.add(s00, f64x2.mul(p, u));
    s01 = f64x2.add(s01, f64x2.mul(p, v));
    s10 = f64x2.add(s10, f64x2.mul(q, u));
    s11 = f64x2.add(s11, f64x2.mul(q, v));
  }
  add(out, sign * total(s00));
  add(out + 8, sign * total(s01));
  add(out + width, sign * total(s10));
  add(out + width + 8, sign * total(s11));
}

/**
 * out += sign·AᵀB.
 * @param a,b columns `bytes` long; their numbers are even (a further column of zeros where they are not)
 * @param out columnsOfA × columnsOfB, row-major
 */
export function addCrossProducts(
  a: usize, columnsOfA: i32, b: usize, columnsOfB: i32, bytes: usize, out: usize, sign: f64,
): void {
  const width = <usize>columnsOfB << 3;
  for (let i = 0; i < columnsOfA; i += 2) {
    const a0 = a + <usize>i * bytes;
    for (let j = 0; j < columnsOfB; j += 2) {
      const b0 = b + <usize>j * bytes;
      addBlock(a0, a0 + bytes, b0, b0 + bytes, bytes, out + <usize>i * width + (<usize>j << 3), width, sign);
    }
  }
}

/** out += sign·AᵀA, the lower triangle by blocks of two; what lies above is not right. */
export function addGram(a: usize, columns: i32, bytes: usize, out: usize, sign: f64): void {
  const width = <usize>columns << 3;
  for (let i = 0; i < columns; i += 2) {
    const a0 = a + <usize>i * bytes;
    for (let j = 0; j <= i; j += 2) {
      const b0 = a + <usize>j * bytes;
      addBlock(a0, a0 + bytes, b0, b0 + bytes, bytes, out + <usize>i * width + (<usize>j << 3), width, sign);
    }
  }
}

/**
 * Bᵀv for a cubic B-spline design: four values a row.
 * @param first first column of each row, 32-bit
 * @param values rows × 4
 * @param out columns, zero before
 */
export function splineProject(first: usize, values: usize, v: usize, rows: i32, out: usize): void {
  let row = 0;
  while (row < rows) {
    const column = load<i32>(first + (<usize>row << 2));
    let low = f64x2.splat(0), high = low;
    while (row < rows && load<i32>(first + (<usize>row << 2)) == column) {
      const y = v128.load64_splat(v + (<usize>row << 3));
      const at = values + (<usize>row << 5);
      low = f64x2.add(low, f64x2.mul(y, v128.load(at)));
      high = f64x2.add(high, f64x2.mul(y, v128.load(at, 16)));
      row++;
    }
    const to = out + (<usize>column << 3);
    v128.store(to, f64x2.add(v128.load(to), low));
    v128.store(to, f64x2.add(v128.load(to, 16), high), 16);
  }
}

/** Solves L·x = b in place for two right-hand sides at once. @param l n × n, row-major @param b0,b1 n values each */
export function forwardSubstitute(l: usize, n: i32, b0: usize, b1: usize): void {
  const stride = <usize>n << 3;
  for (let i = 0; i < n; i++) {
    const row = l + <usize>i * stride;
    const at = <usize>i << 3;
    let s0 = f64x2.splat(0), s1 = s0;
    let k: usize = 0;
    for (; k + 8 < at; k += 16) {
      const w = v128.load(row + k);
      s0 = f64x2.add(s0, f64x2.mul(w, v128.load(b0 + k)));
      s1 = f64x2.add(s1, f64x2.mul(w, v128.load(b1 + k)));
    }
    let first = load<f64>(b0 + at) - total(s0), second = load<f64>(b1 + at) - total(s1);
    if (k < at) {
      const w = load<f64>(row + k);
      first -= w * load<f64>(b0 + k);
      second -= w * load<f64>(b1 + k);
    }
    const diagonal = load<f64>(row + at);
    store<f64>(b0 + at, first / diagonal);
    store<f64>(b1 + at, second / diagonal);
  }
}
