// Loop counters of Siemens raw data → NIfTI-MRS dimensions. Coil first, then the counters that vary, in the order and
// with the tags spec2nii gives them (averages, repetitions and sets are DIM_DYN, echoes DIM_EDIT, others DIM_USER);
// counters that share a tag become one dimension.
import type { DimensionTag, HigherDimension } from '../../domain/mrsDataset.ts';
import type { Warning } from '../../domain/provenance.ts';
import type { AdcSet, CounterName } from './twixMdh.ts';
import { COUNTERS } from './twixMdh.ts';

/** Order of the output dimensions, slowest counter of the file's own array order last. */
const ORDER: readonly CounterName[] = [
  'Lin',
  'Par',
  'Sli',
  'Ave',
  'Phs',
  'Eco',
  'Rep',
  'Set',
  'Seg',
  'Ida',
  'Idb',
  'Idc',
  'Idd',
  'Ide',
];

const DEFAULT_TAGS: Readonly<Partial<Record<CounterName, DimensionTag>>> = {
  Ave: 'DIM_DYN',
  Rep: 'DIM_DYN',
  Set: 'DIM_DYN',
  Eco: 'DIM_EDIT',
};

/** NIfTI-MRS has three dimensions beyond space and time. */
const MAX_DIMENSIONS = 3;

/** One output dimension: which of its positions each readout takes. */
interface Axis {
  readonly tag: DimensionTag;
  readonly names: readonly string[];
  readonly position: readonly number[];
  readonly length: number;
  readonly info: string | null;
  readonly header: HigherDimension['header'];
}

export interface TwixArrangement {
  /** Without the coil dimension. */
  readonly dimensions: readonly HigherDimension[];
  readonly lengths: readonly number[];
  /** Readouts in C order over `lengths`. */
  readonly order: readonly AdcSet[];
  readonly warnings: readonly Warning[];
}

export interface ArrangeOptions {
  /** Tag of a counter where the sequence is known to use it otherwise than by default. */
  readonly tags?: Readonly<Partial<Record<CounterName, DimensionTag>>>;
  /** Sequences that cycle through editing conditions from readout to readout without a counter of their own. */
  readonly editCycle?: { readonly conditions: readonly string[]; readonly info: string };
}

/** Numbers 0, 1, … to the distinct keys: one counter's by value, several counters' together in order of acquisition. */
function ranks(keys: readonly string[], byValue: boolean): { position: number[]; length: number } {
  const distinct = [...new Set(keys)];
  if (byValue) distinct.sort((a, b) => Number(a) - Number(b));
  const rank = new Map(distinct.map((key, i) => [key, i]));
  return { position: keys.map((key) => rank.get(key) as number), length: distinct.length };
}

const counterOf = (set: AdcSet, name: CounterName): number => set.counters[COUNTERS.indexOf(name)] as number;

function axisOf(tag: DimensionTag, names: readonly string[], keys: readonly string[]): Axis {
  const unnamed = names.filter((n) => n !== 'Repeat');
  const info = unnamed.length === 0 ? null : `Siemens loop counter ${unnamed.join(' and ')}`;
  return { tag, names, ...ranks(keys, names.length === 1), info, header: null };
}

/** How often the same counters came before, for each readout. */
function repeats(sets: readonly AdcSet[]): number[] {
  const seen = new Map<string, number>();
  return sets.map((set) => {
    const key = set.counters.join(',');
    const n = seen.get(key) ?? 0;
    seen.set(key, n + 1);
    return n;
  });
}

/** Axes by tag, before those that share the array's last free places are merged. */
function groupCounters(sets: readonly AdcSet[], options: ArrangeOptions): Axis[] {
  const varying = ORDER.filter((name) => new Set(sets.map((s) => counterOf(s, name))).size > 1);
  const again = repeats(sets);
  const groups = new Map<DimensionTag, string[]>();
  const keys = new Map<string, readonly number[]>();
  const add = (tag: DimensionTag, name: string, values: readonly number[]): void => {
    groups.set(tag, [...(groups.get(tag) ?? []), name]);
    keys.set(name, values);
  };
  for (const name of varying) {
    const tag = options.tags?.[name] ?? DEFAULT_TAGS[name] ?? 'DIM_USER_0';
    add(tag, name, sets.map((s) => counterOf(s, name))); // prettier-ignore
  }
  if (again.some((n) => n > 0)) add('DIM_DYN', 'Repeat', again);
  return [...groups].map(([tag, names]) =>
    axisOf(
      tag,
      names,
      sets.map((_, i) => names.map((n) => keys.get(n)?.[i]).join(',')),
    ),
  );
}

