// The header of a simulated scan: no time and no place, so that the same seed gives the same bytes.
import type { FileBasisSet } from '../core/basis/files/index.ts';
import type { JsonObject } from '../core/domain/json.ts';
import { UNKNOWN_ACQUISITION, UNKNOWN_PATIENT } from '../core/domain/mrsDataset.ts';
import type { MrsDataset } from '../core/domain/mrsDataset.ts';
import { SIMULATION_KEY } from './evaluationSet.ts';

/**
 * @param basis what it is made of
 * @param sampling of the signals
 * @param dynInfo what DIM_DYN runs over
 * @param simulation what is told of its making
 */
export function simulatedScan(
  basis: FileBasisSet,
  { dwellTimeS, spectrometerFrequencyMHz }: Pick<MrsDataset, 'dwellTimeS' | 'spectrometerFrequencyMHz'>,
  dynInfo: string,
  simulation: JsonObject,
): Omit<MrsDataset, 'data'> {
  return {
    dimensions: [{ tag: 'DIM_DYN', info: dynInfo, header: null }],
    dwellTimeS,
    spectrometerFrequencyMHz,
    nucleus: basis.nucleus,
    acquisition: { ...UNKNOWN_ACQUISITION, echoTimeS: basis.echoTimeS, sequence: basis.sequence },
    patient: UNKNOWN_PATIENT,
    affine: null,
    format: 'nifti-mrs',
    header: { [SIMULATION_KEY]: { ...simulation, Basis: basis.id, BasisSha256: basis.sha256 } },
    provenance: [],
    warnings: [],
  };
}
