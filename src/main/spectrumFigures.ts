// Figures beside a spectrum: signal-to-noise by its definitions, widths of the lines by which quality is told.
import type { ComplexSignal } from '../core/domain/complexArray.ts';
import type { MrsDataset } from '../core/domain/mrsDataset.ts';
import { voxelCount } from '../core/domain/mrsDataset.ts';
import { dataScale, gainKnowledge } from '../core/pipeline/index.ts';
import type { PreprocessingOutcome } from '../core/pipeline/index.ts';
import { lineFwhm, LINE_WINDOWS_PPM } from '../core/quality/linewidth.ts';
import { measureAllSnr } from '../core/quality/snrDefinitions.ts';
import type { FidWithAxes } from '../core/quality/spectrumRegions.ts';
import type { SpectrumFiguresView } from '../ipc/contract.ts';
import { pickSignal } from './pickSignal.ts';
import type { DeepReadonly } from './registrar.ts';

type LineName = keyof typeof LINE_WINDOWS_PPM;

function withAxes(dataset: MrsDataset, fid: ComplexSignal): FidWithAxes {
  const { dwellTimeS, spectrometerFrequencyMHz } = dataset;
  return { fid, dwellTimeS, spectrometerFrequencyMHz };
}

function width(signal: FidWithAxes | null, line: LineName): { fwhmHz: number; fwhmPpm: number } | null {
  const found = signal === null ? null : lineFwhm(signal, LINE_WINDOWS_PPM[line]);
  return found === null ? null : { fwhmHz: found.fwhmHz, fwhmPpm: found.fwhmPpm };
}

/** A scan and its water reference as read, before preprocessing. */
export interface ReadPair {
  readonly dataset: MrsDataset;
  readonly water: MrsDataset | null;
}

/** @param fid of the prepared water reference */
function waterFigures(fid: ComplexSignal, { dataset, water }: ReadPair): SpectrumFiguresView['water'] {
  if (water === null) return null;
  const { scale, warnings } = dataScale(dataset, water, null);
  return {
    height: Math.hypot(fid.re[0] ?? 0, fid.im[0] ?? 0) * scale.waterToMetabolite,
    gain: gainKnowledge(dataset, water),
    doubts: warnings.map(({ message }) => message),
  };
}

/**
 * @param read the scan and its water reference as they were read
 * @param outcome the scan and its water reference as the default recipe leaves them
 * @param place numbers over x, y, z, C order, of the voxel in the scan and in its water reference
 * @returns figures of a proton spectrum; of other nuclei, which have none of these lines, the time-domain SNR alone
 */
export function spectrumFigures(
  read: ReadPair,
  outcome: PreprocessingOutcome,
  { voxel, waterVoxel }: { readonly voxel: number; readonly waterVoxel: number },
): DeepReadonly<SpectrumFiguresView> {
  const { dataset, water } = outcome;
  const signal = withAxes(dataset, pickSignal(dataset, voxel, 0, 'mean'));
  const reference =
    water === null || waterVoxel >= voxelCount(water)
      ? null
      : withAxes(water, pickSignal(water, waterVoxel, 0, 'mean'));
  const isProton = dataset.nucleus === '1H';
  const finite = (value: number | null): number | null => (value !== null && Number.isFinite(value) ? value : null);
  const snr = measureAllSnr({ signal, curves: null })
    // LCModel's needs a fit, whose own figure stands with its result.
    .filter(({ definition }) => definition !== 'lcmodel' && (isProton || definition === 'timeDomain'))
    .map((figure) => ({ ...figure, value: finite(figure.value) }));
  return {
    snr,
    lines: {
      tNAA: isProton ? width(signal, 'tNAA') : null,
      tCr: isProton ? width(signal, 'tCr') : null,
      water: isProton ? width(reference, 'water') : null,
    },
    water: reference === null ? null : waterFigures(reference.fid, read),
  };
}
