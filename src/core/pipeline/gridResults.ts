// Results of a grid without what all its voxels repeat: each metabolite's own factors stand with the first fitted voxel,
// warnings that all voxels share stand with the scan.
import type { Warning } from '../domain/provenance.ts';
import type {
  ConcentrationEstimate,
  MetaboliteEstimate,
  QuantificationResult,
  VoxelQuantification,
} from '../domain/quantification.ts';

const isFitted = ({ result }: VoxelQuantification): boolean => result.status !== 'refused';
const warningKey = ({ code, message }: Warning): string => `${code} ${message}`;

/** A metabolite's factors but for its amplitude, which stands first and is each voxel's own. */
const ownKey = ({ factors }: ConcentrationEstimate): string => JSON.stringify(factors.slice(1));

function factorKeys(result: QuantificationResult): Map<string, string> {
  return new Map(
    result.metabolites.flatMap(({ name, concentrations = [] }) =>
      concentrations.map((c) => [`${c.convention} ${name}`, ownKey(c)] as const),
    ),
  );
}

function withoutRepeated(estimate: MetaboliteEstimate, first: ReadonlyMap<string, string>): MetaboliteEstimate {
  const { concentrations } = estimate;
  if (concentrations === undefined) return estimate;
  return {
    ...estimate,
    concentrations: concentrations.map((c) =>
      first.get(`${c.convention} ${estimate.name}`) === ownKey(c) ? { ...c, factors: [] } : c,
    ),
  };
}

/** Keys of the warnings that every fitted voxel has. */
function sharedKeys(fitted: readonly VoxelQuantification[]): Set<string> {
  const [first, ...others] = fitted.map(({ result }) => new Set(result.warnings.map(warningKey)));
  return new Set([...(first ?? [])].filter((key) => others.every((keys) => keys.has(key))));
}

/**
 * @param voxels of one scan
 * @returns a single fitted voxel as it is; else the voxels without what they repeat, and the warnings that all share
 */
export function withoutRepeats(voxels: readonly VoxelQuantification[]): {
  readonly voxels: readonly VoxelQuantification[];
  readonly warnings: readonly Warning[];
} {
  const fitted = voxels.filter(isFitted);
  const [first] = fitted;
  if (first === undefined || fitted.length === 1) return { voxels, warnings: [] };
  const shared = sharedKeys(fitted);
  const keys = factorKeys(first.result);
  const lean = voxels.map((voxel): VoxelQuantification => {
    if (!isFitted(voxel)) return voxel;
    const { result } = voxel;
    const metabolites =
      voxel === first ? result.metabolites : result.metabolites.map((estimate) => withoutRepeated(estimate, keys));
    return {
      ...voxel,
      result: { ...result, metabolites, warnings: result.warnings.filter((w) => !shared.has(warningKey(w))) },
    };
  });
  return { voxels: lean, warnings: first.result.warnings.filter((w) => shared.has(warningKey(w))) };
}
