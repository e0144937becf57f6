// The command that simulates a basis set with ideal pulses, as a user can type it.
import type { BasisRequest } from '../core/domain/basisRequest.ts';

const milliseconds = (seconds: number): string => String(Number((seconds * 1000).toFixed(4)));

/**
 * @param request with ideal pulses and the metabolites that `basis simulate` takes of itself
 * @returns e.g. "lineshape basis simulate --frequency-mhz 297.2 --sequence steam --te 11 --tm 10 … -o basis-steam-te11"
 */
export function simulateCommand(request: BasisRequest): string {
  const { sequence, spectrometerFrequencyMHz, dwellTimeS, points, macromolecules } = request;
  const { family, echoTimeS, te1S, mixingTimeS, editing } = sequence;
  const name = family.toLowerCase();
  const te = milliseconds(echoTimeS);
  const edited = editing === undefined ? [] : ['--edit-on', `${editing.onPpm}`, '--edit-off', `${editing.offPpm}`];
  return [
    ...['lineshape basis simulate --frequency-mhz', String(Number(spectrometerFrequencyMHz.toFixed(4)))],
    ...['--sequence', name, ...(family === 'PULSE-ACQUIRE' ? [] : ['--te', te])],
    ...(te1S === undefined ? [] : ['--te1', milliseconds(te1S)]),
    ...(mixingTimeS === undefined ? [] : ['--tm', milliseconds(mixingTimeS)]),
    ...edited,
    ...['--mm', macromolecules, '--points', String(points), '--dwell-s', String(dwellTimeS)],
    ...['-o', `basis-${name}-te${te}`],
  ].join(' ');
}
