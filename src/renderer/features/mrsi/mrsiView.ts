// How a study's grids are looked at: what is remembered with it, and what of a stored view can be used.
import type { ColourMapName } from '../../charts/colourMaps.ts';

/** What the voxels of the map show. */
export type MapMode = 'map' | 'spectra' | 'both';
/** What the pointer does on the map: chooses a voxel, or draws the chosen region. */
export type MapTool = 'choose' | 'brush' | 'erase' | 'polygon';
export const MAP_TOOLS: readonly MapTool[] = ['choose', 'brush', 'erase', 'polygon'];

export interface MrsiView {
  readonly mode: MapMode;
  readonly metabolite: string;
  readonly quantityId: string;
  /** As typed. */
  readonly limitText: string;
  readonly snrText: string;
  readonly fwhmText: string;
  readonly colourMap: ColourMapName;
  /** How much larger than in the whole grid a voxel is drawn; null: as the mode needs it. */
  readonly zoom: number | null;
  /** Spectra of grid and region: highest and lowest; null: the nucleus's usual window. [ppm] */
  readonly ppm: readonly [number, number] | null;
  readonly regionId: string | null;
  /** Under the spectrum: the chosen voxel's results, or the chosen region's. */
  readonly table: 'voxel' | 'region';
}

/** A voxel of the largest grids can still be drawn as large as is useful. */
export const MOST_ZOOM = 32;

export const DEFAULT_MRSI_VIEW: MrsiView = {
  mode: 'map',
  metabolite: 'tNAA',
  quantityId: 'ratio-tCr',
  limitText: '',
  snrText: '',
  fwhmText: '',
  colourMap: 'cividis',
  zoom: null,
  ppm: null,
  regionId: null,
  table: 'voxel',
};

/** What was stored; what is missing or makes no sense is as usual. */
export function parseMrsiView(stored: unknown): MrsiView {
  const usual = DEFAULT_MRSI_VIEW;
  if (typeof stored !== 'object' || stored === null) return usual;
  const value = stored as Readonly<Record<string, unknown>>;
  const text = (key: 'metabolite' | 'quantityId' | 'limitText' | 'snrText' | 'fwhmText'): string =>
    typeof value[key] === 'string' ? value[key].slice(0, 40) : usual[key];
  const modes: readonly MapMode[] = ['map', 'spectra', 'both'];
  return {
    mode: modes.find((mode) => mode === value['mode']) ?? usual.mode,
    metabolite: text('metabolite'),
    quantityId: text('quantityId'),
    limitText: text('limitText'),
    snrText: text('snrText'),
    fwhmText: text('fwhmText'),
    colourMap: value['colourMap'] === 'viridis' ? 'viridis' : 'cividis',
    zoom: parseZoom(value['zoom']),
    ppm: parseRange(value['ppm']),
    regionId: typeof value['regionId'] === 'string' ? value['regionId'] : null,
    table: value['table'] === 'region' ? 'region' : 'voxel',
  };
}

const parseZoom = (value: unknown): number | null =>
  typeof value === 'number' && value >= 1 && value <= MOST_ZOOM ? value : null;

function parseRange(value: unknown): readonly [number, number] | null {
  if (!Array.isArray(value) || value.length !== 2) return null;
  const [high, low] = value as unknown[];
  const isRange = typeof high === 'number' && typeof low === 'number' && high > low && high < 100 && low > -100;
  return isRange ? [high, low] : null;
}
