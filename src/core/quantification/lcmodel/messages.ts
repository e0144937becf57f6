// What LCModel's numbered diagnostics mean, in words. Source: the conditions under which the public source of LCModel 6.3
// (Provencher, BSD licence) calls ERRMES with each number; LCModel itself prints only "See the manual".
import type { LcmodelMessage } from './resultTypes.ts';

const MEANINGS: Readonly<Record<string, string>> = {
  'DEMO 1': 'this LCModel has no licence for this computer; versions since 2021 need none',
  'FTDATA 1': 'the data are zero in the analysis window',
  'INITIA 1': 'the dwell time, the points or the spectrometer frequency is not positive',
  'INITIA 2': 'the data have more points than this LCModel was built for',
  'INITIA 3': 'the ppm range lies outside the spectrum',
  'INITIA 4': 'the ppm range is empty, or has more points than this LCModel was built for',
  'INITIA 8': 'the analysis window has fewer than 64 points',
  'MYCONT 1': 'the control file ends before its $END',
  'MYCONT 2': 'the control file holds a key or a value that this LCModel does not know',
  'MYCONT 7': 'eddy-current correction or water scaling was asked for without a water file',
  'MYCONT 8': 'the type of spectrum (SPTYPE) is unknown to this LCModel',
  'MYCONT 9': 'the grid of voxels has a size or index of zero',
  'MYCONT 10': 'the voxels asked for lie outside the grid',
  'MYCONT 12': 'the data have fewer than 64 points',
  'ZEROVX 3': 'the data file could not be opened',
  'ZEROVX 4': 'the data file has no readable $NMID group',
  'ZEROVX 5': 'the data file holds fewer numbers than points and voxels need',
  'MYDATA 1': 'the data file does not say its number format (FMTDAT)',
  'MYDATA 2': 'the scaling of the data file (TRAMP, VOLUME) is not positive',
  'MYDATA 4': 'the data file names another spectrometer frequency than the control file',
  'MYDATA 5': 'the water file could not be opened, so that neither eddy currents were corrected nor water scaling done',
  'MYDATA 7': 'the data file has no readable $NMID group',
  'MYDATA 8': 'the data file holds fewer numbers than expected',
  'MYDATA 9': 'the water file has no readable $NMID group',
  'MYDATA 10': 'the water file holds fewer numbers than expected',
  'MYBASI 1': 'the basis set has no positive dwell time, or more points than this LCModel was built for',
  'MYBASI 2': 'the basis set covers too small a bandwidth for the ppm range',
  'MYBASI 5': 'the basis set has more metabolites than this LCModel was built for',
  'MYBASI 6': 'the scaling of a basis signal (TRAMP, VOLUME, CONC) is not positive',
  'MYBASI 9': 'the basis set was made for another field strength',
  'MYBASI 10': 'the echo times of the data and of the basis set differ by more than 3 ms',
  'MYBASI 11': 'one of data and basis set is PRESS, the other STEAM',
  'MYBASI 33': 'no basis file was given',
  'MYBASI 34': "LCModel's own lipid and macromolecule signals could not be scaled to the basis set",
  'MYBASI 41': 'the ppm range leaves out the macromolecules and lipids below 0.6 ppm, though the echo time is short',
  'AREABA 1': 'the singlet that scales the basis lies too near the edge of the spectrum',
  'AREABA 3': 'the singlet that scales the basis has no positive area, so that water scaling is impossible',
  'STARTV 4': 'the water line needs the largest shift allowed, so it may be distorted',
  'STARTV 5': 'the metabolite lines need the largest shift allowed',
  'STARTV 7': 'the metabolite lines need the smallest shift allowed',
  'STARTV 14': 'the preliminary analysis found no solution',
  'STARTV 15': 'the preliminary analysis found no solution',
  'STARTV 16': 'the preliminary analysis did not converge from any start',
  'STARTV 20': 'the lines are so narrow that the smallest number of lineshape points was used',
  'STARTV 24': 'the lines are so wide that the lineshape was sampled more coarsely than the spectrum',
  'STARTV 25': 'the lines of the preliminary analysis are wider than LCModel expects',
  'PLINLS 7': 'one of the fits along the way reached its limit of iterations',
  'RFALSI 3': 'the reference solution could not be computed',
  'RFALSI 4': 'the baseline is as stiff as it can be',
  'RFALSI 5': 'the baseline is as flexible as it can be',
  'RFALSI 6': 'the lineshape is as smooth as it can be',
  'RFALSI 7': 'the lineshape is as free as it can be',
  'RFALSI 8': 'baseline and lineshape are as smooth as they can be',
  'RFALSI 9': 'baseline and lineshape are as free as they can be',
  'RFALSI 10': 'a fit on the way to the right smoothness failed',
  'RFALSI 11': 'a smoother fit was better than a freer one, a sign of a local minimum on the way',
  'RFALSI 12': 'a smooth fit was better than the reference fit, a sign of a local minimum there',
  'RFALSI 13': 'rounding or a local minimum disturbed the search for the right smoothness',
  'RFALSI 14': 'the search for the right smoothness reached its limit of steps',
  'RFALSI 15': 'no fit on the way to the right smoothness succeeded',
  'RFALSI 17': 'the right smoothness of baseline and lineshape was not reached',
  'FINOUT 6': 'the residual is zero, so there is no S/N',
  'FINOUT 7': 'the baseline is nearly as flexible as it can be',
  'FINOUT 8': 'the first-order phase lies outside the range expected',
  'FINOUT 9': 'the lineshape has more than one maximum',
  'FINOUT 10': 'the zero-order phase is far from the one expected',
  'FINOUT 11': 'the first-order phase is far from the one expected',
};

/** "RFALSI 4" */
export const messageKey = ({ subprogram, number }: LcmodelMessage): string => `${subprogram} ${number}`;

/** What a message means; null where it is one of the many that no ordinary run gives. */
export function messageMeaning(message: LcmodelMessage): string | null {
  return MEANINGS[messageKey(message)] ?? null;
}

const LEVEL_NAMES = {
  info: 'information',
  warning: 'warning',
  error: 'error',
  fatal: 'fatal error',
  illogical: 'illogical stop',
} as const;

/** "LCModel's warning RFALSI 17: …", without a full stop. */
export function describeMessage(message: LcmodelMessage): string {
  const meaning = messageMeaning(message) ?? "see the list of diagnostics in LCModel's manual";
  return `LCModel's ${LEVEL_NAMES[message.level]} ${messageKey(message)}: ${meaning}`;
}

/** Subprograms in which an error or worse is one of the fit, not of the input. */
const FIT_SUBPROGRAMS = /^(STARTV|SETUP\d?|PLINLS|SOLVE|RFALSI|TWORE?G\w?|FINOUT|PNNLS|FSHSSQ|SSRANG|PHASTA|GBACKG)$/;
const NOT_CONVERGED: ReadonlySet<string> = new Set(['STARTV 16', 'RFALSI 14']);

/** Whether a message says that the fit did not come to its end as it should. */
export function saysNotConverged(message: LcmodelMessage): boolean {
  if (message.level === 'fatal' || message.level === 'illogical') return true;
  if (NOT_CONVERGED.has(messageKey(message))) return true;
  return message.level === 'error' && FIT_SUBPROGRAMS.test(message.subprogram);
}
