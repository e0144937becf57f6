// Figures beside a spectrum: signal-to-noise by its definitions, widths of the lines by which quality is told.
import type { ComplexSignal } from '../core/domain/complexArray.ts';
import type { MrsDataset } from '../core/domain/mrsDataset.ts';
import { voxelCount } from '../core/domain/mrsDataset.ts';
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

/**
 * @param outcome the scan and its water reference as the default recipe leaves them
 * @param voxel index over x, y, z, C order
 * @returns figures of a proton spectrum; of other nuclei, which have none of these lines, the time-domain SNR alone
 */
export function spectrumFigures(outcome: PreprocessingOutcome, voxel: number): DeepReadonly<SpectrumFiguresView> {
  const { dataset, water } = outcome;
  const signal = withAxes(dataset, pickSignal(dataset, voxel, 0, 'mean'));
  const reference =
    water === null || voxel >= voxelCount(water) ? null : withAxes(water, pickSignal(water, voxel, 0, 'mean'));
  const isProton = dataset.nucleus === '1H';
  const finite = (value: number | null): number | null => (value !== null && Number.isFinite(value) ? value : null);
  const snr = measureAllSnr({ signal, curves: null })
    // LCModel's needs a fit, whose own figure stands with its result.
    .filter(({ definition }) => definition !== 'lcmodel' && (isProton || definition === 'timeDomain'))
    .map((figure) => ({ ...figure, value: finite(figure.value) }));
  const { re = [], im = [] } = reference?.fid ?? {};
  return {
    snr,
    lines: {
      tNAA: isProton ? width(signal, 'tNAA') : null,
      tCr: isProton ? width(signal, 'tCr') : null,
      water: isProton ? width(reference, 'water') : null,
    },
    waterHeight: reference === null ? null : Math.hypot(re[0] ?? 0, im[0] ?? 0),
  };
}
