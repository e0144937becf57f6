// Private attributes without which spectroscopy data can't be read; every other private attribute is removed. Each is named
// by its block's creator, or, where exports have dropped the creators, by the block that the vendor uses.
import type { DicomElements } from '../dicom/dicomDataset.ts';
import { textOf } from '../dicom/dicomElements.ts';

const SIEMENS_HEADERS = ['08', '09', '10', '18', '19', '20'];
/** The stack's place, turn and size, which grids are placed by. */
const PHILIPS_STACK = ['71', '72', '73', '74', '76', '78', '79', '7a', '7e', '81'];
const PHILIPS_ROLES = ['04', '0f', '70', '85', '54', '55', '56', '57', '58', '59', '5a', '5b', '5c', '97', '98'];

/** Group → creator (in lower case, cut to its start) → last two digits of the elements kept. */
const BLOCKS: readonly (readonly [string, string, readonly string[]])[] = [
  ['0029', 'siemens csa header', SIEMENS_HEADERS],
  ['0029', 'siemens csa non-image', SIEMENS_HEADERS],
  ['7fe1', 'siemens csa non-image', ['10']],
  ['2001', 'philips imaging dd 001', ['5f', '83', '87']],
  [
    '2005',
    'philips mr imaging dd',
    [...PHILIPS_ROLES, ...PHILIPS_STACK, '10', '11', '12', '30', '57', '61', '63', '91', '92'],
  ],
  // Box of the volume selected and the labels of GE's postage stamps.
  ['0019', 'gems_acqu_01', ['9c', '9e', 'a7', 'a8', 'af', 'b0', 'b1', 'b2', 'b3', 'b4']],
  ['0043', 'gems_parm_01', ['2f']],
  ['0019', 'lineshape mrs', ['01']],
];

/** Elements that readers take without a creator. */
const WITHOUT_CREATOR: ReadonlySet<string> = new Set([
  'x7fe11010', 'x20051270', 'x20011083', 'x20011087', 'x2005140f', 'x20051304', 'x20051597', 'x20051598', 'x20051085',
  'x0065ff06', 'x0065ff07', 'x0065ff10', 'x0065ff11',
]); // prettier-ignore

export const isPrivate = (key: string): boolean => parseInt(key.slice(4, 5), 16) % 2 === 1;

const blocksOf = (group: string): typeof BLOCKS => BLOCKS.filter(([g]) => g === group);

function creatorOf(bytes: Uint8Array, elements: DicomElements, key: string): string {
  return textOf(bytes, elements[`x${key.slice(1, 5)}00${key.slice(5, 7)}`])
    .toLowerCase()
    .trim();
}

/** @returns whether a private element, or the reservation of its block, is kept */
export function isWhitelisted(bytes: Uint8Array, elements: DicomElements, key: string): boolean {
  const group = key.slice(1, 5);
  if (key.slice(5, 7) === '00') {
    const name = textOf(bytes, elements[key]).toLowerCase().trim();
    return blocksOf(group).some(([, creator]) => name.startsWith(creator));
  }
  if (WITHOUT_CREATOR.has(key)) return true;
  const creator = creatorOf(bytes, elements, key);
  return blocksOf(group).some(([, start, low]) => creator.startsWith(start) && low.includes(key.slice(7)));
}
