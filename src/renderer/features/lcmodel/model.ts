// What LCModel is asked, from the panel's choices, and what it said, in lines.
import type { AnalysisDetailView, QuantificationResultView } from '../../../ipc/contract.ts';

export type Macromolecules = 'auto' | 'default' | 'none';
export type RatioPriors = 'default' | 'none';

export interface LcmodelChoices {
  readonly macromolecules: Macromolecules;
  readonly ratioPriors: RatioPriors;
}

export const MACROMOLECULE_CHOICES: readonly Macromolecules[] = ['auto', 'default', 'none'];
export const RATIO_CHOICES: readonly RatioPriors[] = ['default', 'none'];

/** LCModel's settings; what is left out is LCModel's or the pipeline's to decide. */
export function settingsFrom({ macromolecules, ratioPriors }: LcmodelChoices): Record<string, string> {
  return {
    ...(macromolecules === 'auto' ? {} : { simulatedSignals: macromolecules }),
    ...(ratioPriors === 'default' ? {} : { ratioPriors }),
  };
}

/** Control parameters as typed, one a line. */
export function controlLines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

export interface LcmodelSaid {
  readonly version: string;
  /** Diagnostics and warnings, each once. */
  readonly messages: readonly string[];
  /** Beginning of the console output; empty where there was none, or the results were read from files. */
  readonly output: string;
  /** Names of the files the results were read from; empty where LCModel was run here. */
  readonly files: readonly string[];
}

/** What LCModel said of the shown result; null where it is of another method. */
export function saidBy(
  analysis: AnalysisDetailView | null,
  result: QuantificationResultView | null,
): LcmodelSaid | null {
  if (analysis === null || result === null || result.method !== 'lcmodel') return null;
  const output = analysis.provenance.find(({ program }) => program === 'LCModel')?.details['output'];
  const files = analysis.provenance.map(({ details }) => details['files']).find(Array.isArray) ?? [];
  const messages = [...analysis.warnings, ...result.warnings].map(({ message }) => message);
  return {
    version: result.version,
    messages: [...new Set(messages)],
    output: typeof output === 'string' ? output.trim() : '',
    files: files.filter((name) => typeof name === 'string'),
  };
}
