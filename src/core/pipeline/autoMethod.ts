// Method "auto": the model fit, begun by the universal network where that knows such scans, and by its own search elsewhere.
import { ModelError } from '../domain/errors.ts';
import type { ProtocolScan } from '../domain/modelProtocol.ts';
import { chooseNetwork } from '../domain/networkChoice.ts';
import type { NetworkShelf } from '../ports/networkShelf.ts';

/** What users may name instead of a method. */
export const AUTO_METHOD = 'auto';
/** What it may become. */
export const AUTO_CHOICES: readonly string[] = ['hybrid', 'nlls'];

/**
 * @param method an id, which stays as it is, or "auto"
 * @param usual method of scans that no network is for and NLLS doesn't fit: other nuclei
 * @param shelf absent where no networks are at hand
 */
export async function methodForScan(
  method: string,
  scan: ProtocolScan,
  usual: string,
  shelf: NetworkShelf | undefined,
): Promise<string> {
  if (method !== AUTO_METHOD) return method;
  if (scan.nucleus !== '1H') return usual;
  const cards = (await shelf?.cards()) ?? [];
  try {
    chooseNetwork('hybrid', cards, scan);
    return 'hybrid';
  } catch (error) {
    if (error instanceof ModelError) return 'nlls';
    throw error;
  }
}
