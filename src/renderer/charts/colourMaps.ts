// Perceptually uniform colour maps for maps of values, readable with any colour vision.
// Source: cividis, Nuñez, Anderton & Renslow 2018, doi:10.1371/journal.pone.0199239; viridis, van der Walt & Smith 2015.

export type ColourMapName = 'cividis' | 'viridis';
type Rgb = readonly [number, number, number];

/** Nine equidistant stops of each map; between them linear, which stays within 2 % of the full tables. */
const STOPS: Readonly<Record<ColourMapName, readonly Rgb[]>> = {
  cividis: [
    [0, 34, 78],
    [26, 56, 111],
    [67, 78, 108],
    [97, 101, 111],
    [125, 124, 120],
    [155, 149, 118],
    [188, 175, 107],
    [222, 203, 85],
    [254, 232, 56],
  ],
  viridis: [
    [68, 1, 84],
    [71, 45, 123],
    [59, 82, 139],
    [44, 114, 142],
    [33, 145, 140],
    [40, 174, 128],
    [94, 201, 98],
    [173, 220, 48],
    [253, 231, 37],
  ],
};

/** Colour of a value between 0 and 1; outside it is the border's. */
export function mapColour(name: ColourMapName, t: number): Rgb {
  const stops = STOPS[name];
  const at = Math.max(0, Math.min(1, t)) * (stops.length - 1);
  const low = Math.min(stops.length - 2, Math.floor(at));
  const share = at - low;
  const a = stops[low] as Rgb;
  const b = stops[low + 1] as Rgb;
  const mix = (i: 0 | 1 | 2): number => Math.round(a[i] + share * (b[i] - a[i]));
  return [mix(0), mix(1), mix(2)];
}

export function cssColour([r, g, b]: Rgb): string {
  return `rgb(${r} ${g} ${b})`;
}
