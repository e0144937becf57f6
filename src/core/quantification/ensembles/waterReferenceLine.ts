// The line of water at 0.5 ppm that Rizzo's networks were trained with (Rizzo 2023, doi:10.1002/mrm.29561, section 2.1.1: 64.5 mM,
// downscaled from the unsuppressed water), made for a real scan from its water reference. Simulated sets of the preset have it in
// their signals.
import { gaussianFid } from '../../basis/macromolecules/index.ts';
import type { BasisSet } from '../../domain/basisSet.ts';
import type { ComplexSignal } from '../../domain/complexArray.ts';
import type { WaterReferenceLine } from '../../domain/modelCard.ts';
import type { Warning } from '../../domain/provenance.ts';
import type { BatchContext } from '../shared/networks/batchMethod.ts';
import { BAND_PPM, bandSpectra } from '../shared/networks/bandSpectrum.ts';
import type { SeenSpectrum } from '../shared/networks/runNetwork.ts';
import type { BandInput } from '../shared/networks/spectraBatch.ts';

/** A spectrum whose tallest bin is this near the line's place has it already: nothing of a brain stands there. [ppm] */
const AT_THE_LINE_PPM = 0.1;

function hasLine({ re, im }: ComplexSignal, ppm: number): boolean {
  let tallest = 0;
  let at = 0;
  for (let j = 0; j < re.length; j++) {
    const power = (re[j] as number) ** 2 + (im[j] as number) ** 2;
    if (power > tallest) [tallest, at] = [power, j];
  }
  return Math.abs((BAND_PPM[at] as number) - ppm) < AT_THE_LINE_PPM;
}

const noLine = (why: string): Warning => ({
  code: 'water-line-missing',
  message: `No line of the water reference could be put into the network's input (${why.replace(/\.$/, '')}); it was trained on such spectra too, but can then tell amounts only against each other.`,
});

/** The line's amplitude in the data's units and its Gaussian width, or in one sentence why there is none. */
function lineOf(
  { input }: BandInput,
  { amplitude, gaussianHz: [narrowest, widest] }: WaterReferenceLine,
  waterOf: BatchContext['waterOf'],
): { readonly amplitude: number; readonly gaussianHz: number } | string {
  const water = waterOf?.(input) ?? 'no water reference is at hand.';
  if (typeof water === 'string') return water;
  // The network has seen the line of no other shim.
  const gaussianHz = Math.min(widest, Math.max(narrowest, water.gaussianHz));
  return { amplitude: amplitude * water.perMillimolar, gaussianHz };
}

function lineSpectrum(
  { input: { fid, dwellTimeS, spectrometerFrequencyMHz } }: BandInput,
  ppm: number,
  line: { readonly amplitude: number; readonly gaussianHz: number },
  lorentzianHz: number,
): ComplexSignal {
  const sampling = { points: fid.re.length, dwellTimeS, spectrometerFrequencyMHz };
  const decay = (n: number): number => Math.exp(-Math.PI * lorentzianHz * n * dwellTimeS);
  const { re, im } = gaussianFid(ppm, line.amplitude, line.gaussianHz, sampling);
  const damped = { re: re.map((v, n) => v * decay(n)), im: im.map((v, n) => v * decay(n)) };
  return bandSpectra(sampling).of([damped])[0] as ComplexSignal;
}

/**
 * @param basis the network's own: the line is as narrow as its signals, but for the shim
 * @param waterOf the water of a voxel
 * @returns the spectra as the networks of the card know them
 */
export function withWaterLine(
  batch: readonly BandInput[],
  basis: BasisSet,
  line: WaterReferenceLine,
  waterOf: BatchContext['waterOf'],
): SeenSpectrum[] {
  return batch.map((band) => {
    const { spectrum } = band;
    if (hasLine(spectrum, line.ppm)) return { spectrum, warnings: [] };
    const found = lineOf(band, line, waterOf);
    if (typeof found === 'string') {
      return { spectrum, trainedAmounts: line.trainedAmountsWithout, warnings: [noLine(found)] };
    }
    const added = lineSpectrum(band, line.ppm, found, basis.linewidthHz ?? 0);
    const sum = {
      re: spectrum.re.map((v, j) => v + (added.re[j] as number)),
      im: spectrum.im.map((v, j) => v + (added.im[j] as number)),
    };
    return { spectrum: sum, warnings: [] };
  });
}
