// Which basis a scan is fitted with: the one named, or the bundled one that matches field, echo time and sequence best.
import { bestBasis } from '../core/basis/matching.ts';
import type { FileBasisSet } from '../core/basis/files/index.ts';
import { suggestBasisRequest } from '../core/basis/suggestRequest.ts';
import type { EditingCondition } from '../core/domain/basisRequest.ts';
import { ModelError } from '../core/domain/errors.ts';
import { pointCount } from '../core/domain/mrsDataset.ts';
import type { MrsDataset } from '../core/domain/mrsDataset.ts';
import type { Warning } from '../core/domain/provenance.ts';
import type { ReadOptions } from '../core/formats/index.ts';
import { fitsSingleLines, needsBasis, NO_BASIS } from '../core/quantification/index.ts';
import { listBundledBases, loadBasis, loadBundledBasis } from '../node/files/basisLibrary.ts';
import { simulateCommand } from './simulateCommand.ts';
import { say } from './terminal.ts';

/** Code of the warning that no set is close enough to the scan. */
export const NOT_CLOSE = 'basis-not-close';

export interface BasisChoice {
  /** Id of a bundled basis, a file or a folder; undefined or "auto" to choose. */
  readonly basis: string | undefined;
  readonly removeMarker: boolean;
  readonly readOptions: ReadOptions;
  /** Which sub-spectrum of an edited scan is to be fitted; absent or null where none is. */
  readonly editing?: EditingCondition | null;
}

/** How to get the basis that this scan needs; empty where too little is known of the scan. */
function advice(dataset: MrsDataset): string {
  const { nucleus, spectrometerFrequencyMHz, dwellTimeS, acquisition } = dataset;
  const { echoTimeS, sequence, manufacturer, mixingTimeS } = acquisition;
  const scan = { nucleus, spectrometerFrequencyMHz, dwellTimeS, points: pointCount(dataset) };
  const suggestion = suggestBasisRequest({ ...scan, echoTimeS, sequence, manufacturer, mixingTimeS });
  return suggestion === null
    ? ' Name one with --basis.'
    : ` Simulate the right one: ${simulateCommand(suggestion.request)}`;
}

function notClose(dataset: MrsDataset, title: string): Warning {
  const { nucleus, spectrometerFrequencyMHz, acquisition } = dataset;
  const te = acquisition.echoTimeS === null ? 'unknown TE' : `TE ${(1e3 * acquisition.echoTimeS).toFixed(1)} ms`;
  const scan = `${nucleus}, ${spectrometerFrequencyMHz.toFixed(1)} MHz, ${acquisition.sequence ?? 'unknown sequence'}, ${te}`;
  const message =
    `No basis set that comes with the program is close enough to this scan (${scan}); the nearest, ` +
    `"${title}", was taken.${advice(dataset)}`;
  return { code: NOT_CLOSE, message };
}

/**
 * @param choice what the user named
 * @param dataset the scan to be fitted
 * @returns with a warning where none that comes with the program is close enough
 * @throws ModelError BASIS_MISSING where none is named and none is for the scan's nucleus
 */
export async function chooseBasis(
  choice: BasisChoice,
  dataset: MrsDataset,
  resources: () => string,
): Promise<FileBasisSet> {
  if (choice.basis !== undefined && choice.basis !== 'auto') {
    return loadBasis(choice.basis, resources(), {
      ...choice.readOptions,
      ...(choice.removeMarker ? { removeReferenceMarker: true } : {}),
    });
  }
  const { nucleus, spectrometerFrequencyMHz, acquisition } = dataset;
  const { echoTimeS, sequence } = acquisition;
  const cards = await listBundledBases(resources());
  const best = bestBasis(cards, {
    nucleus,
    spectrometerFrequencyMHz,
    echoTimeS,
    sequence,
    editing: choice.editing ?? null,
  });
  if (best === null) {
    throw new ModelError(
      'BASIS_MISSING',
      `No basis set that comes with the program is for ${nucleus}; name one with --basis.`,
      { known: cards.map((c) => c.id) },
    );
  }
  const { id, title } = best.basis;
  const basis = await loadBundledBasis(resources(), id);
  if (!best.closeEnough) return { ...basis, warnings: [...basis.warnings, notClose(dataset, title)] };
  say(`Basis ${id} (${title}), chosen by field, echo time and sequence.`);
  return basis;
}

/**
 * The basis for a scan's methods: none where all of them fit single lines or bring their own, unless the user named one: it may
 * be the very one that a network was trained with.
 * @throws ModelError as chooseBasis
 */
export async function basisForMethods(
  methods: readonly string[],
  choice: BasisChoice,
  dataset: MrsDataset,
  resources: () => string,
): Promise<FileBasisSet> {
  if (methods.some(needsBasis)) return chooseBasis(choice, dataset, resources);
  const isNamed = choice.basis !== undefined && choice.basis !== 'auto';
  if (isNamed && !methods.every(fitsSingleLines)) return chooseBasis(choice, dataset, resources);
  if (choice.basis !== undefined) say(`No basis set is used: ${methods.join(', ')} fits single lines.`);
  return { ...NO_BASIS, warnings: [] };
}
