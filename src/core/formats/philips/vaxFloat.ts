// VAX F floats (VAX Architecture Reference Manual): 16-bit words swapped, value = ±0.1f · 2^(e−128) with a hidden bit.

/** 2^(e−128) for each exponent byte. */
const SCALES = Float64Array.from({ length: 256 }, (_, exponent) => 2 ** (exponent - 128));

/**
 * One VAX F float.
 * @param first,second the two little-endian 16-bit words in the order they are stored
 * @returns NaN for a reserved operand (sign set, exponent 0), which is no number; 0 for every other exponent of 0
 */
export function vaxFloat(first: number, second: number): number {
  const exponent = (first >> 7) & 0xff;
  const negative = (first & 0x8000) !== 0;
  if (exponent === 0) return negative ? NaN : 0;
  const value = (0.5 + (((first & 0x7f) << 16) | second) / 2 ** 24) * (SCALES[exponent] as number);
  return negative ? -value : value;
}