/** Index of each readout in the grid the axes span, or null where readouts and places don't match one to one. */
function gridIndices(axes: readonly Axis[], count: number): number[] | null {
  const places = axes.reduce((product, a) => product * a.length, 1);
  if (places !== count) return null;
  const indices = Array.from({ length: count }, (_, i) =>
    axes.reduce((index, a) => index * a.length + (a.position[i] as number), 0),
  );
  return new Set(indices).size === count ? indices : null;
}

function flat(sets: readonly AdcSet[], names: readonly string[]): TwixArrangement {
  const warnings: Warning[] = [
    {
      code: 'loop-counters-irregular',
      message:
        `The scan's loop counters (${names.join(', ')}) don't fill a regular grid; its ${sets.length} readouts are ` +
        'given in the order they were acquired.',
    },
  ];
  const dimensions: HigherDimension[] = [{ tag: 'DIM_DYN', info: 'In order of acquisition', header: null }];
  return { dimensions, lengths: [sets.length], order: sets, warnings };
}

/** Readouts of those dynamics that are complete over all other axes. */
function withoutIncomplete(axes: readonly Axis[], sets: readonly AdcSet[]): AdcSet[] | null {
  const dynamic = axes.find((a) => a.tag === 'DIM_DYN');
  if (dynamic === undefined || axes.length < 2) return null;
  const others = axes.reduce((product, a) => (a === dynamic ? product : product * a.length), 1);
  const found = new Array<number>(dynamic.length).fill(0);
  for (const p of dynamic.position) found[p] = (found[p] as number) + 1;
  const last = dynamic.length - 1;
  if (found.some((n, p) => p < last && n !== others) || (found[last] as number) >= others || last < 1) return null;
  return sets.filter((_, i) => dynamic.position[i] !== last);
}

/** The dynamics of a sequence that edits in turn, split into conditions (fastest) and averages. */
function splitEditCycle(axes: readonly Axis[], cycle: NonNullable<ArrangeOptions['editCycle']>): Axis[] | Warning {
  const [only] = axes;
  const n = cycle.conditions.length;
  if (axes.length !== 1 || only?.tag !== 'DIM_DYN' || only.length % n !== 0) {
    return {
      code: 'editing-conditions-unsorted',
      message: `The sequence edits with ${n} conditions in turn, but its readouts can't be divided by them; they are left in order of acquisition.`,
    };
  }
  const edit: Axis = {
    tag: 'DIM_EDIT',
    names: only.names,
    position: only.position.map((p) => p % n),
    length: n,
    info: cycle.info,
    header: { EditCondition: [...cycle.conditions] },
  };
  const dynamic: Axis = {
    ...only,
    position: only.position.map((p) => Math.floor(p / n)),
    length: only.length / n,
  };
  return dynamic.length > 1 ? [edit, dynamic] : [edit];
}

const dimensionOf = ({ tag, info, header }: Axis): HigherDimension => ({ tag, info, header });

/**
 * Arranges readouts by their loop counters.
 * @param sets in order of acquisition, at least one
 * @param hasCoils whether the coil dimension takes one of the three places
 */
export function arrangeSets(sets: readonly AdcSet[], hasCoils: boolean, options: ArrangeOptions = {}): TwixArrangement {
  const warnings: Warning[] = [];
  let axes = groupCounters(sets, options);
  if (options.editCycle !== undefined && sets.length > 1) {
    const split = splitEditCycle(axes, options.editCycle);
    if (Array.isArray(split)) axes = split;
    else warnings.push(split);
  }
  if (axes.length === 0) return { dimensions: [], lengths: [], order: sets, warnings };
  const names = axes.flatMap((a) => a.names);
  if (axes.length > MAX_DIMENSIONS - (hasCoils ? 1 : 0)) return flat(sets, names);
  const indices = gridIndices(axes, sets.length);
  if (indices === null) {
    const kept = withoutIncomplete(axes, sets);
    if (kept === null) return flat(sets, names);
    const rest = arrangeSets(kept, hasCoils, options);
    const dropped = sets.length - kept.length;
    const message = `The scan ended within a cycle; its last ${dropped} readouts are left out.`;
    return { ...rest, warnings: [{ code: 'incomplete-cycle-dropped', message }, ...rest.warnings] };
  }
  const order = new Array<AdcSet>(sets.length);
  indices.forEach((index, i) => (order[index] = sets[i] as AdcSet));
  const unusual = axes.filter((a) => a.tag.startsWith('DIM_USER')).flatMap((a) => a.names);
  if (unusual.length > 0) {
    warnings.push({
      code: 'loop-counter-meaning-unknown',
      message: `The sequence uses the loop counter ${unusual.join(', ')}, whose meaning the file doesn't say.`,
    });
  }
  return { dimensions: axes.map(dimensionOf), lengths: axes.map((a) => a.length), order, warnings };
}
