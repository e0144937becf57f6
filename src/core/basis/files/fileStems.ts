// File names (without extension) for signals: every file system takes them, and no two are alike.

/** Names Windows keeps for devices. */
const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)$/i;

/** A metabolite's name as the stem of a file name: "-CrCH2" becomes "_CrCH2". */
export function fileStem(name: string): string {
  const plain = name
    .trim()
    .replace(/[^A-Za-z0-9+._-]/g, '_')
    .replace(/^[-.]/, '_')
    .replace(/\.$/, '_');
  return plain === '' || RESERVED.test(plain) ? `_${plain}` : plain;
}

/** Stems of several names; those that a file system without case would take for one are numbered. */
export function fileStems(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const stem = fileStem(name);
    let unique = stem;
    for (let i = 2; taken.has(unique.toLowerCase()); i++) unique = `${stem}_${i}`;
    taken.add(unique.toLowerCase());
    return unique;
  });
}
