// The result of a spectrum that a method did not fit: the reason, and no numbers.
import type { QuantificationResult } from './quantification.ts';

/** @param reason why, in words for the user */
export function refusedResult(method: string, reason: string): QuantificationResult {
  return {
    method,
    version: '',
    status: 'refused',
    reason,
    metabolites: [],
    combined: [],
    phase0Deg: 0,
    phase1DegPerPpm: 0,
    shiftHz: 0,
    lorentzianHz: 0,
    gaussianHz: 0,
    snr: { value: 0, definition: '' },
    fwhmHz: 0,
    residualSd: 0,
    elapsedMs: 0,
    inDistribution: false,
    executionProvider: 'cpu',
    warnings: [],
    correlation: null,
    diagnostics: {},
  };
}
