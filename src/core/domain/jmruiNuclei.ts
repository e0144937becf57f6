// jMRUI's codes of nuclei, which its scans and its basis sets share.

/** TypeOfNucleus → nucleus; 0 is written for "not given". Source: jMRUI manual. */
export const JMRUI_NUCLEI: Readonly<Record<number, string>> = { 1: '1H', 2: '31P', 3: '13C', 4: '19F', 5: '23Na' };
