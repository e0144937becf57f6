// From signals as stored to a BasisSet: canonical names, kinds, referencing, and the marker taken out if asked.
import { WATER_PPM } from '../../domain/axes.ts';
import type { EditingCondition } from '../../domain/basisRequest.ts';
import type { BasisSignal } from '../../domain/basisSet.ts';
import { foundWord } from '../../domain/foundWord.ts';
import { basisSignalKind, canonicalMetaboliteName } from '../../domain/metaboliteNames.ts';
import type { Warning } from '../../domain/provenance.ts';
import type { BasisReadOptions, FileBasisSet, RawBasisSignal } from './basisFile.ts';
import { invalidBasis } from './basisFile.ts';
import { editingFromText } from './editingCondition.ts';
import type { PhosphorusReferenced } from './phosphorusReferencing.ts';
import { referencePhosphorus } from './phosphorusReferencing.ts';
import { removeMarker } from './referenceMarker.ts';
import { referenceSignals } from './referencing.ts';

export interface BasisParts {
  readonly source: string;
  readonly format: string;
  readonly title: string;
  readonly nucleus: string | null;
  readonly spectrometerFrequencyMHz: number;
  readonly dwellTimeS: number;
  readonly echoTimeS: number | null;
  readonly sequence: string | null;
  /** Where the file itself says it; else it is told from title and sequence. */
  readonly editing?: EditingCondition | null;
  readonly linewidthHz: number | null;
  readonly signals: readonly RawBasisSignal[];
  readonly warnings: readonly Warning[];
}

/** Names that only a phosphorus basis has. */
const PHOSPHORUS_NAME = /(^|[^a-z])(atp|pi|nadh?|gpe|udpg)([^a-z]|$)/i;

function guessNucleus(signals: readonly RawBasisSignal[]): string {
  return signals.filter((s) => PHOSPHORUS_NAME.test(s.fileName)).length >= 2 ? '31P' : '1H';
}

/** Two files of one metabolite (Glc a and b, say) keep their own names, so that names stay unique. */
function namedSignals(raw: readonly RawBasisSignal[], nucleus: string): BasisSignal[] {
  const canonical = raw.map((s) => (nucleus === '1H' ? canonicalMetaboliteName(s.fileName) : s.fileName.trim()));
  return raw.map((s, i) => {
    const mapped = canonical[i] as string;
    const name = canonical.indexOf(mapped) !== canonical.lastIndexOf(mapped) ? s.fileName.trim() : mapped;
    return { name, fileName: s.fileName, kind: basisSignalKind(name), fid: s.fid };
  });
}

function reference(
  signals: readonly BasisSignal[],
  nucleus: string,
  dwellTimeS: number,
  spectrometerFrequencyMHz: number,
): PhosphorusReferenced<BasisSignal> {
  if (nucleus === '31P') return referencePhosphorus(signals, dwellTimeS, spectrometerFrequencyMHz);
  if (nucleus !== '1H') return { signals, referencePpm: WATER_PPM, warnings: [] };
  return { ...referenceSignals(signals, dwellTimeS, spectrometerFrequencyMHz), referencePpm: WATER_PPM };
}

/**
 * Builds the basis set; 1H and 31P signals are checked, and corrected where they need it.
 * @throws ModelError BASIS_MISMATCH where the parts make no basis set
 */
export function buildBasisSet(parts: BasisParts, options: BasisReadOptions): FileBasisSet {
  const { spectrometerFrequencyMHz, dwellTimeS, source } = parts;
  const points = parts.signals[0]?.fid.re.length ?? 0;
  if (points === 0) invalidBasis(`${source} holds no basis signal.`);
  if (![spectrometerFrequencyMHz, dwellTimeS].every((value) => value > 0 && isFinite(value) && isFinite(1 / value))) {
    invalidBasis(`${source} gives a spectrometer frequency or dwell time that can't be.`);
  }
  const odd = parts.signals.find((s) => s.fid.re.length !== points);
  if (odd !== undefined) {
    invalidBasis(
      `${source}: ${foundWord(odd.fileName)} has ${odd.fid.re.length} points where the first signal has ${points}.`,
    );
  }
  const bad = parts.signals.find((s) => !s.fid.re.every(Number.isFinite) || !s.fid.im.every(Number.isFinite));
  if (bad !== undefined)
    invalidBasis(`${source}: ${foundWord(bad.fileName)} holds values that are not finite numbers.`);
  const nucleus = parts.nucleus ?? options.nucleus ?? guessNucleus(parts.signals);
  const named = namedSignals(parts.signals, nucleus);
  const referenced = reference(named, nucleus, dwellTimeS, spectrometerFrequencyMHz);
  const cleaned =
    options.removeReferenceMarker === true
      ? removeMarker(referenced.signals, dwellTimeS, spectrometerFrequencyMHz)
      : { signals: referenced.signals, warnings: [] as Warning[] };
  const sequence = parts.sequence ?? options.sequence ?? null;
  return {
    id: parts.title,
    title: options.title ?? parts.title,
    nucleus,
    spectrometerFrequencyMHz,
    dwellTimeS,
    points,
    echoTimeS: parts.echoTimeS ?? options.echoTimeS ?? null,
    sequence,
    editing: parts.editing ?? editingFromText(parts.title, sequence),
    referencePpm: referenced.referencePpm,
    linewidthHz: parts.linewidthHz,
    signals: cleaned.signals,
    format: parts.format,
    sha256: '',
    warnings: [...parts.warnings, ...referenced.warnings, ...cleaned.warnings],
  };
}
