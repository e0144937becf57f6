// How quantification methods are called where people read them; everywhere else they go by their ids.

const TITLES: Readonly<Record<string, string>> = {
  nlls: 'NLLS',
  quest: 'QUEST',
  amares: 'AMARES',
  'edited-gaussian': 'Edited Gaussian',
  lcmodel: 'LCModel',
};

/** @param method id, as in QuantificationResult.method @returns "LCModel" of "lcmodel"; one without a title in capitals */
export function methodLabel(method: string): string {
  return TITLES[method] ?? method.toUpperCase();
}
