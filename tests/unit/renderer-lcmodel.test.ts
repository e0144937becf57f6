// The LCModel panel's model: what is asked, what was said, and the time limit as typed.
import { describe, expect, it } from 'vitest';
import type { AnalysisDetailView, QuantificationResultView } from '../../src/ipc/contract.ts';
import { controlLines, saidBy, settingsFrom } from '../../src/renderer/features/lcmodel/model.ts';
import { parseTimeLimit } from '../../src/renderer/features/settings/model.ts';

const warning = (message: string): { code: string; message: string } => ({ code: 'w', message });
const analysis = (provenance: unknown[]): AnalysisDetailView =>
  ({ provenance, warnings: [warning('of the scan'), warning('both')] }) as unknown as AnalysisDetailView;
const result = (method: string): QuantificationResultView =>
  ({ method, version: '6.3-1N', warnings: [warning('both'), warning('of the fit')] }) as QuantificationResultView;

describe('what LCModel is asked', () => {
  it('leaves to the pipeline and to LCModel what is not chosen', () => {
    expect(settingsFrom({ macromolecules: 'auto', ratioPriors: 'default' })).toEqual({});
    expect(settingsFrom({ macromolecules: 'none', ratioPriors: 'none' })).toEqual({
      simulatedSignals: 'none',
      ratioPriors: 'none',
    });
    expect(settingsFrom({ macromolecules: 'default', ratioPriors: 'default' })).toEqual({
      simulatedSignals: 'default',
    });
  });

  it('takes control parameters a line each', () => {
    expect(controlLines(' nsimul=0\n\n dkntmn=0.25 \n')).toEqual(['nsimul=0', 'dkntmn=0.25']);
  });
});

describe('what LCModel said', () => {
  it('is told of its own results only, each message once', () => {
    expect(saidBy(null, null)).toBeNull();
    expect(saidBy(analysis([]), result('nlls'))).toBeNull();
    expect(saidBy(analysis([]), result('lcmodel'))).toEqual({
      version: '6.3-1N',
      messages: ['of the scan', 'both', 'of the fit'],
      output: '',
      files: [],
    });
  });

  it('comes from a run’s console, or from files', () => {
    const run = { program: 'LCModel', details: { output: ' hello\n' } };
    expect(saidBy(analysis([run]), result('lcmodel'))).toMatchObject({ output: 'hello', files: [] });
    const read = { program: 'Lineshape', details: { files: ['out.table', 'out.coord'] } };
    expect(saidBy(analysis([read]), result('lcmodel'))?.files).toEqual(['out.table', 'out.coord']);
  });
});

it.each([
  ['30', 30],
  ['86400', 86400],
  ['0', null],
  ['1.5', null],
  ['86401', null],
  ['', null],
  ['soon', null],
])('a time limit of "%s" is %s', (text, seconds) => expect(parseTimeLimit(text)).toBe(seconds));
