// The methods of quantification as a scan may be given to them: fits, and networks with the one that knows such scans.
import { ModelError, toErrorRecord } from '../core/domain/errors.ts';
import type { ModelCard } from '../core/domain/modelCard.ts';
import { protocolMismatch } from '../core/domain/modelProtocol.ts';
import type { ProtocolScan } from '../core/domain/modelProtocol.ts';
import { cardsOfMethod, chooseNetwork } from '../core/domain/networkChoice.ts';
import { networkMethod } from '../core/domain/networkMethods.ts';
import type { NetworkShelf } from '../core/ports/networkShelf.ts';
import type { DatasetDescription } from '../core/ports/studyStore.ts';
import { fitsSingleLines, METHOD_IDS, needsBasis } from '../core/quantification/index.ts';
import { methodDefaults } from '../core/quantification/methodOptions.ts';
import type { FitMethodView } from '../ipc/contract.ts';
import type { DeepReadonly } from './registrar.ts';

type MethodView = DeepReadonly<FitMethodView>;

/** Methods that this program adds to the published ones. */
const OURS: readonly string[] = ['lineshape-universal', 'hybrid'];
const NOT_INSTALLED = 'Its network is not installed.';

/** What a scan's header says, as far as the protocols of networks ask for it; null for what is no scan. */
export function protocolScan(description: DatasetDescription): ProtocolScan | null {
  const { points, dwellTimeS, spectrometerFrequencyMHz, nucleus, echoTimeS, sequence, grid } = description;
  if (points === null || dwellTimeS === null || spectrometerFrequencyMHz === null || nucleus === null) return null;
  const nothing = new Float64Array(0);
  const acquisition = { echoTimeS, sequence } as ProtocolScan['acquisition'];
  const data = { re: nothing, im: nothing, shape: [...grid, points] };
  return { data, dwellTimeS, spectrometerFrequencyMHz, nucleus, acquisition };
}

/** The network of a method that knows such scans, else why there is none. */
function networkFor(
  cards: readonly ModelCard[],
  method: string,
  scan: ProtocolScan | null,
): Pick<MethodView, 'modelId' | 'obstacle'> {
  const own = cardsOfMethod(method, cards);
  if (own.length === 0) return { modelId: null, obstacle: NOT_INSTALLED };
  if (scan === null) return { modelId: null, obstacle: null };
  try {
    return { modelId: chooseNetwork(method, cards, scan).modelId, obstacle: null };
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    // Of several networks the one that disagrees in the fewest words is the nearest.
    const mismatches = own.map((card) => protocolMismatch(card, scan) ?? error.message);
    const [nearest = error.message] = mismatches.sort((a, b) => a.length - b.length);
    return { modelId: null, obstacle: nearest };
  }
}

function groupOf(method: string): MethodView['group'] {
  if (OURS.includes(method)) return 'ours';
  return networkMethod(method) === null ? 'fit' : 'network';
}

/**
 * Every method with what a scan of this kind may expect of it.
 * @param shelf of the installed networks; one that can't be read leaves the fits, and networks say why they can't be used
 * @param scan null: of no scan in particular
 */
export async function methodViews(
  shelf: Pick<NetworkShelf, 'cards'>,
  scan: ProtocolScan | null,
): Promise<MethodView[]> {
  const cards = await shelf.cards().catch((error: unknown) => toErrorRecord(error).message);
  const network = (id: string): Pick<MethodView, 'modelId' | 'obstacle'> =>
    typeof cards === 'string' ? { modelId: null, obstacle: cards } : networkFor(cards, id, scan);
  return METHOD_IDS.map((id): MethodView => ({
    id,
    group: groupOf(id),
    needsBasis: needsBasis(id),
    fitsSingleLines: fitsSingleLines(id),
    defaults: methodDefaults(id),
    ...(networkMethod(id) === null ? { modelId: null, obstacle: null } : network(id)),
  }));
}
