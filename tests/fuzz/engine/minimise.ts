// A smaller case with the same fault: pieces taken out as long as the fault stays (Zeller & Hildebrandt, IEEE Trans Softw Eng
// 2002;28:183, doi:10.1109/32.988498, without its complements).
import { joined } from '../../fixtures/damages.ts';
import type { FuzzCase } from './fuzzCase.ts';

/** Pieces that a file is first cut into. */
const FIRST_PIECES = 2;

/**
 * @param isSame whether a case has the fault
 * @param mostRuns after which the best so far is taken
 */
export async function minimised(
  input: FuzzCase,
  isSame: (candidate: FuzzCase) => Promise<boolean>,
  mostRuns: number,
): Promise<FuzzCase> {
  let best = input;
  let runs = 0;
  const keepIfSame = async (candidate: FuzzCase): Promise<boolean> => {
    runs++;
    if (!(await isSame(candidate))) return false;
    best = candidate;
    return true;
  };
  for (let at = best.files.length - 1; at >= 0 && best.files.length > 1; at--) {
    await keepIfSame({ files: best.files.filter((_, i) => i !== at) });
  }
  for (let at = 0; at < best.files.length; at++) {
    const length = (): number => best.files[at]?.bytes.length ?? 0;
    for (let pieces = FIRST_PIECES; runs < mostRuns; pieces *= 2) {
      const size = Math.max(1, Math.ceil(length() / pieces));
      for (let start = 0; start < length() && runs < mostRuns;) {
        const without = best.files.map((file, i) =>
          i === at
            ? { ...file, bytes: joined(file.bytes.subarray(0, start), file.bytes.subarray(start + size)) }
            : file,
        );
        if (!(await keepIfSame({ files: without }))) start += size;
      }
      if (size === 1) break;
    }
  }
  return best;
}
