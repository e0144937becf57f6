// Which Rust crates a compiled library holds: the places in their sources that it keeps for its messages name them.

const PLACE = /cargo\/registry\/src\/[^/\s]+\/([a-zA-Z0-9_-]+)-(\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?)\//g;

/**
 * @param {Buffer} library bytes of the compiled library
 * @returns {{ name: string, version: string }[]} each once, in order
 */
export function cratesInside(library) {
  const found = new Set();
  for (const [, name, version] of library.toString('latin1').matchAll(PLACE)) found.add(`${name} ${version}`);
  return [...found].sort().map((one) => {
    const [name, version] = one.split(' ');
    return { name, version };
  });
}
