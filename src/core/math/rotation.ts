// Multiplication of a complex signal by e^{i(2πft + φ)}: frequency shift and zero-order phase in the time domain.
import type { ComplexVector } from './fft.ts';

/** The recurrence e^{iθ(n+1)} = e^{iθn}·e^{iθ} is restarted this often, so that rounding stays below 1e-14. */
const RESTART = 64;

/**
 * Rotates a signal: y(t) = x(t)·e^{i(2π·shift·t + phase)}.
 * @param x complex signal
 * @param shiftCycles frequency in cycles per sample (Hz × dwell time)
 * @param phaseRad constant phase in rad
 * @param out where to write; may be `x` itself; a new signal by default
 */
export function rotateSignal(
  x: ComplexVector,
  shiftCycles: number,
  phaseRad: number,
  out: ComplexVector = { re: new Float64Array(x.re.length), im: new Float64Array(x.re.length) },
): ComplexVector {
  const n = x.re.length;
  const stepRe = Math.cos(2 * Math.PI * shiftCycles);
  const stepIm = Math.sin(2 * Math.PI * shiftCycles);
  let cr = 1;
  let ci = 0;
  for (let i = 0; i < n; i++) {
    if (i % RESTART === 0) {
      const angle = 2 * Math.PI * shiftCycles * i + phaseRad;
      cr = Math.cos(angle);
      ci = Math.sin(angle);
    }
    const xr = x.re[i] as number;
    const xi = x.im[i] as number;
    out.re[i] = xr * cr - xi * ci;
    out.im[i] = xr * ci + xi * cr;
    const next = cr * stepRe - ci * stepIm;
    ci = cr * stepIm + ci * stepRe;
    cr = next;
  }
  return out;
}
